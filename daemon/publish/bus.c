/* The sockets, and when something is sent.
 *
 * Events go out in the order of the log, each once a run: `published` is the number of the last one. After a start it is the
 * head of the log: what an earlier run committed but did not get to send is not sent again, because nobody can tell which
 * of it had gone out; each client sees the head in the next heartbeat, or by prev[] in the next event, and asks
 * for what it lacks. So a live event is never a duplicate, and nothing is lost.
 *
 * A read of the log that fails leaves `published` where it is; the next commit or heartbeat tries again. */
#include "bus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "guard.h"
#include "json.h"
#include "limit.h"
#include "log.h"
#include "requests.h"
#include "zap.h"
#include "zsocket.h"

enum {
	QUIET_MS = 200,             /* after the last event of a burst comes a heartbeat, so that its loss shows soon */
	FRAMES_A_PASS = 256,        /* read from a socket before other work gets a turn */
	QUERY_MS_A_PASS = 5,        /* the same for requests that take long, such as replays */
	PAGE_ARENA_BYTES = 4 << 20, /* a page of events, or a batch */
	ANSWER_ARENA_BYTES = 64 << 20, /* the JSON of an answer */
};

struct bus {
	struct loop *loop;
	struct arena *own;
	struct arena *batch, *page; /* of events to send; of a reply: a call may publish in between */
	struct zcontext *context;
	struct guard *guard;
	struct zsocket *events, *query;
	struct loop_timer *beat, *quiet;
	int heartbeat_ms;
	uint64_t published; /* last number sent */
	struct bus_counts counts;
	struct inbox inbox;
	struct requests requests;
};

/* ---- events ---- */

static void send_rows(struct bus *bus, const struct bus_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		(void)zsocket_send(bus->events, rows->items[i].topic, true); /* lossy by design */
		(void)zsocket_send(bus->events, rows->items[i].record, false);
	}
	bus->counts.published += rows->n;
}

static enum status publish_batch(struct bus *bus, struct error *err)
{
	struct bus_rows rows = { 0 };
	uint64_t scanned_to = bus->published;
	arena_reset(bus->batch);
	enum status st = bus->requests.log.read(bus->requests.log.ctx, bus->batch, bus->published + 1, (struct sv){ 0 },
		LIMIT_BATCH_EVENTS, LIMIT_REPLAY_BYTES, &rows, &scanned_to, err);
	if (st)
		return st;
	if (scanned_to <= bus->published)
		return error_set(err, E_STORE, "the log holds nothing after %" PRIu64, bus->published);
	send_rows(bus, &rows);
	bus->published = scanned_to;
	return OK;
}

void bus_publish(struct bus *bus)
{
	uint64_t epoch, head, oldest;
	struct error err;
	bus->requests.log.position(bus->requests.log.ctx, &epoch, &head, &oldest);
	if (head <= bus->published)
		return;
	while (bus->published < head) {
		if (publish_batch(bus, &err)) {
			bus->counts.failed_reads++;
			log_debug("cannot read events to publish, trying again at the next heartbeat: %s", err.text);
			break;
		}
	}
	zsocket_settle(bus->events);
	loop_timer_set(bus->quiet, QUIET_MS);
}

static void send_heartbeat(struct bus *bus)
{
	struct pw_record record = { .kind = PW_RECORD_HEARTBEAT, .encoding = PW_ENCODING_JSON, .nprev = 1 };
	uint8_t bytes[PW_RECORD_FIXED + 8];
	bus->requests.log.position(bus->requests.log.ctx, &record.epoch, &record.seq, &record.prev[0]);
	record.time_ns = loop_wall(bus->loop).v * 1000000;
	pw_record_head(&record, bytes);
	(void)zsocket_send(bus->events, SV(PW_HEARTBEAT_TOPIC), true);
	(void)zsocket_send(bus->events, (struct sv){ (const char *)bytes, sizeof bytes }, false);
	zsocket_settle(bus->events);
}

static void on_beat(void *ctx)
{
	struct bus *bus = ctx;
	bus_publish(bus);
	send_heartbeat(bus);
	bus->requests.now = loop_mono(bus->loop);
	snapshots_expire(&bus->requests);
	loop_timer_set(bus->beat, bus->heartbeat_ms);
}

static void on_quiet(void *ctx)
{
	send_heartbeat(ctx);
}

/* With VERBOSER each subscription and its end come in, also those of a peer that went away. */
static void on_subscriptions(void *ctx)
{
	struct bus *bus = ctx;
	struct zframe frame;
	for (int i = 0; i < FRAMES_A_PASS && zsocket_receive(bus->events, &frame); i++) {
		if (frame.bytes.n && frame.bytes.p[0] == 1)
			bus->counts.subscriptions++;
		else if (frame.bytes.n && frame.bytes.p[0] == 0 && bus->counts.subscriptions)
			bus->counts.subscriptions--;
	}
}

/* ---- requests ---- */

static void send_reply(struct bus *bus, const struct identity *to, const struct reply *reply)
{
	if (!reply->frames.n)
		return;
	(void)zsocket_send(bus->query, (struct sv){ to->bytes, to->n }, true); /* a peer that left asks no more */
	for (size_t i = 0; i < reply->frames.n; i++)
		(void)zsocket_send(bus->query, reply->frames.items[i], i + 1 < reply->frames.n);
}

static void handle_request(struct bus *bus)
{
	struct reply reply;
	bus->requests.now = loop_mono(bus->loop);
	bus->requests.wall = loop_wall(bus->loop);
	arena_reset(bus->page);
	request_handle(&bus->requests, &bus->inbox, bus->page, &reply);
	send_reply(bus, &bus->inbox.identity, &reply);
	inbox_clear(&bus->inbox);
}

static void on_requests(void *ctx)
{
	struct bus *bus = ctx;
	struct zframe frame;
	struct mono_ms start = mono_now();
	for (int i = 0; i < FRAMES_A_PASS && zsocket_receive(bus->query, &frame); i++) {
		inbox_add(&bus->inbox, frame.bytes);
		if (frame.has_more)
			continue;
		guard_peer(bus->guard, bus->query, &bus->inbox.peer);
		handle_request(bus);
		if (mono_now().v - start.v >= QUERY_MS_A_PASS)
			return;
	}
}

void bus_answer(struct bus *bus, uint64_t token, struct json_t *result, const struct error *err)
{
	struct identity to;
	struct reply reply;
	CLEANUP(json_freep) struct json_t *owned = result;
	CLEANUP(arena_freep) struct arena *arena = arena_new(ANSWER_ARENA_BYTES);
	if (!request_answer(&bus->requests, token, owned, err, arena, &to, &reply))
		return;
	send_reply(bus, &to, &reply);
	zsocket_settle(bus->query);
}

/* ---- life ---- */

static enum status open_sockets(struct bus *bus, const struct bus_options *options, struct error *err)
{
	uint64_t head, oldest, epoch;
	char welcome[64];
	bus->requests.log.position(bus->requests.log.ctx, &epoch, &head, &oldest);
	bus->published = head;
	(void)snprintf(welcome, sizeof welcome, PW_HEARTBEAT_TOPIC " welcome %016" PRIx64, epoch);
	struct zsocket_options events = { .kind = ZSOCKET_EVENTS,
		.endpoints = options->events_endpoints,
		.ipc_mode = options->ipc_mode,
		.has_ipc_group = options->has_ipc_group,
		.ipc_group = options->ipc_group,
		.plain_tcp = options->plain_tcp,
		.server_secret = guard_server_secret(bus->guard),
		.zap_domain = ZAP_DOMAIN_EVENTS,
		.welcome = welcome };
	struct zsocket_options query = events;
	query.kind = ZSOCKET_QUERY;
	query.endpoints = options->query_endpoints;
	query.zap_domain = ZAP_DOMAIN_QUERY;
	query.welcome = NULL;
	enum status st = zsocket_open(bus->context, bus->loop, &events, on_subscriptions, bus, &bus->events, err);
	if (st)
		return st;
	st = zsocket_open(bus->context, bus->loop, &query, on_requests, bus, &bus->query, err);
	if (st)
		return st;
	return guard_watch(bus->guard, bus->events, bus->query, err);
}

static enum status open_guard(struct bus *bus, struct keys *keys, struct error *err)
{
	enum status st = zcontext_new(&bus->context, err);
	if (!st)
		return guard_new(bus->loop, bus->context, keys, &bus->requests.ops, &bus->guard, err);
	keys_free(keys);
	return st;
}

enum status bus_new(struct loop *loop, const struct bus_options *options, const struct bus_log *log,
	const struct bus_ops *ops, struct bus **out, struct error *err)
{
	struct bus *bus = calloc(1, sizeof *bus);
	if (!bus)
		abort();
	bus->loop = loop;
	bus->own = arena_new(LIMIT_FRAME_BYTES);
	bus->page = arena_new(PAGE_ARENA_BYTES);
	bus->batch = arena_new(PAGE_ARENA_BYTES);
	bus->heartbeat_ms = options->heartbeat_ms;
	bus->requests.log = *log;
	bus->requests.ops = *ops;
	bus->requests.heartbeat_ms = (uint32_t)options->heartbeat_ms;
	bus->requests.instance = arena_sv(bus->own, options->instance);
	inbox_init(&bus->inbox);
	enum status st = open_guard(bus, options->keys, err);
	if (!st)
		st = open_sockets(bus, options, err);
	if (st) {
		bus_free(bus);
		return st;
	}
	bus->quiet = loop_timer_new(loop, on_quiet, bus);
	bus->beat = loop_timer_new(loop, on_beat, bus);
	loop_timer_set(bus->beat, bus->heartbeat_ms);
	*out = bus;
	return OK;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	loop_timer_free(bus->beat);
	loop_timer_free(bus->quiet);
	guard_unwatch(bus->guard);
	zsocket_close(bus->events);
	zsocket_close(bus->query);
	guard_free(bus->guard);
	zcontext_free(bus->context);
	inbox_done(&bus->inbox);
	snapshots_end(&bus->requests);
	arena_free(bus->page);
	arena_free(bus->batch);
	arena_free(bus->own);
	free(bus);
}

void bus_set_keys(struct bus *bus, struct keys *keys)
{
	guard_set_keys(bus->guard, keys);
}

struct bus_counts bus_counts(const struct bus *bus)
{
	struct bus_counts counts = bus->counts;
	counts.calls = bus->requests.calls.made;
	counts.replayed = bus->requests.replayed;
	counts.bad_requests = bus->requests.bad_requests;
	counts.snapshots = bus->requests.snapshots.made;
	counts.denied = bus->requests.denied;
	counts.gaps = bus->requests.gaps;
	guard_counts(bus->guard, &counts);
	return counts;
}

size_t bus_cursors(const struct bus *bus, struct bus_cursor *out, size_t max)
{
	return cursors_list(&bus->requests.cursors, out, max);
}

void bus_cursor_restore(struct bus *bus, const struct bus_cursor *cursor)
{
	cursors_restore(&bus->requests.cursors, cursor);
}

bool bus_cursor_forget(struct bus *bus, struct sv name)
{
	return cursors_forget(&bus->requests.cursors, name);
}

const char *bus_events_endpoint(const struct bus *bus)
{
	return zsocket_endpoint(bus->events);
}

const char *bus_query_endpoint(const struct bus *bus)
{
	return zsocket_endpoint(bus->query);
}
