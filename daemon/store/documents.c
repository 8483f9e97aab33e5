/* Documents: one row each for where it stands, one row a version with the text, the statements of the newest
 * version only (an older one's can be read out of its text again). */
#include "store_internal.h"

static const char SQL_FIND[] = "SELECT id, version, sha256, title, published, first_seen, last_seen, is_removed"
			       " FROM document WHERE source = ?1 AND key = ?2";
static const char SQL_MAKE[] = "INSERT INTO document (source, key, first_seen, last_seen, version, sha256, url, title,"
			       " author, lang, published) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char SQL_RENEW[] = "UPDATE document SET last_seen = ?2, version = ?3, sha256 = ?4, url = ?5, title = ?6,"
				" author = ?7, lang = ?8, published = ?9, is_removed = 0 WHERE id = ?1";
static const char SQL_TOUCH[] = "UPDATE document SET last_seen = ?2, is_removed = 0 WHERE id = ?1";
static const char SQL_REMOVE[] = "UPDATE document SET is_removed = 1 WHERE id = ?1";
static const char SQL_VERSION_MAKE[] = "INSERT INTO version (document, version, recorded, sha256, title, text)"
				       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char SQL_COUNT[] = "SELECT count(*) FROM document WHERE source = ?1";
static const char SQL_TEXT[] = "SELECT text FROM version WHERE document = ?1 AND version = ?2";
static const char SQL_STATEMENTS_DROP[] = "DELETE FROM statement WHERE document = ?1";
static const char SQL_STATEMENT_MAKE[] = "INSERT INTO statement (document, version, ordinal, place_from, place_to, "
					 "block, is_quote, is_heading, speaker, lang,"
					 " text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
static const char SQL_STATEMENTS[] = "SELECT place_from, place_to, block, is_quote, is_heading, speaker, lang, text"
				     " FROM statement WHERE document = ?1 ORDER BY version, ordinal";

enum status store_document_find(struct store *store, struct arena *arena, struct sv source, struct sv key,
	struct stored_document *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_FIND, &q, err);
	if (st)
		return st;
	put_sv(&q, source);
	put_sv(&q, key);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_NOT_FOUND, "no document '%.*s'", SV_ARG(key));
	struct stored_document found = { 0 };
	found.id = take_i64(&q);
	found.version = (uint32_t)take_i64(&q);
	found.sha256 = take_sv(&q, arena);
	found.title = take_sv(&q, arena);
	found.published = take_wall(&q);
	found.first_seen = take_wall(&q);
	found.last_seen = take_wall(&q);
	found.was_removed = take_i64(&q) != 0;
	*out = found;
	return OK;
}

enum status store_source_documents(struct store *store, struct sv id, int64_t *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_COUNT, &q, err);
	if (st)
		return st;
	put_sv(&q, id);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	*out = has_row ? take_i64(&q) : 0;
	return OK;
}

static void put_description(struct query *q, const struct stored_document *stored, const struct document *document)
{
	put_i64(q, stored->version);
	put_sv(q, stored->sha256);
	put_sv(q, document->url);
	put_sv(q, document->title);
	put_sv(q, document->author);
	put_sv(q, document->lang);
	put_wall(q, document->published);
}

static enum status make(struct store *store, struct sv source, const struct document *document,
	struct stored_document *stored, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_MAKE, &q, err);
	if (st)
		return st;
	put_sv(&q, source);
	put_sv(&q, document->key);
	put_wall(&q, stored->first_seen);
	put_description(&q, stored, document);
	st = query_run(&q, err);
	if (st)
		return st;
	stored->id = database_inserted_id(store->db);
	store->counts.documents++;
	return OK;
}

static enum status renew(
	struct store *store, const struct document *document, const struct stored_document *stored, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_RENEW, &q, err);
	if (st)
		return st;
	put_i64(&q, stored->id);
	put_wall(&q, stored->last_seen);
	put_description(&q, stored, document);
	return query_run(&q, err);
}

static enum status make_version(
	struct store *store, const struct document *document, const struct stored_document *stored, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	CLEANUP(arena_freep) struct arena *scratch = arena_new(LIMIT_READ_ARENA);
	enum status st = query_open(store, SQL_VERSION_MAKE, &q, err);
	if (st)
		return st;
	put_i64(&q, stored->id);
	put_i64(&q, stored->version);
	put_wall(&q, stored->last_seen);
	put_sv(&q, stored->sha256);
	put_sv(&q, document->title);
	put_blob(&q, compress(scratch, document->text));
	st = query_run(&q, err);
	if (st)
		return st;
	store->counts.versions++;
	return OK;
}

static enum status drop_statements(struct store *store, int64_t document, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_STATEMENTS_DROP, &q, err);
	if (st)
		return st;
	put_i64(&q, document);
	st = query_run(&q, err);
	if (st)
		return st;
	store->counts.statements -= database_changes(store->db);
	return OK;
}

static enum status make_statements(
	struct store *store, const struct document *document, const struct stored_document *stored, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_STATEMENT_MAKE, &q, err);
	for (size_t i = 0; !st && i < document->statements.n; i++) {
		const struct statement *statement = &document->statements.items[i];
		put_i64(&q, stored->id);
		put_i64(&q, stored->version);
		put_i64(&q, (int64_t)i);
		put_i64(&q, statement->place.from);
		put_i64(&q, statement->place.to);
		put_i64(&q, statement->block);
		put_i64(&q, statement->is_quote);
		put_i64(&q, statement->is_heading);
		put_sv(&q, statement->speaker);
		put_sv(&q, statement->lang);
		put_sv(&q, statement->text);
		st = query_run(&q, err);
	}
	if (!st)
		store->counts.statements += (int64_t)document->statements.n;
	return st;
}

static enum status put_document(struct store *store, struct sv source, const struct document *document,
	struct stored_document *stored, struct error *err)
{
	enum status st = stored->id ? renew(store, document, stored, err) : make(store, source, document, stored, err);
	if (!st)
		st = make_version(store, document, stored, err);
	if (!st && stored->version > 1)
		st = drop_statements(store, stored->id, err);
	return st ? st : make_statements(store, document, stored, err);
}

enum status store_document_put(struct store *store, struct sv source, const struct document *document, struct sv sha256,
	struct wall_ms now, struct stored_document *out, struct error *err)
{
	CLEANUP(arena_freep) struct arena *scratch = arena_new(LIMIT_READ_ARENA);
	struct stored_document stored = { .first_seen = now };
	enum status st = job_write(store, err);
	if (st)
		return st;
	st = store_document_find(store, scratch, source, document->key, &stored, err);
	if (st && st != E_NOT_FOUND)
		return st;
	stored.version++;
	stored.sha256 = sha256;
	stored.title = document->title;
	stored.published = document->published;
	stored.last_seen = now;
	stored.was_removed = false;
	st = put_document(store, source, document, &stored, err);
	if (st)
		return error_wrap(err, "document '%.*s'", SV_ARG(document->key));
	*out = stored;
	return OK;
}

static enum status must_have_changed(struct store *store, int64_t id, struct error *err)
{
	if (database_changes(store->db) == 0)
		return error_set(err, E_NOT_FOUND, "no document %lld", (long long)id);
	return OK;
}

enum status store_document_touch(struct store *store, int64_t id, struct wall_ms now, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = query_open(store, SQL_TOUCH, &q, err);
	if (st)
		return st;
	put_i64(&q, id);
	put_wall(&q, now);
	st = query_run(&q, err);
	return st ? st : must_have_changed(store, id, err);
}

enum status store_document_remove(struct store *store, int64_t id, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = job_write(store, err);
	if (!st)
		st = query_open(store, SQL_REMOVE, &q, err);
	if (st)
		return st;
	put_i64(&q, id);
	st = query_run(&q, err);
	return st ? st : must_have_changed(store, id, err);
}

static void take_statement(struct query *q, struct arena *arena, struct statement *out)
{
	out->place.from = (uint32_t)take_i64(q);
	out->place.to = (uint32_t)take_i64(q);
	out->block = (uint32_t)take_i64(q);
	out->is_quote = take_i64(q) != 0;
	out->is_heading = take_i64(q) != 0;
	out->speaker = take_sv(q, arena);
	out->lang = take_sv(q, arena);
	out->text = take_sv(q, arena);
}

enum status store_statements(
	struct store *store, struct arena *arena, int64_t document, struct statement_list *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	struct statement_list list = { 0 };
	bool has_row = true;
	enum status st = query_open(store, SQL_STATEMENTS, &q, err);
	if (st)
		return st;
	put_i64(&q, document);
	for (;;) {
		st = query_next(&q, &has_row, err);
		if (st)
			return st;
		if (!has_row)
			break;
		take_statement(&q, arena, list_push(arena, &list));
	}
	*out = list;
	return OK;
}

enum status store_document_text(
	struct store *store, struct arena *arena, int64_t document, uint32_t version, struct sv *out, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row;
	enum status st = query_open(store, SQL_TEXT, &q, err);
	if (st)
		return st;
	put_i64(&q, document);
	put_i64(&q, version);
	st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_NOT_FOUND, "no version %u of document %lld", version, (long long)document);
	return decompress(arena, take_view(&q), out, err);
}
