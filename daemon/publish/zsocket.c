/* Invariant: whenever control goes back to the loop, either no message waits on the socket, or look_again() is
 * deferred. settle() establishes it; it asks ZMQ_EVENTS, which makes libzmq handle its pending commands. Asking after
 * each single frame would cost a system call each, and nobody waits on the descriptor in between.
 *
 * What waits is read in the next pass by loop_defer() and not by activating the descriptor's event, because libevent would run
 * that in the same pass, before timers and other descriptors. */
#include "zsocket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "limit.h"
#include "zbind.h"

enum {
	IO_THREADS =
		2, /* live events do not wait behind the pages of a replay; more pays with many subscribers alone */
	LINGER_MS = 1000,
	EVENTS_QUEUE = 10000,      /* messages a slow subscriber may lag before it loses some and asks for a replay */
	QUERY_QUEUE = 16,          /* replies that wait for one client, up to a page each; further ones are dropped */
	SUBSCRIPTION_BYTES = 4096, /* what a subscriber may send in one frame; topics end at 200 */
	KEEPALIVE_S = 60,          /* idle time until TCP probes a peer that may be gone */
	HANDSHAKE_MS = 10000,      /* who has not said who it is by then is cut off */
	BELT_MS = 1000,
	REBIND_MS = 1,
	BACKLOG = 512, /* connections that wait to be accepted: all clients come back at once after a cut */
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
	struct zbinds *binds;
	struct loop_timer *rebind;
	int64_t rebind_ms;
	struct zsocket *monitored; /* whose monitor this is */
	bool is_deferred;          /* look_again() will be called */
	bool is_closed;            /* and shall only free */
	char failure[240];         /* of the last attempt to bind again */
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
	(void)zmq_ctx_set(zmq, ZMQ_IO_THREADS, IO_THREADS);
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

/* ---- binding again ---- */

/* zmq_unbind() only asks; its thread lets go of the address a little later. */
static void on_rebind(void *ctx)
{
	struct zsocket *socket = ctx;
	struct error err;
	socket->failure[0] = 0;
	if (zbinds_again(socket->binds, &err)) {
		(void)snprintf(socket->failure, sizeof socket->failure, "%s", err.text);
		loop_timer_set(socket->rebind, socket->rebind_ms);
		socket->rebind_ms = socket->rebind_ms * 2 > BELT_MS ? BELT_MS : socket->rebind_ms * 2;
	}
	zsocket_settle(socket);
}

void zsocket_cut(struct zsocket *socket, const char *server_secret)
{
	zbinds_cut(socket->binds, server_secret);
	socket->rebind_ms = REBIND_MS;
	on_rebind(socket);
}

const char *zsocket_failure(const struct zsocket *socket)
{
	return socket->failure[0] ? socket->failure : NULL;
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
	if (options->kind == ZSOCKET_ZAP)
		return set_int(zmq, ZMQ_LINGER, 0);
	bool is_events = options->kind == ZSOCKET_EVENTS;
	int64_t max_bytes = is_events ? SUBSCRIPTION_BYTES : LIMIT_FRAME_BYTES;
	bool is_set = set_int(zmq, ZMQ_LINGER, LINGER_MS) &&
		set_int(zmq, ZMQ_SNDHWM, is_events ? EVENTS_QUEUE : QUERY_QUEUE) &&
		set_int(zmq, ZMQ_TCP_KEEPALIVE, 1) && set_int(zmq, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_S) &&
		set_int(zmq, ZMQ_IPV6, 1) && set_int(zmq, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
		set_int(zmq, ZMQ_BACKLOG, BACKLOG) &&
		zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes) == 0;
	if (is_set && is_events)
		is_set = set_int(zmq, ZMQ_XPUB_VERBOSER, 1);
	if (is_set && is_events && options->welcome)
		is_set = zmq_setsockopt(zmq, ZMQ_XPUB_WELCOME_MSG, options->welcome, strlen(options->welcome)) == 0;
	return is_set;
}

static enum status cannot_set_up(struct error *err)
{
	return error_set(err, E_SYSTEM, "cannot set up a ZeroMQ socket: %s", zmq_strerror(zmq_errno()));
}

static enum status watch(struct zsocket *socket, struct error *err)
{
	int fd = -1;
	size_t n = sizeof fd;
	if (zmq_getsockopt(socket->zmq, ZMQ_FD, &fd, &n))
		return cannot_set_up(err);
	socket->watch = loop_fd_new(socket->loop, fd, LOOP_READ, on_fd, socket);
	socket->belt = loop_timer_new(socket->loop, on_belt, socket);
	on_belt(socket);
	return OK;
}

/* NULL: err says why. */
static struct zsocket *new_socket(
	struct zcontext *context, struct loop *loop, int type, loop_callback *on_ready, void *ctx, struct error *err)
{
	void *zmq = zmq_socket(context->zmq, type);
	if (!zmq) {
		(void)error_set(err, E_SYSTEM, "cannot make a ZeroMQ socket: %s", zmq_strerror(zmq_errno()));
		return NULL;
	}
	struct zsocket *socket = calloc(1, sizeof *socket);
	if (!socket)
		abort();
	*socket = (struct zsocket){ .loop = loop, .zmq = zmq, .on_ready = on_ready, .ctx = ctx };
	(void)zmq_msg_init(&socket->received);
	socket->rebind = loop_timer_new(loop, on_rebind, socket);
	return socket;
}

enum status zsocket_open(struct zcontext *context, struct loop *loop, const struct zsocket_options *options,
	loop_callback *on_ready, void *ctx, struct zsocket **out, struct error *err)
{
	static const int types[] = { [ZSOCKET_EVENTS] = ZMQ_XPUB,
		[ZSOCKET_QUERY] = ZMQ_ROUTER,
		[ZSOCKET_ZAP] = ZMQ_REP,
		[ZSOCKET_MONITOR] = ZMQ_PAIR };
	struct zsocket *socket = new_socket(context, loop, types[options->kind], on_ready, ctx, err);
	if (!socket)
		return err->code;
	enum status st = set_options(socket->zmq, options) ? OK : cannot_set_up(err);
	if (!st)
		st = zbinds_new(socket->zmq, options, &socket->binds, err);
	if (!st)
		st = watch(socket, err);
	if (st) {
		zsocket_close(socket);
		return st;
	}
	*out = socket;
	return OK;
}

/* libzmq's thread sends what happened, and would wait where a queue is full: this one must have no limit. */
enum status zsocket_monitor(struct zcontext *context, struct zsocket *of, loop_callback *on_ready, void *ctx,
	struct zsocket **out, struct error *err)
{
	char endpoint[64];
	int events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
		ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
		ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
	struct zsocket *socket = new_socket(context, of->loop, ZMQ_PAIR, on_ready, ctx, err);
	enum status st = OK;
	if (!socket)
		return err->code;
	(void)snprintf(endpoint, sizeof endpoint, "inproc://monitor-%p", of->zmq);
	if (!set_int(socket->zmq, ZMQ_RCVHWM, 0) || !set_int(socket->zmq, ZMQ_LINGER, 0) ||
		zmq_socket_monitor(of->zmq, endpoint, events) || zmq_connect(socket->zmq, endpoint))
		st = cannot_set_up(err);
	else
		st = watch(socket, err);
	socket->monitored = of;
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
	if (socket->monitored)
		(void)zmq_socket_monitor(socket->monitored->zmq, NULL, 0);
	zbinds_free(socket->binds);
	loop_fd_free(socket->watch);
	loop_timer_free(socket->belt);
	loop_timer_free(socket->rebind);
	(void)zmq_msg_close(&socket->received);
	(void)zmq_close(socket->zmq);
	socket->is_closed = true;
	if (!socket->is_deferred)
		free(socket);
}

const char *zsocket_endpoint(const struct zsocket *socket)
{
	return zbinds_last(socket->binds);
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

void zsocket_peer(struct zsocket *socket, const char **out_address, const char **out_user)
{
	*out_address = zmq_msg_gets(&socket->received, "Peer-Address");
	*out_user = zmq_msg_gets(&socket->received, "User-Id");
}

bool zsocket_send(struct zsocket *socket, struct sv frame, bool has_more)
{
	return zmq_send(socket->zmq, frame.p, frame.n, ZMQ_DONTWAIT | (has_more ? ZMQ_SNDMORE : 0)) >= 0;
}
