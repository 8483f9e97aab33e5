/* What a sentence does with a number. A word that raises or lowers something ("moves") earlier in the clause makes
 * "from" the old value, "to" the new one and "by" the difference; without one they are only places and people. */
#include <string.h>

#include "quantity_scan.h"

enum { MOVE_WINDOW = 14, OBJECT_WINDOW = 4 };

static bool ends_clause(const struct token *token)
{
	return token->kind == TOKEN_PUNCT && token->folded.n == 1 && strchr(".;:?!", token->folded.p[0]) != NULL;
}

/* The nearest move before token i within `window` tokens of the clause. */
static enum direction move_before(const struct quantity_scan *s, size_t i, size_t window)
{
	for (size_t back = 1; back <= window && back <= i; back++) {
		if (ends_clause(&s->tokens->items[i - back]))
			break;
		if (s->moves[i - back])
			return (enum direction)s->moves[i - back];
	}
	return DIRECTION_NONE;
}

/* "rose 25 percent", "bajó una cuarta parte", "increase of 25 %": nothing but an article or "of" between. */
static enum direction move_of_object(const struct quantity_scan *s, size_t i)
{
	size_t n;
	for (size_t back = 1; back <= OBJECT_WINDOW && back <= i; back++) {
		const struct token *token = &s->tokens->items[i - back];
		if (s->moves[i - back])
			return (enum direction)s->moves[i - back];
		bool is_small = phrase_at(&s->language->numbers->articles, s->tokens, i - back, &n) ||
			phrase_at(&s->language->numbers->links, s->tokens, i - back, &n) ||
			phrase_at(&s->language->numbers->before, s->tokens, i - back, &n) || token->folded.n <= 2;
		if (!is_small)
			break;
	}
	return DIRECTION_NONE;
}

static bool is_points(const struct quantity *q)
{
	return q->kind == QUANTITY_PERCENT && sv_eq(q->unit, SV("percentage points"));
}

/* "from" is the old value when something moves, or when "to" and a number follow. */
static bool is_old_start(const struct quantity_scan *s, size_t i, size_t end)
{
	size_t n;
	if (move_before(s, i, MOVE_WINDOW))
		return true;
	const struct phrase *to = phrase_at(&s->language->numbers->before, s->tokens, end, &n);
	bool is_english = sv_eq(s->language->tag, SV("en"));
	return is_english && to && to->what == BEFORE_TO;
}

static bool follows_old_value(const struct quantity_scan *s)
{
	return s->out->n > 0 && s->out->items[s->out->n - 1].role == ROLE_OLD;
}

static enum quantity_role role_of_lead(
	const struct quantity_scan *s, size_t i, size_t end, const struct quantity_lead *lead, const struct quantity *q)
{
	switch (lead->role) {
	case BEFORE_OLD: return ROLE_OLD;
	case BEFORE_FROM: return is_old_start(s, i, end) ? ROLE_OLD : ROLE_PLAIN;
	case BEFORE_TO: return follows_old_value(s) || move_before(s, i, MOVE_WINDOW) ? ROLE_NEW : ROLE_PLAIN;
	case BEFORE_BY:
		if (move_before(s, i, MOVE_WINDOW) || is_points(q) || q->kind == QUANTITY_PERCENT)
			return ROLE_DELTA;
		return ROLE_PLAIN;
	case BEFORE_BETWEEN:
	case BEFORE_BOUND:
	case BEFORE_MORE:
	case BEFORE_RATE: return ROLE_PLAIN;
	}
	return ROLE_PLAIN;
}

void quantity_find_role(
	const struct quantity_scan *s, size_t i, size_t end, const struct quantity_lead *lead, struct quantity *q)
{
	size_t start = lead->is_set ? lead->from : i;
	enum direction object = DIRECTION_NONE;
	if (q->role == ROLE_DELTA) /* "24 percent more" */
		return;
	q->role = role_of_lead(s, start, end, lead, q);
	if (q->role == ROLE_PLAIN && lead->is_more) {
		q->role = ROLE_DELTA;
		q->direction = DIRECTION_UP;
		return;
	}
	if (q->role == ROLE_PLAIN && q->kind == QUANTITY_PERCENT && (!lead->role || lead->role == BEFORE_FROM))
		object = move_of_object(s, start);
	if (object) {
		q->role = ROLE_DELTA;
		q->direction = object;
	} else if (q->role != ROLE_PLAIN) {
		q->direction = lead->direction ? lead->direction : move_before(s, start, MOVE_WINDOW);
	}
}

static bool is_bare(const struct quantity *q)
{
	return q->unit.n == 0 && q->kind == QUANTITY_COUNT;
}

/* Units that can name the same thing: equal, or one side says none. */
static bool may_pair(const struct quantity *a, const struct quantity *b)
{
	return is_bare(a) || is_bare(b) ||
		(a->kind == b->kind && (a->kind == QUANTITY_COUNT || sv_eq(a->unit, b->unit)));
}

/* "25 billion dollars from 60": the bare number takes kind and unit, and the scale if it is small beside it. */
static void take_unit(struct quantity *bare, const struct quantity *full)
{
	static const double scales[] = { 1e12, 1e9, 1e6, 1e3 };
	if (!is_bare(bare) || is_bare(full) || full->kind == QUANTITY_ORDINAL || full->kind == QUANTITY_DURATION)
		return;
	bare->kind = full->kind;
	bare->unit = full->unit;
	if (bare->per.n == 0)
		bare->per = full->per;
	for (size_t k = 0; k < sizeof scales / sizeof *scales && bare->value < 1000; k++) {
		if (full->value < scales[k] || full->kind == QUANTITY_COUNT)
			continue;
		bare->value *= scales[k];
		bare->high *= scales[k];
		break;
	}
}

void quantity_pair(struct quantity_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct quantity *old = &list->items[i];
		if (old->role != ROLE_OLD)
			continue;
		struct quantity *before = i > 0 ? &list->items[i - 1] : NULL;
		struct quantity *after = i + 1 < list->n ? &list->items[i + 1] : NULL;
		struct quantity *partner = NULL;
		if (after && after->role == ROLE_NEW)
			partner = after;
		else if (before && (before->role == ROLE_NEW || before->role == ROLE_PLAIN) && may_pair(old, before))
			partner = before;
		else if (after && after->role == ROLE_PLAIN && may_pair(old, after))
			partner = after;
		if (!partner)
			continue;
		partner->role = ROLE_NEW;
		if (!partner->direction)
			partner->direction = old->direction;
		take_unit(old, partner);
		take_unit(partner, old);
	}
}
