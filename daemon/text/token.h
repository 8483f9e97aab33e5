/* Words of a sentence, with what every later step wants to know about them. */
#ifndef TEXT_TOKEN_H
#define TEXT_TOKEN_H

#include "document.h"
#include "language.h"

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_PUNCT };

struct token {
	enum token_kind kind;
	struct span span; /* in the sentence */
	struct sv text;   /* as written, a view of the sentence */
	struct sv folded; /* lower case, without accents; "U.S." is "us" */
	struct sv stem;   /* of words, from the folded form: Snowball */
	bool is_stop;     /* a function word of the language */
	bool is_capital;  /* starts with a capital */
	bool space_before;
	bool begins_name; /* the name of an actor may start with it */
};
struct token_list {
	struct token *items;
	size_t n, cap;
};

/* Words keep inner apostrophes and dots of abbreviations ("U.S."), numbers keep separators ("12,000.5",
 * "1.234,5", "13 181" is two tokens), "25%" is a number and a punctuation token, a hyphen between letters is a
 * punctuation token of its own ("U.S.-Mexico": "U.S.", "-", "Mexico"). Possessive 's is cut off as a token. */
void text_tokens(struct arena *arena, struct sv sentence, const struct language *language, struct token_list *out);
/* The stem of one folded word. */
struct sv text_stem(struct arena *arena, struct sv folded, const struct language *language);

#endif
