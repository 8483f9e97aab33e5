/* Facts: a row for each, pointing at the entry of its history where it stands. The history is only ever added to;
 * what was believed at some time is the last entry recorded by then, in order of entry, as clocks step back. */
#include "store_internal.h"

static const char SQL_PLACE[] = "SELECT key, entry, state, is_retired FROM fact WHERE id = ?1";
static const char SQL_STANDS[] = "SELECT " FACT_COLUMNS " FROM fact f JOIN fact_history h ON h.entry = f.entry"
				 " WHERE f.key = ?1";
static const char SQL_MAKE[] = "INSERT INTO fact (id, beat, is_retired) VALUES (?1, ?2, 1)";
static const char SQL_ENTRY_MAKE[] =
	"INSERT INTO fact_history (fact, seq, recorded, said, origin, change, statement, speaker, url, beat, kind, "
	"status,"
	" text, parties, as_of, deadline, figure, unit, bound, direction, per, aliases)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
static const char SQL_POINT[] = "UPDATE fact SET beat = ?2, entry = ?3, state = ?4, is_retired = 0 WHERE key = ?1";
static const char SQL_HEARD[] = "UPDATE fact SET last_heard = ?2 WHERE key = ?1 AND ifnull(last_heard, ?2) <= ?2";
static const char SQL_LAST_HEARD[] = "SELECT last_heard FROM fact WHERE id = ?1";
static const char SQL_ENTRY_RETIRE[] = "INSERT INTO fact_history (fact, seq, recorded, origin, change, statement, "
				       "speaker, url, beat, kind, status, text,"
				       " parties, as_of, deadline, figure, unit, bound, direction, per, aliases)"
				       " SELECT fact, 0, ?2, 'config', 'retired', '', '', '', beat, kind, status, "
				       "text, parties, as_of, deadline, figure,"
				       " unit, bound, direction, per, aliases FROM fact_history WHERE entry = ?1";
static const char SQL_RETIRE[] = "UPDATE fact SET entry = ?2, is_retired = 1 WHERE key = ?1";
static const char SQL_DECLARED[] = "SELECT digest FROM declaration WHERE fact = ?1";
static const char SQL_DECLARE[] = "INSERT OR REPLACE INTO declaration (fact, digest) VALUES (?1, ?2)";
static const char SQL_DECLARATION_DROP[] = "DELETE FROM declaration WHERE fact = ?1";
static const char SQL_HISTORY[] = "SELECT " FACT_COLUMNS ", " ENTRY_COLUMNS
				  " FROM fact f JOIN fact_history h ON h.fact = f.key WHERE f.id = ?1 ORDER BY h.entry";

#define ENTRY_AT                                                                         \
	" JOIN fact_history h ON h.entry = CASE WHEN ?3 IS NULL THEN f.entry ELSE"       \
	" (SELECT p.entry FROM fact_history p WHERE p.fact = f.key AND p.recorded <= ?3" \
	" ORDER BY p.entry DESC LIMIT 1) END"
static const char SQL_LIST[] = "SELECT " FACT_COLUMNS " FROM fact f" ENTRY_AT
			       " WHERE f.id > ?1 AND h.change <> 'retired' ORDER BY f.id LIMIT ?2";
static const char SQL_LIST_BEAT[] = "SELECT " FACT_COLUMNS " FROM fact f" ENTRY_AT
				    " WHERE f.id > ?1 AND f.beat = ?4 AND h.change <> 'retired' ORDER BY f.id LIMIT ?2";

enum status fact_place_find(struct store *store, struct sv id, struct fact_place *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_PLACE, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_NOT_FOUND, "no fact '%.*s'", SV_ARG(id));
	out->key = take_i64(&q);
	out->entry = take_i64(&q);
	out->state = take_i64(&q);
	out->is_retired = take_i64(&q) != 0;
	return OK;
}

static enum status read_standing(
	struct store *store, struct arena *arena, int64_t key, struct fact *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_STANDS, &q, err);
	if (st)
		return st;
	put_i64(&q, key);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_STORE, "is damaged: fact %lld has no entry", (long long)key);
	return take_fact(&q, arena, out, err);
}

enum status store_fact_find(struct store *store, struct arena *arena, struct sv id, struct fact *out, struct error *err)
{
	struct fact_place place = { 0 };
	enum status st = fact_place_find(store, id, &place, err);
	if (st)
		return st;
	if (place.is_retired)
		return error_set(err, E_NOT_FOUND, "fact '%.*s' was retired", SV_ARG(id));
	return read_standing(store, arena, place.key, out, err);
}

/* What a sighting supports: everything but the date of the statement behind it and the words it goes by. */
static bool is_same_state(const struct fact *a, const struct fact *b)
{
	struct fact same = *b;
	same.as_of = a->as_of;
	same.aliases = a->aliases;
	return fact_eq(a, &same);
}

static enum status make_fact(struct store *store, const struct fact *fact, struct fact_place *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_MAKE, &q, err);
	if (st)
		return st;
	put_sv(&q, fact->id);
	put_sv(&q, fact->beat);
	st = query_run(&q, err);
	if (st)
		return st;
	*out = (struct fact_place){ .key = database_inserted_id(store->db), .is_retired = true };
	return OK;
}

static enum status make_entry(
	struct store *store, int64_t key, const struct fact_entry *entry, int64_t *out_entry, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	CLEANUP(arena_freep) struct arena *scratch = arena_new(LIMIT_READ_ARENA);
	enum status st = query_open(store, SQL_ENTRY_MAKE, &q, err);
	if (st)
		return st;
	put_i64(&q, key);
	put_u64(&q, entry->seq);
	put_wall(&q, entry->recorded);
	put_wall(&q, entry->said);
	put_sv(&q, entry->origin);
	put_sv(&q, entry->change);
	put_sv(&q, entry->statement);
	put_sv(&q, entry->speaker);
	put_sv(&q, entry->url);
	put_fact(&q, scratch, &entry->fact);
	st = query_run(&q, err);
	if (st)
		return st;
	*out_entry = database_inserted_id(store->db);
	return OK;
}

static enum status point(
	struct store *store, int64_t key, struct sv beat, int64_t entry, int64_t state, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_POINT, &q, err);
	if (st)
		return st;
	put_i64(&q, key);
	put_sv(&q, beat);
	put_i64(&q, entry);
	put_i64(&q, state);
	return query_run(&q, err);
}

enum status fact_heard(struct store *store, int64_t key, struct wall_ms when, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_HEARD, &q, err);
	if (st)
		return st;
	put_i64(&q, key);
	put_wall(&q, when);
	return query_run(&q, err);
}

/* The place of the fact, made when there is none; keeps_state: the entry changes nothing that sightings support. */
static enum status find_or_make(
	struct store *store, const struct fact *fact, struct fact_place *out, bool *out_keeps_state, struct error *err)
{
	enum status st = fact_place_find(store, fact->id, out, err);
	*out_keeps_state = false;
	if (st == E_NOT_FOUND)
		return make_fact(store, fact, out, err);
	if (st || out->is_retired)
		return st;
	CLEANUP(arena_freep) struct arena *scratch = arena_new(LIMIT_READ_ARENA);
	struct fact before;
	st = read_standing(store, scratch, out->key, &before, err);
	*out_keeps_state = !st && is_same_state(&before, fact);
	return st;
}

static enum status put_entry(struct store *store, const struct fact_entry *entry, struct error *err)
{
	struct fact_place place = { 0 };
	bool keeps_state;
	int64_t made = 0;
	enum status st = find_or_make(store, &entry->fact, &place, &keeps_state, err);
	if (!st)
		st = make_entry(store, place.key, entry, &made, err);
	if (!st)
		st = point(store, place.key, entry->fact.beat, made, keeps_state ? place.state : made, err);
	if (!st && !sv_eq(entry->origin, SV("config")))
		st = fact_heard(store, place.key, wall_is_known(entry->said) ? entry->said : entry->recorded, err);
	if (!st)
		store->counts.facts += place.is_retired;
	return st;
}

enum status store_fact_put(struct store *store, const struct fact_entry *entry, struct error *err)
{
	enum status st = job_write(store, err);
	if (st)
		return st;
	st = put_entry(store, entry, err);
	return st ? error_wrap(err, "fact '%.*s'", SV_ARG(entry->fact.id)) : OK;
}

static enum status retire_entry(
	struct store *store, int64_t entry, struct wall_ms now, int64_t *out_entry, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_ENTRY_RETIRE, &q, err);
	if (st)
		return st;
	put_i64(&q, entry);
	put_wall(&q, now);
	st = query_run(&q, err);
	if (st)
		return st;
	*out_entry = database_inserted_id(store->db);
	return OK;
}

static enum status retire_row(struct store *store, int64_t key, int64_t entry, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_RETIRE, &q, err);
	if (st)
		return st;
	put_i64(&q, key);
	put_i64(&q, entry);
	return query_run(&q, err);
}

static enum status drop_declaration(struct store *store, struct sv id, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_DECLARATION_DROP, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	return query_run(&q, err);
}

enum status store_fact_retire(struct store *store, struct sv id, struct wall_ms now, struct error *err)
{
	struct fact_place place = { 0 };
	int64_t entry;
	enum status st = job_write(store, err);
	if (!st)
		st = fact_place_find(store, id, &place, err);
	if (st || place.is_retired)
		return st;
	st = retire_entry(store, place.entry, now, &entry, err);
	if (!st)
		st = retire_row(store, place.key, entry, err);
	if (!st)
		st = drop_declaration(store, id, err);
	if (st)
		return error_wrap(err, "fact '%.*s'", SV_ARG(id));
	store->counts.facts--;
	return OK;
}

enum status store_fact_declared(
	struct store *store, struct arena *arena, struct sv id, struct sv *out_digest, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_DECLARED, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	*out_digest = has_row ? take_sv(&q, arena) : SV("");
	return OK;
}

enum status store_fact_declare(struct store *store, struct sv id, struct sv digest, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = query_open(store, SQL_DECLARE, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	put_sv(&q, digest);
	return query_run(&q, err);
}

enum status store_facts(struct store *store, struct arena *arena, struct sv beat, struct sv after, size_t max,
	struct wall_ms as_of, struct fact_list *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct fact_list list = { 0 };
	enum status st = query_open(store, beat.n ? SQL_LIST_BEAT : SQL_LIST, &q, err);
	if (st)
		return st;
	put_sv(&q, after);
	put_i64(&q, max < INT64_MAX ? (int64_t)max : INT64_MAX);
	put_wall(&q, as_of);
	if (beat.n)
		put_sv(&q, beat);
	for (;;) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (!st && has_row)
			st = take_fact(&q, arena, list_push(arena, &list), err);
		if (st)
			return st;
		if (!has_row)
			break;
	}
	*out = list;
	return OK;
}

enum status store_fact_history(
	struct store *store, struct arena *arena, struct sv id, struct fact_entry_list *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct fact_entry_list list = { 0 };
	enum status st = query_open(store, SQL_HISTORY, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	for (;;) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (!st && has_row)
			st = take_entry(&q, arena, list_push(arena, &list), err);
		if (st)
			return st;
		if (!has_row)
			break;
	}
	*out = list;
	return OK;
}

struct wall_ms store_fact_last_heard(struct store *store, struct sv fact_id)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct error ignored;
	bool has_row = false;
	if (query_open(store, SQL_LAST_HEARD, &q, &ignored))
		return WALL_NONE;
	put_sv(&q, fact_id);
	if (query_next(&q, &has_row, &ignored) || !has_row)
		return WALL_NONE;
	return take_wall(&q);
}
