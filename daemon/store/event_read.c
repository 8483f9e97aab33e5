/* Reading the log back, filtered by topic prefix.
 *
 * Four ways, the cheapest that fits:
 * - nothing new under the prefix: known from the topics, no row is touched;
 * - the newest records are in memory;
 * - few topics under the prefix: their sequence numbers are merged from the index;
 * - else the log is walked, a bounded piece a call, and *out_scanned_to lets the caller go on.
 * All of them stop at the committed head: this connection would also see what is not committed yet. */
#include <stdlib.h>

#include "store_internal.h"

/* Topics are printable ASCII, so that DEL is above every continuation of a prefix. */
static const char SQL_TOPICS_UNDER[] = "SELECT name FROM topic WHERE name >= ?1 AND name < ?1 || char(127) LIMIT ?2";
static const char SQL_NUMBERS[] =
	"SELECT seq FROM event WHERE topic = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq LIMIT ?4";
static const char SQL_ONE[] =
	"SELECT e.seq, t.name, e.record FROM event e JOIN topic t ON t.id = e.topic WHERE e.seq = ?1";
/* CROSS JOIN holds SQLite to the order of the log; records of other topics are not read. */
static const char SQL_WALK[] = "SELECT e.seq, t.name, e.record FROM event e CROSS JOIN topic t ON t.id = e.topic"
			       " WHERE e.seq BETWEEN ?1 AND ?2 AND t.name >= ?3 AND t.name < ?3 || char(127)"
			       " ORDER BY e.seq";

enum {
	FEW_TOPICS = 32,
	SHORT_WALK = 1000, /* rows; below it walking is cheaper than asking the index for each topic */
	WALK_ROWS = 10000  /* looked at in one call: a few milliseconds of the loop */
};

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

/* False when it does not fit any more. The first one always does. */
static bool add(struct reading *r, uint64_t seq, struct sv topic, struct sv record)
{
	size_t bytes = topic.n + record.n;
	if (r->rows.n >= r->max_rows || (r->rows.n > 0 && r->bytes + bytes > r->max_bytes))
		return false;
	struct event_row *row = list_push(r->arena, &r->rows);
	*row = (struct event_row){ seq, arena_sv(r->arena, topic), arena_sv(r->arena, record) };
	r->bytes += bytes;
	r->scanned_to = seq;
	return true;
}

static void read_recent(struct reading *r)
{
	const struct recent *recent = &r->store->recent;
	for (uint64_t seq = r->from; seq <= r->head && !is_full(r); seq++) {
		struct sv topic = recent_topic(recent, seq);
		if (sv_starts(topic, r->prefix) && !add(r, seq, topic, recent_record(recent, seq)))
			return;
		r->scanned_to = seq;
	}
}

static enum status read_walking(struct reading *r, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	uint64_t to = r->head - r->from >= WALK_ROWS ? r->from + WALK_ROWS - 1 : r->head;
	enum status st = query_open(r->store, SQL_WALK, &q, err);
	if (st)
		return st;
	put_u64(&q, r->from);
	put_u64(&q, to);
	put_sv(&q, r->prefix);
	while (!is_full(r)) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row) {
			r->scanned_to = to;
			return OK;
		}
		uint64_t seq = take_u64(&q);
		struct sv topic = take_view(&q);
		if (!add(r, seq, topic, take_view(&q)))
			return OK;
	}
	return OK;
}

/* The topics under the prefix that have something at or after `from`; one more than FEW_TOPICS: too many. */
static enum status find_topics(struct reading *r, const struct topic **out, size_t *out_n, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	size_t n = 0;
	bool has_row = true;
	enum status st = query_open(r->store, SQL_TOPICS_UNDER, &q, err);
	if (st)
		return st;
	put_sv(&q, r->prefix);
	put_i64(&q, WALK_ROWS);
	for (size_t looked = 0; n <= FEW_TOPICS; looked++) {
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row)
			break;
		const struct topic *topic = topics_find(&r->store->topics, take_view(&q));
		if (topic_committed(topic) >= r->from)
			out[n++] = topic;
		if (looked + 1 == WALK_ROWS)
			n = FEW_TOPICS + 1; /* enough of that */
	}
	*out_n = n;
	return OK;
}

struct numbers {
	uint64_t *items;
	size_t n, cap;
};

static enum status add_numbers(
	struct reading *r, int64_t topic, struct arena *scratch, struct numbers *numbers, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(r->store, SQL_NUMBERS, &q, err);
	if (st)
		return st;
	put_i64(&q, topic);
	put_u64(&q, r->from);
	put_u64(&q, r->head);
	put_u64(&q, r->max_rows + 1);
	for (;;) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (st || !has_row)
			return st;
		*list_push(scratch, numbers) = take_u64(&q);
	}
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static enum status read_one(struct reading *r, uint64_t seq, bool *out_added, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(r->store, SQL_ONE, &q, err);
	if (st)
		return st;
	put_u64(&q, seq);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_STORE, "is damaged: event %llu is missing", (unsigned long long)seq);
	(void)take_u64(&q);
	struct sv topic = take_view(&q);
	*out_added = add(r, seq, topic, take_view(&q));
	return OK;
}

/* Each topic gives its first max_rows + 1 numbers: the first max_rows of all of them are then right, and a
 * number more says that there is more. */
static enum status read_merging(
	struct reading *r, const struct topic *const *topics, size_t n_topics, struct error *err)
{
	CLEANUP(arena_freep) struct arena *scratch = arena_new(SIZE_MAX / 8);
	struct numbers numbers = { 0 };
	for (size_t i = 0; i < n_topics; i++) {
		enum status st = add_numbers(r, topic_id(topics[i]), scratch, &numbers, err);
		if (st)
			return st;
	}
	if (numbers.n)
		qsort(numbers.items, numbers.n, sizeof *numbers.items, compare_numbers);
	for (size_t i = 0; i < numbers.n; i++) {
		bool added = false;
		enum status st = read_one(r, numbers.items[i], &added, err);
		if (st)
			return st;
		if (!added)
			return OK;
	}
	r->scanned_to = r->head;
	return OK;
}

static enum status read_rows(struct reading *r, struct error *err)
{
	bool whole_levels = r->prefix.n == 0 || r->prefix.p[r->prefix.n - 1] == '/';
	if (whole_levels && store_last_seq(r->store, r->prefix) < r->from) {
		r->scanned_to = r->head;
		return OK;
	}
	if (recent_has(&r->store->recent, r->from)) {
		read_recent(r);
		return OK;
	}
	if (r->prefix.n == 0 || r->head - r->from < SHORT_WALK)
		return read_walking(r, err);
	const struct topic *topics[FEW_TOPICS + 1];
	size_t n;
	enum status st = find_topics(r, topics, &n, err);
	if (st)
		return st;
	return n <= FEW_TOPICS ? read_merging(r, topics, n, err) : read_walking(r, err);
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
