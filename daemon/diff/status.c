/* The status slot: a step in the fact's life that was taken.
 *
 * Only cues that are done and not negated move a fact; what may, would or should happen does not, and what will
 * happen on a later day is a date (deadline.c). The steps that a status can be followed by stand in a table: a
 * statement that an agreement was "announced" after it was signed tells nothing new. */
#include "judge.h"

#define FAR 8 /* words between a cue and the fact beyond which they hardly belong together */

/* next[from] has bit `to` set when that step makes sense. */
#define BIT(status) (1u << (status))
#define ENDS (BIT(STATUS_WITHDRAWN) | BIT(STATUS_EXPIRED) | BIT(STATUS_REJECTED))
static const unsigned next[FACT_STATUSES] = {
	[STATUS_PROPOSED] = BIT(STATUS_ANNOUNCED) | BIT(STATUS_AGREED) | BIT(STATUS_IN_FORCE) | BIT(STATUS_FULFILLED) |
		BIT(STATUS_DELAYED) | BIT(STATUS_SUSPENDED) | ENDS,
	[STATUS_ANNOUNCED] = BIT(STATUS_AGREED) | BIT(STATUS_IN_FORCE) | BIT(STATUS_FULFILLED) | BIT(STATUS_DELAYED) |
		BIT(STATUS_SUSPENDED) | ENDS,
	[STATUS_AGREED] = BIT(STATUS_IN_FORCE) | BIT(STATUS_FULFILLED) | BIT(STATUS_DELAYED) | BIT(STATUS_SUSPENDED) |
		ENDS,
	[STATUS_IN_FORCE] = BIT(STATUS_FULFILLED) | BIT(STATUS_DELAYED) | BIT(STATUS_SUSPENDED) | ENDS,
	[STATUS_FULFILLED] = 0,
	[STATUS_DELAYED] = BIT(STATUS_AGREED) | BIT(STATUS_IN_FORCE) | BIT(STATUS_FULFILLED) | BIT(STATUS_SUSPENDED) |
		ENDS,
	[STATUS_SUSPENDED] = BIT(STATUS_IN_FORCE) | BIT(STATUS_FULFILLED) | ENDS,
	[STATUS_WITHDRAWN] = BIT(STATUS_IN_FORCE),
	[STATUS_EXPIRED] = BIT(STATUS_IN_FORCE),
	[STATUS_REJECTED] = BIT(STATUS_AGREED) | BIT(STATUS_IN_FORCE),
};

/* How much of the topic a cue must lean on: strong words tell by themselves, reporting verbs hardly. */
static const double weight[FACT_STATUSES] = {
	[STATUS_PROPOSED] = 0.3,
	[STATUS_ANNOUNCED] = 0.3,
	[STATUS_AGREED] = 0.8,
	[STATUS_IN_FORCE] = 0.8,
	[STATUS_FULFILLED] = 0.75,
	[STATUS_DELAYED] = 0.95,
	[STATUS_SUSPENDED] = 0.95,
	[STATUS_WITHDRAWN] = 0.9,
	[STATUS_EXPIRED] = 0.9,
	[STATUS_REJECTED] = 0.85,
};

/* Words to the fact's name when it is named here, else to its nearest word. */
static double cue_fit(const struct judge *judge, const struct cue *cue)
{
	size_t away = words_to_fact(judge, cue->span);
	double near = away <= 2 ? 1 : away <= FAR ? 1 - 0.06 * (double)(away - 2) : 0.6;
	return weight[cue->status] * near;
}

static bool is_ending(enum fact_status status)
{
	return status == STATUS_WITHDRAWN || status == STATUS_EXPIRED || status == STATUS_SUSPENDED;
}

/* "no longer", "ya no": said of the future it holds from now on. */
static bool is_for_good(const struct judge *judge, const struct cue *cue)
{
	struct sv text = span_text(judge, cue->span);
	return sv_starts_nocase(text, SV("no longer")) || sv_starts_nocase(text, SV("ya no"));
}

static bool is_party(const struct judge *judge, struct sv code)
{
	for (size_t i = 0; i < judge->fact.parties.n; i++)
		if (sv_eq_nocase(judge->fact.parties.items[i], code))
			return true;
	return false;
}

/* A party stands before the cue, as its subject does. */
static bool party_does(const struct judge *judge, const struct cue *cue)
{
	for (size_t i = 0; i < judge->statement->actors.n; i++) {
		const struct actor *actor = &judge->statement->actors.items[i];
		if (actor->span.from < cue->span.to && is_party(judge, actor->code))
			return true;
	}
	return false;
}

/* The status that a cue says the fact has now; false when it says none. What is said to take effect or end on a
 * day ahead is not yet so. */
static bool status_told(const struct judge *judge, const struct cue *cue, enum fact_status *out)
{
	if (cue->negated || cue_is_name(judge, cue))
		return false;
	const struct date_mention *ahead = date_ahead(judge);
	if (cue->kind == CUE_LEAVE && cue->mode == MODE_DONE && !ahead && judge->fact.parties.n <= 2 &&
		party_does(judge, cue)) {
		*out = STATUS_WITHDRAWN;
		return true;
	}
	if (cue->kind != CUE_STATUS)
		return false;
	*out = cue->status;
	if (cue->mode == MODE_PLANNED)
		return cue->status == STATUS_DELAYED || is_for_good(judge, cue);
	if (cue->mode != MODE_DONE)
		return false;
	bool moves_later = ahead && ahead->role != DATE_UNTIL && ahead->span.from >= cue->span.from;
	return !(moves_later && (cue->status == STATUS_IN_FORCE || is_ending(cue->status)) &&
		(ahead->role == DATE_FROM || ahead->role == DATE_ON));
}

static struct cue as_status(struct cue cue, enum fact_status status)
{
	cue.status = status;
	return cue;
}

bool judge_status(const struct judge *judge, struct change *out, bool *out_same)
{
	*out_same = false;
	/* A reported number has no life of its own; a new one takes its place. */
	if (judge->fact.kind == FACT_FIGURE)
		return false;
	struct cue best = { 0 };
	double best_fit = 0;
	for (size_t i = 0; i < judge->statement->cues.n; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		enum fact_status told;
		if (!status_told(judge, cue, &told))
			continue;
		if (told == judge->fact.status)
			*out_same = true;
		if (!(next[judge->fact.status] & BIT(told)))
			continue;
		double fit = cue_fit(judge, &(struct cue){ .status = told, .span = cue->span });
		if (fit > best_fit) {
			best = as_status(*cue, told);
			best_fit = fit;
		}
	}
	if (best_fit <= 0 || is_question(judge->statement->text))
		return false;
	double confidence = 1.25 * best_fit * judge->topic.score;
	struct change change = change_start(judge, CHANGE_STATUS, "status", confidence > 0.97 ? 0.97 : confidence);
	change.old = (struct value){ .kind = VALUE_STATUS, .status = judge->fact.status };
	change.new = (struct value){ .kind = VALUE_STATUS, .status = best.status };
	struct sv shown = span_text(judge, best.span);
	change_because(judge->arena, &change, "cue: %.*s", SV_ARG(shown));
	*out = change;
	return true;
}
