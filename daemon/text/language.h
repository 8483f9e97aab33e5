/* A language: everything that reading needs to know of it, kept as tables so that a further language is data
 * and no code. English and Spanish are built in. */
#ifndef TEXT_LANGUAGE_H
#define TEXT_LANGUAGE_H

#include "arena.h"

struct language; /* opaque: tables of abbreviations, number words, months, cues; a stemmer and break rules */

/* By BCP 47 tag ("es-MX" finds Spanish). NULL when there is none. Lives as long as the program. */
const struct language *language_find(struct sv tag);
struct sv language_tag(const struct language *language); /* "en", "es" */
/* By its commonest words; `hint` (a tag or empty) wins ties and short texts. Never NULL: English at last. */
const struct language *language_detect(struct sv text, struct sv hint);

#endif
