/* Quotations and who speaks. */
#ifndef READ_QUOTE_H
#define READ_QUOTE_H

#include "token.h"

/* What stands in quotation marks (“…”, "…", «…», ‘…’), with the marks; the outermost only. *out_is_open: the last
 * one has no end in this paragraph. */
void quote_spans(struct arena *arena, struct sv paragraph, struct span_list *out, bool *out_is_open);

enum speaker_kind { SPEAKER_NONE, SPEAKER_NAMED, SPEAKER_BEFORE /* a pronoun, or nobody: whoever spoke before */ };
struct speaker {
	enum speaker_kind kind;
	struct sv name; /* as written, without article; of a pronoun: empty */
};

/* Who the sentence says is speaking: "X said", "said X", "according to X". `quoted` are the spans of quotations in
 * the sentence: no speaker is looked for inside them. */
struct speaker quote_speaker(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct span_list *quoted, const struct language *language);

/* The signature under a quoted tweet: "— Name (@handle) June 8, 2021". */
struct signature {
	struct sv name, date;
};
bool quote_signature(struct sv paragraph, struct signature *out);

#endif
