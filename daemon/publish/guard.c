/* ZAP is answered on the loop like any request: nobody connects while the loop stands, and the keys need no lock.
 *
 * ZAP runs only when a connection begins. So a key that was taken away is cut off by unbinding what is encrypted and binding
 * it again: everybody who still may comes back by itself and asks for what it missed. Keys that are only added cut nobody. */
#include "guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "limit.h"
#include "zap.h"

enum { LOOK_MS = 1000, REQUESTS_A_PASS = 64 };

struct guard {
	struct loop *loop;
	struct zcontext *context;
	struct keys *keys;
	struct bus_ops ops;
	struct zsocket *zap, *events, *query;
	struct monitor on_events, on_query;
	struct loop_timer *look;
	struct tally refused, cut, unbound;
};

/* ---- ZAP ---- */

static size_t receive_all(struct zsocket *socket, struct arena *arena, struct sv frames[ZAP_FRAMES])
{
	struct zframe frame = { .has_more = true };
	size_t n = 0;
	while (frame.has_more && zsocket_receive(socket, &frame))
		if (n < ZAP_FRAMES)
			frames[n++] = arena_sv(arena, frame.bytes);
	return n;
}

static void answer(struct zsocket *socket, const struct zap_answer *answer)
{
	(void)zsocket_send(socket, SV("1.0"), true);
	(void)zsocket_send(socket, answer->request_id, true);
	(void)zsocket_send(socket, sv_of(answer->status), true);
	(void)zsocket_send(socket, sv_of(answer->text), true);
	(void)zsocket_send(socket, answer->user, true);
	(void)zsocket_send(socket, SV(""), false);
}

static void on_zap(void *ctx)
{
	struct guard *guard = ctx;
	CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_FRAME_BYTES);
	for (int i = 0; i < REQUESTS_A_PASS; i++) {
		struct sv frames[ZAP_FRAMES];
		struct zap_answer decision;
		arena_reset(arena);
		size_t n = receive_all(guard->zap, arena, frames);
		if (!n)
			return;
		zap_decide(frames, n, guard->keys, &decision);
		answer(guard->zap, &decision);
		if (!decision.is_allowed)
			tally_add(&guard->refused, 1, "%.*s: %s", SV_ARG(decision.address), decision.text);
	}
}

/* ---- connections ---- */

static void warn(struct guard *guard, const char *what, uint64_t n, const char *last)
{
	char text[400];
	(void)snprintf(text, sizeof text, "%s: %" PRIu64 ", the last: %s", what, n, last);
	if (guard->ops.on_warning)
		guard->ops.on_warning(guard->ops.ctx, text);
}

static void tell(struct guard *guard)
{
	struct mono_ms now = loop_mono(guard->loop);
	uint64_t n;
	if (tally_take(&guard->refused, now, &n))
		warn(guard, "refused connections", n, guard->refused.last);
	if (tally_take(&guard->cut, now, &n))
		warn(guard, "cut off subscribers that did not read", n, guard->cut.last);
	if (tally_take(&guard->unbound, now, &n))
		warn(guard, "attempts to listen again, going on", n, guard->unbound.last);
}

static void on_look(void *ctx)
{
	struct guard *guard = ctx;
	unsigned cut = monitor_look(&guard->on_events, true);
	if (cut)
		tally_add(&guard->cut, cut, "%s", guard->on_events.peers.last_cut);
	(void)monitor_look(&guard->on_query, false);
	if (zsocket_failure(guard->events))
		tally_add(&guard->unbound, 1, "%s", zsocket_failure(guard->events));
	if (zsocket_failure(guard->query))
		tally_add(&guard->unbound, 1, "%s", zsocket_failure(guard->query));
	tell(guard);
	loop_timer_set(guard->look, LOOK_MS);
}

enum status guard_watch(struct guard *guard, struct zsocket *events, struct zsocket *query, struct error *err)
{
	guard->events = events;
	guard->query = query;
	enum status st = monitor_init(&guard->on_events, guard->context, events, &guard->refused, err);
	if (!st)
		st = monitor_init(&guard->on_query, guard->context, query, &guard->refused, err);
	if (!st)
		loop_timer_set(guard->look, LOOK_MS);
	return st;
}

void guard_unwatch(struct guard *guard)
{
	if (!guard)
		return;
	loop_timer_stop(guard->look);
	monitor_done(&guard->on_events);
	monitor_done(&guard->on_query);
}

/* ---- life ---- */

enum status guard_new(struct loop *loop, struct zcontext *context, struct keys *keys, const struct bus_ops *ops,
	struct guard **out, struct error *err)
{
	struct sv endpoint = SV("inproc://zeromq.zap.01");
	struct zsocket_options options = { .kind = ZSOCKET_ZAP, .endpoints = { &endpoint, 1, 1 } };
	struct guard *guard = calloc(1, sizeof *guard);
	if (!guard)
		abort();
	*guard = (struct guard){ .loop = loop, .context = context, .keys = keys, .ops = *ops };
	guard->look = loop_timer_new(loop, on_look, guard);
	enum status st = zsocket_open(context, loop, &options, on_zap, guard, &guard->zap, err);
	if (st) {
		guard_free(guard);
		return st;
	}
	*out = guard;
	return OK;
}

void guard_free(struct guard *guard)
{
	if (!guard)
		return;
	guard_unwatch(guard);
	loop_timer_free(guard->look);
	zsocket_close(guard->zap);
	keys_free(guard->keys);
	free(guard);
}

const char *guard_server_secret(const struct guard *guard)
{
	return keys_server_secret(guard->keys);
}

void guard_set_keys(struct guard *guard, struct keys *keys)
{
	struct keys *old = guard->keys;
	guard->keys = keys;
	if (keys_server_secret(keys) && keys_must_cut(old, keys)) {
		zsocket_cut(guard->events, keys_server_secret(keys));
		zsocket_cut(guard->query, keys_server_secret(keys));
	}
	keys_free(old);
}

void guard_peer(const struct guard *guard, struct zsocket *socket, struct bus_peer *out)
{
	const char *address, *user;
	zsocket_peer(socket, &address, &user);
	zap_peer(address, user, guard->keys, out);
}

void guard_counts(const struct guard *guard, struct bus_counts *counts)
{
	counts->connections_events = guard->on_events.peers.open;
	counts->connections_query = guard->on_query.peers.open;
	counts->slow = guard->on_events.peers.slow;
	counts->cut = guard->on_events.peers.cut;
	for (size_t i = 0; i < REFUSALS; i++)
		counts->refused[i] = guard->on_events.refused[i] + guard->on_query.refused[i];
}
