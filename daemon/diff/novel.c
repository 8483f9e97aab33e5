/* Something new on a beat: a promise, agreement, body, measure or number that no stored fact covers. It takes a firm
 * word for it (announced, agreed, launched) or a number beside one, on a statement whose words belong to the beat. */
#include "judge.h"

static bool tells_a_step(const struct cue *cue)
{
	return cue->kind == CUE_STATUS && cue_is_firm(cue) &&
		(cue->status == STATUS_ANNOUNCED || cue->status == STATUS_AGREED || cue->status == STATUS_IN_FORCE ||
			cue->status == STATUS_FULFILLED);
}

static const struct quantity *strong_quantity(const struct statement *statement)
{
	const struct quantity *best = NULL;
	for (size_t i = 0; i < statement->quantities.n; i++) {
		const struct quantity *q = &statement->quantities.items[i];
		bool counts = q->kind == QUANTITY_MONEY || q->kind == QUANTITY_PERCENT || q->kind == QUANTITY_MEASURE ||
			(q->kind == QUANTITY_COUNT && q->unit.n > 0 && q->value >= 10);
		if (counts && (!best || q->value > best->value))
			best = q;
	}
	return best;
}

bool judge_new(struct arena *arena, const struct fact_index *index, const struct query *query, struct sv beat,
	double nearest, struct change *out)
{
	(void)index;
	const struct statement *statement = query->statement;
	const struct cue *cue = NULL;
	bool is_open = is_question(statement->text);
	for (size_t i = 0; i < statement->cues.n; i++) {
		const struct cue *c = &statement->cues.items[i];
		if (!cue && tells_a_step(c))
			cue = c;
		is_open = is_open || c->mode == MODE_CONDITIONAL || c->mode == MODE_ASKED || c->mode == MODE_URGED;
	}
	const struct quantity *quantity = strong_quantity(statement);
	/* A percentage by itself is a statistic. */
	if (is_open || (!cue && (!quantity || quantity->kind == QUANTITY_PERCENT)))
		return false;
	double confidence = (cue ? 0.45 : 0.3) + (quantity ? 0.25 : 0) - 0.3 * nearest;
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
