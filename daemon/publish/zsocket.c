/* Invariant: whenever control goes back to the loop, either no message waits on the socket, or look_again() is
 * deferred. settle() establishes it; it asks ZMQ_EVENTS, which makes libzmq handle its pending commands. Asking after
 * each single frame would cost a system call each, and nobody waits on the descriptor in between.
 *
 * What waits is read in the next pass by loop_defer() and not by activating the descriptor's event, because libevent would run
 * that in the same pass, before timers and other descriptors. */
#include "zsocket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "limit.h"

enum {
	LINGER_MS = 1000,
	EVENTS_QUEUE = 10000, /* messages a slow subscriber may lag before it loses some and asks for a replay */
	QUERY_QUEUE = 128,    /* replies that wait for one client that does not read; each up to a page of events */
	SUBSCRIPTION_BYTES = 4096, /* what a subscriber may send in one frame; topics end at 200 */
	KEEPALIVE_S = 60,          /* idle time until TCP probes a peer that may be gone */
	BELT_MS = 1000,
	ENDPOINT_BYTES = 256
};

struct zcontext {
	void *zmq;
};

struct zsocket {
	struct loop *loop;
	void *zmq;
	struct loop_fd *watch;
	struct loop_timer *belt;
	loop_callback *on_ready;
	void *ctx;
	zmq_msg_t received;
	struct arena *arena;
	struct sv_list files; /* of ipc endpoints, NUL-terminated; libzmq leaves them behind */
	bool is_deferred;     /* look_again() will be called */
	bool is_closed;       /* and shall only free */
	char endpoint[ENDPOINT_BYTES];
};

enum status zcontext_new(struct zcontext **out, struct error *err)
{
	void *zmq = zmq_ctx_new();
	if (!zmq)
		return error_sys(err, E_SYSTEM, errno, "cannot start ZeroMQ");
	struct zcontext *context = calloc(1, sizeof *context);
	if (!context)
		abort();
	context->zmq = zmq;
	(void)zmq_ctx_set(zmq, ZMQ_IO_THREADS, 1);
	*out = context;
	return OK;
}

void zcontext_free(struct zcontext *context)
{
	if (!context)
		return;
	while (zmq_ctx_term(context->zmq) && zmq_errno() == EINTR)
		;
	free(context);
}

/* ---- readiness ---- */

static void look_again(void *ctx);

void zsocket_settle(struct zsocket *socket)
{
	int events = 0;
	size_t n = sizeof events;
	if (socket->is_deferred || zmq_getsockopt(socket->zmq, ZMQ_EVENTS, &events, &n))
		return;
	if (events & ZMQ_POLLIN) {
		socket->is_deferred = true;
		loop_defer(socket->loop, look_again, socket);
	}
}

static void serve(struct zsocket *socket)
{
	socket->on_ready(socket->ctx);
	zsocket_settle(socket);
}

static void look_again(void *ctx)
{
	struct zsocket *socket = ctx;
	socket->is_deferred = false;
	if (socket->is_closed)
		free(socket);
	else
		serve(socket);
}

static void on_fd(void *ctx, int fd, unsigned ready)
{
	(void)fd;
	(void)ready;
	serve(ctx);
}

static void on_belt(void *ctx)
{
	struct zsocket *socket = ctx;
	zsocket_settle(socket);
	loop_timer_set(socket->belt, BELT_MS);
}

/* ---- binding ---- */

static enum status cannot_bind(struct sv endpoint, int code, struct error *err)
{
	(void)error_set(err, E_SYSTEM, "cannot bind %.*s: %s", SV_ARG(endpoint), zmq_strerror(code));
	err->sys = code;
	return err->code;
}

/* libzmq would unlink whatever has the name, even the socket of a daemon that runs. */
static enum status clear_stale_file(struct sv endpoint, const char *path, struct error *err)
{
	struct stat file;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (lstat(path, &file))
		return errno == ENOENT ? OK : cannot_bind(endpoint, errno, err);
	if (!S_ISSOCK(file.st_mode))
		return cannot_bind(endpoint, EEXIST, err);
	if (strlen(path) >= sizeof address.sun_path)
		return cannot_bind(endpoint, ENAMETOOLONG, err);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return cannot_bind(endpoint, errno, err);
	int sys = connect(probe, (const struct sockaddr *)&address, sizeof address) ? errno : EADDRINUSE;
	(void)close(probe);
	if (sys == ENOENT)
		return OK;
	if (sys != ECONNREFUSED) /* EAGAIN: it listens and is busy */
		return cannot_bind(endpoint, sys == EAGAIN ? EADDRINUSE : sys, err);
	return unlink(path) && errno != ENOENT ? cannot_bind(endpoint, errno, err) : OK;
}

static enum status bind_one(struct zsocket *socket, struct sv endpoint, int ipc_mode, struct error *err)
{
	char text[ENDPOINT_BYTES];
	bool is_file = sv_starts(endpoint, SV("ipc://")) && !sv_starts(endpoint, SV("ipc://@"));
	if (endpoint.n >= sizeof text)
		return cannot_bind(endpoint, ENAMETOOLONG, err);
	memcpy(text, endpoint.p, endpoint.n);
	text[endpoint.n] = 0;
	const char *path = text + (is_file ? sizeof "ipc://" - 1 : 0);
	enum status st = is_file ? clear_stale_file(endpoint, path, err) : OK;
	if (st)
		return st;
	if (zmq_bind(socket->zmq, text))
		return cannot_bind(endpoint, zmq_errno(), err);
	if (is_file)
		*list_push(socket->arena, &socket->files) = sv_of(arena_cstr(socket->arena, sv_of(path)));
	if (is_file && ipc_mode && chmod(path, (mode_t)ipc_mode))
		return error_sys(err, E_SYSTEM, errno, "cannot set the mode of %s", path);
	return OK;
}

/* ---- life ---- */

static bool set_int(void *zmq, int option, int value)
{
	return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

/* No ZMQ_HEARTBEAT_IVL: with 4.3.4 it aborts subscribers. No XPUB_MANUAL (subscriptions land on dead pipes there), no
 * XPUB_NODROP (one full queue stops everybody). */
static bool set_options(void *zmq, const struct zsocket_options *options)
{
	bool is_events = options->kind == ZSOCKET_EVENTS;
	int64_t max_bytes = is_events ? SUBSCRIPTION_BYTES : LIMIT_FRAME_BYTES;
	bool is_set = set_int(zmq, ZMQ_LINGER, LINGER_MS) &&
		set_int(zmq, ZMQ_SNDHWM, is_events ? EVENTS_QUEUE : QUERY_QUEUE) &&
		set_int(zmq, ZMQ_TCP_KEEPALIVE, 1) && set_int(zmq, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_S) &&
		set_int(zmq, ZMQ_IPV6, 1) && zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes) == 0;
	if (is_set && is_events)
		is_set = set_int(zmq, ZMQ_XPUB_VERBOSER, 1);
	if (is_set && is_events && options->welcome)
		is_set = zmq_setsockopt(zmq, ZMQ_XPUB_WELCOME_MSG, options->welcome, strlen(options->welcome)) == 0;
	return is_set;
}

static enum status set_up(struct zsocket *socket, const struct zsocket_options *options, struct error *err)
{
	int fd = -1;
	size_t n = sizeof fd;
	if (!set_options(socket->zmq, options) || zmq_getsockopt(socket->zmq, ZMQ_FD, &fd, &n))
		return error_set(err, E_SYSTEM, "cannot set up a ZeroMQ socket: %s", zmq_strerror(zmq_errno()));
	for (size_t i = 0; i < options->endpoints.n; i++) {
		enum status st = bind_one(socket, options->endpoints.items[i], options->ipc_mode, err);
		if (st)
			return st;
	}
	n = sizeof socket->endpoint;
	(void)zmq_getsockopt(socket->zmq, ZMQ_LAST_ENDPOINT, socket->endpoint, &n); /* "" when none is bound */
	socket->watch = loop_fd_new(socket->loop, fd, LOOP_READ, on_fd, socket);
	socket->belt = loop_timer_new(socket->loop, on_belt, socket);
	on_belt(socket);
	return OK;
}

enum status zsocket_open(struct zcontext *context, struct loop *loop, const struct zsocket_options *options,
	loop_callback *on_ready, void *ctx, struct zsocket **out, struct error *err)
{
	void *zmq = zmq_socket(context->zmq, options->kind == ZSOCKET_EVENTS ? ZMQ_XPUB : ZMQ_ROUTER);
	if (!zmq)
		return error_set(err, E_SYSTEM, "cannot make a ZeroMQ socket: %s", zmq_strerror(zmq_errno()));
	struct zsocket *socket = calloc(1, sizeof *socket);
	if (!socket)
		abort();
	*socket = (struct zsocket){ .loop = loop, .zmq = zmq, .on_ready = on_ready, .ctx = ctx };
	socket->arena = arena_new(LIMIT_CONFIG_BYTES);
	(void)zmq_msg_init(&socket->received);
	enum status st = set_up(socket, options, err);
	if (st) {
		zsocket_close(socket);
		return st;
	}
	*out = socket;
	return OK;
}

void zsocket_close(struct zsocket *socket)
{
	if (!socket)
		return;
	/* While it still listens: later, the name may be another daemon's. */
	for (size_t i = 0; i < socket->files.n; i++)
		(void)unlink(socket->files.items[i].p);
	loop_fd_free(socket->watch);
	loop_timer_free(socket->belt);
	arena_free(socket->arena);
	(void)zmq_msg_close(&socket->received);
	(void)zmq_close(socket->zmq);
	socket->is_closed = true;
	if (!socket->is_deferred)
		free(socket);
}

const char *zsocket_endpoint(const struct zsocket *socket)
{
	return socket->endpoint;
}

/* ---- frames ---- */

bool zsocket_receive(struct zsocket *socket, struct zframe *out)
{
	if (zmq_msg_recv(&socket->received, socket->zmq, ZMQ_DONTWAIT) < 0)
		return false;
	out->bytes = (struct sv){ zmq_msg_data(&socket->received), zmq_msg_size(&socket->received) };
	out->has_more = zmq_msg_more(&socket->received);
	return true;
}

bool zsocket_send(struct zsocket *socket, struct sv frame, bool has_more)
{
	return zmq_send(socket->zmq, frame.p, frame.n, ZMQ_DONTWAIT | (has_more ? ZMQ_SNDMORE : 0)) >= 0;
}
