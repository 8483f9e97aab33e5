/* A party or an authority says that the fact is not so. A denial is a word for it ("denied", "rejects") or the
 * negation of the very step that the fact rests on ("signed no document" against an agreement). */
#include "judge.h"

static bool denies_step(const struct judge *judge, const struct cue *cue)
{
	if (cue->kind != CUE_STATUS || !cue->negated || cue->mode != MODE_DONE)
		return false;
	enum fact_status status = judge->fact.status;
	return cue->status == status ||
		((cue->status == STATUS_AGREED || cue->status == STATUS_PROPOSED || cue->status == STATUS_ANNOUNCED) &&
			(status == STATUS_ANNOUNCED || status == STATUS_AGREED || status == STATUS_PROPOSED));
}

bool judge_denial(const struct judge *judge, struct change *out)
{
	const struct cue *found = NULL;
	for (size_t i = 0; i < judge->statement->cues.n && !found; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		bool denies = cue->kind == CUE_DENY && cue_is_firm(cue) && !cue_is_name(judge, cue);
		if (denies || denies_step(judge, cue))
			found = cue;
	}
	if (!found || is_question(judge->statement->text))
		return false;
	/* Only who is bound by it, or speaks for it, can deny it. */
	if (!judge->topic.shares_actor && judge->statement->speaker.n == 0)
		return false;
	double confidence = 1.1 * judge->topic.score * (found->kind == CUE_DENY ? 0.95 : 0.85);
	struct change change = change_start(judge, CHANGE_CONTRADICTED, "", confidence > 0.95 ? 0.95 : confidence);
	struct sv shown = span_text(judge, found->span);
	change_because(judge->arena, &change, "denied: %.*s", SV_ARG(shown));
	*out = change;
	return true;
}
