/* A log in memory for tests and measurements of the bus: numbers from 1, or from `oldest`. */
#ifndef SUPPORT_FAKE_LOG_H
#define SUPPORT_FAKE_LOG_H

#include <policywatch/wire.h>
#include <stdlib.h>

#include "bus.h"

struct fake_log {
	struct arena *arena;
	uint64_t epoch, oldest;
	struct bus_rows rows; /* rows.items[i] has the number i + 1 */
	size_t reads;
	bool is_broken;   /* reads fail */
	size_t facts;     /* "a.f000", "a.f001" … as they stand now */
	size_t snapshots; /* that are open */
	bool are_over;    /* snapshots that are open can no longer be read */
};

struct bus_snapshot {
	size_t facts;
	uint64_t seq;
};

#define FAKE_EPOCH 0x1122334455667788u

static inline void fake_log_init(struct fake_log *log)
{
	*log = (struct fake_log){ .arena = arena_new(256u << 20), .epoch = FAKE_EPOCH, .oldest = 1 };
}

static inline void fake_log_done(struct fake_log *log)
{
	arena_free(log->arena);
}

/* Appends a record with the payload under the topic; prev[0] only. */
static inline void fake_log_append(struct fake_log *log, struct sv topic, struct sv payload)
{
	struct bus_row *row = list_push(log->arena, &log->rows);
	row->seq = log->rows.n;
	struct pw_record record = { .kind = PW_RECORD_EVENT, .encoding = PW_ENCODING_JSON, .nprev = 1 };
	record.epoch = log->epoch;
	record.seq = row->seq;
	record.prev[0] = row->seq - 1;
	size_t head = pw_record_head_bytes(1);
	uint8_t *bytes = arena_alloc(log->arena, head + payload.n);
	pw_record_head(&record, bytes);
	if (payload.n)
		memcpy(bytes + head, payload.p, payload.n);
	row->topic = arena_sv(log->arena, topic);
	row->record = (struct sv){ (const char *)bytes, head + payload.n };
}

static void fake_position(void *ctx, uint64_t *epoch, uint64_t *head, uint64_t *oldest)
{
	const struct fake_log *log = ctx;
	*epoch = log->epoch;
	*head = log->rows.n;
	*oldest = log->oldest;
}

/* Lends its rows, as the store lends the newest. */
static enum status fake_read(void *ctx, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct bus_rows *out, uint64_t *out_scanned_to, struct error *err)
{
	struct fake_log *log = ctx;
	struct bus_rows rows = { 0 };
	size_t bytes = 0;
	uint64_t scanned_to = log->rows.n;
	log->reads++;
	if (log->is_broken)
		return error_set(err, E_STORE, "disk gone");
	for (uint64_t seq = from; seq <= log->rows.n; seq++) {
		const struct bus_row *row = &log->rows.items[seq - 1];
		if (!sv_starts(row->topic, prefix))
			continue;
		if (rows.n == max_rows || (rows.n && bytes + row->record.n > max_bytes)) {
			scanned_to = seq - 1;
			break;
		}
		bytes += row->record.n;
		*list_push(arena, &rows) = *row;
	}
	*out = rows;
	*out_scanned_to = scanned_to;
	return OK;
}

/* Event n was recorded n seconds after 1970. */
static enum status fake_at_time(void *ctx, struct wall_ms at, uint64_t *out_seq, struct error *err)
{
	const struct fake_log *log = ctx;
	(void)err;
	uint64_t seq = at.v <= 1000 ? 1 : ((uint64_t)at.v + 999) / 1000;
	*out_seq = seq > log->rows.n ? log->rows.n + 1 : seq;
	return OK;
}

static uint64_t fake_last_seq(void *ctx, struct sv prefix)
{
	const struct fake_log *log = ctx;
	for (size_t i = log->rows.n; i > 0; i--)
		if (sv_starts(log->rows.items[i - 1].topic, prefix))
			return i;
	return 0;
}

static enum status fake_snapshot_open(
	void *ctx, struct bus_snapshot **out, uint64_t *out_epoch, uint64_t *out_seq, struct error *err)
{
	struct fake_log *log = ctx;
	struct bus_snapshot *snapshot = calloc(1, sizeof *snapshot);
	if (!snapshot || log->is_broken) {
		free(snapshot);
		return error_set(err, E_STORE, "disk gone");
	}
	snapshot->facts = log->facts;
	snapshot->seq = log->rows.n;
	log->snapshots++;
	*out = snapshot;
	*out_epoch = log->epoch;
	*out_seq = snapshot->seq;
	return OK;
}

/* Each record is that of the snapshot's place, without a payload. */
static enum status fake_snapshot_read(void *ctx, struct bus_snapshot *snapshot, struct arena *arena,
	const struct bus_facts *facts, size_t max_bytes, struct bus_rows *out, bool *out_more, struct error *err)
{
	struct fake_log *log = ctx;
	size_t bytes = 0;
	struct pw_record record = { .kind = PW_RECORD_STATE, .epoch = log->epoch, .seq = snapshot->seq };
	if (log->are_over)
		return error_set(err, E_NOT_FOUND, "over");
	*out_more = false;
	for (size_t i = 0; i < snapshot->facts; i++) {
		struct sv id = arena_printf(arena, "a.f%03zu", i);
		bool is_wanted = facts->is_whole ? sv_eq(id, facts->prefix) : sv_starts(id, facts->prefix);
		if (!is_wanted || (facts->after.n && sv_compare(id, facts->after) <= 0))
			continue;
		if (out->n && bytes + PW_RECORD_FIXED > max_bytes) {
			*out_more = true;
			return OK;
		}
		bytes += PW_RECORD_FIXED;
		uint8_t *head = arena_alloc(arena, PW_RECORD_FIXED);
		pw_record_head(&record, head);
		*list_push(arena, out) = (struct bus_row){ .seq = snapshot->seq,
			.topic = arena_printf(arena, "fact/a/f%03zu/state/", i),
			.record = { (const char *)head, PW_RECORD_FIXED } };
	}
	return OK;
}

static void fake_snapshot_close(void *ctx, struct bus_snapshot *snapshot)
{
	struct fake_log *log = ctx;
	log->snapshots--;
	free(snapshot);
}

static inline struct bus_log fake_log_as_bus_log(struct fake_log *log)
{
	return (struct bus_log){ .ctx = log,
		.position = fake_position,
		.read = fake_read,
		.at_time = fake_at_time,
		.last_seq = fake_last_seq,
		.snapshot_open = fake_snapshot_open,
		.snapshot_read = fake_snapshot_read,
		.snapshot_close = fake_snapshot_close };
}

#endif
