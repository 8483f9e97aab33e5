/* Terms: words as the index knows them, by number.
 *
 * A term is a concept of the bridge (bridge.h: "tariff", "arancel" and "duty" are one) or else the stem of a word
 * with its spelling made neutral between languages, or an actor ("@MX"), or a number ("42"). Terms are numbered in
 * the order in which they are first seen, so that frequent ones have small numbers. */
#ifndef DIFF_TERMS_H
#define DIFF_TERMS_H

#include "document.h"
#include "language.h"

#define TERM_NONE UINT32_MAX /* a word that no fact has */

struct terms;

struct terms *terms_new(void);
void terms_free(struct terms *terms);
size_t terms_bytes(const struct terms *terms);
size_t terms_size(const struct terms *terms);
/* The number of a name; with `add`, new names get one. */
uint32_t terms_number(struct terms *terms, struct sv name);
uint32_t terms_find(const struct terms *terms, struct sv name);
enum term_kind { TERM_WORD, TERM_CONCEPT, TERM_ACTOR, TERM_NUMBER };
enum term_kind terms_kind(const struct terms *terms, uint32_t term);
struct sv terms_name(const struct terms *terms, uint32_t term);

/* A word of a text: its term name, and where it stands. */
struct word {
	struct sv name;
	uint32_t term; /* TERM_NONE until looked up */
	struct span span;
	bool is_capital, is_number, is_actor;
};
struct word_list {
	struct word *items;
	size_t n, cap;
};
/* The content words of a text in order: function words dropped, numbers kept, each actor one word. `actors` may be
 * NULL: then they are looked for. Names live in the arena or in the text. */
void words_read(struct arena *arena, const struct terms *terms, struct sv text, const struct language *language,
	const struct actor_list *actors, struct word_list *out);

#endif
