/* The deadline slot: the date by which the fact is to be met, takes effect or ends.
 *
 * A date that differs from the stored one counts when something says that it is this date: the old one beside it, a
 * word of putting off or prolonging, a planned end with its day, or its role ("by", "until", "from") on a strong
 * topic. The day on which something happened is never a deadline. */
#include "judge.h"

struct evidence {
	const struct date_mention *new, *old;
	const struct cue *cue;
	double fit;
};

static bool same_date(struct date a, struct date b)
{
	if (!date_is_set(a) || !date_is_set(b))
		return false;
	return date_compare(a, b) == 0;
}

/* The same date told with less precision: "July 2025" for 1 July 2025. */
static bool covers(struct date coarse, struct date fine)
{
	if (coarse.year != fine.year)
		return false;
	return coarse.month == 0 || (coarse.month == fine.month && (coarse.day == 0 || coarse.day == fine.day));
}

static bool is_ending(enum fact_status status)
{
	return status == STATUS_WITHDRAWN || status == STATUS_EXPIRED || status == STATUS_SUSPENDED;
}

/* A cue that moves a date, and how much it tells. */
static const struct cue *moving_cue(const struct judge *judge, double *out_fit)
{
	const struct cue *best = NULL;
	*out_fit = 0;
	for (size_t i = 0; i < judge->statement->cues.n; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		double fit = 0;
		if (!cue_is_firm(cue))
			continue;
		if (cue->kind == CUE_STATUS && cue->status == STATUS_DELAYED)
			fit = 0.95;
		else if (cue->kind == CUE_EXTEND)
			fit = 0.95;
		else if (cue->kind == CUE_REPLACE)
			fit = 0.8;
		else if (cue->kind == CUE_STATUS && cue->mode == MODE_PLANNED && is_ending(cue->status))
			fit = 0.85;
		else if (cue->kind == CUE_LEAVE)
			fit = 0.8;
		else if (cue->kind == CUE_STATUS && cue->status == STATUS_IN_FORCE && cue->mode == MODE_PLANNED)
			fit = 0.75;
		if (fit > *out_fit) {
			best = cue;
			*out_fit = fit;
		}
	}
	return best;
}

static bool looks_ahead(enum date_role role)
{
	return role == DATE_BY || role == DATE_UNTIL || role == DATE_FROM;
}

static struct evidence find_evidence(const struct judge *judge, bool *out_same)
{
	struct evidence e = { 0 };
	struct date stored = judge->fact.deadline;
	double best_rank = -1;
	for (size_t i = 0; i < judge->statement->dates.n; i++) {
		const struct date_mention *m = &judge->statement->dates.items[i];
		if (date_is_set(stored) && (same_date(m->date, stored) || covers(m->date, stored))) {
			e.old = m;
			continue;
		}
		if (m->role == DATE_SINCE || date_compare(m->date, judge->context->published) <= 0)
			continue;
		double rank = (looks_ahead(m->role) ? 1 : 0) - 0.03 * (double)words_to_fact(judge, m->span);
		if (!e.new || rank > best_rank) {
			e.new = m;
			best_rank = rank;
		}
	}
	*out_same = e.old && !e.new;
	return e;
}

bool judge_deadline(const struct judge *judge, const struct change *status, struct change *out, bool *out_same)
{
	struct evidence e = find_evidence(judge, out_same);
	if (!e.new || is_question(judge->statement->text))
		return false;
	double cue_fit;
	e.cue = moving_cue(judge, &cue_fit);
	bool is_delay = status && status->new.status == STATUS_DELAYED;
	if (e.cue)
		e.fit = cue_fit;
	else if (e.old)
		e.fit = 0.85;
	else if (date_is_set(judge->fact.deadline) && looks_ahead(e.new->role))
		e.fit = 0.55;
	if (is_delay)
		e.fit = 0.95;
	if (!date_is_set(judge->fact.deadline) && !(e.cue && e.cue->mode == MODE_PLANNED) &&
		!(e.cue && e.cue->kind == CUE_LEAVE))
		e.fit *= 0.4;
	double topic = e.old ? 0.4 + 0.6 * judge->topic.score : judge->topic.score;
	double confidence = 1.25 * e.fit * topic;
	if (e.fit <= 0)
		return false;
	struct change change = change_start(judge, CHANGE_DEADLINE, "deadline", confidence > 0.97 ? 0.97 : confidence);
	change.old = (struct value){ .kind = date_is_set(judge->fact.deadline) ? VALUE_DATE : VALUE_NONE,
		.date = judge->fact.deadline };
	change.new = (struct value){ .kind = VALUE_DATE, .date = e.new->date };
	struct sv shown = span_text(judge, e.new->span);
	change_because(judge->arena, &change, "new date: %.*s", SV_ARG(shown));
	if (e.old) {
		shown = span_text(judge, e.old->span);
		change_because(judge->arena, &change, "old date stands beside it: %.*s", SV_ARG(shown));
	}
	if (e.cue) {
		shown = span_text(judge, e.cue->span);
		change_because(judge->arena, &change, "cue: %.*s", SV_ARG(shown));
	}
	*out = change;
	return true;
}
