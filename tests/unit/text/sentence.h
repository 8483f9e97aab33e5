/* A sentence cut into tokens, for the tests of what is read out of it. */
#ifndef TESTS_SENTENCE_H
#define TESTS_SENTENCE_H

#include "token.h"

struct sentence {
	struct arena *arena;
	struct sv text;
	const struct language *language;
	struct token_list tokens;
};

static inline struct sentence sentence_of(const char *tag, const char *text)
{
	struct sentence s = { .arena = arena_new(1 << 22), .text = sv_of(text), .language = language_find(sv_of(tag)) };
	text_tokens(s.arena, s.text, s.language, &s.tokens);
	return s;
}

#endif
