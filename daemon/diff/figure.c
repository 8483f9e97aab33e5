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

static bool counts_people(const struct word_list *unit)
{
	for (size_t i = 0; i < unit->n; i++)
		if (sv_eq(unit->items[i].name, SV("=people")) || sv_eq(unit->items[i].name, SV("=personnel")))
			return true;
	return false;
}

/* People are counted by many names; one that the fact's text uses will do. */
static double named_in_text(const struct judge *judge, const struct word_list *words)
{
	struct profile profile = record_profile(judge->record);
	struct term_run run;
	if (!profile_next(&profile, &run))
		return 0;
	while (run.n > 0) {
		uint32_t term = run_next(&run);
		for (size_t i = 0; i < words->n; i++)
			if (words->items[i].term == term)
				return 0.55;
	}
	return 0;
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
	return counts_people(&ours) ? named_in_text(judge, &words) : 0;
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

/* "another 2,000", "otros 26": on top of something, not a new total */
static bool is_added(const struct judge *judge, const struct quantity *q)
{
	return word_before(
		judge->statement, q->number, 2, "another further additional extra adding adds otros otras adicionales");
}

/* "suman ya 55", "4,000 in all" */
static bool is_total(const struct judge *judge, const struct quantity *q)
{
	return word_before(judge->statement, q->number, 4,
		"total totals totalling suman suma sumaron together altogether alcanza alcanzan");
}

static bool is_against_direction(const struct judge *judge, const struct quantity *q)
{
	enum direction ours = judge->fact.figure.direction;
	return ours != DIRECTION_NONE && q->direction != DIRECTION_NONE && q->direction != ours;
}

static bool is_of_interest(const struct judge *judge, const struct quantity *q)
{
	if (q->kind == QUANTITY_ORDINAL || is_against_direction(judge, q))
		return false;
	return q->role != ROLE_DELTA || judge->fact.figure.direction != DIRECTION_NONE;
}

/* The statement counts what the fact counts, though only by way of what was added. */
static bool counts_additions(const struct judge *judge)
{
	for (size_t i = 0; i < judge->statement->quantities.n; i++) {
		const struct quantity *q = &judge->statement->quantities.items[i];
		if (q->role == ROLE_DELTA && kind_fit(judge, q) > 0.5)
			return true;
	}
	return false;
}

static size_t read_quantities(const struct judge *judge, struct reading *out)
{
	size_t n = 0;
	bool has_old = false, any_fits = false;
	const struct quantity_list *all = &judge->statement->quantities;
	for (size_t i = 0; i < all->n; i++) {
		const struct quantity *q = &all->items[i];
		if (!is_of_interest(judge, q))
			continue;
		double fit = kind_fit(judge, q) * per_fit(judge, q);
		bool is_old = equals_figure(&judge->fact.figure, q);
		/* The very number, counted in other words ("the 29 delivered"). */
		if (is_old && fit < 0.35 && q->kind == QUANTITY_COUNT && (fabs(q->value) >= 20 || q->unit.n == 0))
			fit = 0.35;
		if (fit < 0.25 || (!is_old && is_added(judge, q)))
			continue;
		has_old = has_old || is_old;
		any_fits = any_fits || fit >= 0.5;
		out[n++] = (struct reading){ q, fit, words_to_fact(judge, q->number), is_old };
	}
	/* Numbers that count nothing by themselves need the old one, or what was added, beside them. */
	bool takes_bare = has_old || (!any_fits && counts_additions(judge));
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (out[i].fit >= 0.5 || out[i].is_old || out[i].quantity->role != ROLE_PLAIN || takes_bare)
			out[kept++] = out[i];
	return kept;
}

static bool has_cue(const struct judge *judge, enum cue_kind kind)
{
	for (size_t i = 0; i < judge->statement->cues.n; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		if (cue->kind == kind && cue_is_firm(cue) && !cue_is_name(judge, cue))
			return true;
	}
	return false;
}

/* A word moves the number. For a fact that is itself a rise or fall such words are part of it. */
static bool moves_numbers(const struct judge *judge)
{
	if (has_cue(judge, CUE_REPLACE))
		return true;
	return judge->fact.figure.direction == DIRECTION_NONE &&
		(has_cue(judge, CUE_INCREASE) || has_cue(judge, CUE_DECREASE));
}

/* The new value: not the old one, preferably said to be new, next after the old one, near the fact's words. */
static const struct reading *choose_new(
	const struct judge *judge, const struct reading *readings, size_t n, const struct reading *old)
{
	const struct reading *best = NULL;
	double best_rank = -1;
	bool follows = false;
	for (size_t i = 0; i < n; i++) {
		const struct reading *r = &readings[i];
		if (r->is_old || r->quantity->role == ROLE_OLD)
			continue;
		double rank = r->fit - 0.02 * (double)(r->away > 20 ? 20 : r->away);
		rank += r->quantity->role == ROLE_NEW ? 0.6 : 0;
		rank += is_total(judge, r->quantity) ? 0.5 : 0;
		if (old && !follows && r->quantity->number.from > old->quantity->number.from) {
			follows = true;
			rank += 0.3;
		}
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

static bool has_denial(const struct judge *judge)
{
	for (size_t i = 0; i < judge->statement->cues.n; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		if (cue->kind == CUE_DENY || (cue->kind == CUE_STATUS && cue->negated))
			return true;
	}
	return false;
}

/* Numbers of one thing seldom change by a factor of thirty. */
static bool is_out_of_size(double old, double new)
{
	double a = fabs(old) + 1, b = fabs(new) + 1;
	return a > 30 * b || b > 30 * a;
}

static double figure_confidence(const struct judge *judge, const struct reading *new, const struct reading *old)
{
	double slot = new->fit;
	bool is_reported = judge->fact.kind == FACT_MEASURE || judge->fact.kind == FACT_FIGURE;
	if (old)
		slot = 0.6 + 0.4 * slot;
	else if (new->quantity->role == ROLE_NEW || moves_numbers(judge))
		slot *= 0.85;
	else
		slot *= 0.7;
	double topic = old ? 0.4 + 0.6 * judge->topic.score : judge->topic.score;
	double confidence = 1.3 * slot * topic;
	if (judge->topic.clashes_actor || has_denial(judge))
		confidence *= 0.7;
	if (is_out_of_size(judge->fact.figure.value, new->quantity->value))
		confidence *= 0.4;
	if (is_open(judge->statement) || (is_forecast(judge->statement) && is_reported))
		confidence *= 0.5;
	return confidence > 0.97 ? 0.97 : confidence;
}

static const struct reading *choose_old(const struct reading *readings, size_t n)
{
	const struct reading *old = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct reading *r = &readings[i];
		bool better = !old || (r->quantity->role == ROLE_OLD && old->quantity->role != ROLE_OLD) ||
			(r->quantity->role == old->quantity->role && r->fit > old->fit);
		if (r->is_old && better)
			old = r;
	}
	return old;
}

/* The old value stands there, but as what still holds. */
static bool is_repeated(const struct judge *judge, const struct reading *old, const struct reading *new)
{
	if (!old || old->quantity->role == ROLE_OLD)
		return false;
	if (!new)
		return true;
	return new->quantity->role != ROLE_NEW && !is_total(judge, new->quantity) && !moves_numbers(judge);
}

bool judge_figure(const struct judge *judge, struct change *out, bool *out_same, bool *out_named)
{
	*out_same = *out_named = false;
	if (!judge->fact.figure.is_set || judge->statement->quantities.n == 0)
		return false;
	struct reading *readings = arena_array(judge->arena, struct reading, judge->statement->quantities.n);
	size_t n = read_quantities(judge, readings);
	const struct reading *old = choose_old(readings, n);
	const struct reading *new = choose_new(judge, readings, n, old);
	if (is_repeated(judge, old, new)) {
		*out_same = old->fit >= 0.5 || fabs(judge->fact.figure.value) >= 100;
		return false;
	}
	if (!new || (!old && is_progress(judge, new)))
		return false;
	*out_named = old || has_cue(judge, CUE_REPLACE);
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
