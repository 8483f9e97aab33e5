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
#define LEAST_NEW 0.46
#define SURE_PAST 0.70   /* of what is said of a fact that knows something later, so that it is nothing new */
#define SHARED 0.85      /* two facts share a change when the weaker one has this much of the stronger one's rank */
#define NAMED_BONUS 0.15 /* to the rank of a fact whose old value is named */
#define LEAD_ALONE 10.0  /* lead of a beat when no other shares a word */

struct verdict {
	struct change change;
	double rank; /* among facts that claim the same words: the topic, and whether the slot was named */
};
struct verdict_list {
	struct verdict *items;
	size_t n, cap;
};

static void push(struct arena *arena, struct verdict_list *list, struct change change, double rank)
{
	*list_push(arena, list) = (struct verdict){ change, rank };
}

static struct change reaffirmed(const struct judge *judge, double confidence, const char *why)
{
	struct change change = change_start(judge, CHANGE_REAFFIRMED, "", confidence);
	change_because(judge->arena, &change, "%s", why);
	return change;
}

static bool has_negation(const struct statement *statement)
{
	for (size_t i = 0; i < statement->cues.n; i++)
		if (statement->cues.items[i].negated)
			return true;
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
	if (is_open(judge->statement) || has_negation(judge->statement))
		return;
	if (same_figure && judge->topic.own > 0.4)
		push(judge->arena, out, reaffirmed(judge, 0.35 + 0.8 * topic, "the figure stands as it was"), topic);
	else if (same_date)
		push(judge->arena, out, reaffirmed(judge, 0.25 + 0.8 * topic, "the date stands as it was"), topic);
	else if (says_reaffirm(judge->statement) && judge->fact.kind != FACT_FIGURE)
		push(judge->arena, out, reaffirmed(judge, 0.05 + 0.8 * topic, "said to stand"), topic);
	else if (same_status && !judge->fact.figure.is_set)
		push(judge->arena, out, reaffirmed(judge, 0.1 + 0.8 * topic, "the status stands as it was"), topic);
}

/* A number and a date that are both other ones, with nothing that ties them to the fact: another target. */
static bool is_other_target(const struct judge *judge, const struct change *figure, bool figure_named,
	const struct change *deadline, bool deadline_named)
{
	return figure && deadline && date_is_set(judge->fact.deadline) && !figure_named && !deadline_named;
}

static void judge_fact(struct judge *judge, struct verdict_list *out)
{
	struct change figure, status, deadline, other;
	bool same_figure, same_status, same_date, figure_named, deadline_named;
	double topic = judge->topic.score;
	size_t before = out->n;
	bool had_date = date_is_set(judge->fact.deadline);
	bool has_status = judge_status(judge, &status, &same_status);
	bool has_figure = judge_figure(judge, &figure, &same_figure, &figure_named);
	bool has_deadline = judge_deadline(judge, has_status ? &status : NULL, &deadline, &same_date, &deadline_named);
	if (is_other_target(judge, has_figure ? &figure : NULL, figure_named, has_deadline ? &deadline : NULL,
		    deadline_named)) {
		figure.confidence *= 0.5;
		deadline.confidence *= 0.5;
	}
	/* Put off to another day than the known one: the date vouches for the delay. */
	if (has_status && has_deadline &&
		status.new.status == STATUS_DELAYED &&deadline_named &&status.confidence < deadline.confidence)
		status.confidence = deadline.confidence;
	if (has_status && status.confidence >= LEAST_CONFIDENCE)
		push(judge->arena, out, status, topic);
	if (has_figure && figure.confidence >= LEAST_CONFIDENCE)
		push(judge->arena, out, figure, topic + (figure_named ? NAMED_BONUS : 0));
	if (has_deadline && deadline.confidence >= LEAST_CONFIDENCE)
		push(judge->arena, out, deadline,
			topic + (deadline_named ? NAMED_BONUS : 0) + (had_date ? 0 : -NAMED_BONUS));
	if (judge_parties(judge, &other) && other.confidence >= LEAST_CONFIDENCE)
		push(judge->arena, out, other, topic);
	if (out->n == before && judge_denial(judge, &other) && other.confidence >= LEAST_CONFIDENCE)
		push(judge->arena, out, other, topic);
	if (out->n == before)
		judge_reaffirmed(judge, same_figure, same_date, same_status, out);
}

/* Two changes claim the same words of the statement. */
static bool compete(const struct change *a, const struct change *b)
{
	if (sv_eq(a->fact_id, b->fact_id))
		return false;
	if (b->kind == CHANGE_REAFFIRMED)
		return true;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case CHANGE_FIGURE: return numbers_equal(a->new.number, b->new.number);
	case CHANGE_STATUS: return a->new.status == b->new.status;
	case CHANGE_DEADLINE:
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
			all->items[i].rank < SHARED * all->items[k].rank)
			return true;
	return false;
}

/* Surprise of the query's own words that the facts of one beat have, each word once. */
static double beat_share(const struct fact_index *index, const struct query *query,
	const struct candidate_list *candidates, uint32_t beat, bool *seen)
{
	double sum = 0;
	for (size_t i = 0; i < query->terms.n; i++)
		seen[i] = false;
	for (size_t c = 0; c < candidates->n; c++) {
		const struct record *record = index->records[candidates->items[c].number];
		struct profile profile = record_profile(record);
		struct term_run run;
		while (record->beat == beat && profile_next(&profile, &run)) {
			while (run.n > 0) {
				const struct query_term *t = query_find(query, run_next(&run));
				if (!t || seen[t - query->terms.items] || t->is_number)
					continue;
				seen[t - query->terms.items] = true;
				sum += (double)(t->weight * t->surprise);
			}
		}
	}
	return sum;
}

struct beat {
	struct sv name;
	double share, lead;
};

/* The beat whose facts share most with the statement. A source with one beat speaks of that. */
static struct beat find_beat(const struct fact_index *index, struct arena *arena, const struct query *query,
	const struct candidate_list *candidates, const struct diff_context *context)
{
	double best = 0, second = 0;
	uint32_t beat = TERM_NONE;
	bool *seen = arena_array(arena, bool, query->terms.n + 1);
	for (size_t i = 0; i < candidates->n && i < 8; i++) {
		uint32_t b = index->records[candidates->items[i].number]->beat;
		if (b == beat)
			continue;
		double share = beat_share(index, query, candidates, b, seen);
		if (share > best) {
			second = best;
			best = share;
			beat = b;
		} else if (share > second) {
			second = share;
		}
	}
	if (beat == TERM_NONE)
		return (struct beat){ 0 };
	bool is_given = context->beats && context->beats->n == 1;
	return (struct beat){ terms_name(index->names, beat), is_given ? 1.5 * best : best,
		second > 0 ? best / second : LEAD_ALONE };
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

/* out_past: what the statement says of facts that know something later; it changes nothing, and is nothing new. */
static void judge_candidates(const struct fact_index *index, struct arena *arena, const struct query *query,
	const struct diff_context *context, const struct candidate_list *candidates, struct verdict_list *out,
	struct verdict_list *out_past)
{
	for (size_t i = 0; i < candidates->n; i++) {
		struct judge judge = { .arena = arena,
			.index = index,
			.query = query,
			.statement = query->statement,
			.context = context,
			.record = index->records[candidates->items[i].number] };
		judge.fact = record_fact(judge.record, index->names, arena);
		topic_read(&judge);
		if (judge.topic.score >= LEAST_TOPIC)
			judge_fact(&judge, is_history(judge.record, context) ? out_past : out);
	}
}

static bool is_sure(const struct verdict_list *past)
{
	for (size_t i = 0; i < past->n; i++)
		if (past->items[i].change.confidence >= SURE_PAST)
			return true;
	return false;
}

enum status diff_statement(const struct fact_index *index, struct arena *arena, const struct statement *statement,
	const struct diff_context *context, struct change_list *out, struct error *err)
{
	if (!date_is_set(context->published) || index->live == 0)
		return OK;
	struct query query = query_new(arena, index, statement, context);
	struct candidate_list candidates = { 0 };
	candidates_find(index, arena, &query, context->beats, &candidates);
	struct verdict_list verdicts = { 0 }, past = { 0 };
	judge_candidates(index, arena, &query, context, &candidates, &verdicts, &past);
	struct change_list found = { 0 };
	for (size_t i = 0; i < verdicts.n; i++)
		if ((verdicts.items[i].change.kind != CHANGE_REAFFIRMED ||
			    verdicts.items[i].change.confidence >= LEAST_REAFFIRMED) &&
			!is_beaten(&verdicts, i))
			*list_push(arena, &found) = verdicts.items[i].change;
	struct change change;
	struct beat beat = { 0 };
	if (found.n == 0 && !is_sure(&past))
		beat = find_beat(index, arena, &query, &candidates, context);
	if (beat.name.n > 0 && judge_new(arena, &query, beat.name, beat.share, beat.lead, &change) &&
		change.confidence >= LEAST_NEW)
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
