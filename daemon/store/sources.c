#include "store_internal.h"

static const char SQL_LOAD[] = "SELECT etag, last_modified, last_attempt, last_success, last_change, next_due, health,"
			       " failures, fetches, last_error, has_baseline FROM source WHERE id = ?1";
static const char SQL_SAVE[] =
	"INSERT OR REPLACE INTO source (id, etag, last_modified, last_attempt, last_success, last_change, next_due, "
	"health,"
	" failures, fetches, last_error, has_baseline) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

static enum status take_state(struct query *q, struct arena *arena, struct source_state *out, struct error *err)
{
	struct source_state state = { 0 };
	state.etag = take_sv(q, arena);
	state.last_modified = take_sv(q, arena);
	state.last_attempt = take_wall(q);
	state.last_success = take_wall(q);
	state.last_change = take_wall(q);
	state.next_due = take_wall(q);
	struct sv health = take_view(q);
	if (!source_health_parse(health, &state.health))
		return error_set(err, E_STORE, "is damaged: '%.*s' is no health", SV_ARG(health));
	state.failures = (int)take_i64(q);
	state.fetches = take_i64(q);
	state.last_error = take_sv(q, arena);
	state.has_baseline = take_i64(q) != 0;
	*out = state;
	return OK;
}

enum status store_source_load(
	struct store *store, struct arena *arena, struct sv id, struct source_state *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_LOAD, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	st = query_next(&q, &has_row, err);
	if (st)
		return error_wrap(err, "source '%.*s'", SV_ARG(id));
	if (has_row)
		return take_state(&q, arena, out, err);
	*out = (struct source_state){
		.last_attempt = WALL_NONE, .last_success = WALL_NONE, .last_change = WALL_NONE, .next_due = WALL_NONE
	};
	return OK;
}

enum status store_source_save(struct store *store, struct sv id, const struct source_state *state, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = query_open(store, SQL_SAVE, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	put_sv(&q, state->etag);
	put_sv(&q, state->last_modified);
	put_wall(&q, state->last_attempt);
	put_wall(&q, state->last_success);
	put_wall(&q, state->last_change);
	put_wall(&q, state->next_due);
	put_sv(&q, sv_of(source_health_name(state->health)));
	put_i64(&q, state->failures);
	put_i64(&q, state->fetches);
	put_sv(&q, state->last_error);
	put_i64(&q, state->has_baseline);
	st = query_run(&q, err);
	return st ? error_wrap(err, "source '%.*s'", SV_ARG(id)) : OK;
}
