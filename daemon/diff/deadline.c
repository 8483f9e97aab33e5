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
		if (!cue_is_firm(cue) || cue_is_name(judge, cue))
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
		else if (cue->kind == CUE_STATUS && (cue->status == STATUS_IN_FORCE || is_ending(cue->status)))
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

/* "instead of easing them from October" */
static bool is_replaced(const struct judge *judge, const struct date_mention *m)
{
	for (size_t i = 0; i < judge->statement->cues.n; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		if (cue->kind == CUE_REPLACE && cue->span.to <= m->span.from && m->span.from - cue->span.to < 40)
			return true;
	}
	return false;
}

/* "for two more months", "otros 90 días" */
static bool is_prolonged(const struct judge *judge)
{
	for (size_t i = 0; i < judge->statement->quantities.n; i++) {
		const struct quantity *q = &judge->statement->quantities.items[i];
		if (q->kind == QUANTITY_DURATION && q->role == ROLE_DELTA && q->direction != DIRECTION_DOWN)
			return true;
	}
	return false;
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
		if (m->role == DATE_SINCE || date_compare(m->date, judge->context->published) <= 0 ||
			is_replaced(judge, m))
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

/* "and not in 2029", "instead of the agreed 2038" */
static bool is_denied(const struct judge *judge, const struct date_mention *old)
{
	return is_replaced(judge, old) ||
		word_before(judge->statement, old->span, 3,
			"not no originally planned agreed scheduled previsto prevista pactado");
}

/* How much says that the date is this fact's. */
static double evidence_fit(const struct judge *judge, const struct evidence *e, double cue_fit, bool is_delay)
{
	if (is_delay)
		return 0.95;
	double fit = e->cue ? cue_fit : 0;
	bool has_stored = date_is_set(judge->fact.deadline);
	if (has_stored && is_prolonged(judge) && fit < 0.85)
		fit = 0.85;
	if (e->old && is_denied(judge, e->old) && fit < 0.85)
		fit = 0.85;
	if (e->old && fit < 0.6)
		fit = 0.6;
	if (has_stored && looks_ahead(e->new->role) && fit < 0.55)
		fit = 0.55;
	/* Without a stored date only an end or an exit sets one. */
	bool sets = e->cue && e->cue->kind != CUE_REPLACE && e->cue->kind != CUE_EXTEND &&
		(e->cue->kind == CUE_LEAVE || (is_ending(e->cue->status) && e->cue->mode != MODE_CONDITIONAL));
	if (!has_stored && !sets)
		return 0;
	if (!has_stored && e->new->role == DATE_ON && e->cue->mode == MODE_DONE)
		fit *= 0.6;
	return fit;
}

bool judge_deadline(
	const struct judge *judge, const struct change *status, struct change *out, bool *out_same, bool *out_named)
{
	struct evidence e = find_evidence(judge, out_same);
	*out_named = false;
	if (!e.new || is_question(judge->statement->text))
		return false;
	double cue_fit;
	e.cue = moving_cue(judge, &cue_fit);
	bool is_delay = status && status->new.status == STATUS_DELAYED;
	e.fit = evidence_fit(judge, &e, cue_fit, is_delay);
	if (!(e.fit > 0))
		return false;
	*out_named = e.old || is_delay || (e.cue && (e.cue->kind == CUE_EXTEND || e.cue->kind == CUE_REPLACE));
	double topic = e.old ? 0.4 + 0.6 * judge->topic.score : judge->topic.score;
	double confidence = 1.25 * e.fit * topic * (is_open(judge->statement) ? 0.6 : 1);
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
