/* A filter first, then binary search for the first word, then a walk over the few entries that share it.
 *
 * Nearly every word of a text is asked of every table and stands in none. So each table has a filter of bits: one for
 * each sketch (first letters, last letter, length) of a first word. Filters are made when a table is first asked and live as
 * long as the thread: tables are constants of the program, and a look-up must not change them. */
#include "phrase.h"

#include <string.h>

enum { FILTER_BITS = 4096, FILTERS = 256 }; /* some 15 tables a language; far more would only be slow */

struct filter {
	const struct phrase_table *table;
	uint64_t bits[FILTER_BITS / 64];
};

static unsigned sketch(const char *word, size_t n)
{
	const unsigned char *p = (const unsigned char *)word;
	unsigned second = n > 1 ? p[1] : 0;
	return (p[0] * 37u + second * 411u + p[n - 1] * 149u + (unsigned)n * 1021u) % FILTER_BITS;
}

static void fill(struct filter *filter, const struct phrase_table *table)
{
	filter->table = table;
	for (size_t i = 0; i < table->n; i++) {
		size_t n = strcspn(table->items[i].words, " ");
		if (n == 0)
			continue;
		unsigned bit = sketch(table->items[i].words, n);
		filter->bits[bit / 64] |= (uint64_t)1 << bit % 64;
	}
}

/* The table may hold an entry that starts with this word. */
static bool may_start(const struct phrase_table *table, struct sv word)
{
	static _Thread_local struct filter filters[FILTERS];
	size_t at = ((uintptr_t)table >> 4) * 2654435761u >> 8 & (FILTERS - 1);
	if (word.n == 0)
		return false;
	for (size_t tries = 0; tries < FILTERS; tries++, at = (at + 1) & (FILTERS - 1)) {
		struct filter *filter = &filters[at];
		if (!filter->table)
			fill(filter, table);
		if (filter->table != table)
			continue;
		unsigned bit = sketch(word.p, word.n);
		return (filter->bits[bit / 64] >> bit % 64 & 1) != 0;
	}
	return true; /* no room for its filter */
}

bool token_is(const struct token_list *tokens, size_t i, const char *folded)
{
	if (i >= tokens->n)
		return false;
	struct sv word = tokens->items[i].folded;
	for (size_t k = 0; k < word.n; k++)
		if (word.p[k] != folded[k]) /* also where `folded` ends */
			return false;
	return folded[word.n] == '\0';
}

bool token_is_word(const struct token_list *tokens, size_t i)
{
	return i < tokens->n && tokens->items[i].kind == TOKEN_WORD;
}

bool token_is_number(const struct token_list *tokens, size_t i)
{
	return i < tokens->n && tokens->items[i].kind == TOKEN_NUMBER;
}

bool token_is_glued(const struct token_list *tokens, size_t i)
{
	return i > 0 && i < tokens->n && !tokens->items[i].space_before;
}

/* Orders a word before or after an entry by the entry's first word, as sv_compare() does. Byte by byte, as most
 * entries differ in the first letter and reading spends much of its time here. */
static int compare_first(struct sv word, const char *words)
{
	for (size_t i = 0; i < word.n; i++) {
		if (words[i] == ' ' || words[i] == '\0')
			return 1;
		if (word.p[i] != words[i])
			return (unsigned char)word.p[i] < (unsigned char)words[i] ? -1 : 1;
	}
	return words[word.n] == ' ' || words[word.n] == '\0' ? 0 : -1;
}

static size_t lower_bound(const struct phrase_table *table, struct sv word)
{
	size_t from = 0, to = table->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare_first(word, table->items[middle].words) > 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The word behind the entry's first one may be the token that follows, by its first letter. */
static bool may_go_on(const char *words, size_t first_n, const struct token_list *tokens, size_t i)
{
	const char *rest = words + first_n;
	if (*rest == '\0')
		return true;
	return i + 1 < tokens->n && tokens->items[i + 1].folded.n && rest[1] == tokens->items[i + 1].folded.p[0];
}

/* How many tokens the entry takes at i; 0 when it does not stand there. */
static size_t match(const char *words, const struct token_list *tokens, size_t i)
{
	size_t n = 0;
	struct sv rest = sv_of(words), word;
	while (sv_split(&rest, ' ', &word)) {
		if (i + n >= tokens->n || !sv_eq(tokens->items[i + n].folded, word))
			return 0;
		n++;
	}
	return n;
}

const struct phrase *phrase_at(
	const struct phrase_table *table, const struct token_list *tokens, size_t i, size_t *out_n)
{
	const struct phrase *best = NULL;
	size_t best_n = 0;
	if (i >= tokens->n)
		return NULL;
	struct sv first = tokens->items[i].folded;
	if (!may_start(table, first))
		return NULL;
	for (size_t k = lower_bound(table, first); k < table->n; k++) {
		if (compare_first(first, table->items[k].words) != 0)
			break;
		if (!may_go_on(table->items[k].words, first.n, tokens, i))
			continue;
		size_t n = match(table->items[k].words, tokens, i);
		if (n > best_n) {
			best = &table->items[k];
			best_n = n;
		}
	}
	if (best)
		*out_n = best_n;
	return best;
}

const struct phrase *phrase_of_word(const struct phrase_table *table, struct sv word)
{
	if (!may_start(table, word))
		return NULL;
	size_t k = lower_bound(table, word);
	if (k < table->n && sv_eq(sv_of(table->items[k].words), word))
		return &table->items[k];
	return NULL;
}

bool phrase_table_is_sorted(const struct phrase_table *table)
{
	for (size_t i = 1; i < table->n; i++)
		if (strcmp(table->items[i - 1].words, table->items[i].words) >= 0)
			return false;
	return true;
}
