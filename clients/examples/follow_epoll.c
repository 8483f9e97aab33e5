/* Follows a policywatchd from a loop around epoll, with signals as one more descriptor (Linux).
 *
 *	cc -std=c99 follow_epoll.c $(pkg-config --cflags --libs policywatch) -o follow_epoll
 *	./follow_epoll my.cursor fact/us-mexico/
 *
 * The cursor file keeps the place: started again, it goes on behind the last event that was printed. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <policywatch/policywatch.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EVENTS_A_TURN 64 /* so that a long replay does not keep the loop from the rest of its work */

struct follower {
	struct pw_client *client;
	enum pw_state state; /* last told */
	int is_over, status;
};

/* Acknowledge what is done for good, and only then: what was not comes again the next time. */
static void on_event(struct pw_client *client, struct pw_event *event, void *context)
{
	struct follower *follower = context;
	if (puts(pw_event_json(event)) < 0 || fflush(stdout) != 0 || pw_ack(client, event) != PW_OK)
		follower->is_over = follower->status = 1;
	pw_event_free(event);
}

/* Hands out what there is. Events that are no longer kept, or a new log: say so, and take the oldest there are. */
static void turn(struct follower *follower)
{
	struct pw_client *client = follower->client;
	enum pw_status status = pw_dispatch(client, EVENTS_A_TURN, on_event, follower);
	if (status != PW_OK && status != PW_TIMEOUT)
		fprintf(stderr, "%s\n", pw_error(client));
	if ((status == PW_GONE || status == PW_EPOCH) && pw_resume(client, 0) != PW_OK)
		follower->is_over = follower->status = 1;
	if (pw_client_state(client) != follower->state)
		fprintf(stderr, "%s (%s)\n", pw_state_text(pw_client_state(client)), pw_daemon(client));
	follower->state = pw_client_state(client);
}

static int watch(int epoll_fd, int fd)
{
	struct epoll_event event = { 0 };
	event.events = EPOLLIN; /* level-triggered, as all descriptors here */
	event.data.fd = fd;
	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void follow(struct follower *follower, int signal_fd)
{
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0 || watch(epoll_fd, signal_fd) || watch(epoll_fd, pw_fd(follower->client)))
		follower->is_over = follower->status = 1;
	while (!follower->is_over) {
		struct epoll_event ready = { 0 };
		int n = epoll_wait(epoll_fd, &ready, 1, -1);
		if (n < 0 && errno != EINTR)
			follower->is_over = follower->status = 1;
		else if (n == 1 && ready.data.fd == signal_fd)
			follower->is_over = 1; /* a good end */
		else if (n == 1)
			turn(follower);
	}
	if (epoll_fd >= 0)
		close(epoll_fd);
}

int main(int argc, char **argv)
{
	struct pw_options options = PW_OPTIONS_INIT;
	struct follower follower = { NULL, PW_CONNECTING, 0, 1 };
	sigset_t signals;
	if (argc < 2)
		return 2;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL); /* before pw_connect(): its threads take the mask over */
	options.cursor_file = argv[1];
	options.topics = (const char *const *)argv + 2; /* none: everything */
	options.from_seq = 0;                           /* the first time: from the oldest event there is */
	if (pw_connect(&options, &follower.client) == PW_OK) {
		follower.status = 0;
		follow(&follower, signalfd(-1, &signals, SFD_CLOEXEC));
	} else {
		fprintf(stderr, "%s\n", pw_error(follower.client));
	}
	pw_close(follower.client);
	return follower.status;
}
