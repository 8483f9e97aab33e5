/* Facts: where each was declared, where it stands, and when its time is up. */
#include "app.h"
#include "buf.h"
#include "id.h"
#include "limit.h"
#include "log.h"

enum { PAGE = 1000, WORK_ARENA = 64 << 20 };

enum status knowledge_put(struct app *app, const struct fact *fact, const struct evidence *evidence, struct error *err)
{
	struct fact_entry entry = {
		.fact = *fact,
		.seq = evidence->seq,
		.recorded = evidence->recorded,
		.said = evidence->said,
		.origin = evidence->source_id,
		.url = evidence->url,
		.change = sv_of(evidence->change),
	};
	if (evidence->statement) {
		entry.statement = evidence->statement->text;
		entry.speaker = evidence->statement->speaker;
	}
	enum status st = store_fact_put(app->store, &entry, err);
	if (st)
		return st;
	fact_index_put(app->index, fact);
	return OK;
}

/* What a person wrote, as a digest: a later edit of the file shows. */
static void digest_of(struct arena *arena, const struct fact *fact, char out[DIGEST_HEX])
{
	struct fact_list one = { .items = arena_new_of(arena, struct fact), .n = 1, .cap = 1 };
	one.items[0] = *fact;
	digest_sha256_hex(config_write_facts(arena, &one), out);
}

/* One slot that an edit of a file changed. */
static enum status record_edit(
	struct app *app, struct arena *arena, const struct fact *after, struct change *change, struct error *err)
{
	change->fact_id = after->id;
	change->beat = after->beat;
	change->confidence = 1;
	*list_push(arena, &change->why) = arena_printf(
		arena, "edited in %.*s:%u", SV_ARG(after->place.file), after->place.line);
	struct event event = {
		.family = EVENT_FACT,
		.what = sv_of(change_kind_name(change->kind)),
		.subject = after->id,
		.time = loop_wall(app->loop),
		.severity = SEVERITY_INFO,
		.fact = after,
		.change = change,
		.source_id = SV("config"),
	};
	return event_record(app, arena, &event, err);
}

static struct value number_value(double v)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = v };
}

/* The slots in which two versions of a fact differ, one event each. */
static enum status record_edits(
	struct app *app, struct arena *arena, const struct fact *before, const struct fact *after, struct error *err)
{
	struct change changes[4];
	size_t n = 0;
	if (before->status != after->status)
		changes[n++] = (struct change){ .kind = CHANGE_STATUS,
			.slot = "status",
			.old = { .kind = VALUE_STATUS, .status = before->status },
			.new = { .kind = VALUE_STATUS, .status = after->status } };
	if (after->figure.is_set &&
		(!before->figure.is_set || before->figure.value < after->figure.value ||
			before->figure.value > after->figure.value))
		changes[n++] = (struct change){ .kind = CHANGE_FIGURE,
			.slot = "figure",
			.old = before->figure.is_set ? number_value(before->figure.value) : (struct value){ 0 },
			.new = number_value(after->figure.value),
			.new_bound = after->figure.bound };
	if (!date_eq(before->deadline, after->deadline))
		changes[n++] = (struct change){ .kind = CHANGE_DEADLINE,
			.slot = "deadline",
			.old = { .kind = date_is_set(before->deadline) ? VALUE_DATE : VALUE_NONE,
				.date = before->deadline },
			.new = { .kind = date_is_set(after->deadline) ? VALUE_DATE : VALUE_NONE,
				.date = after->deadline } };
	if (!sv_list_eq(&before->parties, &after->parties))
		changes[n++] = (struct change){ .kind = CHANGE_PARTIES,
			.slot = "parties",
			.old = { .kind = VALUE_NAMES, .names = before->parties },
			.new = { .kind = VALUE_NAMES, .names = after->parties } };
	enum status st = OK;
	for (size_t i = 0; !st && i < n; i++)
		st = record_edit(app, arena, after, &changes[i], err);
	return st;
}

/* A fact as a file declares it: silent the first time, an event for each slot when a person edited it later. */
static enum status take_declared(struct app *app, struct arena *arena, const struct fact *fact, struct error *err)
{
	char digest[DIGEST_HEX];
	struct sv known;
	struct fact before;
	digest_of(arena, fact, digest);
	enum status st = store_fact_declared(app->store, arena, fact->id, &known, err);
	if (st || sv_eq(known, sv_of(digest)))
		return st;
	st = store_fact_find(app->store, arena, fact->id, &before, err);
	if (st && st != E_NOT_FOUND)
		return st;
	if (!st && known.n)
		st = record_edits(app, arena, &before, fact, err);
	else
		st = OK;
	if (st)
		return st;
	struct evidence evidence = { .source_id = SV("config"),
		.said = date_to_wall(date_last_day(fact->as_of)),
		.recorded = loop_wall(app->loop),
		.change = known.n ? "edited" : "declared" };
	st = knowledge_put(app, fact, &evidence, err);
	return st ? st : store_fact_declare(app->store, fact->id, sv_of(digest), err);
}

static bool is_declared(const struct config *config, struct sv id)
{
	for (size_t i = 0; i < config->facts.n; i++)
		if (sv_eq(config->facts.items[i].id, id))
			return true;
	return false;
}

/* All stored facts go into the index; declared ones that are no longer in any file are retired. */
static enum status take_stored(struct app *app, struct arena *arena, struct error *err)
{
	struct sv after = { 0 };
	for (;;) {
		struct fact_list page = { 0 };
		enum status st = store_facts(app->store, arena, (struct sv){ 0 }, after, PAGE, WALL_NONE, &page, err);
		if (st)
			return st;
		for (size_t i = 0; i < page.n; i++) {
			const struct fact *fact = &page.items[i];
			struct sv digest;
			st = store_fact_declared(app->store, arena, fact->id, &digest, err);
			if (st)
				return st;
			if (digest.n == 0 || is_declared(app->config, fact->id)) {
				fact_index_put(app->index, fact);
				continue;
			}
			fact_index_remove(app->index, fact->id);
			st = store_fact_retire(app->store, fact->id, loop_wall(app->loop), err);
			if (st)
				return st;
		}
		if (page.n < PAGE)
			return OK;
		after = arena_sv(arena, page.items[page.n - 1].id);
	}
}

enum status knowledge_load(struct app *app, struct error *err)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new((size_t)1 << 30);
	enum status st = store_job_begin(app->store, err);
	if (st)
		return st;
	for (size_t i = 0; !st && i < app->config->facts.n; i++)
		st = take_declared(app, arena, &app->config->facts.items[i], err);
	if (!st)
		st = take_stored(app, arena, err);
	return app_job_end(app, st, err);
}

/* ---- deadlines ---- */

/* Still to be done. What is in force with a date ends then by its own terms and is not late. */
static bool can_be_late(const struct fact *fact)
{
	return date_is_set(fact->deadline) && !fact_status_is_final(fact->status) &&
		(fact->status != STATUS_IN_FORCE || fact->kind == FACT_COMMITMENT);
}

struct late_facts {
	struct fact_list facts;
	struct arena *arena;
	struct date today;
};

static void collect_late(void *ctx, const struct fact *fact)
{
	struct late_facts *late = ctx;
	if (can_be_late(fact) && date_compare(fact->deadline, late->today) < 0)
		*list_push(late->arena, &late->facts) = fact_copy(late->arena, fact); /* lent for the visit */
}

static enum status record_late(struct app *app, struct arena *arena, const struct fact *fact, struct error *err)
{
	bool is_first;
	char date[DATE_TEXT];
	enum status st = store_overdue_mark(app->store, fact->id, fact->deadline, &is_first, err);
	if (st || !is_first)
		return st;
	struct change change = { .kind = CHANGE_OVERDUE,
		.fact_id = fact->id,
		.beat = fact->beat,
		.slot = "deadline",
		.old = { .kind = VALUE_DATE, .date = fact->deadline },
		.confidence = 1 };
	*list_push(arena, &change.why) = arena_printf(arena, "deadline %s has passed, status is still %s",
		date_format(fact->deadline, date), fact_status_name(fact->status));
	struct event event = { .family = EVENT_FACT,
		.what = SV("overdue"),
		.subject = fact->id,
		.time = date_to_wall(date_add_days(fact->deadline, 1)),
		.severity = SEVERITY_WARNING,
		.fact = fact,
		.change = &change };
	return event_record(app, arena, &event, err);
}

void knowledge_check_deadlines(struct app *app)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(WORK_ARENA);
	struct late_facts late = { .arena = arena, .today = date_from_wall(loop_wall(app->loop)) };
	struct error err;
	fact_index_each(app->index, collect_late, &late);
	if (late.facts.n == 0)
		return;
	enum status st = store_job_begin(app->store, &err);
	if (!st) {
		for (size_t i = 0; !st && i < late.facts.n; i++)
			st = record_late(app, arena, &late.facts.items[i], &err);
		st = app_job_end(app, st, &err);
	}
	if (st)
		app_fail(app, &err);
}
