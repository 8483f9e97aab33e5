/* Detection counts function words: in running text every third word is one, and those that two languages share
 * ("a", "no", "me") count for neither. A handful of votes makes sure; a sample of the text is enough. Letters that only one of them writes decide a draw. */
#include "language.h"

#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "unicode.h"

enum { SAMPLE_BYTES = 16 * 1024, SURE_WORDS = 3, LONGEST_STOP_WORD = 16 };

static const struct {
	const struct language *language;
	const char *names[3]; /* ISO 639-1, -2 and what people write */
} languages[] = {
	{ &language_en, { "en", "eng", "english" } },
	{ &language_es, { "es", "spa", "spanish" } },
};
enum { LANGUAGES = sizeof languages / sizeof *languages };

const struct language *language_find(struct sv tag)
{
	tag = sv_trim(tag);
	size_t n = 0;
	while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
		n++;
	struct sv primary = sv_slice(tag, 0, n);
	for (size_t i = 0; i < LANGUAGES; i++)
		for (size_t j = 0; j < 3; j++)
			if (sv_eq_nocase(primary, sv_of(languages[i].names[j])))
				return languages[i].language;
	return NULL;
}

struct sv language_tag(const struct language *language)
{
	return language->tag;
}

static int compare_word(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool language_is_stop(const struct language *language, struct sv folded)
{
	char key[LONGEST_STOP_WORD];
	if (folded.n == 0 || folded.n >= sizeof key)
		return false;
	memcpy(key, folded.p, folded.n);
	key[folded.n] = 0;
	return bsearch(key, language->stop_words, language->stop_word_count, sizeof(char *), compare_word) != NULL;
}

/* A vote for the one language whose function word this is. */
static void count_word(struct sv folded, size_t votes[LANGUAGES])
{
	size_t owner = LANGUAGES;
	for (size_t i = 0; i < LANGUAGES; i++) {
		if (!language_is_stop(languages[i].language, folded))
			continue;
		if (owner != LANGUAGES)
			return;
		owner = i;
	}
	if (owner != LANGUAGES)
		votes[owner]++;
}

static void count_letters(struct sv text, size_t votes[LANGUAGES])
{
	for (size_t at = 0; at < text.n;) {
		size_t from = at;
		if (text_next(text, &at) < 0x80)
			continue;
		for (size_t i = 0; i < LANGUAGES; i++)
			votes[i] += sv_find(sv_of(languages[i].language->letters), sv_slice(text, from, at)) !=
				SIZE_MAX;
	}
}

/* The first of those with the most votes. */
static size_t most(const size_t votes[LANGUAGES], bool *out_is_tie)
{
	size_t best = 0;
	*out_is_tie = false;
	for (size_t i = 1; i < LANGUAGES; i++) {
		if (votes[i] == votes[best])
			*out_is_tie = true;
		if (votes[i] > votes[best]) {
			best = i;
			*out_is_tie = false;
		}
	}
	return best;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || c == '\'' || (uint8_t)c >= 0x80;
}

const struct language *language_detect(struct sv text, struct sv hint)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new((size_t)SAMPLE_BYTES * 8);
	struct sv folded = text_fold(arena, text_cut(text, SAMPLE_BYTES));
	size_t votes[LANGUAGES] = { 0 };
	for (size_t at = 0; at < folded.n;) {
		size_t from = at;
		while (at < folded.n && is_word_byte(folded.p[at]))
			at++;
		count_word(sv_slice(folded, from, at), votes);
		at += at == from;
	}
	bool is_tie = false;
	size_t best = most(votes, &is_tie);
	if (!is_tie && votes[best] >= SURE_WORDS)
		return languages[best].language;
	const struct language *hinted = language_find(hint);
	if (hinted)
		return hinted;
	if (is_tie) {
		count_letters(text_cut(text, SAMPLE_BYTES), votes);
		best = most(votes, &is_tie);
	}
	return languages[best].language;
}
