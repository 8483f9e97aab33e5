/* `ingest`: a document that a client hands in for a push source. It is answered when what follows from it is on disk;
 * the same document once more changes nothing, so that a client that heard no answer asks again. */
#include "app.h"
#include "json.h"

static const struct source *push_source(const struct app *app, struct sv id, struct error *err)
{
	for (size_t i = 0; i < app->config->sources.n; i++) {
		const struct source *source = &app->config->sources.items[i];
		if (!sv_eq(source->id, id))
			continue;
		if (source->kind == SOURCE_PUSH)
			return source;
		(void)error_set(err, E_REFUSED, "source \"%.*s\" is a %s: it is fetched, not handed in", SV_ARG(id),
			source_kind_name(source->kind));
		return NULL;
	}
	(void)error_set(err, E_NOT_FOUND, "no source \"%.*s\"", SV_ARG(id));
	return NULL;
}

static enum status take(
	struct app *app, const struct source *source, const struct snapshot *snapshot, struct error *err)
{
	if (snapshot->url.n == 0)
		return error_set(err, E_FORMAT, "\"url\" is missing: it tells one document from another");
	if (snapshot->body.n == 0)
		return error_set(err, E_FORMAT, "the call has no body: that is the document");
	if (snapshot->body.n > source->max_bytes)
		return error_set(err, E_LIMIT, "%zu bytes are more than the source takes (%zu)", snapshot->body.n,
			source->max_bytes);
	uint64_t skipped = app->skipped;
	if (!pipeline_take(app, source, snapshot, false, err) && !app->is_failed)
		return err->code;
	app_commit_now(app);
	if (app->is_failed) {
		*err = app->failure;
		return err->code;
	}
	if (app->skipped > skipped)
		return error_set(err, E_FORMAT, "a document was skipped: the log of the daemon says why");
	health_pushed(app, source);
	return OK;
}

void control_ingest(struct app *app, const struct bus_call *call)
{
	struct error err = { .code = E_FORMAT };
	struct json_t *result = NULL;
	struct snapshot snapshot = { .url = json_text(json_get(call->params, "url")),
		.body = call->body,
		.retrieved = loop_wall(app->loop),
		.media_type = json_text(json_get(call->params, "media_type")) };
	const struct source *source = push_source(app, json_text(json_get(call->params, "source")), &err);
	app_commit_now(app); /* so that what is counted below is of this document alone */
	uint64_t before = store_log(app->store).head;
	if (source && !take(app, source, &snapshot, &err)) {
		uint64_t head = store_log(app->store).head;
		result = json_new_object();
		json_put(result, "events", json_new_integer((int64_t)(head - before)));
		json_put(result, "seq", json_new_integer((int64_t)head));
	}
	bus_answer(app->bus, call->token, result, &err);
}
