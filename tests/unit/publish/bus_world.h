/* The bus with real sockets in one process: the loop turns until the client's side has what the test waits for. */
#ifndef PUBLISH_BUS_WORLD_H
#define PUBLISH_BUS_WORLD_H

#include "test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "fake_log.h"
#include "json.h"

#define PATIENCE_MS 20000 /* until a test that waits in vain fails */
#define SILENT_MS 600000  /* a heartbeat that never comes */

struct world {
	struct loop *loop;
	struct fake_log log;
	struct bus *bus;
	void *zmq, *sub, *dealer;
	char folder[64];
	char events[128], query[128];
	struct loop_timer *poll;
	struct mono_ms deadline;
	bool (*is_done)(struct world *w);
	uint64_t token;
	struct bus_peer peer; /* who called */
	/* What came last, and how much. */
	size_t asked, got, wanted, heartbeats;
	char topic[256];
	struct pw_record record;
	char payload[256];
	size_t frames, bytes;
	struct pw_request reply;
};

static inline void on_call(void *ctx, const struct bus_call *call)
{
	struct world *w = ctx;
	w->token = call->token;
	w->peer = call->peer;
}

static inline void on_poll(void *ctx)
{
	struct world *w = ctx;
	if (w->is_done(w) || mono_now().v > w->deadline.v)
		loop_stop(w->loop);
	else
		loop_timer_set(w->poll, 1);
}

static inline bool turn_until(struct world *w, bool (*is_done)(struct world *w))
{
	struct error err;
	w->is_done = is_done;
	w->deadline.v = mono_now().v + PATIENCE_MS;
	loop_timer_set(w->poll, 0);
	assert_ok(loop_run(w->loop, &err), err);
	return mono_now().v <= w->deadline.v;
}

static inline int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct error err;
	fake_log_init(&w->log);
	assert_ok(loop_new(&w->loop, &err), err);
	w->poll = loop_timer_new(w->loop, on_poll, w);
	(void)snprintf(w->folder, sizeof w->folder, "/tmp/pw-bus-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->events, sizeof w->events, "ipc://%s/events", w->folder);
	(void)snprintf(w->query, sizeof w->query, "ipc://%s/query", w->folder);
	w->zmq = zmq_ctx_new();
	*state = w;
	return 0;
}

static inline void close_socket(void **socket)
{
	int none = 0;
	if (!*socket)
		return;
	(void)zmq_setsockopt(*socket, ZMQ_LINGER, &none, sizeof none);
	(void)zmq_close(*socket);
	*socket = NULL;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;
	char path[160];
	close_socket(&w->sub);
	close_socket(&w->dealer);
	(void)zmq_ctx_term(w->zmq);
	bus_free(w->bus);
	loop_timer_free(w->poll);
	loop_free(w->loop);
	fake_log_done(&w->log);
	(void)snprintf(path, sizeof path, "%s/events", w->folder);
	(void)unlink(path);
	assert_int_equal(rmdir(w->folder), 0); /* no socket file stays behind */
	free(w);
	return 0;
}

static inline enum status open_bus(struct world *w, struct sv_list events, int heartbeat_ms, struct error *err)
{
	struct sv query_item = sv_of(w->query);
	struct bus_options options = { .events_endpoints = events,
		.query_endpoints = { &query_item, 1, 1 },
		.heartbeat_ms = heartbeat_ms,
		.ipc_mode = 0660,
		.instance = SV("test") };
	struct bus_log log = fake_log_as_bus_log(&w->log);
	struct bus_ops ops = { .ctx = w, .on_call = on_call };
	return bus_new(w->loop, &options, &log, &ops, &w->bus, err);
}

static inline enum status open_at(struct world *w, const char *endpoint, struct error *err)
{
	struct sv item = sv_of(endpoint);
	return open_bus(w, (struct sv_list){ &item, 1, 1 }, SILENT_MS, err);
}

static inline void start(struct world *w, int heartbeat_ms)
{
	struct error err;
	struct sv item = sv_of(w->events);
	assert_ok(open_bus(w, (struct sv_list){ &item, 1, 1 }, heartbeat_ms, &err), err);
}

static inline void *subscriber(struct world *w, const char *endpoint, const char *prefix)
{
	void *sub = zmq_socket(w->zmq, ZMQ_SUB);
	int hwm = 0;
	(void)zmq_setsockopt(sub, ZMQ_RCVHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(sub, ZMQ_SUBSCRIBE, prefix, strlen(prefix));
	assert_int_equal(zmq_connect(sub, endpoint), 0);
	return sub;
}

static inline bool has_subscription(struct world *w)
{
	return bus_counts(w->bus).subscriptions == w->wanted;
}

static inline void subscribe(struct world *w, const char *prefix)
{
	w->sub = subscriber(w, w->events, prefix);
	w->wanted = 1;
	assert_true(turn_until(w, has_subscription));
}

static inline bool take(void *socket, char *out, size_t size, size_t *out_n)
{
	int n = zmq_recv(socket, out, size, ZMQ_DONTWAIT);
	if (n < 0)
		return false;
	*out_n = (size_t)n;
	return true;
}

/* Takes every message there is; the last event stays in w. The welcome has one frame. */
static inline bool take_event(struct world *w)
{
	static char record[70000];
	size_t n;
	int more = 0;
	size_t more_n = sizeof more;
	if (!take(w->sub, w->topic, sizeof w->topic - 1, &n))
		return false;
	w->topic[n] = 0;
	(void)zmq_getsockopt(w->sub, ZMQ_RCVMORE, &more, &more_n);
	if (!more)
		return true;
	assert_true(take(w->sub, record, sizeof record, &n));
	assert_int_equal(pw_record_read(record, n, &w->record), 0);
	(void)snprintf(
		w->payload, sizeof w->payload, "%.*s", (int)w->record.payload_bytes, (const char *)w->record.payload);
	if (w->record.kind == PW_RECORD_HEARTBEAT)
		w->heartbeats++;
	else
		w->got++;
	return true;
}

static inline bool has_all_events(struct world *w)
{
	while (w->got < w->wanted && take_event(w))
		;
	return w->got >= w->wanted;
}

static inline bool has_heartbeat(struct world *w)
{
	while (!w->heartbeats && take_event(w))
		;
	return w->heartbeats > 0;
}

static inline void append(struct world *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fake_log_append(&w->log, SV("fact/a/b/figure/"), SV("{\"a\":1}"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
