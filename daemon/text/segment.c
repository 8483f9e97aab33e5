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
	size_t start;         /* of the sentence being read */
	struct marker marker; /* of a list, that it begins with */
};

/* Bytes at which a terminator may start: ASCII ones and the lead bytes of the others; and the semicolon. */
static const bool may_terminate[256] = {
	['.'] = true,
	['!'] = true,
	['?'] = true,
	[';'] = true,
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

/* The next dot of ". . .", else `at`. */
static size_t spaced_dot(struct sv v, size_t at)
{
	bool follows = at + 1 < v.n && v.p[at - 1] == '.' && v.p[at] == ' ' && v.p[at + 1] == '.';
	return follows && !text_is_digit(peek(v, at + 2)) && !text_is_letter(peek(v, at + 2)) ? at + 1 : at;
}

/* Closing quotes and brackets, and footnote marks, those behind a space as well. */
static size_t closers_end(struct sv v, size_t end)
{
	for (size_t at = end; at < v.n; end = at) {
		size_t note = skip_spaces(v, at);
		if (is_closer(peek(v, at)))
			(void)text_next(v, &at);
		else if (footnote_length(v, note))
			at = note + footnote_length(v, note);
		else
			break;
	}
	return end;
}

/* Footnote numbers without brackets stand right behind the dot of a word: "in a consultation.11 12 Take". */
static size_t note_number_length(struct sv v, const struct candidate *c)
{
	enum { LONGEST = 8 };
	size_t before = c->from, at = c->end;
	int32_t letter = text_prev(v, &before);
	if (!c->is_single_dot || at >= v.n || !text_is_digit(v.p[at]) ||
		!(letter == ')' || (text_is_letter(letter) && !text_is_upper(letter))))
		return 0;
	size_t last = at;
	for (; at < v.n && at - c->end < LONGEST && (text_is_digit(v.p[at]) || v.p[at] == ' ' || v.p[at] == ','); at++)
		if (text_is_digit(v.p[at]))
			last = at + 1;
	size_t next = skip_spaces(v, last);
	return next > last && text_is_upper(peek(v, next)) ? last - c->end : 0;
}

static struct candidate read_candidate(struct sv v, size_t from)
{
	struct candidate c = { .from = from, .run_end = from };
	size_t dots = 0, others = 0;
	for (size_t at = from; is_terminator(peek(v, at)); at = spaced_dot(v, at)) {
		int32_t mark = text_next(v, &at);
		dots += mark == '.' ? 1 : 0;
		others += mark == '.' ? 0 : 1;
		c.is_ellipsis = c.is_ellipsis || mark == 0x2026;
		c.run_end = at;
	}
	c.is_single_dot = dots == 1 && others == 0;
	c.is_ellipsis = c.is_ellipsis || (dots > 1 && others == 0);
	c.end = closers_end(v, c.run_end);
	c.end += note_number_length(v, &c);
	c.next = skip_spaces(v, c.end);
	return c;
}

/* ---- the words around a candidate ---- */

/* A letter of a script with case, and not a capital. */
static bool is_lower(int32_t c)
{
	enum { CASELESS_FROM = 0x590 }; /* Hebrew and what comes behind it, nearly all */
	return text_is_letter(c) && !text_is_upper(c) && c < CASELESS_FROM;
}

static bool is_word_character(int32_t c)
{
	return text_is_letter(c) || text_is_digit(c);
}

/* The word that ends at `to`, with inner dots ("U.S"). One that is longer than any of the tables is cut. */
static struct sv word_before(struct sv v, size_t floor, size_t to)
{
	enum { LONGEST = 32 };
	size_t from = to;
	while (from > floor && to - from < LONGEST) {
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
	enum { LONGEST = 32 };
	size_t to = from;
	for (size_t next = to; next < v.n && to - from < LONGEST; to = next) {
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
	return c->marker.shape == MARKER_DOT && c->start + c->marker.length == dot + 1;
}

/* Where the item begins whose marker has its dot at `dot`, when the sentence is the item before it; or SIZE_MAX. */
static size_t next_item(const struct cutter *c, size_t dot)
{
	enum { LONGEST = 8 };
	if (c->marker.shape != MARKER_DOT || is_marker(c, dot))
		return SIZE_MAX;
	size_t from = dot > c->start + LONGEST ? dot - LONGEST : c->start;
	return marker_next(sv_slice(c->text, 0, dot + 2), from, &c->marker);
}

/* "a. ", "1) ", "(i) ": a list begins. */
static bool begins_list(struct sv v)
{
	struct marker marker = marker_at(v);
	return marker.shape != MARKER_NONE && (marker.number == 1 || marker.letter == 1 || marker.roman == 1);
}

/* Nothing but a few words stands before: "At 5 a.m. Mr. Smith went" has not said anything yet. */
static bool is_early(const struct cutter *c, size_t dot)
{
	enum { FEW = 16 };
	return dot - c->start <= FEW;
}

static enum dot_kind kind_of(const struct cutter *c, struct sv before, size_t dot)
{
	if (sv_ends(sv_slice(c->text, 0, dot), SV("\u00B0")))
		return DOT_NUMBER; /* "N°. 5" */
	enum dot_kind kind = word_dot_kind(c->arena, before, c->language);
	bool is_letter = count_letters(before) == 1 && before.n <= 2;
	return (is_letter && kind != DOT_TIME) || (kind == DOT_PLAIN && is_dotted(before)) ? DOT_ABBREVIATION : kind;
}

static bool ends_after_word(const struct cutter *c, size_t dot, struct sv after)
{
	int32_t first = peek(after, 0);
	enum dot_kind kind = kind_of(c, word_before(c->text, c->start, dot), dot);
	switch (kind) {
	case DOT_PLAIN: return true;
	case DOT_TITLE: return false;
	case DOT_NUMBER: return !text_is_digit(first);
	case DOT_ABBREVIATION: return after.n == 0 || is_starter(c, after);
	case DOT_TIME:
		return text_is_upper(first) && !is_early(c, dot) && !word_continues_time(c->arena, after, c->language);
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
	bool is_address = after_end < c->text.n && strchr("/@:", c->text.p[after_end]);
	return !is_address && (after.p == c->text.p + at->end);
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
	if (strchr(",;:/)]%", c->text.p[at->next]))
		return false;
	struct sv after = word_after(c->text, at->next);
	if (is_lower(peek(after, 0)) && !(at->is_single_dot && begins_list(sv_slice(c->text, at->next, c->text.n))))
		return false;
	if (!at->is_single_dot || at->end > at->run_end)
		return true;
	return !is_marker(c, at->from) && ends_after_word(c, at->from, after);
}

/* A semicolon before a word that starts sentences, with its capital: clauses of a resolution, items of a list. */
static bool is_clause_end(const struct cutter *c, size_t semicolon)
{
	size_t next = skip_spaces(c->text, semicolon + 1);
	return next > semicolon + 1 && is_starter(c, word_after(c->text, next));
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

static void start_sentence(struct cutter *c, size_t at)
{
	c->start = skip_spaces(c->text, at);
	c->marker = marker_at(sv_slice(c->text, c->start, c->text.n));
}

/* Ends the sentence at `end`; one that begins with a list marker ends before every further marker of the list. */
static void end_sentence(struct cutter *c, size_t end)
{
	struct sv upto = sv_slice(c->text, 0, end);
	while (c->marker.shape != MARKER_NONE) {
		size_t next = marker_next(upto, c->start + c->marker.length, &c->marker);
		if (next == SIZE_MAX)
			break;
		add_span(c, c->start, next);
		start_sentence(c, next);
	}
	add_span(c, c->start, end);
	start_sentence(c, end);
}

/* What stands at `at` may end a sentence. Gives where to read on. */
static size_t take_candidate(struct cutter *c, size_t at)
{
	size_t next = at;
	if (!is_terminator(text_next(c->text, &next))) {
		if (c->text.p[at] == ';' && is_clause_end(c, at))
			end_sentence(c, next);
		return next;
	}
	struct candidate candidate = read_candidate(c->text, at);
	size_t item = candidate.is_single_dot ? next_item(c, at) : SIZE_MAX;
	if (item != SIZE_MAX)
		end_sentence(c, item);
	else if (is_boundary(c, &candidate))
		end_sentence(c, candidate.end);
	return candidate.end;
}

void text_sentences(struct arena *arena, struct sv paragraph, const struct language *language, struct span_list *out)
{
	struct cutter c = { .arena = arena, .text = paragraph, .language = language, .out = out };
	*out = (struct span_list){ 0 };
	start_sentence(&c, 0);
	for (size_t at = 0; at < paragraph.n;) {
		if (may_terminate[(uint8_t)paragraph.p[at]])
			at = take_candidate(&c, at);
		else
			at++;
	}
	end_sentence(&c, paragraph.n);
}
