/* Follows a policywatchd from a loop around poll(): prints each event as one line of JSON.
 *
 *	cc -std=c99 follow_poll.c $(pkg-config --cflags --libs policywatch) -o follow_poll
 *	./follow_poll my.cursor fact/us-mexico/
 *
 * The cursor file keeps the place: started again, it goes on behind the last event that was printed. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <policywatch/policywatch.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_A_TURN 64 /* so that a long replay does not keep the loop from the rest of its work */

static int stop_pipe[2];

static void on_signal(int number)
{
	int before = errno;
	ssize_t n = write(stop_pipe[1], "", 1); /* a full pipe stops the loop as well */
	(void)n;
	(void)number;
	errno = before;
}

/* Acknowledge what is done for good, and only then: what was not comes again the next time. */
static void on_event(struct pw_client *client, struct pw_event *event, void *context)
{
	int *is_over = context;
	if (puts(pw_event_json(event)) < 0 || fflush(stdout) != 0 || pw_ack(client, event) != PW_OK)
		*is_over = 1;
	pw_event_free(event);
}

static void tell_state(const struct pw_client *client, enum pw_state *last)
{
	enum pw_state state = pw_client_state(client);
	if (state != *last)
		fprintf(stderr, "%s (%s)\n", pw_state_text(state), pw_daemon(client));
	*last = state;
}

/* Hands out what there is. Events that are no longer kept, or a new log: say so, and take the oldest there are. */
static void turn(struct pw_client *client, int *is_over)
{
	enum pw_status status = pw_dispatch(client, EVENTS_A_TURN, on_event, is_over);
	if (status == PW_OK || status == PW_TIMEOUT)
		return;
	fprintf(stderr, "%s\n", pw_error(client));
	if (status == PW_GONE || status == PW_EPOCH)
		*is_over = *is_over || pw_resume(client, 0) != PW_OK;
}

static int follow(struct pw_client *client)
{
	int is_over = 0, status = 0;
	enum pw_state state = PW_CONNECTING;
	struct pollfd fds[2] = { { stop_pipe[0], POLLIN, 0 }, { pw_fd(client), POLLIN, 0 } };
	while (!is_over && !status && !fds[0].revents) {
		if (poll(fds, 2, -1) < 0) {
			status = errno != EINTR;
			continue;
		}
		if (fds[1].revents)
			turn(client, &is_over);
		tell_state(client, &state);
	}
	return status || is_over; /* a signal is a good end */
}

int main(int argc, char **argv)
{
	struct pw_options options = PW_OPTIONS_INIT;
	struct pw_client *client;
	struct sigaction action;
	int status = 1;
	if (argc < 2 || pipe(stop_pipe) != 0)
		return 2;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	options.cursor_file = argv[1];
	options.topics = (const char *const *)argv + 2; /* none: everything */
	options.from_seq = 0;                           /* the first time: from the oldest event there is */
	if (pw_connect(&options, &client) == PW_OK)
		status = follow(client);
	else
		fprintf(stderr, "%s\n", pw_error(client));
	pw_close(client);
	return status;
}
