/* Where registered clients said they are. A few rows, written whole: at most as often as the caller wants. */
#include "store_internal.h"

static const char SQL_LIST[] = "SELECT name, seq, acked FROM cursor ORDER BY name";
static const char SQL_CLEAR[] = "DELETE FROM cursor";
static const char SQL_PUT[] = "INSERT OR REPLACE INTO cursor (name, seq, acked) VALUES (?1, ?2, ?3)";

enum status store_cursors(struct store *store, struct arena *arena, struct cursor_list *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct cursor_list list = { 0 };
	enum status st = query_open(store, SQL_LIST, &q, err);
	if (st)
		return st;
	for (;;) {
		bool has_row;
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row)
			break;
		struct stored_cursor *cursor = list_push(arena, &list);
		cursor->name = take_sv(&q, arena);
		cursor->seq = take_u64(&q);
		cursor->acked = take_wall(&q);
	}
	*out = list;
	return OK;
}

static enum status clear(struct store *store, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_CLEAR, &q, err);
	return st ? st : query_run(&q, err);
}

enum status store_cursors_put(struct store *store, const struct cursor_list *cursors, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = clear(store, err);
	if (!st)
		st = query_open(store, SQL_PUT, &q, err);
	for (size_t i = 0; !st && i < cursors->n; i++) {
		put_sv(&q, cursors->items[i].name);
		put_u64(&q, cursors->items[i].seq);
		put_i64(&q, cursors->items[i].acked.v);
		st = query_run(&q, err);
	}
	return st;
}
