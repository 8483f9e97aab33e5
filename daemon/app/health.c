/* How sources do: what the watch stage reports becomes a state for each source, and an event when it changes.
 *
 * The states form one small machine: new → ok ⇄ failing, blocked, stale. An error never enters the content path. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "limit.h"
#include "log.h"

#define uthash_fatal(message) abort()
#include <uthash.h>

struct source_note {
	UT_hash_handle hh;
	char id[LIMIT_ID_BYTES + 1];
	enum source_health health;
	bool is_blocked; /* the last failure was a refusal */
	bool is_known;   /* it was fetched before this run, or in it */
	char error[240];
};

struct source_notes {
	struct source_note *by_id;
};

struct source_notes *source_notes_new(void)
{
	struct source_notes *notes = calloc(1, sizeof *notes);
	if (!notes)
		abort();
	return notes;
}

void source_notes_free(struct source_notes *notes)
{
	struct source_note *note, *next;
	if (!notes)
		return;
	HASH_ITER(hh, notes->by_id, note, next) {
		HASH_DEL(notes->by_id, note); /* NOLINT: unlinked before it is freed */
		free(note);
	}
	free(notes);
}

static struct source_note *note_of(struct app *app, struct sv id)
{
	struct source_note *note;
	HASH_FIND(hh, app->notes->by_id, id.p, id.n, note);
	if (note)
		return note;
	note = calloc(1, sizeof *note);
	if (!note)
		abort();
	(void)snprintf(note->id, sizeof note->id, "%.*s", SV_ARG(id));
	HASH_ADD_KEYPTR(hh, app->notes->by_id, note->id, strlen(note->id), note);
	return note;
}

enum source_health health_of(const struct app *app, struct sv source_id)
{
	struct source_note *note;
	HASH_FIND(hh, app->notes->by_id, source_id.p, source_id.n, note);
	return note ? note->health : HEALTH_NEW;
}

struct sv health_error_of(const struct app *app, struct sv source_id)
{
	struct source_note *note;
	HASH_FIND(hh, app->notes->by_id, source_id.p, source_id.n, note);
	return note ? sv_of(note->error) : (struct sv){ 0 };
}

static void announce(struct app *app, const struct source *source, enum source_health health, struct sv message)
{
	bool is_well = health == HEALTH_OK;
	enum log_level level = is_well ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
	log_with(level, "SOURCE", source->id, "source is %s: %.*s", is_well ? "well again" : source_health_name(health),
		SV_ARG(message));
	event_notice(app, EVENT_SOURCE, source->id, is_well ? "recovered" : source_health_name(health),
		is_well ? SEVERITY_INFO : SEVERITY_WARNING, message);
}

static bool is_ill(enum source_health health)
{
	return health == HEALTH_FAILING || health == HEALTH_BLOCKED;
}

/* Where a source stands after an attempt. */
static enum source_health next_health(
	const struct source *source, const struct source_note *note, const struct source_state *state)
{
	if (state->failures == 0)
		return wall_is_known(state->last_success) && state->last_success.v > 0
			? (note->health == HEALTH_STALE ? HEALTH_STALE : HEALTH_OK)
			: note->health;
	if (state->failures < source->fail_after)
		return note->health;
	return note->is_blocked ? HEALTH_BLOCKED : HEALTH_FAILING;
}

static void save_state(void *ctx, const struct source *source, const struct source_state *state)
{
	struct app *app = ctx;
	struct source_note *note = note_of(app, source->id);
	struct source_state copy = *state;
	struct error err;
	enum source_health health = next_health(source, note, state), before = note->health;
	note->health = copy.health = health;
	if (state->failures == 0)
		note->error[0] = '\0';
	copy.last_error = sv_of(note->error); /* also what reading said, which the watch stage does not know */
	enum status st = store_job_begin(app->store, &err);
	if (!st) {
		st = store_source_save(app->store, source->id, &copy, &err);
		st = app_job_end(app, st, &err);
	}
	if (st)
		app_fail(app, &err);
	else if (health != before && is_ill(health))
		announce(app, source, health, sv_of(note->error));
	else if (is_ill(before) && health == HEALTH_OK)
		announce(app, source, health, SV("answers again"));
}

static void load_state(void *ctx, const struct source *source, struct arena *arena, struct source_state *out)
{
	struct app *app = ctx;
	struct source_note *note = note_of(app, source->id);
	struct error err;
	if (store_source_load(app->store, arena, source->id, out, &err)) {
		log_with(LOG_LEVEL_WARNING, "SOURCE", source->id, "its state cannot be read, starting anew: %s",
			err.text);
		*out = (struct source_state){ .last_attempt = WALL_NONE,
			.last_success = WALL_NONE,
			.last_change = WALL_NONE,
			.next_due = WALL_NONE };
	}
	note->health = out->health;
	(void)snprintf(note->error, sizeof note->error, "%.*s", SV_ARG(out->last_error));
	note->is_known = out->has_baseline;
}

/* A push source has no entry in the watch stage; what is known of it is in the store. */
bool health_state(struct app *app, struct arena *arena, const struct source *source, struct source_state *out)
{
	const struct source_state *state = watch_state(app->watch, source->id);
	struct error err;
	if (source->kind == SOURCE_PUSH)
		return store_source_load(app->store, arena, source->id, out, &err) == OK;
	if (state)
		*out = *state;
	return state != NULL;
}

void health_pushed(struct app *app, const struct source *source)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_CONFIG_BYTES);
	struct source_state state;
	if (!health_state(app, arena, source, &state))
		return;
	bool was_stale = health_of(app, source->id) == HEALTH_STALE;
	state.last_attempt = state.last_success = state.last_change = loop_wall(app->loop);
	state.fetches++;
	state.has_baseline = true;
	save_state(app, source, &state);
	if (was_stale) {
		note_of(app, source->id)->health = HEALTH_OK;
		announce(app, source, HEALTH_OK, SV("has something new"));
	}
}

void health_load_pushed(struct app *app)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_CONFIG_BYTES);
	for (size_t i = 0; i < app->config->sources.n; i++) {
		struct source_state state;
		if (app->config->sources.items[i].kind == SOURCE_PUSH)
			load_state(app, &app->config->sources.items[i], arena, &state);
		arena_reset(arena);
	}
}

static bool on_snapshot(void *ctx, const struct source *source, const struct snapshot *snapshot)
{
	struct app *app = ctx;
	struct source_note *note = note_of(app, source->id);
	struct error err = { 0 };
	/* What a person puts into a folder is news; what a feed or page holds at first sight is where it starts. */
	bool is_remote = source->kind == SOURCE_FEED || source->kind == SOURCE_PAGE;
	bool is_baseline = is_remote && !note->is_known && !source->catch_up;
	if (!pipeline_take(app, source, snapshot, is_baseline, &err)) {
		log_with(LOG_LEVEL_WARNING, "SOURCE", source->id, "not read, trying again later: %s", err.text);
		(void)snprintf(note->error, sizeof note->error, "%s", err.text);
		note->is_blocked = false;
		return false;
	}
	note->is_known = true;
	if (note->health == HEALTH_STALE) {
		note->health = HEALTH_OK;
		announce(app, source, HEALTH_OK, SV("has something new"));
	}
	return true;
}

static void on_unchanged(void *ctx, const struct source *source)
{
	struct app *app = ctx;
	note_of(app, source->id)->is_known = true;
}

static void on_failure(void *ctx, const struct source *source, const struct watch_failure *failure)
{
	struct app *app = ctx;
	struct source_note *note = note_of(app, source->id);
	note->is_blocked = failure->is_blocked;
	(void)snprintf(note->error, sizeof note->error, "%s", failure->error.text);
	log_with(LOG_LEVEL_DEBUG, "SOURCE", source->id, "fetch failed: %s", failure->error.text);
}

static void on_pass_done(void *ctx)
{
	struct app *app = ctx;
	app->is_pass_done = true;
	if (app->is_once && app->pending == 0)
		loop_stop(app->loop);
}

const struct watch_ops *health_watch_ops(struct app *app, struct watch_ops *ops)
{
	*ops = (struct watch_ops){ .ctx = app,
		.on_snapshot = on_snapshot,
		.on_unchanged = on_unchanged,
		.on_failure = on_failure,
		.load_state = load_state,
		.save_state = save_state,
		.on_pass_done = on_pass_done };
	return ops;
}

void health_check_stale(struct app *app)
{
	int64_t now = loop_wall(app->loop).v;
	for (size_t i = 0; i < app->config->sources.n; i++) {
		const struct source *source = &app->config->sources.items[i];
		CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_CONFIG_BYTES);
		struct source_state state;
		struct source_note *note = note_of(app, source->id);
		if (source->stale_ms == 0 || note->health != HEALTH_OK || !health_state(app, arena, source, &state) ||
			!wall_is_known(state.last_change) || now - state.last_change.v <= source->stale_ms)
			continue;
		char since[WALL_TEXT];
		note->health = HEALTH_STALE;
		announce(app, source, HEALTH_STALE,
			arena_printf(arena, "nothing new since %s", wall_format(state.last_change, since)));
	}
}
