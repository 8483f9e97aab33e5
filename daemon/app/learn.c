/* `learn`: facts proposed from an article, in the syntax of the configuration. Nothing is stored. */
#include <stdlib.h>

#include "app.h"
#include "id.h"
#include "json.h"
#include "limit.h"
#include "propose.h"

/* One article on its way: the call waits while it is fetched. */
struct lesson {
	struct app *app;
	uint64_t token;
	struct arena *arena;
	struct sv beat;
};

static void lesson_free(struct lesson *lesson)
{
	arena_free(lesson->arena);
	free(lesson);
}

static enum status propose_all(
	const struct lesson *lesson, const struct snapshot *snapshot, struct fact_list *out, struct error *err)
{
	struct reading reading = { 0 };
	struct read_options options = { .kind = SOURCE_PAGE, .url = snapshot->url };
	enum status st = read_snapshot(lesson->arena, snapshot, &options, &reading, err);
	for (size_t i = 0; !st && i < reading.documents.n; i++) {
		struct document *document = &reading.documents.items[i];
		struct wall_ms said = wall_is_known(document->published) ? document->published : snapshot->retrieved;
		if (document->statements.n == 0)
			st = read_statements(lesson->arena, document, err);
		if (!st)
			propose_facts(lesson->arena, document, lesson->beat, said, out);
	}
	return st;
}

static void answer(struct lesson *lesson, const struct snapshot *snapshot)
{
	struct fact_list facts = { 0 };
	struct error err;
	struct json_t *result = NULL;
	if (!propose_all(lesson, snapshot, &facts, &err)) {
		result = json_new_object();
		json_put(result, "config", json_new_text(config_write_facts(lesson->arena, &facts)));
		json_put(result, "facts", control_facts_json(&facts));
	}
	bus_answer(lesson->app->bus, lesson->token, result, &err);
}

static void on_fetched(void *ctx, const struct snapshot *snapshot, const struct watch_failure *failure)
{
	struct lesson *lesson = ctx;
	if (snapshot)
		answer(lesson, snapshot);
	else
		bus_answer(lesson->app->bus, lesson->token, NULL, &failure->error);
	lesson_free(lesson);
}

static enum status fetch(struct lesson *lesson, struct sv url, struct error *err)
{
	struct source source = { .id = SV("learn"),
		.kind = SOURCE_PAGE,
		.url = arena_sv(lesson->arena, url),
		.timeout_ms = LIMIT_FETCH_MS,
		.max_bytes = LIMIT_FETCH_BYTES,
		.max_redirects = LIMIT_REDIRECTS };
	if (!sv_starts(url, SV("http://")) && !sv_starts(url, SV("https://")))
		return error_set(err, E_REFUSED, "only http and https addresses are fetched for a client");
	return watch_fetch(lesson->app->watch, &source, source.url, on_fetched, lesson, err);
}

void control_learn(struct app *app, const struct bus_call *call)
{
	struct sv url = json_text(json_get(call->params, "url"));
	struct sv beat = json_text(json_get(call->params, "beat"));
	struct error err;
	struct lesson *lesson = calloc(1, sizeof *lesson);
	if (!lesson)
		abort();
	lesson->app = app;
	lesson->token = call->token;
	lesson->arena = arena_new(LIMIT_READ_ARENA);
	lesson->beat = id_is_slug(beat) ? arena_sv(lesson->arena, beat) : SV("new");
	if (call->body.n == 0 && url.n) {
		if (!fetch(lesson, url, &err))
			return; /* on_fetched answers and frees. NOLINT */
		bus_answer(app->bus, call->token, NULL, &err);
	} else {
		struct snapshot snapshot = { .url = url,
			.body = call->body,
			.retrieved = loop_wall(app->loop),
			.media_type = json_text(json_get(call->params, "media_type")) };
		answer(lesson, &snapshot);
	}
	lesson_free(lesson);
}
