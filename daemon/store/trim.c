/* Retention: the oldest events go, a piece at a time.
 *
 * What prev[] needs outlives the events: the last number of a topic is in its row once topics_saved has passed it. A piece that
 * reaches past topics_saved therefore saves them first, in the same transaction. The newest event stays, so that the log knows
 * where it ends. Rows go from the front only; between oldest and head there is never a hole.
 *
 * The number of rows of a piece is found by the clock, as an event takes a few bytes or sixteen pages. */
#include "store_internal.h"

static const char SQL_TRIM[] = "DELETE FROM event WHERE seq >= ?1 AND seq < ?2";

enum { ROWS_A_STEP = 64 };

static enum status remove_rows(struct store *store, uint64_t from, uint64_t to, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_TRIM, &q, err);
	if (st)
		return st;
	put_u64(&q, from);
	put_u64(&q, to);
	return query_run(&q, err);
}

/* Removes from *at on until `end` or until the time is over. */
static enum status remove_steps(struct store *store, uint64_t *at, uint64_t end, int64_t max_ms, struct error *err)
{
	struct mono_ms start = mono_now();
	enum status st = OK;
	do {
		uint64_t to = end - *at > ROWS_A_STEP ? *at + ROWS_A_STEP : end;
		if (to > store->topics_saved + 1)
			st = events_save_topics(store, err);
		if (!st)
			st = remove_rows(store, *at, to, err);
		if (!st)
			*at = to;
	} while (!st && *at < end && mono_now().v - start.v < max_ms);
	return st;
}

enum status store_events_trim(
	struct store *store, uint64_t before, int64_t max_ms, uint64_t *out_trimmed, struct error *err)
{
	struct log_position log = store_log(store);
	struct error ignored;
	uint64_t end = before < log.head ? before : log.head, at = log.oldest;
	if (store->in_job || store->is_dirty)
		return error_set(err, E_STORE, "trimmed while jobs wait for their commit");
	if (log.oldest == 0 || end <= log.oldest) {
		*out_trimmed = 0;
		return OK;
	}
	enum status st = store_job_begin(store, err);
	if (st)
		return st;
	st = job_write(store, err);
	if (!st)
		st = remove_steps(store, &at, end, max_ms, err);
	if (st) {
		(void)store_job_end(store, false, &ignored); /* the first error is the one to tell */
		return error_wrap(err, "old events");
	}
	st = store_job_end(store, true, err);
	if (!st)
		st = store_commit(store, err);
	if (st)
		return st;
	store->oldest = at;
	*out_trimmed = at - log.oldest;
	return OK;
}
