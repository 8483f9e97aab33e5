/* Numbers in digits, over as many tokens as they take: "13 181", "10 1/2", "8th", "3.5bn", "2½". */
#include <math.h>

#include "number_sum.h"

enum { GROUP_DIGITS = 3 };

bool number_is_digits(struct sv v, size_t max)
{
	if (v.n == 0 || v.n > max)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	return true;
}

/* Digits up to the first letter; "3.5bn" may come as one token. */
static struct sv digits_of(struct sv text)
{
	size_t n = 0;
	while (n < text.n &&
		((text.p[n] >= '0' && text.p[n] <= '9') || text.p[n] == '.' || text.p[n] == ',' || text.p[n] == '\''))
		n++;
	return sv_slice(text, 0, n);
}

/* "13 181", "1 500 000": groups of three behind a short first one. */
static double add_spaced_groups(struct sum *s, double value)
{
	const struct token *first = &s->tokens->items[s->i - 1];
	if (!number_is_digits(first->text, GROUP_DIGITS) || first->text.p[0] == '0')
		return value;
	for (size_t k = 0; k < NUMBER_GROUPS && token_is_number(s->tokens, s->i) &&
		s->tokens->items[s->i].text.n == GROUP_DIGITS &&
		number_is_digits(s->tokens->items[s->i].text, GROUP_DIGITS);
		k++) {
		double group = 0;
		(void)number_of_digits(s->tokens->items[s->i].text, s->language, &group); /* three digits */
		value = value * 1000 + group;
		s->i++;
		s->digit_tokens++;
	}
	return value;
}

/* "3/4" behind its numerator. */
static bool take_slash(struct sum *s, double numerator, double *out)
{
	double denominator;
	if (!token_is(s->tokens, s->i, "/") || !token_is_glued(s->tokens, s->i) ||
		!token_is_glued(s->tokens, s->i + 1) || !token_is_number(s->tokens, s->i + 1) ||
		token_is(s->tokens, s->i + 2, "/"))
		return false;
	struct sv text = s->tokens->items[s->i + 1].text;
	if (!number_is_digits(text, GROUP_DIGITS) || !number_of_digits(text, s->language, &denominator))
		return false;
	if (denominator < 2 || numerator >= denominator || numerator != floor(numerator))
		return false;
	*out = numerator / denominator;
	return true;
}

struct vulgar {
	const char *text;
	double value;
};

bool number_vulgar_at(const struct sum *s, size_t i, double *out)
{
	static const struct vulgar fractions[] = { { "½", 0.5 }, { "¼", 0.25 }, { "¾", 0.75 }, { "⅓", 1.0 / 3 },
		{ "⅔", 2.0 / 3 }, { "⅕", 0.2 }, { "⅖", 0.4 }, { "⅗", 0.6 }, { "⅘", 0.8 }, { "⅙", 1.0 / 6 },
		{ "⅛", 0.125 }, { "⅜", 0.375 }, { "⅝", 0.625 }, { "⅞", 0.875 } };
	if (i >= s->tokens->n || s->tokens->items[i].text.n == 0 || (unsigned char)s->tokens->items[i].text.p[0] < 0x80)
		return false;
	for (size_t k = 0; k < sizeof fractions / sizeof *fractions; k++) {
		if (!sv_eq(s->tokens->items[i].text, sv_of(fractions[k].text)))
			continue;
		*out = fractions[k].value;
		return true;
	}
	return false;
}

static bool is_ordinal_mark(const struct sum *s, struct sv mark)
{
	for (size_t k = 0; k < sizeof s->language->numbers->ordinal_marks / sizeof(char *); k++) {
		const char *known = s->language->numbers->ordinal_marks[k];
		if (known && sv_eq(mark, sv_of(known)))
			return true;
	}
	return false;
}

/* "8th", "1.º": glued, or the tail of the same token. */
static void take_ordinal_mark(struct sum *s, struct sv tail)
{
	size_t at = s->i;
	if (tail.n) {
		s->is_ordinal = is_ordinal_mark(s, tail);
		return;
	}
	if (token_is(s->tokens, at, ".") && token_is_glued(s->tokens, at))
		at++;
	if (!token_is_glued(s->tokens, at) || !is_ordinal_mark(s, s->tokens->items[at].folded))
		return;
	s->i = at + 1;
	s->is_ordinal = true;
}

/* "10 1/2" */
static double add_mixed_fraction(struct sum *s, double value)
{
	double numerator, part;
	size_t start = s->i;
	if (number_vulgar_at(s, start, &part)) {
		s->i++;
		return value + part;
	}
	if (!token_is_number(s->tokens, start) || value != floor(value) ||
		!number_is_digits(s->tokens->items[start].text, 2) ||
		!number_of_digits(s->tokens->items[start].text, s->language, &numerator))
		return value;
	s->i++;
	if (!take_slash(s, numerator, &part)) {
		s->i = start;
		return value;
	}
	s->i += 2;
	return value + part;
}

/* Is the token before the digits just taken a decimal mark that stands alone? */
static bool is_behind_point(const struct sum *s)
{
	size_t at = s->i - 1;
	if (at == 0 || !token_is_glued(s->tokens, at) || token_is_glued(s->tokens, at - 1))
		return false;
	return token_is(s->tokens, at - 1, ".") || token_is(s->tokens, at - 1, ",");
}

bool number_take_digits(struct sum *s)
{
	const struct token *token = &s->tokens->items[s->i];
	struct sv digits = digits_of(token->text);
	struct sv tail = sv_slice(token->folded, digits.n, token->folded.n);
	const struct phrase *suffix = tail.n ? phrase_of_word(&s->language->numbers->numerals, tail) : NULL;
	bool has_scale = suffix && (suffix->what == NUMERAL_SUFFIX || suffix->what == NUMERAL_SCALE);
	double value, part;
	if (!number_of_digits(digits, s->language, &value) || (tail.n && !has_scale && !is_ordinal_mark(s, tail)))
		return false;
	if (s->any && (value >= s->room || value != floor(value)))
		return false;
	s->i++;
	s->digit_tokens++;
	s->has_digits = true;
	if (!s->any && is_behind_point(s))
		value /= pow(10, (double)digits.n); /* ".25" */
	else if (!s->any && tail.n == 0) {
		value = add_spaced_groups(s, value);
		if (take_slash(s, value, &part)) {
			s->i += 2;
			s->is_part = true;
			value = part;
		} else {
			value = add_mixed_fraction(s, value);
		}
	}
	if (!has_scale)
		take_ordinal_mark(s, tail);
	s->current += value * (has_scale ? suffix->value : 1);
	s->scale = has_scale ? suffix->value : s->scale;
	s->room = 0;
	s->any = true;
	return true;
}
