/* One pass over the bytes: a token is a word, a number or one punctuation character. ASCII goes by byte, the rest by
 * code point.
 *
 * Folding and stemming a word costs ten times what finding it does, and texts repeat their words; so their results
 * are kept in a small direct-mapped cache (word_forms.c). */
#include "token.h"

#include <string.h>

#include "segment_words.h"
#include "unicode.h"
#include "word_forms.h"

struct scan {
	struct arena *arena;
	struct sv text;
	const struct language *language;
	struct token_list *out;
	size_t at;
};

/* ASCII by class; bytes beyond it have none. */
enum { LETTER = 1, DIGIT = 2, SPACE = 4 };
static const uint8_t classes[256] = {
	['A' ... 'Z'] = LETTER,
	['a' ... 'z'] = LETTER,
	['0' ... '9'] = DIGIT,
	['\t' ... '\r'] = SPACE,
	[' '] = SPACE,
	['_'] = LETTER,
};

static uint8_t class_at(struct sv v, size_t at)
{
	return classes[(uint8_t)v.p[at]];
}

static bool is_digit_at(struct sv v, size_t at)
{
	return at < v.n && class_at(v, at) == DIGIT;
}

/* Length of the letter at an offset, 0 when there is none. */
static size_t letter_at(struct sv v, size_t at)
{
	if (at >= v.n)
		return 0;
	if ((uint8_t)v.p[at] < 0x80)
		return class_at(v, at) == LETTER;
	size_t end = at;
	return text_is_letter(text_next(v, &end)) ? end - at : 0;
}

/* Length of an apostrophe, straight or curly, at an offset. */
static size_t apostrophe_at(struct sv v, size_t at)
{
	if (at < v.n && v.p[at] == '\'')
		return 1;
	return sv_starts(sv_slice(v, at, v.n), SV("\u2019")) ? 3 : 0;
}

/* Length of a possessive "'s" at an offset. */
static size_t possessive_at(struct sv v, size_t at)
{
	size_t mark = apostrophe_at(v, at);
	if (!mark || at + mark >= v.n || (v.p[at + mark] != 's' && v.p[at + mark] != 'S'))
		return 0;
	size_t end = at + mark + 1;
	return letter_at(v, end) || is_digit_at(v, end) ? 0 : end - at;
}

/* An address runs to the next white space, without the punctuation of the sentence at its end. */
static size_t address_end(struct sv v, size_t at)
{
	while (at < v.n && class_at(v, at) != SPACE && !strchr("<>\"|", v.p[at]))
		at++;
	while (at > 0 && strchr(".,;:!?)]}'", v.p[at - 1]))
		at--;
	return at;
}

static bool is_address(struct sv v, size_t from)
{
	if (!strchr("hHwW", v.p[from]))
		return false;
	struct sv rest = sv_slice(v, from, v.n);
	return sv_starts_nocase(rest, SV("http://")) || sv_starts_nocase(rest, SV("https://")) ||
		sv_starts_nocase(rest, SV("www."));
}

/* What is known of the dots in a word so far. */
struct dots {
	size_t group; /* letters since the last dot */
	bool any, only_short;
};

/* Does the word go on behind a dot at `at`? In abbreviations ("U.S", "Ph.D") and names of hosts ("state.gov"). */
static bool continues_after_dot(struct sv v, size_t at, const struct dots *dots)
{
	size_t next = letter_at(v, at + 1);
	if (!next)
		return false;
	if (dots->group <= 2 && dots->only_short)
		return true;
	size_t peek = at + 1;
	return !text_is_upper(text_next(v, &peek));
}

/* Does a dot at `at`, behind the word [from, at), belong to it? */
static bool owns_dot(const struct scan *s, size_t from, size_t at, const struct dots *dots)
{
	if (at >= s->text.n || s->text.p[at] != '.')
		return false;
	if (dots->any)
		return dots->only_short && dots->group <= 2;
	size_t next = at + 1;
	while (next < s->text.n && s->text.p[next] == ' ')
		next++;
	/* The sentence must go on: behind a space, or with punctuation that does not end it. */
	if (next >= s->text.n || (next == at + 1 && !strchr(",;:)", s->text.p[next])))
		return false;
	if (dots->group == 1)
		return true; /* an initial, "p. m." */
	return word_dot_kind(s->arena, sv_slice(s->text, from, at), s->language) != DOT_PLAIN;
}

static size_t word_end(const struct scan *s, size_t from)
{
	struct sv v = s->text;
	struct dots dots = { .only_short = true };
	size_t at = from;
	while (at < v.n) {
		size_t start = at;
		while (at < v.n && (class_at(v, at) & (LETTER | DIGIT)))
			at++;
		dots.group += at - start;
		if (at == v.n || v.p[at] == ' ')
			break;
		if ((uint8_t)v.p[at] >= 0x80 && letter_at(v, at)) {
			at += letter_at(v, at);
			dots.group++;
			continue;
		}
		if (v.p[at] == '.' && continues_after_dot(v, at, &dots)) {
			dots.only_short = dots.only_short && dots.group <= 2;
			dots.any = true;
			dots.group = 0;
			at++;
			continue;
		}
		size_t mark = apostrophe_at(v, at);
		if (!mark || possessive_at(v, at) || !letter_at(v, at + mark))
			break;
		at += mark;
	}
	if (at == v.n)
		return at;
	if (v.p[at] == '@' && letter_at(v, at + 1))
		return address_end(v, at);
	return at + owns_dot(s, from, at, &dots);
}

static size_t number_end(struct sv v, size_t at)
{
	while (is_digit_at(v, at)) {
		at++;
		size_t mark = apostrophe_at(v, at);
		if (!mark && at < v.n)
			mark = v.p[at] == '.' || v.p[at] == ',';
		if (mark && is_digit_at(v, at + mark))
			at += mark;
	}
	return at;
}

static struct token *add(struct scan *s, enum token_kind kind, size_t from, size_t to)
{
	struct token *token = list_push(s->arena, s->out);
	token->kind = kind;
	token->span = (struct span){ (uint32_t)from, (uint32_t)to };
	token->text = (struct sv){ s->text.p + from, to - from };
	token->folded = token->text;
	token->space_before = from > 0 && class_at(s->text, from - 1) == SPACE;
	s->at = to;
	return token;
}

static void add_word(struct scan *s, size_t from, size_t to)
{
	struct token *token = add(s, TOKEN_WORD, from, to);
	word_forms(s->arena, token->text, s->language, token);
}

/* Anything that does not start with an ASCII letter, digit or space. */
static void add_other(struct scan *s)
{
	size_t from = s->at, to = from;
	struct token_list *out = s->out;
	int32_t c = text_next(s->text, &to);
	size_t possessive = out->n && out->items[out->n - 1].span.to == from ? possessive_at(s->text, from) : 0;
	if (possessive) {
		add_word(s, from, from + possessive);
	} else if (c < 0x80) {
		add(s, TOKEN_PUNCT, from, to);
	} else if (text_is_letter(c)) {
		add_word(s, from, word_end(s, from));
	} else if (text_is_space(c)) {
		s->at = to;
	} else {
		struct token *token = add(s, TOKEN_PUNCT, from, to);
		token->folded = text_fold(s->arena, token->text);
	}
}

/* Words in capitals are names even where they spell a function word ("US", "IT"), unless all is in capitals. */
static bool is_false_stop(const struct token *t)
{
	return t->is_stop && t->is_capital && t->text.n > 1 && (uint8_t)t->text.p[1] < 0x80 && t->text.p[1] != '\'' &&
		!(t->text.p[1] >= 'a' && t->text.p[1] <= 'z');
}

static bool has_lower(struct sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] >= 'a' && v.p[i] <= 'z')
			return true;
	return false;
}

static void clear_false_stops(struct sv sentence, struct token_list *tokens)
{
	if (!has_lower(sentence))
		return;
	for (size_t i = 0; i < tokens->n; i++)
		if (is_false_stop(&tokens->items[i]))
			tokens->items[i].is_stop = false;
}

void text_tokens(struct arena *arena, struct sv sentence, const struct language *language, struct token_list *out)
{
	struct scan s = { .arena = arena, .text = sentence, .language = language, .out = out };
	*out = (struct token_list){ .cap = sentence.n / 5 + 8 }; /* a token every five bytes is usual */
	out->items = arena_array(arena, struct token, out->cap);
	while (s.at < sentence.n) {
		size_t from = s.at;
		switch (class_at(sentence, from)) {
		case SPACE: s.at++; break;
		case DIGIT: add(&s, TOKEN_NUMBER, from, number_end(sentence, from)); break;
		case LETTER:
			add_word(&s, from,
				is_address(sentence, from) ? address_end(sentence, from) : word_end(&s, from));
			break;
		default: add_other(&s);
		}
	}
	clear_false_stops(sentence, out);
}
