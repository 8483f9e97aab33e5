/* Handing events out: by waiting for them, or from a loop of the caller's.
 *
 * The descriptor is readable while there may be something to do: a socket has news, a time-out passed, or a call ended
 * with PW_OK and so perhaps left something. Sockets of ZeroMQ say only once that they have news; a call that ends with
 * PW_TIMEOUT has read them to the end, so between two calls nothing is left that no descriptor tells of. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "client.h"

#define TROUBLE_MS 100 /* until what failed within this client is tried again */

/* Milliseconds until the first of the two; -1 is never. */
static int sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - client_now_ms();
	return left > 0 ? (int)left : 0;
}

/* After each call: when is the next one due? */
static void set_waker(struct pw_client *client, enum pw_status st)
{
	if (!client->waker->is_used)
		return;
	int64_t now_ms = client_now_ms(), at_ms = WAKER_NEVER;
	int wait_ms = follow_wait_ms(client);
	if (st == PW_OK)
		at_ms = WAKER_NOW;
	else if (wait_ms >= 0)
		at_ms = now_ms + (st == PW_TIMEOUT || wait_ms > TROUBLE_MS ? wait_ms : TROUBLE_MS);
	waker_set(client->waker, at_ms, now_ms);
}

static struct pw_event *hand_out(struct pw_client *client)
{
	struct pw_event *event = event_pop(&client->follow.queue);
	follow_delivered(client, event);
	return event;
}

enum pw_status pw_next(struct pw_client *client, int timeout_ms, struct pw_event **out)
{
	int64_t deadline_ms = client_now_ms() + timeout_ms;
	if (client->sockets.epoll_fd < 0)
		return PW_INVALID;
	for (;;) {
		enum pw_status st = follow_step(client);
		if (st == PW_OK)
			*out = hand_out(client);
		set_waker(client, st);
		int rest_ms = timeout_ms < 0 ? -1 : left_ms(deadline_ms);
		if (st != PW_TIMEOUT || rest_ms == 0)
			return st;
		struct pollfd wait = { .fd = client->sockets.epoll_fd, .events = POLLIN };
		if (poll(&wait, 1, sooner(rest_ms, follow_wait_ms(client))) < 0)
			return errno == EINTR ? PW_TIMEOUT
					      : client_fail(client, PW_SYSTEM, "poll: %s", strerror(errno));
	}
}

enum pw_status pw_dispatch(struct pw_client *client, size_t max,
	void (*on_event)(struct pw_client *client, struct pw_event *event, void *ctx), void *ctx)
{
	if (client->sockets.epoll_fd < 0)
		return PW_INVALID;
	enum pw_status st = PW_OK;
	for (size_t i = 0; i < max && st == PW_OK; i++) {
		st = follow_step(client);
		if (st == PW_OK)
			on_event(client, hand_out(client), ctx);
	}
	set_waker(client, st);
	return st;
}

int pw_fd(const struct pw_client *client)
{
	if (client->sockets.epoll_fd >= 0)
		waker_use(client->waker);
	return client->sockets.epoll_fd;
}

int pw_wait_ms(const struct pw_client *client)
{
	return follow_wait_ms(client);
}
