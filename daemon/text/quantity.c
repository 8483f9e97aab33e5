/* One walk over the tokens. What may stand before a number ("more than", "from", "$") is collected in a lead until the
 * number comes or another word breaks it; the number then takes its range, unit, period and bound from what
 * follows. Numbers inside dates and names are passed over. Look-ahead and look-back are bounded, so the walk
 * is linear. */
#include "quantity.h"

#include <math.h>

#include "cue_words.h"
#include "dates.h"
#include "quantity_scan.h"
#include "verb.h"

enum { LEAD_ARTICLES = 3, TRAIL_PARTS = 3, PERIOD_WINDOW = 6 };

static bool *find_dated(
	struct arena *arena, struct sv sentence, const struct token_list *tokens, const struct language *language)
{
	bool *is_dated = arena_array(arena, bool, tokens->n + 1);
	struct date any_day = { 2000, 1, 1 }; /* which date a phrase means does not matter here */
	struct date_list dates = { 0 };
	size_t k = 0;
	text_dates(arena, sentence, tokens, language, any_day, &dates);
	for (size_t i = 0; i < tokens->n; i++) {
		while (k < dates.n && dates.items[k].span.to <= tokens->items[i].span.from)
			k++;
		is_dated[i] = k < dates.n && tokens->items[i].span.from >= dates.items[k].span.from;
	}
	return is_dated;
}

static enum direction direction_of(int kind)
{
	return kind == CUE_INCREASE ? DIRECTION_UP : kind == CUE_DECREASE ? DIRECTION_DOWN : DIRECTION_NONE;
}

static uint8_t *find_moves(struct arena *arena, const struct token_list *tokens, const struct language *language)
{
	uint8_t *moves = arena_array(arena, uint8_t, tokens->n + 1);
	for (size_t i = 0; i < tokens->n; i++) {
		size_t n;
		struct verb_match match;
		const struct phrase *phrase = phrase_at(&language->cues->phrases, tokens, i, &n);
		if (phrase)
			moves[i] = (uint8_t)direction_of((int)CUE_SENSE_KIND(phrase->what));
		if (!moves[i] && verb_at(language->cues->verbs, tokens, i, &match))
			moves[i] = (uint8_t)direction_of(match.verb->kind);
	}
	return moves;
}

/* ---- what stands before ---- */

static void extend_lead(struct quantity_lead *lead, size_t i, size_t n)
{
	if (!lead->is_set)
		*lead = (struct quantity_lead){ .is_set = true, .from = i };
	lead->end = i + n;
	lead->articles = 0;
}

static void apply_before(struct quantity_lead *lead, const struct phrase *phrase)
{
	switch ((enum before_kind)phrase->what) {
	case BEFORE_BOUND:
		lead->has_bound = true;
		lead->bound = (enum bound)(int)phrase->value;
		return;
	case BEFORE_OLD:
		lead->direction = (enum direction)(int)phrase->value;
		lead->role = BEFORE_OLD;
		return;
	case BEFORE_FROM:
	case BEFORE_TO:
	case BEFORE_BY:
	case BEFORE_BETWEEN:
		if (lead->role != BEFORE_OLD)
			lead->role = (enum before_kind)phrase->what;
		return;
	case BEFORE_MORE: lead->is_more = true; return;
	case BEFORE_RATE: lead->per = phrase->name; return;
	}
}

/* Adds what stands at i to the lead; the number of tokens taken, 0 when it belongs to none. */
static size_t take_lead(const struct quantity_scan *s, size_t i, struct quantity_lead *lead)
{
	size_t n;
	const struct phrase *money = phrase_at(&unit_symbols, s->tokens, i, &n);
	if (money && money->what == UNIT_MONEY && (token_is_number(s->tokens, i + n))) {
		extend_lead(lead, i, n);
		lead->money = money;
		return n;
	}
	const struct phrase *phrase = phrase_at(&s->language->numbers->before, s->tokens, i, &n);
	if (phrase) {
		extend_lead(lead, i, n);
		apply_before(lead, phrase);
		return n;
	}
	phrase = phrase_at(&s->language->numbers->numerals, s->tokens, i, &n);
	if (phrase && phrase->what == NUMERAL_MINUS && lead->is_set)
		return n;
	phrase = phrase_at(&s->language->numbers->articles, s->tokens, i, &n);
	if (phrase && lead->is_set && lead->articles < LEAD_ARTICLES) {
		lead->articles++;
		return n;
	}
	return 0;
}

/* ---- what follows ---- */

static bool is_range_word_fit(const struct quantity_scan *s, size_t i, int what, const struct quantity_lead *lead)
{
	enum { TO = 1, AND, DASH, OR };
	switch (what) {
	case TO: return lead->role != BEFORE_FROM;
	case AND: return lead->role == BEFORE_BETWEEN;
	case DASH: return token_is_glued(s->tokens, i) == token_is_glued(s->tokens, i + 1);
	case OR: return true;
	default: return false;
	}
}

/* "26 to 28", "10-15", "between 10 and 15": reads the upper end into *high; the token behind it. */
static size_t take_range(const struct quantity_scan *s, size_t i, const struct number *low,
	const struct quantity_lead *lead, struct number *high)
{
	size_t n, money_n;
	const struct phrase *word = phrase_at(&s->language->numbers->range_to, s->tokens, i, &n);
	if (!word || !is_range_word_fit(s, i, word->what, lead) || low->is_ordinal)
		return i;
	size_t at = i + n;
	const struct phrase *money = phrase_at(&unit_symbols, s->tokens, at, &money_n);
	if (money && money->what == UNIT_MONEY && lead->money)
		at += money_n;
	if (at >= s->tokens->n || s->is_dated[at] || !number_at(s->tokens, at, s->language, NUMBER_DEFAULT, high) ||
		high->is_ordinal || high->is_article)
		return i;
	if (high->is_part != low->is_part)
		return i;
	double base = low->value < high->value / high->scale ? low->value * high->scale / low->scale : low->value;
	bool is_near = word->what != 4 || (high->value > base && high->value <= base * 2);
	if (!(high->value > base) || !is_near)
		return i;
	return at + high->n;
}

/* Bounds, periods and comparatives behind a number or its unit; the token behind them. */
static size_t take_trail(const struct quantity_scan *s, size_t i, struct quantity *q)
{
	for (size_t parts = 0; parts < TRAIL_PARTS; parts++) {
		size_t n;
		const struct phrase *phrase = phrase_at(&s->language->numbers->after, s->tokens, i, &n);
		bool is_of_name = phrase && token_is(s->tokens, i, "+") &&
			token_is_word(s->tokens, i - 1); /* "OPEC+" */
		if (!phrase || is_of_name)
			return i;
		switch ((enum after_kind)phrase->what) {
		case AFTER_BOUND: q->bound = (enum bound)(int)phrase->value; break;
		case AFTER_PER: q->per = sv_of(phrase->name); break;
		case AFTER_MORE:
			q->role = ROLE_DELTA;
			q->direction = (enum direction)(int)phrase->value;
			break;
		}
		i += n;
	}
	return i;
}

/* "350,000 acre-feet of water a year": the period may follow some words later in the clause. */
static void find_period(const struct quantity_scan *s, size_t i, struct quantity *q)
{
	for (size_t at = i; at < s->tokens->n && at < i + PERIOD_WINDOW; at++) {
		size_t n;
		struct number number;
		if (s->tokens->items[at].kind != TOKEN_WORD || s->is_dated[at])
			return;
		const struct phrase *phrase = phrase_at(&s->language->numbers->after, s->tokens, at, &n);
		if (phrase && phrase->what == AFTER_PER && n > 1) {
			q->per = sv_of(phrase->name);
			return;
		}
		if (number_at(s->tokens, at, s->language, NUMBER_DEFAULT, &number) && !number.is_article)
			return;
	}
}

static enum quantity_kind kind_of(enum unit_kind kind, const struct number *number)
{
	if (number->is_ordinal)
		return QUANTITY_ORDINAL;
	switch (kind) {
	case UNIT_PERCENT:
	case UNIT_POINTS: return QUANTITY_PERCENT;
	case UNIT_MONEY:
	case UNIT_SCALED_MONEY: return QUANTITY_MONEY;
	case UNIT_DURATION: return QUANTITY_DURATION;
	case UNIT_MEASURE: return QUANTITY_MEASURE;
	case UNIT_CLOCK: break;
	}
	return QUANTITY_COUNT;
}

static void set_unit(struct quantity *q, const struct quantity_unit *unit, const struct quantity_lead *lead,
	const struct number *number)
{
	q->kind = kind_of(unit->kind, number);
	q->unit = unit->text;
	q->value *= unit->factor;
	q->high *= unit->factor;
	if (lead->money && q->kind == QUANTITY_COUNT) {
		q->kind = QUANTITY_MONEY;
		q->unit = sv_of(lead->money->name);
	} else if (number->is_part && q->kind == QUANTITY_COUNT) {
		q->kind = QUANTITY_PERCENT;
		q->unit = SV("percent");
		q->value *= 100;
		q->high *= 100;
	}
}

static struct span span_of(const struct quantity_scan *s, size_t from, size_t to)
{
	return (struct span){ s->tokens->items[from].span.from, s->tokens->items[to - 1].span.to };
}

/* "-0.5 %", "minus 0.25": a sign right before token i that is no dash between two things. */
static bool is_negative(const struct quantity_scan *s, size_t i)
{
	size_t n;
	if (i == 0)
		return false;
	const struct phrase *word = phrase_at(&s->language->numbers->numerals, s->tokens, i - 1, &n);
	if (word && word->what == NUMERAL_MINUS)
		return i < 2 || (!token_is(s->tokens, i - 2, "al") && !token_is(s->tokens, i - 2, "lo"));
	return (token_is(s->tokens, i - 1, "-") || token_is(s->tokens, i - 1, "\u2212")) &&
		token_is_glued(s->tokens, i) && (i == 1 || !token_is_glued(s->tokens, i - 1)) &&
		s->tokens->items[i].kind == TOKEN_NUMBER;
}

/* "un" and "one" are mostly no numbers: they count with a unit of the table ("un año", "one percent"), "one" also
 * before a noun of its own. */
static bool counts_nothing(
	const struct quantity_scan *s, size_t i, const struct number *number, const struct quantity_unit *unit)
{
	static const char *const pronouns[] = { "no", "any", "this", "that", "every", "each", "the", "which",
		"another" };
	if (!number->is_article || (unit->kind && unit->kind != UNIT_CLOCK))
		return false;
	if (!token_is(s->tokens, i, "one") || unit->text.n == 0 || token_is(s->tokens, i + 1, "of"))
		return true;
	for (size_t k = 0; i > 0 && k < sizeof pronouns / sizeof *pronouns; k++)
		if (token_is(s->tokens, i - 1, pronouns[k]))
			return true;
	return false;
}

/* Reads the quantity whose number stands at i; the token behind it. */
static size_t add_quantity(
	struct quantity_scan *s, size_t i, const struct number *number, const struct quantity_lead *lead)
{
	struct number high = *number;
	struct quantity q = { .value = number->value, .high = number->value, .bound = lead->bound };
	struct quantity_unit unit;
	size_t at = i + number->n;
	size_t number_end = take_range(s, at, number, lead, &high);
	if (number_end != at) {
		if (number->value < high.value / high.scale)
			q.value = number->value / number->scale * high.scale;
		q.high = high.value;
	} else {
		number_end = at;
	}
	at = take_trail(s, number_end, &q);
	quantity_unit_at(s, at, number, &unit);
	bool is_net_zero = number->value == 0 && i > 0 &&
		(token_is(s->tokens, i - 1, "net") || token_is(s->tokens, i - 1, "-"));
	if (is_net_zero || unit.kind == UNIT_CLOCK || counts_nothing(s, i, number, &unit))
		return number_end;
	set_unit(&q, &unit, lead, number);
	if (is_negative(s, i)) {
		q.value = -q.value;
		q.high = -q.high;
	}
	at = take_trail(s, unit.end, &q);
	if (q.per.n == 0 && lead->per)
		q.per = sv_of(lead->per);
	if (q.per.n == 0)
		find_period(s, at, &q);
	q.number = span_of(s, i, number_end);
	q.phrase = span_of(s, lead->is_set ? lead->from : i, at);
	quantity_find_role(s, i, at, lead, &q);
	*list_push(s->arena, s->out) = q;
	return at;
}

void text_quantities(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct quantity_list *out)
{
	struct quantity_scan s = { .arena = arena,
		.sentence = sentence,
		.tokens = tokens,
		.language = language,
		.out = out,
		.is_dated = find_dated(arena, sentence, tokens, language),
		.moves = find_moves(arena, tokens, language) };
	struct quantity_lead lead = { 0 };
	for (size_t i = 0; i < tokens->n;) {
		struct number number;
		if (s.is_dated[i]) {
			lead = (struct quantity_lead){ 0 };
			i++;
			continue;
		}
		enum number_flags flags = lead.role == BEFORE_BETWEEN ? NUMBER_NO_AND : NUMBER_DEFAULT;
		bool found = number_at(tokens, i, language, flags, &number);
		size_t led = !found || number.is_article ? take_lead(&s, i, &lead) : 0;
		if (led) {
			i += led;
			continue;
		}
		if (found && !quantity_is_name(&s, i, &number, &lead))
			i = add_quantity(&s, i, &number, &lead);
		else
			i += found ? number.n : 1;
		lead = (struct quantity_lead){ 0 };
	}
	quantity_pair(out);
}
