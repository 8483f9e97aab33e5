/* The verb of the cue tables that stands at a place, in any of its forms. */
#ifndef TEXT_VERB_H
#define TEXT_VERB_H

#include "cue_words.h"

struct verb_match {
	const struct verb *verb;
	enum verb_form form;
	size_t n;    /* tokens of the verb itself: 1 */
	size_t tail; /* token behind the tail; i + 1 without one */
};

/* The reading with the longest tail. */
bool verb_at(const struct verb_table *words, const struct token_list *tokens, size_t i, struct verb_match *out);

#endif
