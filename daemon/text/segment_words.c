#include "segment_words.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 24 };

/* Both tables have their word first, so that one comparison serves both. */
static int compare_word(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}
_Static_assert(offsetof(struct dot_word, word) == 0, "compare_word() reads the word there");

static const void *find(struct sv folded, const void *items, size_t n, size_t size)
{
	char key[LONGEST_WORD];
	if (folded.n == 0 || folded.n >= sizeof key)
		return NULL;
	memcpy(key, folded.p, folded.n);
	key[folded.n] = 0;
	return bsearch(key, items, n, size, compare_word);
}

enum dot_kind segment_dot_kind(const struct language *language, struct sv folded)
{
	const struct segment_words *words = language->segments;
	const struct dot_word *found = find(folded, words->dot_words, words->dot_word_count, sizeof *found);
	return found ? found->kind : DOT_PLAIN;
}

bool segment_is_starter(const struct language *language, struct sv folded)
{
	const struct segment_words *words = language->segments;
	return language_is_stop(language, folded) ||
		find(folded, words->starters, words->starter_count, sizeof(char *)) != NULL;
}

bool segment_continues_time(const struct language *language, struct sv folded)
{
	const struct segment_words *words = language->segments;
	return find(folded, words->after_times, words->after_time_count, sizeof(char *)) != NULL;
}
