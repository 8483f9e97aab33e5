/* The straight line: snapshot → documents → statements → changes → events.
 *
 * One document is one job of the store: its new version, the facts it moved and their events are kept together or
 * not at all. Nothing here waits: what a feed item links to is fetched by the watch stage and comes back later. */
#include "pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "limit.h"
#include "log.h"

/* When a statement counts as said. An edit was made after the version before it, so an unchanged date on the page
 * does not hold: then the edit is dated by when it was seen. */
static struct wall_ms said_at(const struct visit *visit, const struct document *document)
{
	struct wall_ms said = wall_is_known(document->updated) ? document->updated : document->published;
	bool is_edit = visit->stored.version > 0;
	bool is_dated_anew = wall_is_known(said) && wall_is_known(visit->stored.published) &&
		said.v > visit->stored.published.v;
	bool is_drop_in = visit->source->kind != SOURCE_FEED && visit->source->kind != SOURCE_PAGE;
	if (is_edit && !is_dated_anew)
		return visit->snapshot->retrieved;
	if (!wall_is_known(said) && is_drop_in)
		return visit->snapshot->retrieved;
	return said;
}

/* The statements that are new: all of a new document, those added or reworded of an edited one. */
static struct statement_list new_statements(
	struct arena *arena, const struct document *document, const struct edit_list *edits, bool is_edit)
{
	struct statement_list fresh = { 0 };
	if (!is_edit)
		return document->statements;
	for (size_t i = 0; i < edits->n; i++)
		if (edits->items[i].new)
			*list_push(arena, &fresh) = *edits->items[i].new;
	return fresh;
}

/* A sentence that was reworded around the same numbers does not state them anew. */
static bool is_mere_rewording(const struct edit_list *edits, const struct change *change)
{
	if (change->kind != CHANGE_FIGURE && change->kind != CHANGE_REAFFIRMED)
		return false;
	for (size_t i = 0; i < edits->n; i++) {
		const struct edit *edit = &edits->items[i];
		if (edit->kind == CHANGE_REWORDED && sv_eq(edit->new->text, change->statement->text))
			return edit->old_numbers.n == 0 && edit->new_numbers.n == 0;
	}
	return false;
}

static enum status take_changes(struct visit *visit, const struct document *document,
	const struct statement_list *fresh, const struct edit_list *edits, struct error *err)
{
	struct app *app = visit->app;
	struct document news = *document;
	struct change_list changes = { 0 };
	news.statements = *fresh;
	struct diff_context context = { .beats = &visit->source->beats,
		.published = date_from_wall(visit->said),
		.title = document->title,
		.around = &document->statements };
	enum status st = diff_document(app->index, visit->arena, &news, &context, &changes, err);
	for (size_t i = 0; !st && i < changes.n; i++)
		if (!is_mere_rewording(edits, &changes.items[i]))
			st = change_take(visit, document, &changes.items[i], err);
	return st;
}

/* Everything that one document does, inside its job. */
static enum status take_in_job(struct visit *visit, struct document *document, struct sv digest, struct error *err)
{
	struct app *app = visit->app;
	struct statement_list old = { 0 };
	struct edit_list edits = { 0 };
	bool is_edit = visit->stored.version > 0;
	enum status st = OK;
	if (is_edit)
		st = store_statements(app->store, visit->arena, visit->stored.id, &old, err);
	if (!st && is_edit)
		st = diff_versions(visit->arena, &old, &document->statements, &edits, err);
	visit->said = said_at(visit, document);
	struct stored_document before = visit->stored;
	if (!st)
		st = store_document_put(
			app->store, visit->source->id, document, digest, loop_wall(app->loop), &visit->stored, err);
	if (st)
		return st;
	struct statement_list fresh = new_statements(visit->arena, document, &edits, is_edit);
	st = take_changes(visit, document, &fresh, &edits, err);
	for (size_t i = 0; !st && i < edits.n; i++)
		st = edit_take(visit, document, &before, &edits.items[i], err);
	return st;
}

enum status visit_document(struct visit *visit, struct document *document, struct error *err)
{
	struct app *app = visit->app;
	char digest[DIGEST_HEX];
	digest_sha256_hex(document->text, digest);
	visit->stored = (struct stored_document){ 0 };
	visit->told = (struct sv_list){ 0 };
	enum status st = store_document_find(
		app->store, visit->arena, visit->source->id, document->key, &visit->stored, err);
	if (st && st != E_NOT_FOUND)
		return st;
	if (!st && sv_eq(visit->stored.sha256, sv_of(digest)))
		return OK;
	if (document->statements.n == 0) {
		st = read_statements(visit->arena, document, err);
		if (st)
			return st;
	}
	st = store_job_begin(app->store, err);
	if (st)
		return st;
	st = take_in_job(visit, document, sv_of(digest), err);
	return app_job_end(app, st, err);
}

/* ---- linked pages of feed items ---- */

struct follow {
	struct app *app;
	struct source source; /* a copy: the configuration may be reloaded meanwhile */
	struct config *config;
	struct arena *arena;
	struct document item;
	bool is_baseline;
};

static void follow_free(struct follow *follow)
{
	config_unref(follow->config);
	arena_free(follow->arena);
	free(follow);
}

/* The page says it in full; the feed knows which item it is and, often better, when it appeared. */
static void merge_item(struct document *page, const struct document *item)
{
	page->key = item->key;
	page->url = item->url;
	if (page->title.n == 0)
		page->title = item->title;
	if (page->author.n == 0)
		page->author = item->author;
	if (wall_is_known(item->published))
		page->published = item->published;
}

static void on_followed(void *ctx, const struct snapshot *snapshot, const struct watch_failure *failure)
{
	struct follow *follow = ctx;
	struct app *app = follow->app;
	struct reading reading = { 0 };
	struct error err = { .text = "holds no document" };
	struct visit visit = { .app = app,
		.source = &follow->source,
		.snapshot = snapshot,
		.arena = follow->arena,
		.is_baseline = follow->is_baseline };
	struct read_options options = { .kind = SOURCE_PAGE,
		.language = follow->source.language,
		.selector = follow->source.selector,
		.charset = follow->source.charset };
	struct snapshot summary = { .url = follow->item.url, .retrieved = loop_wall(app->loop) };
	struct document *document = &follow->item;
	if (app->is_stopping) { /* ended by us: the item stays unread, the next run follows it */
		follow_free(follow);
		return;
	}
	if (snapshot) {
		digest_sha256_hex(snapshot->body, visit.sha256);
		options.url = snapshot->url;
		if (!read_snapshot(follow->arena, snapshot, &options, &reading, &err) && reading.documents.n == 1) {
			document = &reading.documents.items[0];
			merge_item(document, &follow->item);
		} else {
			log_with(LOG_LEVEL_INFO, "SOURCE", follow->source.id,
				"linked page not read, its summary is: %s", err.text);
		}
	} else {
		visit.snapshot = &summary;
		log_with(LOG_LEVEL_INFO, "SOURCE", follow->source.id,
			"linked page not fetched, its summary is read: %s", failure->error.text);
	}
	if (visit_document(&visit, document, &err))
		visit_failed(&visit, document, &err);
	app->pending--;
	follow_free(follow);
	if (app->is_once && app->is_pass_done && app->pending == 0)
		loop_stop(app->loop);
}

static enum status follow_item(struct visit *visit, const struct document *item, struct error *err)
{
	struct app *app = visit->app;
	struct follow *follow = calloc(1, sizeof *follow);
	if (!follow)
		abort();
	follow->app = app;
	follow->config = config_ref(app->config);
	follow->source = *visit->source;
	follow->arena = arena_new(LIMIT_READ_ARENA);
	follow->is_baseline = visit->is_baseline;
	follow->item = *item;
	follow->item.key = arena_sv(follow->arena, item->key);
	follow->item.url = arena_sv(follow->arena, item->url);
	follow->item.title = arena_sv(follow->arena, item->title);
	follow->item.author = arena_sv(follow->arena, item->author);
	follow->item.lang = arena_sv(follow->arena, item->lang);
	follow->item.text = arena_sv(follow->arena, item->text);
	follow->item.statements = (struct statement_list){ 0 };
	enum status st = watch_fetch(app->watch, &follow->source, follow->item.url, on_followed, follow, err);
	if (st)
		follow_free(follow);
	else
		app->pending++;
	return st;
}

/* ---- all of a snapshot ---- */

void visit_failed(struct visit *visit, const struct document *document, const struct error *err)
{
	visit->app->skipped++;
	if (err->code == E_STORE)
		app_fail(visit->app, err);
	else
		log_with(LOG_LEVEL_WARNING, "SOURCE", visit->source->id, "document skipped (\"%.*s\"): %s",
			SV_ARG(text_for_log(document->title)), err->text);
}

struct sv text_for_log(struct sv v)
{
	return sv_slice(v, 0, 80);
}

static enum status take_document(struct visit *visit, struct document *document, struct error *err)
{
	struct stored_document stored;
	if (!visit->source->follow || document->url.n == 0)
		return visit_document(visit, document, err);
	enum status st = store_document_find(
		visit->app->store, visit->arena, visit->source->id, document->key, &stored, err);
	if (st != E_NOT_FOUND)
		return st; /* its page was read; the summary in the feed is less than that */
	visit->has_followed = true;
	return follow_item(visit, document, err);
}

/* While linked pages are under way, the feed must be read again by a next run that starts before they came: what the
 * server would call unchanged is not forgotten, but asked for in full once more. */
struct reminder {
	struct app *app;
	char id[LIMIT_ID_BYTES + 1];
};

static void on_reminder(void *ctx)
{
	struct reminder *reminder = ctx;
	if (!reminder->app->is_stopping)
		watch_forget(reminder->app->watch, sv_of(reminder->id));
	free(reminder);
}

/* After this pass, as the watch stage keeps the validators of a fetch when its snapshot was taken. */
static void ask_in_full_again(struct app *app, struct sv source_id)
{
	struct reminder *reminder = calloc(1, sizeof *reminder);
	if (!reminder)
		abort();
	reminder->app = app;
	memcpy(reminder->id, source_id.p, source_id.n < LIMIT_ID_BYTES ? source_id.n : LIMIT_ID_BYTES);
	loop_defer(app->loop, on_reminder, reminder);
}

bool pipeline_take(struct app *app, const struct source *source, const struct snapshot *snapshot, bool is_baseline,
	struct error *out_failure)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_READ_ARENA);
	struct visit visit = {
		.app = app, .source = source, .snapshot = snapshot, .arena = arena, .is_baseline = is_baseline
	};
	struct read_options options = { .kind = source->kind,
		.url = snapshot->url,
		.selector = source->selector,
		.language = source->language,
		.charset = source->charset };
	struct reading reading = { 0 };
	digest_sha256_hex(snapshot->body, visit.sha256);
	if (source->kind == SOURCE_PAGE)
		options.url = source->url; /* its identity, also when it redirects elsewhere */
	if (read_snapshot(arena, snapshot, &options, &reading, out_failure))
		return false;
	for (size_t i = 0; i < reading.warnings.n; i++)
		log_with(LOG_LEVEL_INFO, "SOURCE", source->id, "%.*s", SV_ARG(text_for_log(reading.warnings.items[i])));
	/* Oldest first, so that facts move in the order of the news. */
	for (size_t i = reading.documents.n; i-- > 0 && !app->is_failed;) {
		struct error err;
		if (take_document(&visit, &reading.documents.items[i], &err))
			visit_failed(&visit, &reading.documents.items[i], &err);
	}
	if (visit.has_followed)
		ask_in_full_again(app, source->id);
	return !app->is_failed;
}
