/* Units: first the table of the language (per cent, money, time, measures), then the noun phrase.
 *
 * A noun phrase is cut by what cannot be part of it: punctuation, numbers, function words, words of the table
 * `stops`, and behind its first word also forms that look like verbs (sent, desplegados). "of" and "de" link two
 * parts once ("members of the National Guard", "elementos de seguridad"). No tagger: a wrong last word costs the
 * comparison of two units little, as they are compared by their stems. */
#include <string.h>

#include "quantity_scan.h"

enum { UNIT_WORDS = 5, UNIT_BYTES = 120 };

static bool ends_with(struct sv v, const char *end)
{
	return sv_ends(v, sv_of(end));
}

/* Words behind a noun that are rather a verb or participle. */
static bool looks_like_verb(const struct quantity_scan *s, const struct token *token)
{
	static const char *const endings_en[] = { "ed", "ing", "ly" };
	static const char *const endings_es[] = { "ado", "ada", "ados", "adas", "ido", "idos", "idas", "aron", "ieron",
		"aran", "aba", "aban", "ando", "iendo", "mente" };
	bool is_english = sv_eq(s->language->tag, SV("en"));
	const char *const *endings = is_english ? endings_en : endings_es;
	size_t count = is_english ? sizeof endings_en / sizeof *endings_en : sizeof endings_es / sizeof *endings_es;
	if (token->is_capital || token->folded.n < 5)
		return false;
	for (size_t k = 0; k < count; k++)
		if (ends_with(token->folded, endings[k]))
			return true;
	return false;
}

static bool may_stand_in_unit(const struct quantity_scan *s, size_t i, size_t words)
{
	if (!token_is_word(s->tokens, i) || s->is_dated[i])
		return false;
	const struct token *token = &s->tokens->items[i];
	if (phrase_of_word(&s->language->numbers->stops, token->folded) || (token->is_stop && !token->is_capital))
		return false;
	return words == 0 || !looks_like_verb(s, token);
}

/* The token behind a link that goes on to another part ("of the"); i when there is none. */
static size_t link_end(const struct quantity_scan *s, size_t i)
{
	size_t n;
	if (!phrase_at(&s->language->numbers->links, s->tokens, i, &n))
		return i;
	if (token_is(s->tokens, i, "-") && !(token_is_glued(s->tokens, i) && token_is_glued(s->tokens, i + 1)))
		return i;
	return may_stand_in_unit(s, i + n, 0) && !token_is_number(s->tokens, i + n) ? i + n : i;
}

static struct sv lower_text(const struct quantity_scan *s, size_t from, size_t to)
{
	struct sv text = sv_slice(s->sentence, s->tokens->items[from].span.from, s->tokens->items[to - 1].span.to);
	char *copy = arena_alloc(s->arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool is_upper_latin = i > 0 && (uint8_t)text.p[i - 1] == 0xC3 && (uint8_t)c >= 0x80 &&
			(uint8_t)c <= 0x9E;
		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : is_upper_latin ? (char)((uint8_t)c + 32) : c;
	}
	return (struct sv){ copy, text.n };
}

static void noun_phrase(const struct quantity_scan *s, size_t i, struct quantity_unit *out)
{
	size_t at = i, end = i, words = 0, n;
	bool linked = false;
	/* "millones de vacunas", "half of the doses": the link before the noun is not part of the unit */
	if (phrase_at(&s->language->numbers->links, s->tokens, at, &n) && !token_is(s->tokens, at, "-"))
		at = link_end(s, at);
	else if (token_is(s->tokens, at, "-") && token_is_glued(s->tokens, at) && token_is_glued(s->tokens, at + 1))
		at++;
	size_t from = at;
	while (words < UNIT_WORDS && may_stand_in_unit(s, at, words)) {
		words++;
		end = ++at;
		size_t next = link_end(s, at);
		if (next == at)
			continue;
		bool is_hyphen = token_is(s->tokens, at, "-");
		if (linked && !is_hyphen)
			break;
		linked = linked || !is_hyphen;
		at = next;
	}
	if (words == 0 || s->tokens->items[end - 1].span.to - s->tokens->items[from].span.from > UNIT_BYTES)
		return;
	out->text = lower_text(s, from, end);
	out->end = end;
}

static const struct phrase *known_unit(const struct quantity_scan *s, size_t i, size_t *out_n)
{
	size_t n = 0, symbol_n = 0;
	const struct phrase *word = phrase_at(&s->language->numbers->units, s->tokens, i, &n);
	const struct phrase *symbol = phrase_at(&unit_symbols, s->tokens, i, &symbol_n);
	*out_n = symbol_n > n ? symbol_n : n;
	return symbol_n > n ? symbol : word;
}

/* Units that would be words of their own without digits before: "5 a", "point". */
static bool is_fit(
	const struct quantity_scan *s, const struct phrase *unit, size_t i, size_t n, const struct number *number)
{
	if (n == 1 && token_is(s->tokens, i, "am"))
		return number->has_digits;
	if (number->is_ordinal)
		return false;
	return unit->what != UNIT_CLOCK || number->has_digits;
}

void quantity_unit_at(const struct quantity_scan *s, size_t i, const struct number *number, struct quantity_unit *out)
{
	size_t n = 0;
	*out = (struct quantity_unit){ .factor = 1, .end = i };
	const struct phrase *unit = known_unit(s, i, &n);
	if (!unit || !is_fit(s, unit, i, n, number)) {
		noun_phrase(s, i, out);
		return;
	}
	out->kind = (enum unit_kind)unit->what;
	out->end = i + n;
	out->factor = unit->value != 0 ? unit->value : 1;
	switch (out->kind) {
	case UNIT_PERCENT: out->text = SV("percent"); break;
	case UNIT_POINTS: out->text = SV("percentage points"); break;
	case UNIT_MONEY:
	case UNIT_DURATION:
	case UNIT_MEASURE:
	case UNIT_SCALED_MONEY:
	case UNIT_CLOCK: out->text = sv_of(unit->name); break;
	}
}
