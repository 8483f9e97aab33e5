/* The running sum of number.c and number_digits.c. Not for others. */
#ifndef TEXT_NUMBER_SUM_H
#define TEXT_NUMBER_SUM_H

#include "number.h"
#include "number_words.h"

enum { NUMBER_GROUPS = 6 };

struct sum {
	const struct token_list *tokens;
	const struct language *language;
	enum number_flags flags;
	size_t i;                                            /* next token */
	double values[NUMBER_GROUPS], scales[NUMBER_GROUPS]; /* closed groups, falling scales */
	size_t groups;
	double current, room, scale;
	bool any, is_article, has_words, has_digits, is_part, is_ordinal;
	size_t digit_tokens;
};

/* Adds the digits at the next token, with what belongs to them: further groups, "/4", "1/2", "th", "bn". */
bool number_take_digits(struct sum *s);
/* "½" at token i. */
bool number_vulgar_at(const struct sum *s, size_t i, double *out);
/* Nothing but digits, at most max of them. */
bool number_is_digits(struct sv v, size_t max);

#endif
