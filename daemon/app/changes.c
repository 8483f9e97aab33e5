/* What a change or an edit amounts to: new knowledge, a sighting, an event, or nothing. */
#include "log.h"
#include "pipeline.h"
#include "propose.h"

static enum severity severity_of(const struct change *change, bool is_proposed)
{
	if (is_proposed)
		return SEVERITY_INFO;
	switch (change->kind) {
	case CHANGE_REAFFIRMED:
	case CHANGE_ADDED: return SEVERITY_INFO;
	case CHANGE_FIGURE:
	case CHANGE_DEADLINE:
	case CHANGE_PARTIES:
	case CHANGE_NEW:
	case CHANGE_REWORDED: return SEVERITY_NOTICE;
	case CHANGE_STATUS: return fact_status_is_final(change->new.status) ? SEVERITY_WARNING : SEVERITY_NOTICE;
	case CHANGE_CONTRADICTED:
	case CHANGE_REMOVED:
	case CHANGE_OVERDUE: return SEVERITY_WARNING;
	}
	return SEVERITY_INFO;
}

static enum status add_sighting(struct visit *visit, const struct document *document, struct sv fact_id,
	const struct statement *statement, bool *out_is_new, uint32_t *out_count, struct error *err)
{
	struct sighting sighting = { .fact_id = fact_id,
		.source = visit->source->id,
		.url = document->url,
		.statement = statement->text,
		.speaker = statement->speaker,
		.document = visit->stored.id,
		.said = visit->said,
		.recorded = loop_wall(visit->app->loop) };
	return store_sighting_add(visit->app->store, &sighting, out_is_new, out_count, err);
}

static void fill_event(const struct visit *visit, const struct document *document, struct event *event)
{
	event->document = document;
	event->source_id = visit->source->id;
	event->version = visit->stored.version;
	event->retrieved = visit->snapshot->retrieved;
	event->sha256 = sv_of(visit->sha256);
	event->time = wall_is_known(visit->said) ? visit->said : visit->snapshot->retrieved;
}

static enum status record_change(struct visit *visit, const struct document *document, const struct fact *fact,
	const struct change *change, bool is_proposed, uint32_t sightings, uint64_t *out_seq, struct error *err)
{
	struct event event = { .family = EVENT_FACT,
		.what = sv_of(change_kind_name(change->kind)),
		.subject = fact ? fact->id : change->beat,
		.severity = severity_of(change, is_proposed),
		.is_proposed = is_proposed,
		.fact = fact,
		.change = change,
		.sightings = sightings };
	fill_event(visit, document, &event);
	enum status st = event_record(visit->app, visit->arena, &event, err);
	if (st)
		return st;
	if (change->statement && change->fact_id.n)
		*list_push(visit->arena, &visit->told) = change->statement->text;
	if (out_seq)
		*out_seq = event.seq;
	return OK;
}

/* A repeat of what is known supports it. It is news only when nothing was heard of the fact for long. */
static enum status take_reaffirmed(struct visit *visit, const struct document *document, const struct change *change,
	const struct fact *fact, struct error *err)
{
	struct app *app = visit->app;
	bool is_new;
	uint32_t count;
	struct wall_ms heard = store_fact_last_heard(app->store, fact->id);
	int64_t known_ms = wall_is_known(heard) ? heard.v : date_to_wall(date_last_day(fact->as_of)).v;
	enum status st = add_sighting(visit, document, fact->id, change->statement, &is_new, &count, err);
	if (st || !is_new || visit->is_baseline || visit->said.v - known_ms < app->config->reaffirm_ms)
		return st;
	return record_change(visit, document, fact, change, false, count, NULL, err);
}

/* A commitment, agreement, body, measure or figure that no stored fact covers: it becomes a fact, so that the next
 * report of it is a sighting and its changes are seen. */
static enum status take_new(struct visit *visit, const struct document *document, struct change *change,
	bool is_proposed, struct error *err)
{
	struct app *app = visit->app;
	struct fact fact;
	uint64_t seq;
	bool is_new;
	uint32_t count;
	if (visit->is_baseline)
		return OK;
	bool is_fact = propose_fact(visit->arena, change->statement, change->beat, visit->said, &fact) &&
		!fact_index_get(app->index, fact.id);
	enum status st = record_change(visit, document, is_fact ? &fact : NULL, change, is_proposed, 1, &seq, err);
	if (st || !is_fact || is_proposed)
		return st;
	struct evidence evidence = { .source_id = visit->source->id,
		.url = document->url,
		.said = visit->said,
		.recorded = loop_wall(app->loop),
		.statement = change->statement,
		.change = "new",
		.seq = seq };
	st = knowledge_put(app, &fact, &evidence, err);
	return st ? st : add_sighting(visit, document, fact.id, change->statement, &is_new, &count, err);
}

/* A slot moved: the fact after it is stored with its evidence, and the event tells of it. */
static enum status take_moved(struct visit *visit, const struct document *document, const struct change *change,
	const struct fact *fact, bool is_proposed, struct error *err)
{
	struct app *app = visit->app;
	struct fact before = fact_copy(visit->arena, fact); /* the index lets go of it when it is replaced */
	struct fact after = is_proposed ? before : fact_apply(&before, change);
	bool is_new;
	uint32_t count;
	uint64_t seq;
	if (!is_proposed && change->kind != CHANGE_CONTRADICTED)
		after.as_of = date_from_wall(visit->said);
	enum status st = record_change(visit, document, &after, change, is_proposed, 1, &seq, err);
	if (st || is_proposed || change->kind == CHANGE_CONTRADICTED)
		return st;
	struct evidence evidence = { .source_id = visit->source->id,
		.url = document->url,
		.said = visit->said,
		.recorded = loop_wall(app->loop),
		.statement = change->statement,
		.change = change_kind_name(change->kind),
		.seq = seq };
	st = knowledge_put(app, &after, &evidence, err);
	return st ? st : add_sighting(visit, document, after.id, change->statement, &is_new, &count, err);
}

enum status change_take(struct visit *visit, const struct document *document, struct change *change, struct error *err)
{
	struct app *app = visit->app;
	bool is_proposed = change->confidence < app->config->apply_confidence;
	if (change->confidence < app->config->event_confidence) {
		app->suppressed++;
		return OK;
	}
	if (change->kind == CHANGE_NEW)
		return take_new(visit, document, change, is_proposed, err);
	const struct fact *fact = fact_index_get(app->index, change->fact_id);
	if (!fact)
		return OK;
	if (change->kind == CHANGE_REAFFIRMED)
		return take_reaffirmed(visit, document, change, fact, err);
	return take_moved(visit, document, change, fact, is_proposed, err);
}

/* ---- edits ---- */

static bool is_told(const struct visit *visit, const struct edit *edit)
{
	for (size_t i = 0; edit->new &&i < visit->told.n; i++)
		if (sv_eq(visit->told.items[i], edit->new->text))
			return true;
	return false;
}

/* The sentence that carried a fact was removed or reworded without moving it. */
static enum status record_fact_edit(struct visit *visit, const struct document *document, const struct edit *edit,
	const struct fact *fact, struct error *err)
{
	struct change change = { .kind = edit->kind,
		.fact_id = fact->id,
		.beat = fact->beat,
		.slot = "text",
		.old = { .kind = VALUE_TEXT, .text = edit->old->text },
		.new = { .kind = edit->new ? VALUE_TEXT : VALUE_NONE },
		.confidence = 1,
		.statement = edit->new ? edit->new : edit->old };
	if (edit->new)
		change.new.text = edit->new->text;
	*list_push(visit->arena, &change.why) = arena_printf(visit->arena,
		"the sentence that carried this fact was %s in version %u", change_kind_name(edit->kind),
		visit->stored.version);
	bool is_new;
	uint32_t sightings = 0;
	enum status st = OK;
	if (edit->new) /* the new words carry the fact from now on */
		st = add_sighting(visit, document, fact->id, edit->new, &is_new, &sightings, err);
	return st ? st : record_change(visit, document, fact, &change, false, sightings, NULL, err);
}

static enum status record_document_edit(
	struct visit *visit, const struct document *document, const struct edit *edit, struct error *err)
{
	struct edit told = *edit;
	struct event event = { .family = EVENT_DOCUMENT,
		.what = sv_of(change_kind_name(edit->kind)),
		.subject = visit->source->id,
		.severity = edit->old_numbers.n || edit->new_numbers.n ? SEVERITY_NOTICE : SEVERITY_INFO,
		.edit = &told };
	*list_push(visit->arena, &told.why) = arena_printf(
		visit->arena, "%s in version %u of the document", change_kind_name(edit->kind), visit->stored.version);
	fill_event(visit, document, &event);
	return event_record(visit->app, visit->arena, &event, err);
}

enum status edit_take(struct visit *visit, const struct document *document, const struct stored_document *before,
	const struct edit *edit, struct error *err)
{
	struct sv_list fact_ids = { 0 };
	enum status st = OK;
	if (is_told(visit, edit))
		return OK; /* the event of the fact says it */
	if (edit->old)
		st = store_statement_facts(
			visit->app->store, visit->arena, before->id, edit->old->text, &fact_ids, err);
	size_t told = 0;
	for (size_t i = 0; !st && i < fact_ids.n; i++) {
		const struct fact *fact = fact_index_get(visit->app->index, fact_ids.items[i]);
		if (!fact)
			continue;
		told++;
		st = record_fact_edit(visit, document, edit, fact, err);
	}
	if (!st && told == 0 && visit->source->track == TRACK_ALL)
		st = record_document_edit(visit, document, edit, err);
	return st;
}
