/* The figure slot: is one of the statement's numbers the fact's number, and is it another one now?
 *
 * Only numbers of the fact's kind (percent, the same currency, the same thing counted) and period count. Among them
 * the fact's present value is looked for first: a statement that gives it as the old one ("from 10,000 to") names the
 * slot without doubt; one that gives it as it stands repeats the fact. Else the number that stands nearest to the
 * fact's words is the new one, if the topic is strong enough. A part of a promise that was delivered "so far" is no
 * new promise. */
#include <math.h>

#include "judge.h"

struct reading {
	const struct quantity *quantity;
	double fit;  /* how well unit and period agree, 0..1 */
	size_t away; /* words to the fact's nearest word */
	bool is_old; /* equals the fact's value */
};

static bool is_percent(struct sv unit)
{
	return sv_starts_nocase(unit, SV("percent")) || sv_starts(unit, SV("%"));
}

static bool is_currency(struct sv unit)
{
	if (unit.n != 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (unit.p[i] < 'A' || unit.p[i] > 'Z')
			return false;
	return true;
}

static bool is_duration(struct sv unit)
{
	static const struct sv names[] = { SV("days"), SV("day"), SV("weeks"), SV("week"), SV("months"), SV("month"),
		SV("years"), SV("year"), SV("hours"), SV("hour") };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (sv_eq_nocase(unit, names[i]))
			return true;
	return false;
}

/* Whether the words of two units name one thing: 1 the same head, 0.7 some word, 0 nothing, 0.4 none is given. */
static double unit_fit(const struct judge *judge, struct sv unit)
{
	if (unit.n == 0)
		return 0.4;
	struct word_list words = { 0 }, ours = { 0 };
	struct sv lang = judge->statement->lang;
	words_read(judge->arena, judge->index->terms, unit, language_detect(unit, lang), NULL, &words);
	words_read(judge->arena, judge->index->terms, judge->fact.figure.unit,
		language_detect(judge->fact.figure.unit, SV("en")), NULL, &ours);
	double best = 0;
	for (size_t i = 0; i < words.n; i++)
		for (size_t k = 0; k < ours.n; k++)
			if (sv_eq(words.items[i].name, ours.items[k].name))
				best = k + 1 == ours.n ? 1 : best > 0.7 ? best : 0.7;
	if (best > 0)
		return best;
	/* People are counted by many names; a word that the fact's text uses will do. */
	struct profile profile = record_profile(judge->record);
	struct term_run run;
	if (!profile_next(&profile, &run))
		return 0;
	while (run.n > 0) {
		uint32_t term = run_next(&run);
		for (size_t i = 0; i < words.n; i++)
			if (words.items[i].term == term)
				best = 0.55;
	}
	return best;
}

static double kind_fit(const struct judge *judge, const struct quantity *q)
{
	struct sv unit = judge->fact.figure.unit;
	if (is_percent(unit)) {
		if (q->kind != QUANTITY_PERCENT)
			return q->kind == QUANTITY_COUNT && q->unit.n == 0 && fabs(q->value) <= 100 ? 0.3 : 0;
		return 1;
	}
	if (is_currency(unit))
		return q->kind != QUANTITY_MONEY ? 0 : sv_eq(unit, q->unit) ? 1 : 0;
	if (is_duration(unit))
		return q->kind != QUANTITY_DURATION ? 0 : unit_fit(judge, q->unit) > 0.5 ? 1 : 0;
	if (q->kind != QUANTITY_COUNT && q->kind != QUANTITY_MEASURE)
		return 0;
	return unit_fit(judge, q->unit);
}

static double per_fit(const struct judge *judge, const struct quantity *q)
{
	struct sv ours = judge->fact.figure.per;
	if (ours.n == 0)
		return q->per.n == 0 || sv_eq(q->per, SV("year")) ? 1 : 0.5;
	if (q->per.n == 0)
		return 0.8;
	return sv_eq(ours, q->per) ? 1 : 0;
}

static bool equals_figure(const struct figure *figure, const struct quantity *q)
{
	if (numbers_equal(q->value, figure->value) || numbers_equal(q->high, figure->value))
		return true;
	if (figure->direction == DIRECTION_DOWN && numbers_equal(-q->value, figure->value))
		return true;
	/* "some 12 thousand" repeats 12,043: a rounded number equals what it was rounded from */
	double step = pow(10, floor(log10(fabs(q->value) + 1)) - 1);
	return q->bound == BOUND_ABOUT && fabs(q->value) >= 100 && fabs(q->value - figure->value) < step / 2;
}

static bool role_allowed(const struct judge *judge, const struct quantity *q)
{
	return q->role != ROLE_DELTA || judge->fact.figure.direction != DIRECTION_NONE;
}

static size_t read_quantities(const struct judge *judge, struct reading *out)
{
	size_t n = 0;
	const struct quantity_list *all = &judge->statement->quantities;
	for (size_t i = 0; i < all->n; i++) {
		const struct quantity *q = &all->items[i];
		if (q->kind == QUANTITY_ORDINAL || !role_allowed(judge, q))
			continue;
		double fit = kind_fit(judge, q) * per_fit(judge, q);
		bool is_old = equals_figure(&judge->fact.figure, q);
		if (fit < 0.25 || (fit < 0.5 && !is_old && q->role == ROLE_PLAIN))
			continue;
		out[n++] = (struct reading){ q, fit, words_to_fact(judge, q->number), is_old };
	}
	return n;
}

static bool has_cue(const struct judge *judge, enum cue_kind kind)
{
	for (size_t i = 0; i < judge->statement->cues.n; i++)
		if (judge->statement->cues.items[i].kind == kind && cue_is_firm(&judge->statement->cues.items[i]))
			return true;
	return false;
}

static bool moves_numbers(const struct judge *judge)
{
	return has_cue(judge, CUE_REPLACE) || has_cue(judge, CUE_INCREASE) || has_cue(judge, CUE_DECREASE);
}

/* The new value: not the old one, preferably said to be new, then nearest to the fact's words. */
static const struct reading *choose_new(const struct reading *readings, size_t n)
{
	const struct reading *best = NULL;
	double best_rank = -1;
	for (size_t i = 0; i < n; i++) {
		const struct reading *r = &readings[i];
		if (r->is_old || r->quantity->role == ROLE_OLD)
			continue;
		double rank = r->fit + (r->quantity->role == ROLE_NEW ? 0.6 : 0) -
			0.02 * (double)(r->away > 20 ? 20 : r->away);
		if (rank > best_rank) {
			best = r;
			best_rank = rank;
		}
	}
	return best;
}

/* A commitment is not changed by a smaller number of what was done for it. */
static bool is_progress(const struct judge *judge, const struct reading *r)
{
	if (judge->fact.kind != FACT_COMMITMENT && judge->fact.kind != FACT_AGREEMENT)
		return false;
	if (r->quantity->role == ROLE_NEW || fabs(r->quantity->value) >= fabs(judge->fact.figure.value))
		return false;
	return !moves_numbers(judge);
}

static bool has_open_mode(const struct judge *judge)
{
	const struct cue_list *cues = &judge->statement->cues;
	for (size_t i = 0; i < cues->n; i++)
		if (cues->items[i].mode == MODE_CONDITIONAL || cues->items[i].mode == MODE_POSSIBLE ||
			cues->items[i].mode == MODE_URGED || cues->items[i].mode == MODE_ASKED)
			return true;
	return is_question(judge->statement->text);
}

static double figure_confidence(const struct judge *judge, const struct reading *new, const struct reading *old)
{
	double slot = new->fit;
	if (old)
		slot = 0.6 + 0.4 * slot;
	else if (new->quantity->role == ROLE_NEW || moves_numbers(judge))
		slot *= 0.85;
	else
		slot *= 0.7;
	double topic = old ? 0.5 + 0.5 * judge->topic.score : judge->topic.score;
	double confidence = 1.3 * slot * topic;
	if (has_open_mode(judge))
		confidence *= 0.5;
	return confidence > 0.97 ? 0.97 : confidence;
}

bool judge_figure(const struct judge *judge, struct change *out, bool *out_same)
{
	*out_same = false;
	if (!judge->fact.figure.is_set || judge->statement->quantities.n == 0)
		return false;
	struct reading *readings = arena_array(judge->arena, struct reading, judge->statement->quantities.n);
	size_t n = read_quantities(judge, readings);
	const struct reading *old = NULL;
	for (size_t i = 0; i < n; i++)
		if (readings[i].is_old && (!old || readings[i].quantity->role == ROLE_OLD))
			old = &readings[i];
	const struct reading *new = choose_new(readings, n);
	if (old && old->quantity->role != ROLE_OLD &&
		!(new && (new->quantity->role == ROLE_NEW || moves_numbers(judge)))) {
		*out_same = true;
		return false;
	}
	if (!new || (!old && is_progress(judge, new)))
		return false;
	struct change change = change_start(judge, CHANGE_FIGURE, "figure", figure_confidence(judge, new, old));
	change.old = (struct value){ .kind = VALUE_NUMBER, .number = judge->fact.figure.value };
	change.new = (struct value){ .kind = VALUE_NUMBER, .number = new->quantity->value };
	if (judge->fact.figure.bound == BOUND_AT_MOST && new->quantity->high > new->quantity->value)
		change.new.number = new->quantity->high;
	change.new_bound = new->quantity->bound;
	struct sv shown = span_text(judge, new->quantity->phrase);
	change_because(judge->arena, &change, "new value: %.*s", SV_ARG(shown));
	if (old) {
		shown = span_text(judge, old->quantity->number);
		change_because(judge->arena, &change, "old value stands beside it: %.*s", SV_ARG(shown));
	}
	*out = change;
	return true;
}
