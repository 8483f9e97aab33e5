/* Sentences, tokens and actors of any text, in order, inside it and apart; the first byte picks the language. */
#include <assert.h>

#include "actors.h"
#include "limit.h"
#include "segment.h"
#include "token.h"
#include "unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_tokens(struct arena *arena, struct sv sentence, const struct language *language)
{
	struct token_list tokens;
	uint32_t end = 0;
	text_tokens(arena, sentence, language, &tokens);
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token *t = &tokens.items[i];
		assert(t->span.from >= end && t->span.from < t->span.to && t->span.to <= sentence.n);
		assert(t->text.p == sentence.p + t->span.from && t->text.n == t->span.to - t->span.from);
		end = t->span.to;
	}
	struct actor_list actors;
	text_actors(arena, sentence, &tokens, language, &actors);
	end = 0;
	for (size_t i = 0; i < actors.n; i++) {
		assert(actors.items[i].span.from >= end && actors.items[i].span.to <= sentence.n);
		assert(actors.items[i].code.n > 0);
		end = actors.items[i].span.to;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n == 0)
		return 0;
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 30);
	const struct language *language = language_find(bytes[0] & 1 ? SV("es") : SV("en"));
	struct sv text = { (const char *)bytes + 1, n - 1 };
	struct span_list spans;
	uint32_t end = 0;
	(void)language_detect(text, SV(""));
	text_sentences(arena, text, language, &spans);
	for (size_t i = 0; i < spans.n; i++) {
		struct span s = spans.items[i];
		assert(s.from >= end && s.from < s.to && s.to <= text.n && s.to - s.from <= LIMIT_SENTENCE_BYTES);
		check_tokens(arena, sv_slice(text, s.from, s.to), language);
		end = s.to;
	}
	return 0;
}
