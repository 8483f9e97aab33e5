/* Answers to the calls of clients (policywatch-calls(7)): a table of names and functions, each of which turns an
 * object of parameters into an object of results. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "encode.h"
#include "json.h"
#include "log.h"

enum { CALL_ARENA = 256 << 20, PAGE_DEFAULT = 500, PAGE_MOST = 5000 };

typedef enum status call_function(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err);

static void put_time(struct json_t *object, const char *key, struct wall_ms t)
{
	char text[WALL_TEXT];
	bool is_known = wall_is_known(t) && t.v > 0;
	json_put(object, key, is_known ? json_new_text(sv_of(wall_format(t, text))) : json_new_null());
}

struct json_t *control_facts_json(const struct fact_list *facts)
{
	struct json_t *array = json_new_array();
	for (size_t i = 0; i < facts->n; i++)
		json_push(array, encode_fact(&facts->items[i]));
	return array;
}

/* A day means its end: what was believed when it was over. */
static enum status get_as_of(const struct json_t *params, struct wall_ms *out, struct error *err)
{
	struct sv text = json_text(json_get(params, "as_of"));
	struct date date;
	*out = WALL_NONE;
	if (text.n == 0)
		return OK;
	if (date_parse(text, &date)) {
		*out = (struct wall_ms){ date_to_wall(date_add_days(date, 1)).v - 1 };
		return OK;
	}
	if (wall_parse(text, out))
		return OK;
	return error_set(err, E_FORMAT, "as_of: \"%.*s\" is not a date", SV_ARG(text));
}

static enum status call_facts(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	struct fact_list facts = { 0 };
	struct wall_ms as_of;
	int64_t limit = json_int(json_get(params, "limit"), PAGE_DEFAULT);
	size_t max = (size_t)(limit < 1 ? 1 : limit > PAGE_MOST ? PAGE_MOST : limit);
	app_commit_now(app); /* a snapshot shows what is committed, at the number it says */
	struct log_position log = store_log(app->store);
	enum status st = get_as_of(params, &as_of, err);
	if (!st)
		st = store_facts(app->store, arena, json_text(json_get(params, "beat")),
			json_text(json_get(params, "after")), max, as_of, &facts, err);
	if (st)
		return st;
	json_put_text(result, "epoch", arena_printf(arena, "%016llx", (unsigned long long)log.epoch));
	json_put(result, "seq", json_new_integer((int64_t)log.head));
	json_put(result, "facts", control_facts_json(&facts));
	bool has_more = facts.n == max;
	json_put(result, "next", has_more ? json_new_text(facts.items[facts.n - 1].id) : json_new_null());
	return OK;
}

static struct json_t *entry_json(const struct fact_entry *entry)
{
	struct json_t *object = json_new_object();
	json_put_text(object, "change", entry->change);
	put_time(object, "recorded", entry->recorded);
	put_time(object, "said", entry->said);
	json_put_text(object, "origin", entry->origin);
	json_put(object, "seq", json_new_integer((int64_t)entry->seq));
	json_put_text(object, "statement", entry->statement);
	json_put_text(object, "speaker", entry->speaker);
	json_put_text(object, "url", entry->url);
	json_put(object, "fact", encode_fact(&entry->fact));
	return object;
}

static enum status put_sightings(
	struct app *app, struct arena *arena, struct sv id, struct json_t *result, struct error *err)
{
	struct sighting *sightings;
	size_t n;
	enum status st = store_sightings(app->store, arena, id, &sightings, &n, err);
	if (st)
		return st;
	struct json_t *array = json_new_array();
	for (size_t i = 0; i < n; i++) {
		struct json_t *object = json_new_object();
		json_put_text(object, "source", sightings[i].source);
		json_put_text(object, "url", sightings[i].url);
		json_put_text(object, "statement", sightings[i].statement);
		json_put_text(object, "speaker", sightings[i].speaker);
		put_time(object, "said", sightings[i].said);
		put_time(object, "recorded", sightings[i].recorded);
		json_push(array, object);
	}
	json_put(result, "sightings", array);
	return OK;
}

static enum status call_fact(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	struct sv id = json_text(json_get(params, "id"));
	struct fact_entry_list history = { 0 };
	struct wall_ms as_of;
	enum status st = get_as_of(params, &as_of, err);
	if (!st)
		st = store_fact_history(app->store, arena, id, &history, err);
	if (st)
		return st;
	const struct fact_entry *current = NULL;
	struct json_t *entries = json_new_array();
	json_put(result, "history", entries);
	for (size_t i = 0; i < history.n; i++) {
		if (wall_is_known(as_of) && history.items[i].recorded.v > as_of.v)
			continue;
		current = &history.items[i];
		json_push(entries, entry_json(current));
	}
	if (!current)
		return error_set(err, E_NOT_FOUND, "no fact \"%.*s\"%s", SV_ARG(id), history.n ? " at that time" : "");
	json_put(result, "fact", encode_fact(&current->fact));
	return put_sightings(app, arena, id, result, err);
}

static struct json_t *source_json(struct app *app, struct arena *arena, const struct source *source)
{
	struct json_t *object = json_new_object();
	struct source_state state;
	json_put_text(object, "id", source->id);
	json_put_text(object, "kind", sv_of(source_kind_name(source->kind)));
	json_put_text(object, "url", source->url);
	json_put_text(object, "health", sv_of(source_health_name(health_of(app, source->id))));
	json_put(object, "every_ms", json_new_integer(source->every_ms));
	if (!health_state(app, arena, source, &state))
		return object;
	put_time(object, "last_attempt", state.last_attempt);
	put_time(object, "last_success", state.last_success);
	put_time(object, "last_change", state.last_change);
	put_time(object, "next_due", state.next_due);
	json_put(object, "failures", json_new_integer(state.failures));
	json_put(object, "fetches", json_new_integer(state.fetches));
	if (state.failures > 0)
		json_put_text(object, "error", health_error_of(app, source->id));
	return object;
}

static enum status call_sources(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	struct json_t *array = json_new_array();
	(void)params;
	json_put(result, "sources", array);
	for (size_t i = 0; i < app->config->sources.n; i++) {
		const struct source *source = &app->config->sources.items[i];
		struct json_t *object = source_json(app, arena, source);
		int64_t documents;
		json_push(array, object);
		enum status st = store_source_documents(app->store, source->id, &documents, err);
		if (st)
			return st;
		json_put(object, "documents", json_new_integer(documents));
	}
	return OK;
}

static struct json_t *texts_json(const struct sv_list *list)
{
	struct json_t *array = json_new_array();
	for (size_t i = 0; i < list->n; i++)
		json_push(array, json_new_text(list->items[i]));
	return array;
}

static struct json_t *health_json(const struct app *app)
{
	struct json_t *object = json_new_object();
	int64_t counts[SOURCE_HEALTHS] = { 0 };
	for (size_t i = 0; i < app->config->sources.n; i++)
		counts[health_of(app, app->config->sources.items[i].id)]++;
	for (size_t i = 0; i < SOURCE_HEALTHS; i++)
		if (counts[i])
			json_put(object, source_health_name((enum source_health)i), json_new_integer(counts[i]));
	return object;
}

/* Events that a cursor has not passed. */
static int64_t lag_of(const struct bus_cursor *cursor, struct log_position log)
{
	return cursor->seq < log.head ? (int64_t)(log.head - cursor->seq) : 0;
}

static enum status call_cursors(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	struct bus_cursor cursors[BUS_CURSORS];
	struct log_position log = store_log(app->store);
	size_t n = bus_cursors(app->bus, cursors, BUS_CURSORS);
	struct json_t *array = json_new_array();
	(void)params;
	(void)err;
	json_put_text(result, "epoch", arena_printf(arena, "%016llx", (unsigned long long)log.epoch));
	json_put(result, "head", json_new_integer((int64_t)log.head));
	json_put(result, "oldest", json_new_integer((int64_t)log.oldest));
	json_put(result, "cursors", array);
	for (size_t i = 0; i < n; i++) {
		struct json_t *object = json_new_object();
		json_put_text(object, "name", cursors[i].name);
		json_put(object, "seq", json_new_integer((int64_t)cursors[i].seq));
		json_put(object, "lag", json_new_integer(lag_of(&cursors[i], log)));
		put_time(object, "acked", cursors[i].acked);
		json_push(array, object);
	}
	return OK;
}

static enum status call_forget_cursor(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	struct sv name = json_text(json_get(params, "name"));
	(void)arena;
	(void)result;
	if (!bus_cursor_forget(app->bus, name))
		return error_set(err, E_NOT_FOUND, "no cursor \"%.*s\"", SV_ARG(name));
	retention_on_ack(app);
	return OK;
}

static struct json_t *cursors_summary(const struct app *app, struct log_position log)
{
	struct bus_cursor cursors[BUS_CURSORS];
	size_t n = bus_cursors(app->bus, cursors, BUS_CURSORS), behind = 0;
	struct json_t *object = json_new_object();
	json_put(object, "count", json_new_integer((int64_t)n));
	for (size_t i = 1; i < n; i++)
		if (cursors[i].seq < cursors[behind].seq)
			behind = i;
	if (n) {
		json_put_text(object, "furthest_behind", cursors[behind].name);
		json_put(object, "lag", json_new_integer(lag_of(&cursors[behind], log)));
	}
	return object;
}

static enum status call_status(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	struct store_counts counts;
	struct log_position log = store_log(app->store);
	struct bus_counts bus = bus_counts(app->bus);
	(void)params;
	enum status st = store_counts(app->store, &counts, err);
	if (st)
		return st;
	json_put_text(result, "version", SV(PW_VERSION));
	json_put_text(result, "instance", app->config->instance);
	json_put_text(result, "epoch", arena_printf(arena, "%016llx", (unsigned long long)log.epoch));
	json_put(result, "head", json_new_integer((int64_t)log.head));
	json_put(result, "oldest", json_new_integer((int64_t)log.oldest));
	put_time(result, "started", app->started);
	json_put(result, "facts", json_new_integer(counts.facts));
	json_put(result, "documents", json_new_integer(counts.documents));
	json_put(result, "statements", json_new_integer(counts.statements));
	json_put(result, "events", json_new_integer(counts.events));
	json_put(result, "sightings", json_new_integer(counts.sightings));
	json_put(result, "store_bytes", json_new_integer(store_bytes(app->store)));
	json_put(result, "sources", health_json(app));
	json_put(result, "subscriptions", json_new_integer(bus.subscriptions));
	json_put(result, "published", json_new_integer((int64_t)bus.published));
	json_put(result, "cursors", cursors_summary(app, log));
	struct json_t *config = json_new_object();
	json_put_text(config, "file", app->config->file);
	json_put(config, "generation", json_new_integer(app->generation));
	json_put(config, "reload_failed", json_new_bool(app->reload_failed));
	put_time(config, "loaded", app->loaded);
	json_put(result, "config", config);
	json_put(result, "events_endpoints", texts_json(&app->config->events_endpoints));
	json_put(result, "query_endpoints", texts_json(&app->config->query_endpoints));
	return OK;
}

static enum status call_reload(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	(void)arena;
	(void)params;
	enum status st = app_reload(app, err);
	json_put(result, "generation", json_new_integer(app->generation));
	return st;
}

/* Fetches a source now. */
static enum status call_poke(
	struct app *app, struct arena *arena, const struct json_t *params, struct json_t *result, struct error *err)
{
	(void)arena;
	(void)result;
	return watch_poke(app->watch, json_text(json_get(params, "source")), err);
}

static const struct call_kind {
	const char *name;
	unsigned right;                                             /* that it needs */
	call_function *function;                                    /* answers at once; or */
	void (*take)(struct app *app, const struct bus_call *call); /* answers by itself, now or later */
} calls[] = {
	{ "cursors", PW_RIGHT_SUBSCRIBE, call_cursors, NULL },
	{ "fact", PW_RIGHT_SUBSCRIBE, call_fact, NULL },
	{ "facts", PW_RIGHT_SUBSCRIBE, call_facts, NULL },
	{ "forget_cursor", PW_RIGHT_CONTROL, call_forget_cursor, NULL },
	{ "ingest", PW_RIGHT_INGEST, NULL, control_ingest },
	{ "learn", PW_RIGHT_CONTROL, NULL, control_learn },
	{ "poke", PW_RIGHT_CONTROL, call_poke, NULL },
	{ "reload", PW_RIGHT_CONTROL, call_reload, NULL },
	{ "sources", PW_RIGHT_SUBSCRIBE, call_sources, NULL },
	{ "status", PW_RIGHT_SUBSCRIBE, call_status, NULL },
};

static const struct call_kind *find_call(struct sv name)
{
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (sv_eq(name, sv_of(calls[i].name)))
			return &calls[i];
	return NULL;
}

static void answer_now(struct app *app, const struct bus_call *call, call_function *function)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(CALL_ARENA);
	struct json_t *result = json_new_object();
	struct error err = { 0 };
	if (function(app, arena, call->params, result, &err)) {
		json_free(result);
		result = NULL;
	}
	bus_answer(app->bus, call->token, result, &err);
}

void control_on_call(void *ctx, const struct bus_call *call)
{
	struct app *app = ctx;
	struct error err = { 0 };
	const struct call_kind *kind = find_call(call->name);
	if (!kind)
		(void)error_set(&err, E_NOT_FOUND, "no call \"%.*s\"", SV_ARG(call->name));
	if (!kind || security_check(&call->peer, kind->right, &err))
		bus_answer(app->bus, call->token, NULL, &err);
	else if (kind->take)
		kind->take(app, call);
	else
		answer_now(app, call, kind->function);
}
