/* One statement against all facts: find candidates, compare each slot by slot, let them compete, keep what is sure
 * enough.
 *
 * Facts compete for what the statement says: one number, cue or date belongs to the fact that it fits best, unless
 * others fit as well ("tariffs on steel and aluminium doubled to 50 percent" moves two). */
#include <stdlib.h>

#include "judge.h"
#include "limit.h"

#define LEAST_TOPIC 0.20      /* below it slots are not even looked at */
#define LEAST_CONFIDENCE 0.45 /* of a change that comes out */
#define LEAST_REAFFIRMED 0.50
#define LEAST_NEW 0.42
#define SHARED 0.90 /* two facts share a change when the weaker one has this much of the stronger one's confidence */
#define BEAT_LEAST 14.0 /* surprise in common with a beat's facts for a statement to be on the beat */

struct verdict {
	struct change change;
	double topic;
};
struct verdict_list {
	struct verdict *items;
	size_t n, cap;
};

static void push(struct arena *arena, struct verdict_list *list, struct change change, double topic)
{
	*list_push(arena, list) = (struct verdict){ change, topic };
}

static struct change reaffirmed(const struct judge *judge, double confidence, const char *why)
{
	struct change change = change_start(judge, CHANGE_REAFFIRMED, "", confidence);
	change_because(judge->arena, &change, "%s", why);
	return change;
}

/* Words that keep a statement from repeating a fact: it asks, supposes or negates. */
static bool is_open(const struct statement *statement)
{
	if (is_question(statement->text))
		return true;
	for (size_t i = 0; i < statement->cues.n; i++) {
		const struct cue *c = &statement->cues.items[i];
		if (c->negated || c->mode == MODE_CONDITIONAL || c->mode == MODE_POSSIBLE || c->mode == MODE_URGED ||
			c->mode == MODE_ASKED)
			return true;
	}
	return false;
}

static bool says_reaffirm(const struct statement *statement)
{
	for (size_t i = 0; i < statement->cues.n; i++)
		if (statement->cues.items[i].kind == CUE_REAFFIRM && cue_is_firm(&statement->cues.items[i]))
			return true;
	return false;
}

static void judge_reaffirmed(
	const struct judge *judge, bool same_figure, bool same_date, bool same_status, struct verdict_list *out)
{
	double topic = judge->topic.score;
	if (is_open(judge->statement))
		return;
	if (same_figure && judge->topic.own > 0.4)
		push(judge->arena, out, reaffirmed(judge, 0.35 + 0.8 * topic, "the figure stands as it was"), topic);
	else if (same_date)
		push(judge->arena, out, reaffirmed(judge, 0.25 + 0.8 * topic, "the date stands as it was"), topic);
	else if (says_reaffirm(judge->statement))
		push(judge->arena, out, reaffirmed(judge, 0.15 + 0.8 * topic, "said to stand"), topic);
	else if (same_status)
		push(judge->arena, out, reaffirmed(judge, 0.1 + 0.8 * topic, "the status stands as it was"), topic);
}

static void judge_fact(struct judge *judge, struct verdict_list *out)
{
	struct change figure, status, deadline, other;
	bool same_figure, same_status, same_date, any = false;
	double topic = judge->topic.score;
	bool has_status = judge_status(judge, &status, &same_status);
	bool has_figure = judge_figure(judge, &figure, &same_figure);
	bool has_deadline = judge_deadline(judge, has_status ? &status : NULL, &deadline, &same_date);
	if (has_status)
		push(judge->arena, out, status, topic);
	if (has_figure)
		push(judge->arena, out, figure, topic);
	if (has_deadline)
		push(judge->arena, out, deadline, topic);
	any = (has_status && status.confidence > LEAST_CONFIDENCE) ||
		(has_figure && figure.confidence > LEAST_CONFIDENCE) ||
		(has_deadline && deadline.confidence > LEAST_CONFIDENCE);
	if (judge_parties(judge, &other)) {
		push(judge->arena, out, other, topic);
		any = any || other.confidence > LEAST_CONFIDENCE;
	}
	if (!any && judge_denial(judge, &other)) {
		push(judge->arena, out, other, topic);
		any = other.confidence > LEAST_CONFIDENCE;
	}
	if (!any)
		judge_reaffirmed(judge, same_figure, same_date, same_status, out);
}

/* Two changes claim the same words of the statement. */
static bool compete(const struct change *a, const struct change *b)
{
	if (a->kind != b->kind || sv_eq(a->fact_id, b->fact_id))
		return false;
	switch (a->kind) {
	case CHANGE_FIGURE: return numbers_equal(a->new.number, b->new.number);
	case CHANGE_STATUS: return a->new.status == b->new.status;
	case CHANGE_DEADLINE: return date_eq(a->new.date, b->new.date);
	case CHANGE_PARTIES:
	case CHANGE_CONTRADICTED:
	case CHANGE_REAFFIRMED: return true;
	case CHANGE_NEW:
	case CHANGE_REMOVED:
	case CHANGE_REWORDED:
	case CHANGE_ADDED:
	case CHANGE_OVERDUE: return false;
	}
	return false;
}

static bool is_beaten(const struct verdict_list *all, size_t i)
{
	for (size_t k = 0; k < all->n; k++)
		if (k != i && compete(&all->items[k].change, &all->items[i].change) &&
			all->items[i].change.confidence < SHARED * all->items[k].change.confidence)
			return true;
	return false;
}

static double least_confidence(enum change_kind kind)
{
	return kind == CHANGE_REAFFIRMED ? LEAST_REAFFIRMED : kind == CHANGE_NEW ? LEAST_NEW : LEAST_CONFIDENCE;
}

/* The beat of most of the words in common, or empty. With one beat allowed it is that one. */
static struct sv find_beat(
	const struct fact_index *index, const struct candidate_list *candidates, const struct diff_context *context)
{
	double best = 0;
	uint32_t beat = TERM_NONE;
	for (size_t i = 0; i < candidates->n && i < 8; i++) {
		double sum = 0, factor = 1;
		uint32_t b = index->records[candidates->items[i].number]->beat;
		for (size_t k = i; k < candidates->n; k++) {
			if (index->records[candidates->items[k].number]->beat != b)
				continue;
			sum += factor * candidates->items[k].score;
			factor *= 0.5;
		}
		if (sum > best) {
			best = sum;
			beat = b;
		}
	}
	double least = context->beats && context->beats->n == 1 ? BEAT_LEAST / 2 : BEAT_LEAST;
	return best < least || beat == TERM_NONE ? (struct sv){ 0 } : terms_name(index->names, beat);
}

static bool is_history(const struct record *record, const struct diff_context *context)
{
	return date_is_set(record->as_of) && date_compare(record->as_of, context->published) > 0;
}

static int strongest_first(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	if (x->confidence > y->confidence || x->confidence < y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return sv_compare(x->fact_id, y->fact_id);
}

static double judge_candidates(const struct fact_index *index, struct arena *arena, const struct query *query,
	const struct diff_context *context, const struct candidate_list *candidates, struct verdict_list *out)
{
	double nearest = 0;
	for (size_t i = 0; i < candidates->n; i++) {
		struct judge judge = { .arena = arena,
			.index = index,
			.query = query,
			.statement = query->statement,
			.context = context,
			.record = index->records[candidates->items[i].number] };
		judge.fact = record_fact(judge.record, index->names, arena);
		topic_read(&judge);
		nearest = judge.topic.score > nearest ? judge.topic.score : nearest;
		if (judge.topic.score >= LEAST_TOPIC && !is_history(judge.record, context))
			judge_fact(&judge, out);
	}
	return nearest;
}

enum status diff_statement(const struct fact_index *index, struct arena *arena, const struct statement *statement,
	const struct diff_context *context, struct change_list *out, struct error *err)
{
	if (!date_is_set(context->published) || index->live == 0)
		return OK;
	struct query query = query_new(arena, index, statement, context);
	struct candidate_list candidates = { 0 };
	candidates_find(index, arena, &query, context->beats, &candidates);
	struct verdict_list verdicts = { 0 };
	double nearest = judge_candidates(index, arena, &query, context, &candidates, &verdicts);
	struct change_list found = { 0 };
	for (size_t i = 0; i < verdicts.n; i++)
		if (verdicts.items[i].change.confidence >= least_confidence(verdicts.items[i].change.kind) &&
			!is_beaten(&verdicts, i))
			*list_push(arena, &found) = verdicts.items[i].change;
	struct sv beat = found.n == 0 ? find_beat(index, &candidates, context) : (struct sv){ 0 };
	struct change change;
	if (beat.n > 0 && judge_new(arena, index, &query, beat, nearest, &change) && change.confidence >= LEAST_NEW)
		*list_push(arena, &found) = change;
	if (found.n > 1)
		qsort(found.items, found.n, sizeof *found.items, strongest_first);
	enum status st = arena_check(arena, err);
	if (st)
		return st;
	for (size_t i = 0; i < found.n; i++)
		*list_push(arena, out) = found.items[i];
	return OK;
}
