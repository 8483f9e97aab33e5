/* The log: numbers without holes, records as they are sent.
 *
 * Full topics are rows of their own, so that an event costs a small number and not a text in table and index, and
 * the last number of each prefix is known after one look at the index per topic: opening does not read events.
 *
 * event.reached never falls from one event to the next, even when the clock does. The first event whose `reached`
 * is at or past a time is therefore the first one recorded at or past it, and is found by halving. */
#include "store_internal.h"

static const char SQL_TOPICS[] = "SELECT t.id, t.name, (SELECT e.seq FROM event e WHERE e.topic = t.id"
				 " ORDER BY e.seq DESC LIMIT 1) FROM topic t";
static const char SQL_OLDEST[] = "SELECT seq, reached FROM event ORDER BY seq LIMIT 1";
static const char SQL_NEWEST[] = "SELECT seq, reached FROM event ORDER BY seq DESC LIMIT 1";
static const char SQL_TOPIC_MAKE[] = "INSERT INTO topic (name) VALUES (?1)";
static const char SQL_APPEND[] = "INSERT INTO event (seq, topic, reached, record) VALUES (?1, ?2, ?3, ?4)";
static const char SQL_REACHED[] = "SELECT reached FROM event WHERE seq = ?1";

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
		struct sv name = take_view(&q);
		topics_load(&store->topics, name, id, take_u64(&q));
	}
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
	enum status st = load_topics(store, err);
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

uint64_t store_last_seq(const struct store *store, struct sv prefix)
{
	return topic_committed(topics_find(&store->topics, prefix));
}

enum status store_event_reserve(struct store *store, struct sv topic, struct event_slot *out, struct error *err)
{
	enum status st = job_must_be_open(store, err);
	if (st)
		return st;
	if (!topic_is_valid(topic))
		return error_set(err, E_FORMAT, "'%.*s' is not a topic", SV_ARG(topic));
	struct topic_path path = topics_path(&store->topics, topic);
	struct event_slot slot = {
		.epoch = store->epoch, .seq = topic_last(path.path[0]) + 1, .nprev = path.nlevels + 1
	};
	for (size_t k = 0; k <= path.nlevels; k++)
		slot.prev[k] = topic_last(path.path[k]);
	*out = slot;
	return OK;
}

static enum status must_have_row(struct store *store, struct topic *topic, struct error *err)
{
	if (topic_id(topic))
		return OK;
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

static enum status insert(
	struct store *store, uint64_t seq, int64_t topic, int64_t reached, struct sv record, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_APPEND, &q, err);
	if (st)
		return st;
	put_u64(&q, seq);
	put_i64(&q, topic);
	put_i64(&q, reached);
	put_blob(&q, record);
	return query_run(&q, err);
}

enum status store_event_append(struct store *store, const struct event_slot *slot, struct sv topic,
	struct wall_ms recorded, struct sv record, struct error *err)
{
	enum status st = job_must_be_open(store, err);
	if (st)
		return st;
	if (!topic_is_valid(topic))
		return error_set(err, E_FORMAT, "'%.*s' is not a topic", SV_ARG(topic));
	struct topic_path path = topics_path(&store->topics, topic);
	if (slot->epoch != store->epoch || slot->seq != topic_last(path.path[0]) + 1)
		return error_set(err, E_STORE, "event %llu was not reserved last", (unsigned long long)slot->seq);
	int64_t reached = recorded.v > store->reached ? recorded.v : store->reached;
	st = must_have_row(store, path.path[path.nlevels], err);
	if (!st)
		st = insert(store, slot->seq, topic_id(path.path[path.nlevels]), reached, record, err);
	if (st)
		return error_wrap(err, "event %llu", (unsigned long long)slot->seq);
	topics_advance(&store->topics, &path, slot->seq);
	recent_push(&store->recent, slot->seq, topic, record);
	store->reached = reached;
	return OK;
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
