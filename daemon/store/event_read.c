/* Reading the log back, filtered by topic prefix.
 *
 * Four ways, the cheapest that fits:
 * - nothing new under the prefix: known from the topics, no row is touched;
 * - the newest records are in memory;
 * - everything is asked for: rows in order;
 * - else a narrow index of (seq, topic) is walked, and only rows that match are read. A piece of it a call; *out_scanned_to
 *   lets the caller go on. Costs: a prefix that is rare in a long log takes many calls.
 * All of them stop at the committed head. */
#include "store_internal.h"

static const char SQL_ROWS[] = "SELECT seq, topic, record FROM event WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
static const char SQL_TOPICS[] =
	"SELECT seq, topic FROM event INDEXED BY event_topic WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
static const char SQL_RECORD[] = "SELECT record FROM event WHERE seq = ?1";

enum { WALK_ROWS = 20000 }; /* looked at in one call: some milliseconds of the loop */

struct reading {
	struct store *store;
	struct arena *arena;
	uint64_t from, head;
	struct sv prefix;
	size_t max_rows, max_bytes;
	size_t bytes;
	struct event_rows rows;
	uint64_t scanned_to;
};

static bool is_full(const struct reading *r)
{
	return r->rows.n >= r->max_rows || (r->rows.n > 0 && r->bytes >= r->max_bytes);
}

/* False when it does not fit any more. The first one always does. What is in memory anyway is not copied. */
static bool add(struct reading *r, uint64_t seq, struct sv topic, struct sv record, bool is_in_memory)
{
	size_t bytes = topic.n + record.n;
	if (r->rows.n >= r->max_rows || (r->rows.n > 0 && r->bytes + bytes > r->max_bytes))
		return false;
	struct event_row *row = list_push(r->arena, &r->rows);
	*row = (struct event_row){ seq, topic, is_in_memory ? record : arena_sv(r->arena, record) };
	r->bytes += bytes;
	r->scanned_to = seq;
	return true;
}

static void read_recent(struct reading *r)
{
	const struct recent *recent = &r->store->recent;
	for (uint64_t seq = r->from; seq <= r->head && !is_full(r); seq++) {
		struct sv topic = topic_name(recent_topic(recent, seq));
		if (sv_starts(topic, r->prefix) && !add(r, seq, topic, recent_record(recent, seq), true))
			return;
		r->scanned_to = seq;
	}
}

static enum status no_topic(uint64_t seq, struct error *err)
{
	return error_set(err, E_STORE, "is damaged: event %llu has no topic", (unsigned long long)seq);
}

static enum status read_everything(struct reading *r, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row = true;
	enum status st = query_open(r->store, SQL_ROWS, &q, err);
	if (st)
		return st;
	put_u64(&q, r->from);
	put_u64(&q, r->head);
	while (!is_full(r)) {
		st = query_next(&q, &has_row, err);
		if (st || !has_row)
			return st;
		uint64_t seq = take_u64(&q);
		const struct topic *topic = topics_by_id(&r->store->topics, take_i64(&q));
		if (!topic)
			return no_topic(seq, err);
		if (!add(r, seq, topic_name(topic), take_view(&q), false))
			break;
	}
	return OK;
}

static enum status read_one(
	struct reading *r, uint64_t seq, const struct topic *topic, bool *out_added, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(r->store, SQL_RECORD, &q, err);
	if (st)
		return st;
	put_u64(&q, seq);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_STORE, "is damaged: event %llu is missing", (unsigned long long)seq);
	*out_added = add(r, seq, topic_name(topic), take_view(&q), false);
	return OK;
}

/* Looks at the numbers from `from` to `to`; what lies beyond up to `next` is known not to match. */
static enum status read_walking(struct reading *r, uint64_t to, uint64_t next, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(r->store, SQL_TOPICS, &q, err);
	if (st)
		return st;
	put_u64(&q, r->from);
	put_u64(&q, to);
	while (!is_full(r)) {
		bool has_row, added = true;
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row) {
			r->scanned_to = next;
			return OK;
		}
		uint64_t seq = take_u64(&q);
		const struct topic *topic = topics_by_id(&r->store->topics, take_i64(&q));
		if (!topic)
			return no_topic(seq, err);
		if (sv_starts(topic_name(topic), r->prefix))
			st = read_one(r, seq, topic, &added, err);
		if (st || !added)
			return st;
	}
	return OK;
}

/* The last number under the prefix; for one that is no whole level nobody knows, so the head. */
static uint64_t last_match(const struct reading *r)
{
	bool is_whole = r->prefix.n == 0 || r->prefix.p[r->prefix.n - 1] == '/';
	return is_whole ? store_last_seq(r->store, r->prefix) : r->head;
}

static enum status read_rows(struct reading *r, struct error *err)
{
	uint64_t last = last_match(r);
	if (last < r->from) {
		r->scanned_to = r->head;
		return OK;
	}
	if (recent_has(&r->store->recent, r->from)) {
		read_recent(r);
		return OK;
	}
	if (r->prefix.n == 0)
		return read_everything(r, err);
	if (last - r->from < WALK_ROWS)
		return read_walking(r, last, r->head, err);
	return read_walking(r, r->from + WALK_ROWS - 1, r->from + WALK_ROWS - 1, err);
}

enum status store_events(struct store *store, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct event_rows *out, uint64_t *out_scanned_to, struct error *err)
{
	struct log_position log = store_log(store);
	struct reading r = {
		.store = store, .arena = arena, .head = log.head, .prefix = prefix, .max_bytes = max_bytes
	};
	r.max_rows = max_rows < LIMIT_REPLAY_ROWS ? max_rows : LIMIT_REPLAY_ROWS;
	if (r.max_rows == 0)
		return error_set(err, E_REFUSED, "asks for no rows");
	r.from = from > log.oldest ? from : log.oldest;
	r.scanned_to = r.from ? r.from - 1 : 0;
	enum status st = OK;
	if (log.head == 0 || r.from > log.head)
		r.scanned_to = log.head;
	else
		st = read_rows(&r, err);
	if (st)
		return st;
	*out = r.rows;
	*out_scanned_to = r.scanned_to;
	return OK;
}
