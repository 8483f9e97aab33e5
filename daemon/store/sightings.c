/* Sightings: which sources support the state a fact is in; which sentences carried it; which deadlines were told. */
#include "id.h"
#include "store_internal.h"

static const char SQL_ADD[] =
	"INSERT INTO sighting (fact, state, source, document, url, statement, speaker, said, recorded)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	" ON CONFLICT (fact, state, source) DO NOTHING";
static const char SQL_COUNT[] = "SELECT count(*) FROM sighting WHERE fact = ?1 AND state = ?2";
static const char SQL_LIST[] =
	"SELECT s.source, s.url, s.statement, s.speaker, ifnull(s.document, 0), s.said, s.recorded FROM sighting s"
	" WHERE s.fact = ?1 AND s.state = ?2 ORDER BY s.id";
static const char SQL_CARRY[] = "INSERT INTO carried (document, statement, fact) VALUES (?1, ?2, ?3)"
				" ON CONFLICT DO NOTHING";
static const char SQL_CARRIED[] = "SELECT f.id FROM carried c JOIN fact f ON f.key = c.fact"
				  " WHERE c.document = ?1 AND c.statement = ?2 AND NOT f.is_retired ORDER BY f.id";
static const char SQL_OVERDUE[] = "INSERT INTO overdue (fact, deadline) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

/* 128 bits of SHA-256 stand for the sentence. */
static struct sv digest(struct sv statement, char hex[DIGEST_HEX])
{
	digest_sha256_hex(statement, hex);
	return (struct sv){ hex, 32 };
}

static enum status add(struct store *store, const struct fact_place *place, const struct sighting *sighting,
	bool *out_is_new, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_ADD, &q, err);
	if (st)
		return st;
	put_i64(&q, place->key);
	put_i64(&q, place->state);
	put_sv(&q, sighting->source);
	if (sighting->document)
		put_i64(&q, sighting->document);
	else
		put_null(&q);
	put_sv(&q, sighting->url);
	put_sv(&q, sighting->statement);
	put_sv(&q, sighting->speaker);
	put_wall(&q, sighting->said);
	put_wall(&q, sighting->recorded);
	st = query_run(&q, err);
	if (st)
		return st;
	*out_is_new = database_changes(store->db) > 0;
	store->counts.sightings += *out_is_new;
	return OK;
}

static enum status carry(struct store *store, int64_t document, struct sv statement, int64_t fact, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	char hex[DIGEST_HEX];
	if (document == 0)
		return OK;
	enum status st = query_open(store, SQL_CARRY, &q, err);
	if (st)
		return st;
	put_i64(&q, document);
	put_sv(&q, digest(statement, hex));
	put_i64(&q, fact);
	return query_run(&q, err);
}

static enum status count(struct store *store, const struct fact_place *place, uint32_t *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	int64_t n = 0;
	enum status st = query_open(store, SQL_COUNT, &q, err);
	if (st)
		return st;
	put_i64(&q, place->key);
	put_i64(&q, place->state);
	st = query_number(&q, &n, err);
	if (st)
		return st;
	*out = (uint32_t)n;
	return OK;
}

static enum status find_standing(struct store *store, struct sv id, struct fact_place *out, struct error *err)
{
	enum status st = fact_place_find(store, id, out, err);
	if (!st && out->is_retired)
		return error_set(err, E_NOT_FOUND, "fact '%.*s' was retired", SV_ARG(id));
	return st;
}

enum status store_sighting_add(
	struct store *store, const struct sighting *sighting, bool *out_is_new, uint32_t *out_count, struct error *err)
{
	struct fact_place place = { 0 };
	bool is_new = false;
	uint32_t n = 0;
	enum status st = job_write(store, err);
	if (!st)
		st = find_standing(store, sighting->fact_id, &place, err);
	if (!st)
		st = add(store, &place, sighting, &is_new, err);
	if (!st)
		st = carry(store, sighting->document, sighting->statement, place.key, err);
	if (!st)
		st = fact_heard(
			store, place.key, wall_is_known(sighting->said) ? sighting->said : sighting->recorded, err);
	if (!st)
		st = count(store, &place, &n, err);
	if (st)
		return error_wrap(err, "sighting");
	*out_is_new = is_new;
	*out_count = n;
	return OK;
}

static void take_sighting(struct query *q, struct arena *arena, struct sighting *out)
{
	out->source = take_sv(q, arena);
	out->url = take_sv(q, arena);
	out->statement = take_sv(q, arena);
	out->speaker = take_sv(q, arena);
	out->document = take_i64(q);
	out->said = take_wall(q);
	out->recorded = take_wall(q);
}

enum status store_sightings(struct store *store, struct arena *arena, struct sv fact_id, struct sighting **out,
	size_t *out_n, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct {
		struct sighting *items;
		size_t n, cap;
	} list = { 0 };
	struct fact_place place = { 0 };
	enum status st = find_standing(store, fact_id, &place, err);
	if (!st)
		st = query_open(store, SQL_LIST, &q, err);
	if (st)
		return st;
	put_i64(&q, place.key);
	put_i64(&q, place.state);
	struct sv id = arena_sv(arena, fact_id);
	for (;;) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row)
			break;
		struct sighting *sighting = list_push(arena, &list);
		sighting->fact_id = id;
		take_sighting(&q, arena, sighting);
	}
	*out = list.items;
	*out_n = list.n;
	return OK;
}

enum status store_statement_facts(struct store *store, struct arena *arena, int64_t document, struct sv statement,
	struct sv_list *out_fact_ids, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	char hex[DIGEST_HEX];
	struct sv_list list = { 0 };
	enum status st = query_open(store, SQL_CARRIED, &q, err);
	if (st)
		return st;
	put_i64(&q, document);
	put_sv(&q, digest(statement, hex));
	for (;;) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row)
			break;
		*list_push(arena, &list) = take_sv(&q, arena);
	}
	*out_fact_ids = list;
	return OK;
}

enum status store_overdue_mark(
	struct store *store, struct sv fact_id, struct date deadline, bool *out_is_first, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = query_open(store, SQL_OVERDUE, &q, err);
	if (st)
		return st;
	put_sv(&q, fact_id);
	put_date(&q, deadline);
	st = query_run(&q, err);
	if (st)
		return st;
	*out_is_first = database_changes(store->db) > 0;
	return OK;
}
