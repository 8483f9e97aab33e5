/* Numbers that count nothing: names ("Title 42", "F-16", "Leopard 2"), years, times, places in a list, telephone
 * numbers, parts of addresses and handles. Only plain digits can be one, "12,000" or "twelve" cannot. */
#include <string.h>

#include "quantity_scan.h"

enum { YEAR_FIRST = 1800, YEAR_LAST = 2100, NAME_MAX = 100, MODEL_MAX = 10, PHONE_DIGITS = 9 };

static bool is_glued_dash(const struct quantity_scan *s, size_t i)
{
	return token_is(s->tokens, i, "-") && token_is_glued(s->tokens, i) && token_is_glued(s->tokens, i + 1);
}

/* The text without white space around the token is an address or a handle. Chunks are looked at once. */
static bool is_in_address(struct quantity_scan *s, size_t i)
{
	struct span at = s->tokens->items[i].span;
	if (at.from >= s->chunk.from && at.to <= s->chunk.to)
		return s->is_chunk_name;
	size_t from = i, to = i + 1;
	while (from > 0 && !s->tokens->items[from].space_before && s->tokens->items[from].span.from > s->chunk.to)
		from--;
	while (to < s->tokens->n && !s->tokens->items[to].space_before)
		to++;
	s->chunk = (struct span){ s->tokens->items[from].span.from, s->tokens->items[to - 1].span.to };
	struct sv text = sv_slice(s->sentence, s->chunk.from, s->chunk.to);
	s->is_chunk_name = sv_find(text, SV("://")) != SIZE_MAX || sv_find(text, SV("www.")) != SIZE_MAX ||
		sv_find_char(text, '@') != SIZE_MAX || sv_find_char(text, '#') != SIZE_MAX ||
		sv_find_char(text, '_') != SIZE_MAX;
	return s->is_chunk_name;
}

/* "555-123-4567", "+52 55 1234 5678", "10.1.2" */
static bool is_in_chain(const struct quantity_scan *s, size_t i)
{
	bool before = i >= 2 && is_glued_dash(s, i - 1) && token_is_number(s->tokens, i - 2);
	bool after = is_glued_dash(s, i + 1) && token_is_number(s->tokens, i + 2);
	bool longer = (i >= 4 && before && is_glued_dash(s, i - 3) && token_is_number(s->tokens, i - 4)) ||
		(after && is_glued_dash(s, i + 3) && token_is_number(s->tokens, i + 4));
	if ((before && after) || longer)
		return true;
	return token_is(s->tokens, i - 1, "+") && token_is_glued(s->tokens, i) && !token_is_glued(s->tokens, i - 1) &&
		s->tokens->items[i].text.n + 1 < PHONE_DIGITS && token_is_number(s->tokens, i + 1);
}

static bool is_time(const struct quantity_scan *s, size_t i)
{
	bool before = i >= 2 && token_is(s->tokens, i - 1, ":") && token_is_glued(s->tokens, i) &&
		token_is_number(s->tokens, i - 2);
	bool after = token_is(s->tokens, i + 1, ":") && token_is_glued(s->tokens, i + 1) &&
		token_is_glued(s->tokens, i + 2) && token_is_number(s->tokens, i + 2);
	return before || after;
}

static bool is_list_place(const struct quantity_scan *s, size_t i)
{
	bool opens = i == 0 || token_is(s->tokens, i - 1, "(");
	bool closes = token_is(s->tokens, i + 1, ")") || token_is(s->tokens, i + 1, ".");
	return opens && closes && i + 2 < s->tokens->n;
}

/* A lower-case word that a number may count. */
static bool is_noun(const struct quantity_scan *s, size_t i)
{
	if (!token_is_word(s->tokens, i) || s->tokens->items[i].is_capital || s->tokens->items[i].is_stop)
		return false;
	return !phrase_of_word(&s->language->numbers->stops, s->tokens->items[i].folded);
}

static bool has_unit(const struct quantity_scan *s, size_t i)
{
	size_t n;
	const struct phrase *unit = phrase_at(&s->language->numbers->units, s->tokens, i, &n);
	return (unit && unit->what != UNIT_CLOCK) || phrase_at(&unit_symbols, s->tokens, i, &n);
}

/* 1800 to 2100 is a year unless it has a unit or a bound before and a plural noun behind. */
static bool is_year(
	const struct quantity_scan *s, size_t i, const struct number *number, const struct quantity_lead *lead)
{
	if (s->tokens->items[i].text.n != 4 || number->value < YEAR_FIRST || number->value > YEAR_LAST)
		return false;
	if (lead->money || lead->has_bound)
		return false;
	if (i + 1 < s->tokens->n && has_unit(s, i + 1))
		return false;
	if (!is_noun(s, i + 1) || lead->is_set)
		return true;
	bool is_after_function_word = i > 0 && s->tokens->items[i - 1].is_stop;
	struct sv noun = s->tokens->items[i + 1].folded;
	return is_after_function_word || noun.p[noun.n - 1] != 's';
}

/* "Leopard 2", "Apollo 11": a capital word before, and nothing to count behind. */
static bool is_model(const struct quantity_scan *s, size_t i, const struct number *number)
{
	if (i < 2 || number->value >= NAME_MAX || !token_is_word(s->tokens, i - 1))
		return false;
	const struct token *before = &s->tokens->items[i - 1];
	if (!before->is_capital || before->is_stop || (i + 1 < s->tokens->n && has_unit(s, i + 1)))
		return false;
	return number->value < MODEL_MAX || !is_noun(s, i + 1); /* what is counted up to nine is written in words */
}

bool quantity_is_name(struct quantity_scan *s, size_t i, const struct number *number, const struct quantity_lead *lead)
{
	if (!number->has_digits)
		return false;
	if (is_in_address(s, i))
		return true;
	if (!number->is_plain || lead->money)
		return false;
	if (i + 1 < s->tokens->n && token_is(s->tokens, i + 1, "%"))
		return false;
	if (i > 0 && !lead->is_set && phrase_of_word(&s->language->numbers->names, s->tokens->items[i - 1].folded))
		return true;
	if (i >= 2 && is_glued_dash(s, i - 1) && token_is_word(s->tokens, i - 2))
		return true;
	if ((i > 0 && is_in_chain(s, i)) || is_time(s, i) || is_list_place(s, i))
		return true;
	return is_year(s, i, number, lead) || (!lead->is_set && is_model(s, i, number));
}
