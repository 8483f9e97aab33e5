/* How alike two statements are, and which ones are worth comparing.
 *
 * Words are numbered by a table that lives for one comparison of two versions. Everything is in the arena. */
#ifndef DIFF_LIKENESS_H
#define DIFF_LIKENESS_H

#include "document.h"

/* Sorted multisets of word numbers and of pairs of neighbouring words. */
struct words {
	uint32_t *one;
	uint64_t *two;
	size_t n_one, n_two;
};

struct word_table;

struct word_table *word_table_new(struct arena *arena);
struct words words_of(struct arena *arena, struct word_table *table, const struct statement *statement);
/* Remembers the old statement `index`, which stands in the gap `gap`. */
void word_table_add(
	struct arena *arena, struct word_table *table, const struct words *words, uint32_t index, uint32_t gap);
/* Visits each old statement that shares a rare word or the gap, once. */
void word_table_find(struct word_table *table, const struct words *words, uint32_t gap,
	void (*visit)(void *ctx, uint32_t index), void *ctx);
/* 0 nothing in common .. 1 the same words in the same order. */
double words_likeness(const struct words *a, const struct words *b);

/* Its numbers as written, in order: digits wherever they stand ("E80", "16:30"), and number words where quantities
 * were read. */
struct sv_list statement_numbers(struct arena *arena, const struct statement *statement);

#endif
