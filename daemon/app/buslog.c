/* The log and the facts as the bus sees them: those of the store, without the bus knowing the store. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "encode.h"
#include "limit.h"
#include "policywatch/wire.h"

static void position(void *ctx, uint64_t *epoch, uint64_t *head, uint64_t *oldest)
{
	const struct app *app = ctx;
	struct log_position log = store_log(app->store);
	*epoch = log.epoch;
	*head = log.head;
	*oldest = log.oldest;
}

/* An event keeps its id for ever, and its record as it was stored; only the log's name in front of it may have become another
 * one (--new-epoch). Rows that the store lends are of this run, and so of this name. */
static struct sv with_epoch(struct sv record, uint64_t epoch)
{
	enum { EPOCH_AT = 8 };
	uint8_t *bytes = (uint8_t *)(uintptr_t)record.p;
	if (record.n >= PW_RECORD_FIXED && pw_get_u64(bytes + EPOCH_AT) != epoch)
		pw_put_u64(bytes + EPOCH_AT, epoch);
	return record;
}

static enum status read_events(void *ctx, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct bus_rows *out, uint64_t *out_scanned_to, struct error *err)
{
	struct app *app = ctx;
	struct event_rows rows = { 0 };
	enum status st = store_events(app->store, arena, from, prefix, max_rows, max_bytes, &rows, out_scanned_to, err);
	if (st)
		return st;
	out->items = arena_array(arena, struct bus_row, rows.n);
	out->n = out->cap = rows.n;
	uint64_t epoch = store_log(app->store).epoch;
	for (size_t i = 0; i < rows.n; i++)
		out->items[i] = (struct bus_row){ rows.items[i].seq, rows.items[i].topic,
			with_epoch(rows.items[i].record, epoch) };
	return OK;
}

static enum status at_time(void *ctx, struct wall_ms at, uint64_t *out_seq, struct error *err)
{
	struct app *app = ctx;
	return store_event_at(app->store, at, out_seq, err);
}

static uint64_t last_seq(void *ctx, struct sv prefix)
{
	const struct app *app = ctx;
	return store_last_seq(app->store, prefix);
}

/* ---- snapshots: each fact as an event that says where it stands ---- */

struct page {
	struct app *app;
	struct arena *arena;
	struct log_position log;
	size_t max_bytes, bytes;
	struct bus_rows rows;
};

static struct sv state_record(const struct page *page, const struct event *event)
{
	struct pw_record record = { .kind = PW_RECORD_STATE,
		.encoding = PW_ENCODING_JSON,
		.epoch = page->log.epoch,
		.seq = page->log.head,
		.time_ns = event->recorded.v * 1000000 };
	struct sv json = encode_event(page->arena, event, page->app->config->instance, page->log.epoch, page->log.head);
	size_t head = pw_record_head_bytes(0);
	char *bytes = arena_alloc(page->arena, head + json.n);
	pw_record_head(&record, (uint8_t *)bytes);
	memcpy(bytes + head, json.p, json.n);
	return (struct sv){ bytes, head + json.n };
}

static bool on_fact(void *ctx, const struct fact_entry *standing, uint32_t sightings)
{
	struct page *page = ctx;
	struct statement said = { .text = standing->statement, .speaker = standing->speaker };
	struct document document = { .url = standing->url, .published = WALL_NONE };
	struct event event = { .family = EVENT_FACT,
		.what = SV("state"),
		.subject = standing->fact.id,
		.time = standing->said,
		.recorded = standing->recorded,
		.severity = SEVERITY_INFO,
		.is_state = true,
		.fact = &standing->fact,
		.said = said.text.n ? &said : NULL,
		.document = document.url.n ? &document : NULL,
		.source_id = standing->origin,
		.retrieved = WALL_NONE,
		.sightings = sightings };
	struct bus_row row = { .seq = page->log.head, .topic = encode_topic(page->arena, &event) };
	row.record = state_record(page, &event);
	size_t bytes = row.topic.n + row.record.n;
	if (page->rows.n && (page->bytes + bytes > page->max_bytes || page->rows.n >= LIMIT_REPLAY_ROWS))
		return false;
	*list_push(page->arena, &page->rows) = row;
	page->bytes += bytes;
	return true;
}

static enum status snapshot_open(
	void *ctx, struct bus_snapshot **out, uint64_t *out_epoch, uint64_t *out_seq, struct error *err)
{
	struct app *app = ctx;
	struct store_snapshot *snapshot;
	enum status st = store_snapshot_open(app->store, &snapshot, err);
	if (st)
		return st;
	struct log_position log = store_snapshot_log(snapshot);
	*out = (struct bus_snapshot *)snapshot; /* opaque there */
	*out_epoch = log.epoch;
	*out_seq = log.head;
	return OK;
}

static enum status snapshot_read(void *ctx, struct bus_snapshot *opaque, struct arena *arena,
	const struct bus_facts *facts, size_t max_bytes, struct bus_rows *out, bool *out_more, struct error *err)
{
	struct store_snapshot *snapshot = (struct store_snapshot *)opaque;
	struct page page = { .app = ctx, .arena = arena, .max_bytes = max_bytes, .log = store_snapshot_log(snapshot) };
	struct fact_range range = { .prefix = facts->prefix, .after = facts->after, .is_whole = facts->is_whole };
	enum status st = store_snapshot_read(snapshot, arena, &range, on_fact, &page, out_more, err);
	if (st)
		return st;
	*out = page.rows;
	return OK;
}

static void snapshot_close(void *ctx, struct bus_snapshot *opaque)
{
	(void)ctx;
	store_snapshot_close((struct store_snapshot *)opaque);
}

struct bus_log app_bus_log(struct app *app)
{
	return (struct bus_log){ .ctx = app,
		.position = position,
		.read = read_events,
		.at_time = at_time,
		.last_seq = last_seq,
		.snapshot_open = snapshot_open,
		.snapshot_read = snapshot_read,
		.snapshot_close = snapshot_close };
}
