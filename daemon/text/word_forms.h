/* The forms of a word as written: folded, stem, function word or not. Inside this layer only. */
#ifndef TEXT_WORD_FORMS_H
#define TEXT_WORD_FORMS_H

#include "segment_words.h"
#include "token.h"

/* Fills folded, stem, is_stop, is_capital and begins_name. Strings are views of `word` or live in the arena. */
void word_forms(struct arena *arena, struct sv word, const struct language *language, struct token *out);
/* What the sentence breaker asks of a word as written, without its final dot. The arena is for passing needs. */
enum dot_kind word_dot_kind(struct arena *arena, struct sv word, const struct language *language);
bool word_is_starter(struct arena *arena, struct sv word, const struct language *language);
bool word_continues_time(struct arena *arena, struct sv word, const struct language *language);

#endif
