/* Sentences end where a terminator stands and the words around it say so.
 *
 * A table finds candidates: ". ! ? …" and their kin of other scripts. From a candidate, the whole run of terminators
 * and the closing quotes, brackets and footnote marks behind it are taken; then white space must follow, or a capital
 * where the space was forgotten. What remains is a question of the word before a single dot (its kind in
 * segment_words.h) and of the word after it:
 *   - before a lower-case letter nothing ends: quotes and brackets that end inside a sentence, "p. m.", "Yahoo! in";
 *   - a function word with a capital starts a sentence, and so ends one even behind an abbreviation;
 *   - a number or letter that begins the sentence and its dot are the marker of a list item, and the item ends where
 *     the next marker stands.
 * ICU's rules are not used: they stop at every "Sec. 4.2" and every forgotten space, and take a detour by UTF-16. */
#include "segment.h"

#include <string.h>

#include "enumerate.h"
#include "limit.h"
#include "unicode.h"
#include "word_forms.h"

struct cutter {
	struct arena *arena;
	struct sv text;
	const struct language *language;
	struct span_list *out;
	size_t start; /* of the sentence being read */
};

/* Bytes at which a terminator may start: ASCII ones and the lead bytes of the others. */
static const bool may_terminate[256] = {
	['.'] = true,
	['!'] = true,
	['?'] = true,
	[0xE2] = true, /* U+2026, U+203C, U+203D, U+2047..2049 */
	[0xE3] = true, /* U+3002 */
	[0xEF] = true, /* U+FF01, U+FF0E, U+FF1F */
	[0xD8] = true, /* U+061F */
	[0xE0] = true, /* U+0964 */
};

static bool is_terminator(int32_t c)
{
	switch (c) {
	case '.':
	case '!':
	case '?':
	case 0x2026:
	case 0x203C:
	case 0x203D:
	case 0x2047:
	case 0x2048:
	case 0x2049:
	case 0x3002:
	case 0xFF01:
	case 0xFF0E:
	case 0xFF1F:
	case 0x061F:
	case 0x0964: return true;
	default: return false;
	}
}

static bool is_closer(int32_t c)
{
	return c == '"' || c == '\'' || c == ')' || c == ']' || c == '}' || c == 0xBB || c == 0x2019 || c == 0x201D ||
		c == 0x203A;
}

static bool is_opener(int32_t c)
{
	return c == '"' || c == '\'' || c == '(' || c == '[' || c == '{' || c == 0xAB || c == 0x2018 || c == 0x201C ||
		c == 0x2039 || c == '-' || c == 0x2013 || c == 0x2014 || c == 0x2022 || c == '*' || c == '_';
}

static int32_t peek(struct sv v, size_t at)
{
	return text_next(v, &at);
}

static size_t skip_spaces(struct sv v, size_t at)
{
	for (size_t next = at; at < v.n; at = next)
		if (!text_is_space(text_next(v, &next)))
			break;
	return at;
}

/* "[12]" or "[a]" behind the end of a sentence. */
static size_t footnote_length(struct sv v, size_t at)
{
	enum { LONGEST = 6 };
	if (at >= v.n || v.p[at] != '[')
		return 0;
	for (size_t end = at + 1; end < v.n && end - at <= LONGEST; end++) {
		if (v.p[end] == ']' && end > at + 1)
			return end + 1 - at;
		if (!text_is_digit(v.p[end]) && !(v.p[end] >= 'a' && v.p[end] <= 'z'))
			return 0;
	}
	return 0;
}

/* A candidate: [from, run_end) are terminators, [run_end, end) closers, `next` is where the text goes on. */
struct candidate {
	size_t from, run_end, end, next;
	bool is_single_dot, is_ellipsis;
};

static struct candidate read_candidate(struct sv v, size_t from)
{
	struct candidate c = { .from = from, .run_end = from };
	size_t dots = 0, others = 0;
	for (size_t at = from; is_terminator(peek(v, at)); c.run_end = at) {
		int32_t mark = text_next(v, &at);
		dots += mark == '.' ? 1 : 0;
		others += mark == '.' ? 0 : 1;
		c.is_ellipsis = c.is_ellipsis || mark == 0x2026;
	}
	c.is_single_dot = dots == 1 && others == 0;
	c.is_ellipsis = c.is_ellipsis || (dots > 1 && others == 0);
	c.end = c.run_end;
	for (size_t at = c.end, note; at < v.n; c.end = at) {
		note = footnote_length(v, at);
		if (note)
			at += note;
		else if (!is_closer(text_next(v, &at)))
			break;
	}
	c.next = skip_spaces(v, c.end);
	return c;
}

/* ---- the words around a candidate ---- */

static bool is_word_character(int32_t c)
{
	return text_is_letter(c) || text_is_digit(c);
}

/* The word that ends at `to`, with inner dots ("U.S"). */
static struct sv word_before(struct sv v, size_t floor, size_t to)
{
	size_t from = to;
	while (from > floor) {
		size_t before = from;
		int32_t c = text_prev(v, &before);
		if (!is_word_character(c) && c != '.')
			break;
		from = before;
	}
	while (from < to && v.p[from] == '.')
		from++;
	return sv_slice(v, from, to);
}

static struct sv word_after(struct sv v, size_t at)
{
	size_t from = at;
	while (from < v.n && is_opener(peek(v, from)))
		(void)text_next(v, &from);
	size_t to = from;
	for (size_t next = to; next < v.n; to = next) {
		if (!is_word_character(text_next(v, &next)))
			break;
	}
	return sv_slice(v, from, to);
}

static size_t count_letters(struct sv word)
{
	size_t n = 0;
	for (size_t at = 0; at < word.n;)
		n += text_is_letter(text_next(word, &at));
	return n;
}

/* Would this word, with its capital, start a sentence? */
static bool is_starter(const struct cutter *c, struct sv word)
{
	size_t end = (size_t)(word.p - c->text.p) + word.n;
	if (word.n == 1 && end < c->text.n && c->text.p[end] == '.')
		return false; /* an initial */
	return text_is_upper(peek(word, 0)) && word_is_starter(c->arena, word, c->language);
}

/* Letters of "U.S", "Ph.D": groups of one or two, or one letter alone. */
static bool is_dotted(struct sv word)
{
	size_t group = 0;
	for (size_t at = 0; at < word.n;) {
		int32_t c = text_next(word, &at);
		group = c == '.' ? 0 : group + 1;
		if (group > 2 || text_is_digit(c))
			return false;
	}
	return sv_find_char(word, '.') != SIZE_MAX;
}

/* A list marker and nothing else stands before the dot at `dot`. */
static bool is_marker(const struct cutter *c, size_t dot)
{
	size_t start = skip_spaces(c->text, c->start);
	struct marker marker = marker_at(sv_slice(c->text, start, c->text.n));
	return marker.shape == MARKER_DOT && start + marker.length == dot + 1;
}

static bool ends_after_word(const struct cutter *c, struct sv before, struct sv after)
{
	int32_t first = peek(after, 0);
	enum dot_kind kind = word_dot_kind(c->arena, before, c->language);
	if (kind == DOT_PLAIN && (is_dotted(before) || (count_letters(before) == 1 && before.n <= 2)))
		kind = DOT_ABBREVIATION;
	switch (kind) {
	case DOT_PLAIN: return true;
	case DOT_TITLE: return false;
	case DOT_NUMBER: return !text_is_digit(first);
	case DOT_ABBREVIATION: return after.n == 0 || is_starter(c, after);
	case DOT_TIME: return text_is_upper(first) && !word_continues_time(c->arena, after, c->language);
	}
	return true;
}

/* ---- decisions ---- */

/* A forgotten space: "world.Today", "1,000.That", but not "U.S.Mexico", "Node.JS" and hosts. */
static bool lacks_space(const struct cutter *c, const struct candidate *at)
{
	struct sv before = word_before(c->text, c->start, at->from);
	struct sv after = word_after(c->text, at->end);
	if (before.n < 3 || after.n < 2 || at->is_ellipsis || sv_find_char(before, '.') != SIZE_MAX)
		return false;
	size_t last = before.n, second = 0;
	int32_t end = text_prev(before, &last);
	if (!text_is_digit(end) && (!text_is_letter(end) || text_is_upper(end)))
		return false;
	if (!text_is_upper(text_next(after, &second)) || text_is_upper(peek(after, second)))
		return false;
	size_t after_end = (size_t)(after.p - c->text.p) + after.n;
	char follows = after_end < c->text.n ? c->text.p[after_end] : ' ';
	return !strchr("/@:", follows) && (after.p == c->text.p + at->end);
}

static bool is_boundary(const struct cutter *c, const struct candidate *at)
{
	if (at->end >= c->text.n)
		return true;
	if (at->next == at->end)
		return lacks_space(c, at);
	if (at->next >= c->text.n)
		return true;
	if (at->from > 0 && strchr("[(", c->text.p[at->from - 1]))
		return false; /* "[...]", "(?)" */
	struct sv after = word_after(c->text, at->next);
	int32_t first = peek(after, 0);
	if (text_is_letter(first) && !text_is_upper(first) && text_lower(first) == first && !(first >= 0x590))
		return false;
	if (!at->is_single_dot || at->end > at->run_end)
		return true;
	if (is_marker(c, at->from))
		return false;
	return ends_after_word(c, word_before(c->text, c->start, at->from), after);
}

/* ---- output ---- */

static void add_span(struct cutter *c, size_t from, size_t to)
{
	from = skip_spaces(c->text, from);
	while (to > from) {
		size_t before = to;
		if (!text_is_space(text_prev(c->text, &before)))
			break;
		to = before;
	}
	while (to - from > LIMIT_SENTENCE_BYTES) {
		size_t cut = text_cut(sv_slice(c->text, from, to), LIMIT_SENTENCE_BYTES).n;
		size_t space = cut;
		while (space > cut / 2 && c->text.p[from + space] != ' ')
			space--;
		cut = space > cut / 2 ? space : cut;
		*list_push(c->arena, c->out) = (struct span){ (uint32_t)from, (uint32_t)(from + cut) };
		from = skip_spaces(c->text, from + cut);
	}
	if (from < to)
		*list_push(c->arena, c->out) = (struct span){ (uint32_t)from, (uint32_t)to };
}

/* Ends the sentence at `end`; one that begins with a list marker ends before every further marker of the list. */
static void end_sentence(struct cutter *c, size_t end)
{
	size_t start = skip_spaces(c->text, c->start);
	struct sv upto = sv_slice(c->text, 0, end);
	struct marker marker = marker_at(sv_slice(upto, start, end));
	while (marker.shape != MARKER_NONE) {
		size_t next = marker_next(upto, start + marker.length, &marker);
		if (next == SIZE_MAX)
			break;
		add_span(c, start, next);
		start = next;
		marker = marker_at(sv_slice(upto, start, end));
	}
	add_span(c, start, end);
	c->start = end;
}

void text_sentences(struct arena *arena, struct sv paragraph, const struct language *language, struct span_list *out)
{
	struct cutter c = { .arena = arena, .text = paragraph, .language = language, .out = out };
	*out = (struct span_list){ 0 };
	for (size_t at = 0; at < paragraph.n;) {
		if (!may_terminate[(uint8_t)paragraph.p[at]]) {
			at++;
			continue;
		}
		size_t next = at;
		if (!is_terminator(text_next(paragraph, &next))) {
			at = next;
			continue;
		}
		struct candidate candidate = read_candidate(paragraph, at);
		if (is_boundary(&c, &candidate))
			end_sentence(&c, candidate.end);
		at = candidate.end;
	}
	end_sentence(&c, paragraph.n);
}
