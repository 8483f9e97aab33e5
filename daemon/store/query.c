#include "query.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>

#include "database.h"
#include "store_internal.h"

void query_cache_done(struct query_cache *cache)
{
	for (size_t i = 0; i < QUERY_SLOTS; i++)
		(void)sqlite3_finalize(cache->slots[i].stmt); /* repeats an error that was reported when it happened */
	*cache = (struct query_cache){ 0 };
}

/* Open addressing on the address of the constant. */
static size_t find_slot(const struct query_cache *cache, const char *sql)
{
	size_t at = (size_t)(((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % QUERY_SLOTS;
	for (size_t i = 0; i < QUERY_SLOTS; i++, at = (at + 1) % QUERY_SLOTS)
		if (!cache->slots[at].sql || cache->slots[at].sql == sql)
			return at;
	abort(); /* more statements than slots: the first test that runs them all sees it */
}

enum status query_open_reader(
	struct sqlite3 *db, struct query_cache *cache, const char *sql, struct query *out, struct error *err)
{
	size_t at = find_slot(cache, sql);
	struct sqlite3_stmt *stmt = cache->slots[at].stmt;
	if (!stmt) {
		if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
			return database_error(db, err);
		cache->slots[at].sql = sql;
		cache->slots[at].stmt = stmt;
	}
	assert(!sqlite3_stmt_busy(stmt));
	*out = (struct query){ .db = db, .stmt = stmt };
	return OK;
}

enum status query_open(struct store *store, const char *sql, struct query *out, struct error *err)
{
	enum status st = query_open_reader(store->db, &store->queries, sql, out, err);
	if (!st)
		out->store = store;
	return st;
}

void query_close(struct query *q)
{
	(void)sqlite3_reset(q->stmt); /* repeats the error of the step */
	*q = (struct query){ 0 };
}

static void note(struct query *q, int rc)
{
	if (rc != SQLITE_OK && !q->failed)
		q->failed = rc;
}

void put_sv(struct query *q, struct sv v)
{
	note(q, sqlite3_bind_text64(q->stmt, ++q->bound, v.n ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void put_blob(struct query *q, struct sv v)
{
	note(q, sqlite3_bind_blob64(q->stmt, ++q->bound, v.n ? v.p : "", v.n, SQLITE_STATIC));
}

void put_i64(struct query *q, int64_t v)
{
	note(q, sqlite3_bind_int64(q->stmt, ++q->bound, v));
}

void put_u64(struct query *q, uint64_t v)
{
	put_i64(q, (int64_t)v);
}

void put_double(struct query *q, double v)
{
	note(q, sqlite3_bind_double(q->stmt, ++q->bound, v));
}

void put_null(struct query *q)
{
	note(q, sqlite3_bind_null(q->stmt, ++q->bound));
}

void put_wall(struct query *q, struct wall_ms v)
{
	if (wall_is_known(v))
		put_i64(q, v.v);
	else
		put_null(q);
}

void put_date(struct query *q, struct date v)
{
	char text[DATE_TEXT];
	struct sv sv = sv_of(date_format(v, text));
	note(q, sqlite3_bind_text64(q->stmt, ++q->bound, sv.n ? sv.p : "", sv.n, SQLITE_TRANSIENT, SQLITE_UTF8));
}

/* An error may have taken the whole transaction with it (disk full, I/O error, no memory): then jobs that
 * were kept are gone too, and whoever writes next must not believe that it is inside a transaction. */
static enum status report(struct query *q, struct error *err)
{
	enum status st = database_error(q->db, err);
	if (q->store && q->store->in_transaction && !database_in_transaction(q->db))
		q->store->is_lost = true;
	return st;
}

enum status query_next(struct query *q, bool *out_row, struct error *err)
{
	if (q->failed)
		return error_set(err, E_STORE, "%s", sqlite3_errstr(q->failed));
	int rc = sqlite3_step(q->stmt);
	q->taken = 0;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return report(q, err);
	*out_row = rc == SQLITE_ROW;
	return OK;
}

enum status query_run(struct query *q, struct error *err)
{
	bool has_row = false;
	enum status st = query_next(q, &has_row, err);
	if (st)
		return st;
	(void)sqlite3_reset(q->stmt); /* was done */
	q->bound = 0;
	return OK;
}

enum status query_number(struct query *q, int64_t *out, struct error *err)
{
	bool has_row = false;
	enum status st = query_next(q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_NOT_FOUND, "not stored");
	*out = take_i64(q);
	return OK;
}

void query_rewind(struct query *q)
{
	(void)sqlite3_reset(q->stmt); /* its last step succeeded */
	q->bound = 0;
}

struct sv take_view(struct query *q)
{
	int column = q->taken++;
	const char *p = sqlite3_column_blob(
		q->stmt, column); /* text is UTF-8 already; the pointer comes before the size */
	int n = sqlite3_column_bytes(q->stmt, column);
	return p && n > 0 ? (struct sv){ p, (size_t)n } : SV("");
}

struct sv take_sv(struct query *q, struct arena *arena)
{
	return arena_sv(arena, take_view(q));
}

int64_t take_i64(struct query *q)
{
	return sqlite3_column_int64(q->stmt, q->taken++);
}

uint64_t take_u64(struct query *q)
{
	return (uint64_t)take_i64(q);
}

double take_double(struct query *q)
{
	return sqlite3_column_double(q->stmt, q->taken++);
}

bool take_is_null(struct query *q)
{
	return sqlite3_column_type(q->stmt, q->taken) == SQLITE_NULL;
}

struct wall_ms take_wall(struct query *q)
{
	if (take_is_null(q)) {
		q->taken++;
		return WALL_NONE;
	}
	return (struct wall_ms){ take_i64(q) };
}

struct date take_date(struct query *q)
{
	struct date date = { 0 };
	struct sv text = take_view(q);
	return date_parse(text, &date) ? date : (struct date){ 0 };
}
