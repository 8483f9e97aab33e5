/* A verb form is a root and an ending: all roots that begin a word are found by narrowing the range of the sorted
 * table letter by letter, which ends after three or four letters for a word that is none of ours. */
#include "verb.h"

#include <string.h>

enum { GAP_TOKENS = 6 }; /* "put [the whole of its plan] on hold" */

struct range {
	size_t from, to;
};

static unsigned char letter_at(const char *text, size_t at)
{
	return (unsigned char)text[at]; /* NUL behind the root sorts it first */
}

/* The part of the range whose roots have `letter` at place `at`; all share the letters before. */
static struct range narrow(const struct verb *verbs, struct range r, size_t at, unsigned char letter)
{
	size_t from = r.from, to = r.to;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (letter_at(verbs[middle].root, at) < letter)
			from = middle + 1;
		else
			to = middle;
	}
	size_t start = from;
	to = r.to;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (letter_at(verbs[middle].root, at) <= letter)
			from = middle + 1;
		else
			to = middle;
	}
	return (struct range){ start, from };
}

/* Ends with one of á é í ó ú as written. */
static bool ends_accented(struct sv text)
{
	if (text.n && text.p[text.n - 1] == 'n')
		text.n--;
	if (text.n < 2 || (unsigned char)text.p[text.n - 2] != 0xC3)
		return false;
	unsigned char c = (unsigned char)text.p[text.n - 1];
	return c == 0xA1 || c == 0xA9 || c == 0xAD || c == 0xB3 || c == 0xBA;
}

static const struct verb_ending *find_ending(
	const struct verb_table *words, struct sv ending, uint8_t verb_class, const struct token *token)
{
	size_t from = 0, to = words->ending_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (sv_compare(sv_of(words->endings[middle].ending), ending) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < words->ending_count && sv_eq(sv_of(words->endings[from].ending), ending); from++) {
		const struct verb_ending *e = &words->endings[from];
		if (e->verb_class == verb_class && (!e->is_accented || ends_accented(token->text)))
			return e;
	}
	return NULL;
}

static bool ends_clause(const struct token *token)
{
	return token->kind == TOKEN_PUNCT && token->folded.n == 1 && strchr(".;:?!,", token->folded.p[0]) != NULL;
}

/* The token behind the words of the tail at i; 0 when they do not stand there. */
static size_t match_words(struct sv words, const struct token_list *tokens, size_t i)
{
	struct sv word;
	while (sv_split(&words, ' ', &word)) {
		if (i >= tokens->n || !sv_eq(tokens->items[i].folded, word))
			return 0;
		i++;
	}
	return i;
}

static size_t match_tail(const char *tail, const struct token_list *tokens, size_t i)
{
	if (!tail)
		return i;
	size_t gap = tail[0] == '~' ? GAP_TOKENS : 0;
	struct sv words = sv_of(tail + (tail[0] == '~'));
	for (size_t at = i; at < tokens->n && at <= i + gap; at++) {
		size_t end = match_words(words, tokens, at);
		if (end)
			return end;
		if (ends_clause(&tokens->items[at]))
			break;
	}
	return 0;
}

bool verb_at(const struct verb_table *words, const struct token_list *tokens, size_t i, struct verb_match *out)
{
	if (!token_is_word(tokens, i))
		return false;
	const struct token *token = &tokens->items[i];
	struct range r = { 0, words->verb_count };
	struct verb_match best = { .n = 1 };
	for (size_t length = 0; length <= token->folded.n && r.from < r.to; length++) {
		struct range whole = narrow(words->verbs, r, length, 0);
		struct sv ending = sv_slice(token->folded, length, token->folded.n);
		for (size_t k = whole.from; k < whole.to && length > 0; k++) {
			const struct verb *verb = &words->verbs[k];
			const struct verb_ending *form = find_ending(words, ending, verb->verb_class, token);
			size_t end = form ? match_tail(verb->tail, tokens, i + 1) : 0;
			if (end > best.tail || (end == best.tail && end && verb->tail))
				best = (struct verb_match){ verb, (enum verb_form)form->form, 1, end };
		}
		if (length < token->folded.n)
			r = narrow(words->verbs, r, length, (unsigned char)token->folded.p[length]);
	}
	if (!best.verb)
		return false;
	*out = best;
	return true;
}
