/* Numbers out of tokens, by one pass with a running sum.
 *
 * `current` is the group being built (213 of "two hundred and thirteen thousand"); closed groups wait on a short
 * stack, since a scale multiplies all smaller groups before it ("dos billones 200 mil millones"). `room` is what may
 * still be added without a scale between: after "twenty" less than 10, after "hundred" less than 100, after
 * "thousand" less than 1000, and nothing after "five"; that is what ends a number before the next one begins.
 */
#include "number.h"

#include <math.h>

#include "number_sum.h"

/* No number has more tokens; the bound keeps the readers that try one at every token linear. */
enum { TOKENS_MAX = 40 };
static const double VALUE_MAX = 1e24; /* more is no figure of anybody's politics */

static double room_after(double value)
{
	if (value >= 100)
		return 100;
	return value >= 20 ? 10 : 0;
}

static bool add_small(struct sum *s, const struct phrase *word, size_t n)
{
	if (s->any && word->value >= s->room)
		return false;
	s->current += word->value;
	s->room = room_after(word->value);
	s->is_article = !s->any && word->what == NUMERAL_ONE;
	s->has_words = s->any = true;
	s->i += n;
	return true;
}

static bool multiply(struct sum *s, const struct phrase *word, size_t n)
{
	bool is_large = s->current >= 100 && (s->room == 0 || word->value >= 100) && !s->has_digits;
	if (s->any && (s->current <= 0 || is_large))
		return false;
	s->current = (s->any ? s->current : 1) * word->value;
	s->room = room_after(word->value);
	s->has_words = s->any = true;
	s->is_article = false;
	s->i += n;
	return true;
}

static bool close_group(struct sum *s, const struct phrase *word, size_t n)
{
	if (word->what == NUMERAL_SUFFIX && (!s->has_digits || !token_is_glued(s->tokens, s->i)))
		return false;
	double value = s->any ? s->current : 1;
	size_t left = s->groups;
	while (left > 0 && s->scales[left - 1] < word->value)
		value += s->values[--left];
	if (value == 0 || left == NUMBER_GROUPS || (left > 0 && s->scales[left - 1] == word->value))
		return false;
	s->values[left] = value * word->value;
	s->scales[left] = word->value;
	s->groups = left + 1;
	s->current = 0;
	s->scale = word->value;
	s->room = word->value;
	s->has_words = s->any = true;
	s->is_article = s->is_part = false;
	s->i += n;
	return true;
}

static double total(const struct sum *s)
{
	double sum = s->current;
	for (size_t k = 0; k < s->groups; k++)
		sum += s->values[k];
	return sum;
}

/* "two thirds", "twenty-three fifths": a whole number before a fraction word. */
static bool divide(struct sum *s, const struct phrase *word, size_t n)
{
	double value = total(s);
	if (!s->any || value < 1 || value != floor(value) || s->is_part || s->current == 0)
		return false;
	if (s->has_digits && (word->value > 10 || value > 20))
		return false;
	bool is_plural = sv_ends(s->tokens->items[s->i + n - 1].folded, SV("s"));
	if (value > 1 && !is_plural)
		return false;
	s->current = value / word->value;
	s->groups = 0;
	s->room = 0;
	s->is_part = true;
	s->is_article = false;
	s->i += n;
	return true;
}

static bool take_word(struct sum *s)
{
	size_t n;
	const struct phrase *word = phrase_at(&s->language->numbers->numerals, s->tokens, s->i, &n);
	if (!word)
		return false;
	switch ((enum numeral_kind)word->what) {
	case NUMERAL_SMALL:
	case NUMERAL_ONE: return add_small(s, word, n);
	case NUMERAL_HUNDRED: return multiply(s, word, n);
	case NUMERAL_SCALE:
	case NUMERAL_SUFFIX: return close_group(s, word, n);
	case NUMERAL_FRACTION:
	case NUMERAL_PART: return divide(s, word, n);
	case NUMERAL_ORDINAL:
	case NUMERAL_ARTICLE:
	case NUMERAL_MINUS:
	case NUMERAL_POINT: return false;
	}
	return false;
}

static const struct phrase *numeral_at(const struct sum *s, size_t i)
{
	size_t n;
	return phrase_at(&s->language->numbers->numerals, s->tokens, i, &n);
}

/* "y medio", "and a half", "and three quarters", "con dos tercios": a fraction of one, or of the last scale. */
static bool take_and_part(struct sum *s)
{
	size_t at = s->i + 1, n = 1;
	double count = 1;
	const struct phrase *word = numeral_at(s, at);
	bool has_count = word &&
		(word->what == NUMERAL_ARTICLE || word->what == NUMERAL_ONE || word->what == NUMERAL_SMALL);
	if (has_count) {
		count = word->value;
		at += token_is(s->tokens, at + 1, "-") ? 2 : 1;
	} else if (s->flags & NUMBER_NO_AND) {
		return false;
	}
	word = phrase_at(&s->language->numbers->numerals, s->tokens, at, &n);
	if (!word || (word->what != NUMERAL_FRACTION && word->what != NUMERAL_PART) || s->is_part ||
		count >= word->value)
		return false;
	double part = count / word->value;
	const struct phrase *scale = numeral_at(s, at + n);
	bool has_own_scale = scale && scale->what == NUMERAL_SCALE && scale->value < s->scale;
	if (has_own_scale)
		s->current = part * scale->value; /* "one billion and a half million" */
	else
		s->current += s->current == 0 && s->groups ? part * s->scale : part;
	s->room = 0;
	s->is_article = false;
	s->i = at + n + has_own_scale;
	return true;
}

/* What may join two pieces of one number: "and", "y", a hyphen. */
static bool take_joint(struct sum *s)
{
	size_t n;
	if (!s->any || s->i + 1 >= s->tokens->n)
		return false;
	if (token_is(s->tokens, s->i, "-")) {
		const struct phrase *next = numeral_at(s, s->i + 1);
		bool is_even = token_is_glued(s->tokens, s->i) == token_is_glued(s->tokens, s->i + 1);
		bool fits = next && s->has_words && is_even &&
			(next->what == NUMERAL_FRACTION || next->what == NUMERAL_PART ||
				next->what == NUMERAL_HUNDRED || next->what == NUMERAL_SCALE || next->value < s->room);
		if (fits)
			s->i++;
		return fits;
	}
	if (!phrase_at(&s->language->numbers->and_words, s->tokens, s->i, &n))
		return false;
	if (take_and_part(s))
		return true;
	if (token_is_number(s->tokens, s->i + 1) && s->room == 100 && s->has_words && !(s->flags & NUMBER_NO_AND)) {
		s->i++; /* "3 hundred and 21" */
		return true;
	}
	const struct phrase *next = numeral_at(s, s->i + 1);
	if (!next || (next->what != NUMERAL_SMALL && next->what != NUMERAL_ONE) || (s->flags & NUMBER_NO_AND) ||
		!s->has_words)
		return false;
	bool between_tens = s->room == 10 && next->value < 10;
	bool after_hundred = s->room >= 100 && next->value < 100;
	if (s->language->numbers->has_and_between_tens ? !between_tens : !after_hundred)
		return false;
	s->i++;
	return true;
}

static bool is_scale_at(const struct sum *s, size_t i)
{
	const struct phrase *word = numeral_at(s, i);
	return word && word->what == NUMERAL_SCALE;
}

/* "a hundred", "half a million", "un cuarto de millón", "one quarter", "la mitad": what begins with an article or
 * a fraction. */
static bool take_start(struct sum *s)
{
	size_t n, next_n;
	if (number_vulgar_at(s, s->i, &s->current)) {
		s->is_part = s->any = true;
		s->room = 0;
		s->i++;
		return true;
	}
	const struct phrase *word = phrase_at(&s->language->numbers->numerals, s->tokens, s->i, &n);
	if (!word)
		return false;
	bool has_article = word->what == NUMERAL_ARTICLE || word->what == NUMERAL_ONE;
	const struct phrase *next = has_article
		? phrase_at(&s->language->numbers->numerals, s->tokens, s->i + n, &next_n)
		: NULL;
	if (has_article && next && token_is(s->tokens, s->i + n, "-"))
		next = NULL;
	if (next && (next->what == NUMERAL_HUNDRED || next->what == NUMERAL_SCALE)) {
		s->i += n;
		return take_word(s);
	}
	if (next && (next->what == NUMERAL_FRACTION || next->what == NUMERAL_PART)) {
		n += next_n;
		word = next;
	} else if (word->what != NUMERAL_FRACTION || (word->value > 3 && !is_scale_at(s, s->i + n))) {
		return word->what != NUMERAL_ARTICLE && take_word(s);
	}
	s->current = 1 / word->value;
	s->is_part = s->has_words = s->any = true;
	s->room = 0;
	s->i += n;
	/* "half [a|of a] million" */
	for (size_t skip = 0; skip < 3; skip++) {
		const struct phrase *scale = phrase_at(
			&s->language->numbers->numerals, s->tokens, s->i + skip, &next_n);
		if (!scale || (scale->what != NUMERAL_SCALE && scale->what != NUMERAL_HUNDRED))
			continue;
		s->i += skip;
		if (scale->what == NUMERAL_SCALE)
			return close_group(s, scale, next_n);
		s->current *= scale->value;
		s->is_part = false;
		s->i += next_n;
		return true;
	}
	return true;
}

static bool take_ordinal_word(const struct sum *s, struct number *out)
{
	size_t n;
	const struct phrase *word = phrase_at(&s->language->numbers->numerals, s->tokens, s->i, &n);
	if (!word || (word->what != NUMERAL_ORDINAL && word->what != NUMERAL_PART))
		return false;
	*out = (struct number){ .value = word->value, .scale = 1, .n = n, .is_ordinal = true };
	return true;
}

/* "twenty-first": an ordinal may end a number of words. */
static void take_ordinal_end(struct sum *s)
{
	size_t n, at = s->i + (token_is(s->tokens, s->i, "-") ? 1 : 0);
	const struct phrase *word = phrase_at(&s->language->numbers->numerals, s->tokens, at, &n);
	if (!word || !s->has_words || s->is_part || word->value >= s->room)
		return;
	if (word->what != NUMERAL_ORDINAL && word->what != NUMERAL_PART)
		return;
	s->current += word->value;
	s->is_ordinal = true;
	s->i = at + n;
}

/* "two point five": digits as words behind the point. */
static void take_spoken_decimals(struct sum *s)
{
	const struct phrase *point = numeral_at(s, s->i);
	double unit = 1;
	if (!point || point->what != NUMERAL_POINT || s->has_digits || s->is_part)
		return;
	for (size_t at = s->i + 1; unit > 1e-9; at++) {
		const struct phrase *digit = numeral_at(s, at);
		bool is_digit = digit && (digit->what == NUMERAL_SMALL || digit->what == NUMERAL_ONE) &&
			digit->value < 100;
		if (!is_digit && !(unit < 1 && token_is(s->tokens, at, "-")))
			break;
		if (!is_digit)
			continue;
		bool ends_tens = digit->value < 10 && s->room == 10; /* "seventy-one" has two digits, not three */
		if (!ends_tens)
			unit /= digit->value >= 10 ? 100 : 10;
		s->current += digit->value * unit;
		s->is_article = false;
		s->room = digit->value >= 20 ? 10 : 0;
		s->i = at + 1;
	}
	s->room = 0;
}

bool number_at(const struct token_list *tokens, size_t i, const struct language *language, enum number_flags flags,
	struct number *out)
{
	struct sum s = { .tokens = tokens, .language = language, .flags = flags, .i = i, .room = INFINITY, .scale = 1 };
	if (i >= tokens->n)
		return false;
	bool started = token_is_number(tokens, i) ? number_take_digits(&s) : take_start(&s);
	if (!started)
		return take_ordinal_word(&s, out);
	while (s.i < tokens->n && s.i - i < TOKENS_MAX && !s.is_ordinal) {
		size_t before = s.i;
		bool joined = take_joint(&s);
		bool taken = token_is_number(tokens, s.i) ? (joined || s.room >= 1000) && number_take_digits(&s)
							  : take_word(&s);
		if (!taken && !joined)
			take_spoken_decimals(&s);
		if (!taken && joined && s.i == before + 1) {
			s.i = before; /* a joint with nothing behind it */
			break;
		}
		if (s.i == before)
			break;
	}
	if (!s.is_ordinal)
		take_ordinal_end(&s);
	double value = total(&s);
	if (!(fabs(value) <= VALUE_MAX))
		return false;
	*out = (struct number){ .value = value,
		.scale = s.scale,
		.n = s.i - i,
		.is_ordinal = s.is_ordinal,
		.is_part = s.is_part,
		.is_article = s.is_article,
		.has_digits = s.has_digits,
		.is_plain = s.i - i == 1 && number_is_digits(tokens->items[i].text, SIZE_MAX) };
	return true;
}
