/* Tables of words and phrases, and the longest of them that stands at a place of a sentence.
 *
 * A table is sorted bytewise by `words`, so that all entries with one first word lie together; a test of each
 * table keeps it so. `words` are folded and separated by single spaces, punctuation is a word of its own:
 * "more than", "us $". */
#ifndef TEXT_PHRASE_H
#define TEXT_PHRASE_H

#include "token.h"

struct phrase {
	const char *words;
	int what;         /* an enum of the table's own */
	double value;     /* where it is a number */
	const char *name; /* where it has one */
};
struct phrase_table {
	const struct phrase *items;
	size_t n;
};
/* Entries of a table. */
#define WORD(words)               \
	{                         \
		words, 1, 0, NULL \
	}
#define TERM(words, what)            \
	{                            \
		words, what, 0, NULL \
	}
#define VALUE(words, what, value)        \
	{                                \
		words, what, value, NULL \
	}
#define NAMED(words, what, value, name)  \
	{                                \
		words, what, value, name \
	}
#define PHRASES(array)                                                 \
	{                                                              \
		.items = (array), .n = sizeof(array) / sizeof *(array) \
	}

/* The longest entry at tokens[i], with the number of its tokens; NULL when there is none. */
const struct phrase *phrase_at(
	const struct phrase_table *table, const struct token_list *tokens, size_t i, size_t *out_n);
/* Of exactly this one word. */
const struct phrase *phrase_of_word(const struct phrase_table *table, struct sv word);
/* Sorted and without duplicates: what the look-up rests on. */
bool phrase_table_is_sorted(const struct phrase_table *table);

/* ---- small questions about tokens, all false past the end ---- */
bool token_is(const struct token_list *tokens, size_t i, const char *folded);
bool token_is_word(const struct token_list *tokens, size_t i);
bool token_is_number(const struct token_list *tokens, size_t i);
/* No white space before tokens[i]. */
bool token_is_glued(const struct token_list *tokens, size_t i);

#endif
