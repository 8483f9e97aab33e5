/* Follows a policywatchd from a program that runs on libevent.
 *
 *	cc -std=c99 follow_libevent.c $(pkg-config --cflags --libs policywatch libevent) -o follow_libevent
 *	./follow_libevent my.cursor fact/us-mexico/
 *
 * The cursor file keeps the place: started again, it goes on behind the last event that was printed. */
#define _POSIX_C_SOURCE 200809L
#include <event2/event.h>
#include <policywatch/policywatch.h>
#include <signal.h>
#include <stdio.h>

#define EVENTS_A_TURN 64 /* so that a long replay does not keep the loop from the rest of its work */

struct follower {
	struct event_base *base;
	struct pw_client *client;
	enum pw_state state; /* last told */
	int status;
};

static void stop(struct follower *follower, int status)
{
	follower->status = status;
	event_base_loopbreak(follower->base);
}

/* Acknowledge what is done for good, and only then: what was not comes again the next time. */
static void on_event(struct pw_client *client, struct pw_event *event, void *context)
{
	if (puts(pw_event_json(event)) < 0 || fflush(stdout) != 0 || pw_ack(client, event) != PW_OK)
		stop(context, 1);
	pw_event_free(event);
}

/* Hands out what there is. Events that are no longer kept, or a new log: say so, and take the oldest there are. */
static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct follower *follower = context;
	struct pw_client *client = follower->client;
	enum pw_status status = pw_dispatch(client, EVENTS_A_TURN, on_event, follower);
	if (status != PW_OK && status != PW_TIMEOUT)
		fprintf(stderr, "%s\n", pw_error(client));
	if ((status == PW_GONE || status == PW_EPOCH) && pw_resume(client, 0) != PW_OK)
		stop(follower, 1);
	if (pw_client_state(client) != follower->state)
		fprintf(stderr, "%s (%s)\n", pw_state_text(pw_client_state(client)), pw_daemon(client));
	follower->state = pw_client_state(client);
	(void)fd;
	(void)what;
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
	stop(context, 0); /* a good end */
	(void)number;
	(void)what;
}

static void follow(struct follower *follower)
{
	struct event *events[3];
	int i, is_ready = 1;
	events[0] = event_new(follower->base, pw_fd(follower->client), EV_READ | EV_PERSIST, on_readable, follower);
	events[1] = evsignal_new(follower->base, SIGINT, on_signal, follower);
	events[2] = evsignal_new(follower->base, SIGTERM, on_signal, follower);
	for (i = 0; i < 3; i++)
		is_ready = is_ready && events[i] && event_add(events[i], NULL) == 0;
	follower->status = 1;
	if (is_ready)
		event_base_dispatch(follower->base);
	for (i = 0; i < 3; i++) {
		if (events[i])
			event_free(events[i]);
	}
}

int main(int argc, char **argv)
{
	struct pw_options options = PW_OPTIONS_INIT;
	struct follower follower = { NULL, NULL, PW_CONNECTING, 1 };
	if (argc < 2)
		return 2;
	options.cursor_file = argv[1];
	options.topics = (const char *const *)argv + 2; /* none: everything */
	options.from_seq = 0;                           /* the first time: from the oldest event there is */
	follower.base = event_base_new();
	if (follower.base && pw_connect(&options, &follower.client) == PW_OK)
		follow(&follower);
	else
		fprintf(stderr, "%s\n", pw_error(follower.client));
	pw_close(follower.client);
	if (follower.base)
		event_base_free(follower.base);
	return follower.status;
}
