/* Sentences of a paragraph: terminators, then the rules around them (abbreviations, initials, ordinals,
 * enumerations, quotes that end inside a sentence, ellipses, decimals). */
#ifndef TEXT_SEGMENT_H
#define TEXT_SEGMENT_H

#include "document.h"
#include "language.h"

/* Spans of the sentences of one paragraph, trimmed, in order, none empty. Line breaks inside the paragraph are
 * treated as spaces. A sentence over LIMIT_SENTENCE_BYTES is cut there at a space. */
void text_sentences(struct arena *arena, struct sv paragraph, const struct language *language, struct span_list *out);

#endif
