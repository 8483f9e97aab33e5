/* Binary search for the first word, then a walk over the few entries that share it. */
#include "phrase.h"

#include <string.h>

bool token_is(const struct token_list *tokens, size_t i, const char *folded)
{
	return i < tokens->n && sv_eq(tokens->items[i].folded, sv_of(folded));
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
	for (size_t k = lower_bound(table, first); k < table->n; k++) {
		if (compare_first(first, table->items[k].words) != 0)
			break;
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
