/* Events: encoded, stored, and only after the commit published.
 *
 * Work of one pass of the loop shares one commit (group commit): each job is a savepoint, the commit is deferred
 * to the end of the pass and writes them all. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "encode.h"
#include "log.h"
#include "policywatch/wire.h"

enum { NOTICE_ARENA = 1 << 20 };

static struct sv make_record(
	struct arena *arena, const struct event_slot *slot, struct wall_ms recorded, struct sv json)
{
	struct pw_record record = {
		.kind = PW_RECORD_EVENT,
		.encoding = PW_ENCODING_JSON,
		.nprev = (uint8_t)slot->nprev,
		.epoch = slot->epoch,
		.seq = slot->seq,
		.time_ns = recorded.v * 1000000,
	};
	memcpy(record.prev, slot->prev, slot->nprev * sizeof record.prev[0]);
	size_t head = pw_record_head_bytes(record.nprev);
	char *bytes = arena_alloc(arena, head + json.n);
	pw_record_head(&record, (uint8_t *)bytes);
	memcpy(bytes + head, json.p, json.n);
	return (struct sv){ bytes, head + json.n };
}

enum status event_record(struct app *app, struct arena *arena, struct event *event, struct error *err)
{
	struct event_slot slot;
	event->recorded = loop_wall(app->loop);
	struct sv topic = encode_topic(arena, event);
	enum status st = store_event_reserve(app->store, topic, &slot, err);
	if (st)
		return st;
	struct sv json = encode_event(arena, event, app->config->instance, slot.epoch, slot.seq);
	struct sv record = make_record(arena, &slot, event->recorded, json);
	st = store_event_append(app->store, &slot, topic, event->recorded, record, err);
	if (st)
		return st;
	event->seq = slot.seq;
	app_commit_soon(app);
	return OK;
}

void event_notice(struct app *app, enum event_family family, struct sv subject, const char *what,
	enum severity severity, struct sv message)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(NOTICE_ARENA);
	struct error err;
	struct event event = {
		.family = family,
		.what = sv_of(what),
		.subject = subject,
		.time = loop_wall(app->loop),
		.severity = severity,
		.source_id = family == EVENT_SOURCE ? subject : (struct sv){ 0 },
		.message = message,
	};
	enum status st = store_job_begin(app->store, &err);
	if (!st) {
		st = event_record(app, arena, &event, &err);
		st = app_job_end(app, st, &err);
	}
	if (st)
		app_fail(app, &err);
}

enum status app_job_end(struct app *app, enum status st, struct error *err)
{
	struct error end_err;
	enum status end = store_job_end(app->store, st == OK, &end_err);
	app_commit_soon(app);
	if (st || !end)
		return st;
	*err = end_err;
	return end;
}

static void on_commit_due(void *ctx)
{
	struct app *app = ctx;
	if (app->is_commit_due)
		app_commit_now(app);
}

void app_commit_soon(struct app *app)
{
	if (app->is_commit_due)
		return;
	app->is_commit_due = true;
	loop_defer(app->loop, on_commit_due, app);
}

void app_commit_now(struct app *app)
{
	struct error err;
	app->is_commit_due = false;
	if (app->is_failed || !store_is_dirty(app->store))
		return;
	if (store_commit(app->store, &err)) {
		app_fail(app, &err);
		return;
	}
	if (app->bus)
		bus_publish(app->bus);
}

void app_fail(struct app *app, const struct error *err)
{
	if (app->is_failed)
		return;
	app->is_failed = true;
	app->failure = *err;
	log_error("the store failed, stopping before anything unstored is published: %s", err->text);
	loop_stop(app->loop);
}
