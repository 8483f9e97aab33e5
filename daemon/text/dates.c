/* One walk over the tokens: a lead ("by", "a partir de") gives the role, then comes the date itself (date_point.c), then
 * perhaps the other end of a range. */
#include "dates.h"

#include <string.h>

#include "date_scan.h"

/* Keeps in mind whether the clause looks ahead: "will", "due", "entrará" before the date. */
static void note_tense(struct date_scan *s, size_t i)
{
	const struct token *token = &s->tokens->items[i];
	if (token->kind == TOKEN_PUNCT && token->folded.n == 1 && strchr(".;:", token->folded.p[0])) {
		s->looks_ahead = false;
		return;
	}
	if (token->kind != TOKEN_WORD)
		return;
	const struct phrase *word = phrase_of_word(&s->words->ahead, token->folded);
	if (word)
		s->looks_ahead = word->value != 0;
	for (size_t k = 0; k < sizeof s->words->future_endings / sizeof(char *) && s->words->future_endings[k]; k++)
		if (token->text.n > 4 && sv_ends(token->text, sv_of(s->words->future_endings[k])))
			s->looks_ahead = true;
}

static bool is_ahead_role(int what)
{
	return what == DATE_BY + 1 || what == DATE_UNTIL + 1;
}

/* The point at i behind a lead, over articles. */
static bool led_point(const struct date_scan *s, size_t i, int lead, struct date_point *out)
{
	struct date_scan led = *s;
	led.has_lead = true;
	led.looks_ahead = s->looks_ahead || is_ahead_role(lead);
	if (date_point_at(&led, i, out))
		return true;
	size_t at = date_skip_fillers(&led, i);
	return at != i && date_point_at(&led, at, out);
}

/* "1 July to 31 August", "between June and August", "2024 to 2026": the far end moves point->date. */
static void take_range(const struct date_scan *s, int lead, struct date_point *point)
{
	size_t n;
	struct date_point far;
	struct date_scan led = *s;
	const struct phrase *to = phrase_at(&s->words->to, s->tokens, point->end, &n);
	if (!to && lead == DATE_LEAD_BETWEEN)
		to = phrase_at(&s->words->and_words, s->tokens, point->end, &n);
	if (!to)
		return;
	led.has_lead = true;
	size_t at = date_skip_fillers(s, point->end + n);
	if (!date_point_at(&led, point->end + n, &far) && !date_point_at(&led, at, &far))
		return;
	if (point->is_relative && !far.is_relative && point->start.year) { /* "June to August 2025" */
		point->start.year = far.date.year;
		if (date_compare(point->start, far.date) > 0)
			point->start.year--;
	}
	if (date_compare(far.date, point->start) < 0 && far.is_relative && far.date.month)
		far.date.year++;
	if (date_compare(far.date, point->start) < 0)
		return;
	point->date = far.date;
	point->end = far.end;
	point->is_relative = point->is_relative && far.is_relative;
}

static enum date_role role_of(const struct date_scan *s, int lead, const struct date_point *point, bool is_range)
{
	enum date_role role = DATE_ON;
	if (lead > 0 && lead < DATE_LEAD_BETWEEN)
		role = (enum date_role)(lead - 1);
	if (role == DATE_FROM && is_range)
		role = DATE_ON;
	if (role == DATE_ON && point->is_limit)
		role = DATE_BY;
	if (role == DATE_SINCE && date_is_set(s->published) && date_compare(point->start, s->published) > 0)
		role = DATE_FROM;
	return role;
}

/* The mention that begins at i; its end, or i when there is none. */
static size_t mention_at(const struct date_scan *s, size_t i, struct date_mention *out)
{
	size_t n = 0;
	struct date_point point;
	const struct phrase *lead = phrase_at(&s->words->leads, s->tokens, i, &n);
	int what = lead ? lead->what : 0;
	bool found = date_point_at(s, i, &point);
	if (found)
		what = 0;
	else if (lead)
		found = led_point(s, i + n, what, &point);
	if (!found)
		return i;
	struct date start = point.date;
	take_range(s, what, &point);
	bool is_range = !date_eq(start, point.date);
	*out = (struct date_mention){ .date = point.date,
		.start = point.start,
		.is_relative = point.is_relative,
		.role = role_of(s, what, &point, is_range),
		.span = { s->tokens->items[i].span.from, s->tokens->items[point.end - 1].span.to } };
	return point.end;
}

void text_dates(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct date published, struct date_list *out)
{
	(void)sentence;
	struct date_scan s = { .tokens = tokens,
		.language = language,
		.words = language->dates,
		.published = date_is_set(published) && date_is_valid(published) ? date_last_day(published)
										: (struct date){ 0 } };
	for (size_t i = 0; i < tokens->n;) {
		struct date_mention mention;
		size_t end = mention_at(&s, i, &mention);
		if (end == i) {
			note_tense(&s, i);
			i++;
			continue;
		}
		*list_push(arena, out) = mention;
		i = end;
	}
}
