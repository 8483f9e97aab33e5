#include "keys.h"
#include "setup.h"

struct waiting {
	struct loop *loop;
	struct bus *bus;
	struct loop_timer *timer;
	uint32_t wanted;
};

static void on_wait(void *ctx)
{
	struct waiting *waiting = ctx;
	if (bus_counts(waiting->bus).subscriptions >= waiting->wanted)
		loop_stop(waiting->loop);
	else
		loop_timer_set(waiting->timer, 1);
}

void bus_wait_subscribed(struct loop *loop, struct bus *bus, size_t subscribers)
{
	struct error err;
	struct waiting waiting = { .loop = loop, .bus = bus, .wanted = (uint32_t)subscribers };
	waiting.timer = loop_timer_new(loop, on_wait, &waiting);
	loop_timer_set(waiting.timer, 0);
	must(loop_run(loop, &err) == OK, "loop");
	loop_timer_free(waiting.timer);
}

/* As the daemon has them: its own key, and a folder of those of its clients. */
static struct keys *load_keys(const struct curve *curve)
{
	struct keys_options options = { .server_key = sv_of(curve->server_file),
		.folder = sv_of(curve->clients_folder) };
	struct key_issues issues = { .arena = arena_new(1 << 16) };
	struct keys *keys;
	struct error err;
	if (keys_load(&options, &keys, &issues, &err))
		die("keys", err.text);
	must(issues.n == 0, "a key file");
	arena_free(issues.arena);
	return keys;
}

struct bus *bus_open_for(const struct setup *setup, struct loop *loop, const struct bus_log *log)
{
	struct sv events = sv_of(setup->events), query = sv_of(setup->query);
	struct bus_options options = { .events_endpoints = { &events, 1, 1 },
		.query_endpoints = { &query, 1, 1 },
		.heartbeat_ms = 1000,
		.instance = SV("bench") };
	if (setup->transport == OVER_TCP_CURVE) {
		options.plain_tcp = PLAIN_TCP_NEVER;
		options.keys = load_keys(setup->curve);
	}
	struct bus_ops ops = { 0 };
	struct bus *bus;
	struct error err;
	if (bus_new(loop, &options, log, &ops, &bus, &err))
		die("bus", err.text);
	return bus;
}

static void position_of(void *ctx, uint64_t *epoch, uint64_t *head, uint64_t *oldest)
{
	struct log_position at = store_log(ctx);
	*epoch = at.epoch;
	*head = at.head;
	*oldest = at.oldest;
}

static enum status read_rows(void *ctx, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct bus_rows *out, uint64_t *out_scanned_to, struct error *err)
{
	struct event_rows rows = { 0 };
	enum status st = store_events(ctx, arena, from, prefix, max_rows, max_bytes, &rows, out_scanned_to, err);
	if (st)
		return st;
	out->items = arena_array(arena, struct bus_row, rows.n);
	out->n = out->cap = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		out->items[i] = (struct bus_row){ rows.items[i].seq, rows.items[i].topic, rows.items[i].record };
	return OK;
}

static enum status at_time(void *ctx, struct wall_ms at, uint64_t *out_seq, struct error *err)
{
	return store_event_at(ctx, at, out_seq, err);
}

static uint64_t last_seq(void *ctx, struct sv prefix)
{
	return store_last_seq(ctx, prefix);
}

void host_open(struct host *host, const struct setup *setup, const char *folder)
{
	struct error err;
	if (store_open(folder, &host->store, &err))
		die("store", err.text);
	must(loop_new(&host->loop, &err) == OK, "loop_new");
	struct bus_log log = {
		.ctx = host->store, .position = position_of, .read = read_rows, .at_time = at_time, .last_seq = last_seq
	};
	host->bus = bus_open_for(setup, host->loop, &log);
}

void host_wait_subscribed(struct host *host, size_t subscribers)
{
	bus_wait_subscribed(host->loop, host->bus, subscribers);
}

void host_close(struct host *host)
{
	bus_free(host->bus);
	loop_free(host->loop);
	store_close(host->store);
}
