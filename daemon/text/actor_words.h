/* Names of states and institutions in one language. Inside this layer only. */
#ifndef TEXT_ACTOR_WORDS_H
#define TEXT_ACTOR_WORDS_H

#include "lexicon.h"

/* How a name must be written to be taken for one. */
enum actor_case {
	NAME_ANY,     /* in any case: demonyms in Spanish */
	NAME_CAPITAL, /* first and last word with a capital: "Turkey", "Security Council" */
	NAME_UPPER,   /* in capitals, in a sentence that is not all capitals: "US", "WHO" */
	NAME_CAREFUL  /* with a capital and no other name beside it: "Jordan" and not "Michael Jordan" */
};

struct actor_name {
	const char *phrase; /* folded, single spaces, without dots and hyphens */
	const char *code; /* ISO 3166 alpha-2 of a state, else the usual name; "" hides a part that is another's name */
	enum actor_case written;
};

struct actor_words {
	const struct actor_name *names; /* sorted bytewise by phrase */
	size_t count;
};

/* May a name start with this folded word? */
bool actor_begins(const struct language *language, struct sv folded);

#endif
