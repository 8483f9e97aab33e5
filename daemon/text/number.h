/* One number of a sentence: digits, words, or both ("13 mil 181", "1.5 billion", "a quarter", "two-thirds"). */
#ifndef TEXT_NUMBER_H
#define TEXT_NUMBER_H

#include "token.h"

struct number {
	double value;
	double scale; /* the last scale word: 1e6 of "1.5 million"; 1 without */
	size_t n;     /* tokens taken */
	bool is_ordinal;
	bool is_part;    /* a fraction of something: "a quarter", "1/5" */
	bool is_article; /* nothing but "un", "one" */
	bool is_plain;   /* one token of digits without separators */
	bool has_digits;
};

enum number_flags {
	NUMBER_DEFAULT = 0,
	NUMBER_NO_AND = 1 /* after "between": "and" ends the number */
};

/* False when no number starts at tokens[i]. Takes as many tokens as belong to it. */
bool number_at(const struct token_list *tokens, size_t i, const struct language *language, enum number_flags flags,
	struct number *out);
/* The value of digits with separators as the language writes them; "28,000" is also grouped in Spanish, as
 * Mexico writes it. False when the separators make no number ("1.2.3"). */
bool number_of_digits(struct sv digits, const struct language *language, double *out);

#endif
