/* Status cues: words that tell of a step in a fact's life, with tense, negation and modality. */
#ifndef TEXT_CUE_H
#define TEXT_CUE_H

#include "token.h"

/* All cues in order ("unveiled" announced, "signed" agreed, "took effect" in-force, "has been suspended",
 * "se retiró", "no ha suspendido" negated, "would withdraw if" conditional). */
void text_cues(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct cue_list *out);

#endif
