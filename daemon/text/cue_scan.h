/* Parts of reading cues that cue.c is made of. Not for others. */
#ifndef TEXT_CUE_SCAN_H
#define TEXT_CUE_SCAN_H

#include "cue_words.h"
#include "document.h"

struct cue_scan {
	const struct token_list *tokens;
	const struct cue_words *words;
	const uint8_t *helpers; /* enum helper_kind of each token, 0 for none */
	bool is_question;
	bool capitals_are_names;
};

struct cue_context {
	enum cue_mode mode;
	bool negated, passive, progressive;
};

/* The context of a cue on tokens [i, end). */
void cue_context_of(const struct cue_scan *s, size_t i, size_t end, enum verb_form form, struct cue_context *out);

#endif
