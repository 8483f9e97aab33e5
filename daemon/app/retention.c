/* What the log keeps, and for whom.
 *
 * Events older than log.keep go, in pieces of a few milliseconds with pauses between them, up to the first one that a registered
 * cursor has not passed; past keep + keep_unread they go whoever has not read them, so that a client that never comes back
 * does not keep the log for ever. Age is the time since an event was recorded, by the wall clock.
 *
 * Cursors are written some seconds after one moved: one that is lost with the process is only shown too far behind, and
 * holds back a little more than it must. */
#include <inttypes.h>

#include "app.h"
#include "limit.h"
#include "log.h"

enum {
	SAVE_MS = 3000,  /* after a cursor moved */
	PAUSE_MS = 50,   /* between two pieces */
	SWEEP_MS = 60000 /* at most, until the next look */
};

/* ---- cursors ---- */

static enum status put_cursors(struct app *app, struct error *err)
{
	struct bus_cursor cursors[BUS_CURSORS];
	struct stored_cursor items[BUS_CURSORS];
	size_t n = bus_cursors(app->bus, cursors, BUS_CURSORS);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct stored_cursor){ cursors[i].name, cursors[i].seq, cursors[i].acked };
	struct cursor_list list = { .items = items, .n = n, .cap = n };
	enum status st = store_job_begin(app->store, err);
	if (st)
		return st;
	return app_job_end(app, store_cursors_put(app->store, &list, err), err);
}

void retention_save_cursors(struct app *app)
{
	struct error err;
	if (!app->are_cursors_due || app->is_failed)
		return;
	app->are_cursors_due = false;
	if (put_cursors(app, &err))
		app_fail(app, &err);
}

static void on_save(void *ctx)
{
	retention_save_cursors(ctx);
}

void retention_on_ack(void *ctx)
{
	struct app *app = ctx;
	if (app->are_cursors_due)
		return;
	app->are_cursors_due = true;
	loop_timer_set(app->cursor_saving, SAVE_MS);
}

static enum status load_cursors(struct app *app, struct error *err)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_CONFIG_BYTES);
	struct cursor_list list = { 0 };
	enum status st = store_cursors(app->store, arena, &list, err);
	if (st)
		return st;
	for (size_t i = 0; i < list.n; i++) {
		const struct stored_cursor *stored = &list.items[i];
		struct bus_cursor cursor = { .name = stored->name, .seq = stored->seq, .acked = stored->acked };
		bus_cursor_restore(app->bus, &cursor);
	}
	return OK;
}

/* ---- events ---- */

/* The first event that a registered cursor has still to pass. */
static uint64_t first_unread(const struct app *app)
{
	struct bus_cursor cursors[BUS_CURSORS];
	uint64_t first = UINT64_MAX;
	size_t n = bus_cursors(app->bus, cursors, BUS_CURSORS);
	for (size_t i = 0; i < n; i++)
		if (cursors[i].seq + 1 < first)
			first = cursors[i].seq + 1;
	return first;
}

static enum status first_younger_than(struct app *app, int64_t age_ms, uint64_t *out, struct error *err)
{
	struct wall_ms since = { loop_wall(app->loop).v - age_ms };
	return store_event_at(app->store, since, out, err);
}

/* Everything before *out may go. */
static enum status find_cut(struct app *app, uint64_t *out, struct error *err)
{
	const struct config *config = app->config;
	uint64_t cut, forced, unread = first_unread(app);
	enum status st = first_younger_than(app, config->log_keep_ms, &cut, err);
	if (!st)
		st = first_younger_than(app, config->log_keep_ms + config->log_keep_unread_ms, &forced, err);
	if (st)
		return st;
	if (cut > unread)
		cut = unread > forced ? unread : forced;
	*out = cut;
	return OK;
}

static void say_trimmed(struct app *app)
{
	if (!app->trimmed_now)
		return;
	log_info("%" PRIu64 " events past their time were removed; the log begins at %" PRIu64, app->trimmed_now,
		store_log(app->store).oldest);
	app->trimmed_now = 0;
}

static int64_t next_look(const struct app *app)
{
	int64_t after = app->config->log_keep_ms / 10;
	return after > SWEEP_MS ? SWEEP_MS : after < PAUSE_MS ? PAUSE_MS : after;
}

static void on_sweep(void *ctx)
{
	struct app *app = ctx;
	struct error err;
	uint64_t cut, n = 0;
	app_commit_now(app);
	if (app->is_failed || app->config->log_keep_ms == CONFIG_KEEP_FOREVER)
		return;
	enum status st = find_cut(app, &cut, &err);
	if (!st)
		st = store_events_trim(app->store, cut, LIMIT_TRIM_MS, &n, &err);
	if (st)
		log_warning("old events stay for now, trying again: %s", err.text);
	app->trimmed += n;
	app->trimmed_now += n;
	if (n == 0)
		say_trimmed(app);
	loop_timer_set(app->trimming, n ? PAUSE_MS : next_look(app));
}

void retention_configure(struct app *app)
{
	loop_timer_stop(app->trimming);
	if (app->config->log_keep_ms != CONFIG_KEEP_FOREVER)
		loop_timer_set(app->trimming, PAUSE_MS);
}

enum status retention_start(struct app *app, struct error *err)
{
	app->cursor_saving = loop_timer_new(app->loop, on_save, app);
	app->trimming = loop_timer_new(app->loop, on_sweep, app);
	retention_configure(app);
	return load_cursors(app, err);
}

void retention_stop(struct app *app)
{
	loop_timer_free(app->cursor_saving);
	loop_timer_free(app->trimming);
	app->cursor_saving = app->trimming = NULL;
}
