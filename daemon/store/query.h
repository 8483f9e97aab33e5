/* Prepared statements: one SQL constant is one cached statement, bound in order, read in order, always reset.
 *
 *	CLEANUP(query_close) struct query q = { 0 };
 *	st = query_open(store, SQL_FIND, &q, err);
 *	put_sv(&q, id);                            first parameter, then the second …
 *	st = query_next(&q, &has_row, err);
 *	title = take_sv(&q, arena);                first column, then the second …
 *
 * What is bound must live until the query is run; what is taken lives in the arena. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "arena.h"
#include "calendar.h"

struct store;
struct sqlite3;
struct sqlite3_stmt;

#define QUERY_SLOTS 128 /* twice the statements there are */

struct query_cache {
	struct {
		const char *sql; /* the constant itself is the key: one address, one statement */
		struct sqlite3_stmt *stmt;
	} slots[QUERY_SLOTS];
};
void query_cache_done(struct query_cache *cache);

struct query {
	struct store *store; /* NULL: on a connection that only reads */
	struct sqlite3 *db;
	struct sqlite3_stmt *stmt;
	int bound, taken;
	int failed; /* first code of a failed binding */
};

enum status query_open(struct store *store, const char *sql, struct query *out, struct error *err);
/* On a connection of its own that only reads. */
enum status query_open_reader(
	struct sqlite3 *db, struct query_cache *cache, const char *sql, struct query *out, struct error *err);
void query_close(struct query *q);

void put_sv(struct query *q, struct sv v);
void put_blob(struct query *q, struct sv v);
void put_i64(struct query *q, int64_t v);
void put_u64(struct query *q, uint64_t v); /* same bits */
void put_double(struct query *q, double v);
void put_null(struct query *q);
void put_wall(struct query *q, struct wall_ms v); /* WALL_NONE is NULL */
void put_date(struct query *q, struct date v);    /* as text, "" when unset */

/* *out_row false: no more rows. */
enum status query_next(struct query *q, bool *out_row, struct error *err);
/* Runs a statement that gives no rows; it may be bound and run again. */
enum status query_run(struct query *q, struct error *err);
/* First column of the one row; E_NOT_FOUND without text when there is none. */
enum status query_number(struct query *q, int64_t *out, struct error *err);
void query_rewind(struct query *q); /* before it is bound again while rows may be left */

struct sv take_sv(struct query *q, struct arena *arena);
struct sv take_view(struct query *q); /* until the next row */
int64_t take_i64(struct query *q);
uint64_t take_u64(struct query *q);
double take_double(struct query *q);
bool take_is_null(struct query *q); /* does not move on */
struct wall_ms take_wall(struct query *q);
struct date take_date(struct query *q);

#endif
