/* The descriptor of a ZeroMQ socket is edge-triggered: it is readable when something changed since the socket was last
 * looked at. So whoever waits has read everything before (sock_receive() said PW_TIMEOUT), and a socket that
 * must stay unread is touched. Heartbeats of ZMTP stay off: with libzmq 4.3.4 they abort subscribers. */
#include "sock.h"

#include <errno.h>
#include <policywatch/wire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#define EVENTS_QUEUE 10000                /* messages; what overflows is a gap and comes by replay */
#define EVENTS_MESSAGE_BYTES (1 << 20)    /* an event is at most 64 KiB */
#define REPLY_FRAME_BYTES (64 << 20)      /* a reply can be one large frame */
#define MESSAGE_BYTES ((size_t)128 << 20) /* all frames of one message */
#define MESSAGE_FRAMES ((size_t)1 << 17)  /* a replay of 1,000 rows has 2,002 */
#define RECONNECT_MS 100
#define RECONNECT_MAX_MS 2000
#define CUTS 3 /* one is what a daemon does that ends */

#define MONITORED                                                                                                     \
	(ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | \
		ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

struct sock {
	void *zmq;
	void *monitor; /* of tcp: says how handshakes end */
	enum sock_handshake handshake;
	unsigned cuts; /* handshakes in a row that the other side broke off */
	struct sockets *sockets;
};

struct frame frames_at(const struct frames *frames, size_t i)
{
	if (i >= frames->n)
		return (struct frame){ NULL, 0 };
	size_t from = i ? frames->ends[i - 1] : 0;
	return (struct frame){ frames->bytes + from, frames->ends[i] - from };
}

void frames_done(struct frames *frames)
{
	free(frames->bytes);
	free(frames->ends);
	memset(frames, 0, sizeof *frames);
}

static bool reserve(void **memory, size_t *cap, size_t want, size_t item_bytes)
{
	if (want <= *cap)
		return true;
	size_t grown = *cap ? *cap : 64;
	while (grown < want)
		grown *= 2;
	void *p = realloc(*memory, grown * item_bytes);
	if (!p)
		return false;
	*memory = p;
	*cap = grown;
	return true;
}

static bool frames_add(struct frames *frames, const void *p, size_t n)
{
	void *bytes = frames->bytes, *ends = frames->ends;
	bool fits = reserve(&bytes, &frames->cap, frames->used + n + 1, 1);
	frames->bytes = bytes;
	fits = reserve(&ends, &frames->ends_cap, frames->n + 1, sizeof *frames->ends) && fits;
	frames->ends = ends;
	if (!fits)
		return false;
	if (n)
		memcpy(frames->bytes + frames->used, p, n);
	frames->used += n;
	frames->ends[frames->n++] = frames->used;
	return true;
}

enum pw_status sockets_init(struct sockets *sockets)
{
	sockets->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (sockets->epoll_fd < 0)
		return PW_SYSTEM;
	sockets->context = zmq_ctx_new();
	return sockets->context ? PW_OK : PW_SYSTEM;
}

void sockets_done(struct sockets *sockets)
{
	if (sockets->context)
		(void)zmq_ctx_term(sockets->context);
	if (sockets->epoll_fd >= 0)
		(void)close(sockets->epoll_fd);
	sockets->context = NULL;
	sockets->epoll_fd = -1;
}

const char *sock_error(void)
{
	return zmq_strerror(zmq_errno());
}

enum pw_status sock_key_pair(char *public_key, char *secret_key)
{
	return zmq_curve_keypair(public_key, secret_key) == 0 ? PW_OK : PW_SYSTEM;
}

static int fd_of(void *zmq)
{
	int fd = -1;
	size_t n = sizeof fd;
	return zmq_getsockopt(zmq, ZMQ_FD, &fd, &n) ? -1 : fd;
}

static bool set_int(void *zmq, int option, int value)
{
	return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

static bool set_common(struct sock *sock, int64_t frame_bytes)
{
	return set_int(sock->zmq, ZMQ_LINGER, 0) && set_int(sock->zmq, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
		set_int(sock->zmq, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) &&
		set_int(sock->zmq, ZMQ_TCP_KEEPALIVE, 1) && set_int(sock->zmq, ZMQ_IPV6, 1) &&
		zmq_setsockopt(sock->zmq, ZMQ_MAXMSGSIZE, &frame_bytes, sizeof frame_bytes) == 0;
}

static bool watch(const struct sockets *sockets, void *zmq)
{
	struct epoll_event event = { .events = EPOLLIN };
	return epoll_ctl(sockets->epoll_fd, EPOLL_CTL_ADD, fd_of(zmq), &event) == 0;
}

/* The descriptor is closed later, by a thread of the context: it must be out of the set by then. */
static void close_zmq(const struct sockets *sockets, void *zmq)
{
	(void)epoll_ctl(sockets->epoll_fd, EPOLL_CTL_DEL, fd_of(zmq), NULL);
	(void)zmq_close(zmq);
}

/* ---- handshakes ---- */

static bool set_keys(struct sock *sock, const struct sock_keys *keys)
{
	return zmq_setsockopt(sock->zmq, ZMQ_CURVE_SERVERKEY, keys->server_key, strlen(keys->server_key)) == 0 &&
		zmq_setsockopt(sock->zmq, ZMQ_CURVE_PUBLICKEY, keys->public_key, strlen(keys->public_key)) == 0 &&
		zmq_setsockopt(sock->zmq, ZMQ_CURVE_SECRETKEY, keys->secret_key, strlen(keys->secret_key)) == 0;
}

static bool open_monitor(struct sock *sock)
{
	char name[40]; /* never one that was used before: it is given back some time after the socket was closed */
	(void)snprintf(name, sizeof name, "inproc://handshakes-%u", ++sock->sockets->monitors);
	if (zmq_socket_monitor(sock->zmq, name, MONITORED))
		return false;
	sock->monitor = zmq_socket(sock->sockets->context, ZMQ_PAIR);
	/* No limit: the thread that does the input would wait for room. */
	return sock->monitor && set_int(sock->monitor, ZMQ_LINGER, 0) && set_int(sock->monitor, ZMQ_RCVHWM, 0) &&
		zmq_connect(sock->monitor, name) == 0 && watch(sock->sockets, sock->monitor);
}

static bool set_up_tcp(struct sock *sock, const char *endpoint, const struct sock_keys *keys)
{
	if (strncmp(endpoint, "tcp://", 6) != 0)
		return true;
	return (!keys->server_key || set_keys(sock, keys)) && open_monitor(sock);
}

/* An event is two frames: its number (u16 of this machine) with a value, and the endpoint. */
static void take_outcome(struct sock *sock, const void *first_frame, size_t n)
{
	uint16_t event;
	if (n < sizeof event)
		return;
	memcpy(&event, first_frame, sizeof event);
	sock->cuts = event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ? sock->cuts + 1 : 0;
	if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
		sock->handshake = HANDSHAKE_FINE;
	else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
		sock->handshake = HANDSHAKE_REFUSED;
	else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
		sock->handshake = HANDSHAKE_MISMATCH;
	else if (sock->cuts >= CUTS)
		sock->handshake = HANDSHAKE_CUT;
}

enum sock_handshake sock_handshake(struct sock *sock)
{
	zmq_msg_t frame;
	if (!sock || !sock->monitor)
		return HANDSHAKE_FINE;
	(void)zmq_msg_init(&frame);
	for (bool is_first = true; zmq_msg_recv(&frame, sock->monitor, ZMQ_DONTWAIT) >= 0;) {
		if (is_first)
			take_outcome(sock, zmq_msg_data(&frame), zmq_msg_size(&frame));
		is_first = !zmq_msg_more(&frame);
	}
	(void)zmq_msg_close(&frame);
	return sock->handshake;
}

/* ---- life ---- */

static struct sock *open_sock(struct sockets *sockets, int type)
{
	struct sock *sock = calloc(1, sizeof *sock);
	if (!sock)
		return NULL;
	sock->sockets = sockets;
	sock->zmq = zmq_socket(sockets->context, type);
	if (!sock->zmq) {
		free(sock);
		return NULL;
	}
	return sock;
}

/* Connects as the last step; on failure the sock is closed with the reason kept in errno. */
static enum pw_status connect_sock(struct sock *sock, const char *endpoint, bool is_set_up, struct sock **out)
{
	if (is_set_up && watch(sock->sockets, sock->zmq) && zmq_connect(sock->zmq, endpoint) == 0) {
		*out = sock;
		return PW_OK;
	}
	int why = errno;
	sock_close(sock);
	errno = why;
	return why == ENOMEM ? PW_NOMEM : why == EMFILE ? PW_SYSTEM : PW_INVALID;
}

enum pw_status sock_subscribe(struct sockets *sockets, const char *endpoint, const struct sock_keys *keys,
	const char *prefix, size_t prefix_bytes, struct sock **out)
{
	struct sock *sock = open_sock(sockets, ZMQ_SUB);
	if (!sock)
		return PW_SYSTEM;
	bool is_set_up = set_common(sock, EVENTS_MESSAGE_BYTES) && set_up_tcp(sock, endpoint, keys) &&
		set_int(sock->zmq, ZMQ_RCVHWM, EVENTS_QUEUE) &&
		zmq_setsockopt(sock->zmq, ZMQ_SUBSCRIBE, prefix, prefix_bytes) == 0 &&
		zmq_setsockopt(sock->zmq, ZMQ_SUBSCRIBE, PW_HEARTBEAT_TOPIC, strlen(PW_HEARTBEAT_TOPIC)) == 0;
	return connect_sock(sock, endpoint, is_set_up, out);
}

enum pw_status sock_dealer(
	struct sockets *sockets, const char *endpoint, const struct sock_keys *keys, struct sock **out)
{
	struct sock *sock = open_sock(sockets, ZMQ_DEALER);
	if (!sock)
		return PW_SYSTEM;
	bool is_set_up = set_common(sock, REPLY_FRAME_BYTES) && set_up_tcp(sock, endpoint, keys);
	return connect_sock(sock, endpoint, is_set_up, out);
}

void sock_close(struct sock *sock)
{
	if (!sock)
		return;
	if (sock->monitor) {
		(void)zmq_socket_monitor(sock->zmq, NULL, 0);
		close_zmq(sock->sockets, sock->monitor);
	}
	close_zmq(sock->sockets, sock->zmq);
	free(sock);
}

enum pw_status sock_receive(struct sock *sock, struct frames *out)
{
	zmq_msg_t part;
	enum pw_status st = PW_OK;
	out->used = 0;
	out->n = 0;
	(void)zmq_msg_init(&part);
	for (int more = 1; more;) {
		int n = zmq_msg_recv(&part, sock->zmq, ZMQ_DONTWAIT);
		if (n < 0) {
			int why = errno;
			(void)zmq_msg_close(&part);
			errno = why;
			return why == EAGAIN || why == EINTR ? PW_TIMEOUT : PW_SYSTEM;
		}
		more = zmq_msg_more(&part);
		if (st != PW_OK)
			continue; /* what is too much is still read to its end */
		if (out->n >= MESSAGE_FRAMES || out->used + (size_t)n > MESSAGE_BYTES)
			st = PW_INVALID;
		else if (!frames_add(out, zmq_msg_data(&part), (size_t)n))
			st = PW_NOMEM;
	}
	(void)zmq_msg_close(&part);
	return st;
}

enum pw_status sock_send(struct sock *sock, const struct frame *frames, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int flags = ZMQ_DONTWAIT | (i + 1 < n ? ZMQ_SNDMORE : 0);
		if (zmq_send(sock->zmq, frames[i].p, frames[i].n, flags) < 0)
			return errno == EAGAIN ? PW_TIMEOUT : PW_SYSTEM;
	}
	return PW_OK;
}

void sock_wait(struct sock *sock, int timeout_ms)
{
	zmq_pollitem_t items[] = { { .socket = sock->zmq, .events = ZMQ_POLLIN },
		{ .socket = sock->monitor, .events = ZMQ_POLLIN } };
	(void)zmq_poll(items, sock->monitor ? 2 : 1, timeout_ms);
}

void sock_touch(struct sock *sock)
{
	int events;
	size_t n = sizeof events;
	(void)zmq_getsockopt(sock->zmq, ZMQ_EVENTS, &events, &n);
	(void)sock_handshake(sock); /* its monitor is in the set too */
}
