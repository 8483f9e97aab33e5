/* The log: numbers without holes, records as they are sent.
 *
 * An appended event waits in memory with its number; the commit writes all that wait in one go. That is cheaper than
 * a row now, whose pages every savepoint of a job would have to keep a copy of, and nobody may read it earlier anyway.
 *
 * Full topics are rows of their own, so that an event costs a small number and not a text. Their last numbers
 * are saved once in SAVE_EVERY events; opening reads them and goes through the events after that only.
 *
 * event.reached never falls from one event to the next, even when the clock does. The first event whose `reached`
 * is at or past a time is therefore the first one recorded at or past it, and is found by halving. */
#include "id.h"
#include "store_internal.h"

static const char SQL_TOPICS[] = "SELECT id, name, last FROM topic";
static const char SQL_EPOCH[] = "UPDATE log SET epoch = ?1";
static const char SQL_SAVED[] = "SELECT topics_saved FROM log";
static const char SQL_SINCE[] = "SELECT seq, topic FROM event INDEXED BY event_topic WHERE seq > ?1 ORDER BY seq";
static const char SQL_SAVE_TOPIC[] = "UPDATE topic SET last = ?2 WHERE id = ?1";
static const char SQL_SAVE[] = "UPDATE log SET topics_saved = ?1";
static const char SQL_OLDEST[] = "SELECT seq, reached FROM event ORDER BY seq LIMIT 1";
static const char SQL_NEWEST[] = "SELECT seq, reached FROM event ORDER BY seq DESC LIMIT 1";
static const char SQL_TOPIC_MAKE[] = "INSERT INTO topic (name) VALUES (?1)";
static const char SQL_APPEND[] = "INSERT INTO event (seq, topic, reached, record) VALUES (?1, ?2, ?3, ?4)";
static const char SQL_REACHED[] = "SELECT reached FROM event WHERE seq = ?1";

enum { SAVE_EVERY = 10000 }; /* read at open in about 2 ms */

static enum status load_topics(struct store *store, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_TOPICS, &q, err);
	if (st)
		return st;
	for (;;) {
		st = query_next(&q, &has_row, err);
		if (st || !has_row)
			return st;
		int64_t id = take_i64(&q);
		topics_load(&store->topics, take_view(&q), id);
		struct topic *topic = topics_by_id(&store->topics, id);
		if (!topic)
			return error_set(err, E_STORE, "is damaged: topic %lld has a wrong name", (long long)id);
		topics_load_last(topic, take_u64(&q));
	}
}

static enum status load_since(struct store *store, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_SINCE, &q, err);
	if (st)
		return st;
	put_u64(&q, store->topics_saved);
	for (;;) {
		st = query_next(&q, &has_row, err);
		if (st || !has_row)
			return st;
		uint64_t seq = take_u64(&q);
		struct topic *topic = topics_by_id(&store->topics, take_i64(&q));
		if (!topic)
			return error_set(err, E_STORE, "is damaged: event %llu has no topic", (unsigned long long)seq);
		topics_load_last(topic, seq);
	}
}

static enum status load_saved(struct store *store, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	int64_t saved = 0;
	enum status st = query_open(store, SQL_SAVED, &q, err);
	if (!st)
		st = query_number(&q, &saved, err);
	store->topics_saved = (uint64_t)saved;
	return st;
}

static enum status load_end(struct store *store, const char *sql, uint64_t *seq, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row = false;
	enum status st = query_open(store, sql, &q, err);
	if (!st)
		st = query_next(&q, &has_row, err);
	if (st || !has_row)
		return st;
	*seq = take_u64(&q);
	store->reached = take_i64(&q);
	return OK;
}

enum status events_load(struct store *store, struct error *err)
{
	uint64_t newest = 0;
	enum status st = load_saved(store, err);
	if (!st)
		st = load_topics(store, err);
	if (!st)
		st = load_since(store, err);
	if (!st)
		st = load_end(store, SQL_OLDEST, &store->oldest, err);
	if (!st)
		st = load_end(store, SQL_NEWEST, &newest, err);
	if (st)
		return st;
	if (newest != store_log(store).head)
		return error_set(err, E_STORE, "is damaged: the log ends at %llu, its topics at %llu",
			(unsigned long long)newest, (unsigned long long)store_log(store).head);
	return OK;
}

struct log_position store_log(const struct store *store)
{
	return (struct log_position){ store->epoch, store_last_seq(store, SV("")), store->oldest };
}

static enum status write_epoch(struct store *store, uint64_t epoch, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = query_open(store, SQL_EPOCH, &q, err);
	if (st)
		return st;
	put_u64(&q, epoch);
	return query_run(&q, err);
}

enum status store_new_epoch(struct store *store, struct error *err)
{
	struct error ignored;
	uint64_t epoch = id_random();
	if (store->is_dirty)
		return error_set(err, E_STORE, "a new epoch while jobs wait for their commit");
	enum status st = store_job_begin(store, err);
	if (st)
		return st;
	st = write_epoch(store, epoch, err);
	if (st) {
		(void)store_job_end(store, false, &ignored); /* the first error is the one to tell */
		return st;
	}
	st = store_job_end(store, true, err);
	if (!st)
		st = store_commit(store, err);
	if (!st)
		store->epoch = epoch;
	return st;
}

uint64_t store_last_seq(const struct store *store, struct sv prefix)
{
	return topic_committed(topics_find(&store->topics, prefix));
}

uint64_t events_last(const struct store *store)
{
	const struct topic *log = topics_find(&store->topics, SV(""));
	return log ? topic_last(log) : 0;
}

enum status store_event_reserve(struct store *store, struct sv topic, struct event_slot *out, struct error *err)
{
	enum status st = job_must_be_open(store, err);
	if (st)
		return st;
	const struct topic_path *path = topics_path(&store->topics, topic);
	if (!path)
		return error_set(err, E_FORMAT, "'%.*s' is not a topic", SV_ARG(topic));
	struct event_slot slot = { .epoch = store->epoch, .nprev = path->nlevels + 1 };
	for (size_t k = 0; k <= path->nlevels; k++)
		slot.prev[k] = topic_last(path->path[k]);
	slot.seq = slot.prev[0] + 1;
	*out = slot;
	return OK;
}

enum status store_event_append(struct store *store, const struct event_slot *slot, struct sv topic,
	struct wall_ms recorded, struct sv record, struct error *err)
{
	enum status st = job_must_be_open(store, err);
	if (st)
		return st;
	const struct topic_path *path = topics_path(&store->topics, topic);
	if (!path)
		return error_set(err, E_FORMAT, "'%.*s' is not a topic", SV_ARG(topic));
	if (slot->epoch != store->epoch || slot->seq != topic_last(path->path[0]) + 1)
		return error_set(err, E_STORE, "event %llu was not reserved last", (unsigned long long)slot->seq);
	if (recorded.v > store->reached)
		store->reached = recorded.v;
	recent_push(&store->recent, slot->seq, path->path[path->nlevels], store->reached, record,
		topic_committed(path->path[0]));
	topics_advance(&store->topics, path, slot->seq);
	return OK;
}

static enum status make_topic(struct store *store, struct topic *topic, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_TOPIC_MAKE, &q, err);
	if (st)
		return st;
	put_sv(&q, topic_name(topic));
	st = query_run(&q, err);
	if (st)
		return st;
	topics_set_id(&store->topics, topic, database_inserted_id(store->db));
	return OK;
}

static enum status save_number(struct store *store, uint64_t number, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_SAVE, &q, err);
	if (st)
		return st;
	put_u64(&q, number);
	return query_run(&q, err);
}

/* topics_saved may move on before the commit: when that fails, the store does not go on. */
static enum status save_topics(struct store *store, uint64_t last, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_SAVE_TOPIC, &q, err);
	struct topic *topic = topics_next_after(&store->topics, NULL, store->topics_saved);
	for (; !st && topic; topic = topics_next_after(&store->topics, topic, store->topics_saved)) {
		put_i64(&q, topic_id(topic));
		put_u64(&q, topic_last(topic));
		st = query_run(&q, err);
	}
	if (!st)
		st = save_number(store, last, err);
	if (!st)
		store->topics_saved = last;
	return st;
}

enum status events_save_topics(struct store *store, struct error *err)
{
	return save_topics(store, store_log(store).head, err);
}

enum status events_write(struct store *store, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_APPEND, &q, err);
	uint64_t last = events_last(store);
	for (uint64_t seq = store_log(store).head + 1; !st && seq <= last; seq++) {
		struct topic *topic = recent_topic(&store->recent, seq);
		if (!topic_id(topic))
			st = make_topic(store, topic, err);
		if (st)
			return st;
		put_u64(&q, seq);
		put_i64(&q, topic_id(topic));
		put_i64(&q, recent_reached(&store->recent, seq));
		put_blob(&q, recent_record(&store->recent, seq));
		st = query_run(&q, err);
	}
	bool is_due = last >= store->topics_saved + SAVE_EVERY;
	return st || !is_due ? st : save_topics(store, last, err);
}

enum status store_event_at(struct store *store, struct wall_ms at, uint64_t *out_seq, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct log_position log = store_log(store);
	enum status st = query_open(store, SQL_REACHED, &q, err);
	if (st)
		return st;
	uint64_t from = log.head ? log.oldest : 1, to = log.head + 1; /* the answer is in [from, to] */
	while (from < to) {
		uint64_t middle = from + (to - from) / 2;
		int64_t reached;
		put_u64(&q, middle);
		st = query_number(&q, &reached, err);
		if (st)
			return error_wrap(err, "event %llu", (unsigned long long)middle);
		query_rewind(&q);
		if (reached >= at.v)
			to = middle;
		else
			from = middle + 1;
	}
	*out_seq = to;
	return OK;
}
