/* Something new on a beat: a promise, agreement, body, measure or number that no stored fact covers.
 *
 * The statement's words must belong to one beat clearly, and it must tell a step (announced, agreed, launched) or a
 * number. Statistics that somebody expects, what was done so far, and ends of things are nothing new. */
#include "judge.h"

#define LEAST_SHARE 15.0 /* bits in common with the beat's facts */
#define LEAST_LEAD 1.15
#define CLEAR_LEAD 1.25

static bool tells_a_step(const struct cue *cue)
{
	return cue->kind == CUE_STATUS && cue_is_firm(cue) &&
		(cue->status == STATUS_ANNOUNCED || cue->status == STATUS_AGREED || cue->status == STATUS_IN_FORCE);
}

/* It tells how something known went on. */
static bool tells_an_end(const struct cue *cue)
{
	return cue->kind == CUE_STATUS && cue->mode == MODE_DONE && !cue->negated && !tells_a_step(cue) &&
		cue->status != STATUS_PROPOSED;
}

static double quantity_weight(const struct quantity *q)
{
	switch (q->kind) {
	case QUANTITY_MONEY: return 0.2;
	case QUANTITY_MEASURE: return 0.15;
	case QUANTITY_PERCENT: return 0.12;
	case QUANTITY_COUNT: return q->unit.n > 0 && q->value >= 10 ? 0.2 : 0;
	case QUANTITY_ORDINAL:
	case QUANTITY_DURATION: break;
	}
	return 0;
}

static const struct quantity *strong_quantity(const struct statement *statement)
{
	const struct quantity *best = NULL;
	for (size_t i = 0; i < statement->quantities.n; i++) {
		const struct quantity *q = &statement->quantities.items[i];
		if (quantity_weight(q) > (best ? quantity_weight(best) : 0))
			best = q;
	}
	return best;
}

static bool is_so_far(const struct statement *statement)
{
	struct span end = { (uint32_t)statement->text.n, (uint32_t)statement->text.n };
	return word_before(statement, end, 200, "already far ya");
}

/* "established a council": what has "a" before it was not known until now. */
static bool founds_something(const struct statement *statement, const struct cue *cue)
{
	static const struct sv articles[] = { SV(" a "), SV(" an "), SV(" un "), SV(" una ") };
	struct sv rest = sv_slice(statement->text, cue->span.to, statement->text.n);
	for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
		if (!cue->passive && sv_starts_nocase(rest, articles[i]))
			return true;
	return false;
}

bool judge_new(
	struct arena *arena, const struct query *query, struct sv beat, double share, double lead, struct change *out)
{
	const struct statement *statement = query->statement;
	const struct cue *cue = NULL;
	if (share < LEAST_SHARE || lead < LEAST_LEAD || is_open(statement) || is_forecast(statement) ||
		is_so_far(statement))
		return false;
	for (size_t i = 0; i < statement->cues.n; i++) {
		if (tells_an_end(&statement->cues.items[i]))
			return false;
		if (!cue && tells_a_step(&statement->cues.items[i]))
			cue = &statement->cues.items[i];
	}
	const struct quantity *quantity = strong_quantity(statement);
	if (!cue && !quantity)
		return false;
	/* That something runs is news only with a number, or when it did not run before. */
	bool is_strong = cue && (cue->status != STATUS_IN_FORCE || founds_something(statement, cue));
	double cue_weight = is_strong ? 0.2 : cue && quantity ? 0.1 : 0;
	double confidence = (share > 28 ? 0.35 : share / 80) + (lead >= CLEAR_LEAD ? 0.1 : 0) + cue_weight +
		(quantity ? quantity_weight(quantity) : 0);
	struct change change = { .kind = CHANGE_NEW, .slot = "", .statement = statement, .confidence = confidence };
	change.beat = arena_sv(arena, beat);
	struct sv shown = cue ? sv_slice(statement->text, cue->span.from, cue->span.to) : (struct sv){ 0 };
	if (cue)
		change_because(arena, &change, "cue: %.*s", SV_ARG(shown));
	if (quantity) {
		shown = sv_slice(statement->text, quantity->phrase.from, quantity->phrase.to);
		change_because(arena, &change, "number: %.*s", SV_ARG(shown));
	}
	change.new = (struct value){ .kind = VALUE_TEXT, .text = arena_sv(arena, statement->text) };
	*out = change;
	return true;
}
