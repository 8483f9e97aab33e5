/* An open-addressing table of names over one growing pool of bytes; and the bridge, a second small table, which maps
 * words and beginnings of words to concepts. Entries are never taken out: the words of a language are finite, and
 * a term without facts costs some 20 bytes. */
#include "terms.h"

#include <stdlib.h>
#include <string.h>

#include "actors.h"
#include "bridge.h"
#include "memory.h"
#include "token.h"

#define LEAST_PREFIX 4
#define NEUTRAL_BYTES 8 /* letters of a stem that count: endings differ between languages more than beginnings */

struct concept_slot {
	struct sv word; /* without the '*' */
	struct sv concept;
	bool is_prefix;
};

struct terms {
	char *pool;
	size_t pool_n, pool_cap;
	uint32_t *starts; /* of name i in the pool; one more than there are names */
	uint8_t *kinds;   /* enum term_kind */
	size_t n, cap;
	uint32_t *slots; /* term + 1 */
	size_t mask;
	struct concept_slot *concepts;
	size_t concept_mask;
};

static void add_concept(struct terms *terms, struct sv word, struct sv concept)
{
	bool is_prefix = sv_ends(word, SV("*"));
	if (is_prefix)
		word.n--;
	size_t at = sv_hash(word) & terms->concept_mask;
	while (terms->concepts[at].word.n != 0 &&
		!(sv_eq(terms->concepts[at].word, word) && terms->concepts[at].is_prefix == is_prefix))
		at = (at + 1) & terms->concept_mask;
	if (terms->concepts[at].word.n == 0)
		terms->concepts[at] = (struct concept_slot){ word, concept, is_prefix };
}

static struct sv find_concept(const struct terms *terms, struct sv word, bool is_prefix)
{
	size_t at = sv_hash(word) & terms->concept_mask;
	for (; terms->concepts[at].word.n != 0; at = (at + 1) & terms->concept_mask)
		if (terms->concepts[at].is_prefix == is_prefix && sv_eq(terms->concepts[at].word, word))
	return terms->concepts[at].concept;
	return (struct sv){ 0 };
}

struct terms *terms_new(void)
{
	struct terms *terms = memory_zeroed(sizeof *terms);
	terms->mask = 1023;
	terms->slots = memory_zeroed(1024 * sizeof *terms->slots);
	terms->cap = 512;
	terms->starts = memory_zeroed((terms->cap + 1) * sizeof *terms->starts);
	terms->pool_cap = 4096;
	terms->pool = memory_zeroed(terms->pool_cap);
	terms->kinds = memory_zeroed(terms->cap);
	size_t words = 0;
	for (size_t i = 0; bridge[i].concept; i++) {
		struct sv rest = sv_of(bridge[i].words), word;
		while (sv_split(&rest, ' ', &word))
			words++;
	}
	terms->concept_mask = 64;
	while (terms->concept_mask < 2 * words)
		terms->concept_mask *= 2;
	terms->concepts = memory_zeroed(terms->concept_mask * sizeof *terms->concepts);
	terms->concept_mask--;
	for (size_t i = 0; bridge[i].concept; i++) {
		struct sv rest = sv_of(bridge[i].words), word;
		while (sv_split(&rest, ' ', &word))
			add_concept(terms, word, sv_of(bridge[i].concept));
	}
	return terms;
}

void terms_free(struct terms *terms)
{
	if (!terms)
		return;
	free(terms->pool);
	free(terms->starts);
	free(terms->kinds);
	free(terms->slots);
	free(terms->concepts);
	free(terms);
}

size_t terms_bytes(const struct terms *terms)
{
	return sizeof *terms + terms->pool_cap + (terms->cap + 1) * sizeof *terms->starts + terms->cap +
		(terms->mask + 1) * sizeof *terms->slots + (terms->concept_mask + 1) * sizeof *terms->concepts;
}

size_t terms_size(const struct terms *terms)
{
	return terms->n;
}

struct sv terms_name(const struct terms *terms, uint32_t term)
{
	return (struct sv){ terms->pool + terms->starts[term], terms->starts[term + 1] - terms->starts[term] };
}

uint32_t terms_find(const struct terms *terms, struct sv name)
{
	for (size_t at = sv_hash(name) & terms->mask; terms->slots[at] != 0; at = (at + 1) & terms->mask)
		if (sv_eq(terms_name(terms, terms->slots[at] - 1), name))
			return terms->slots[at] - 1;
	return TERM_NONE;
}

static void place(struct terms *terms, uint32_t term)
{
	size_t at = sv_hash(terms_name(terms, term)) & terms->mask;
	while (terms->slots[at] != 0)
		at = (at + 1) & terms->mask;
	terms->slots[at] = term + 1;
}

static enum term_kind kind_of(struct sv name)
{
	if (name.n == 0)
		return TERM_WORD;
	if (name.p[0] >= '0' && name.p[0] <= '9')
		return TERM_NUMBER;
	return name.p[0] == '=' ? TERM_CONCEPT : name.p[0] == '@' ? TERM_ACTOR : TERM_WORD;
}

uint32_t terms_number(struct terms *terms, struct sv name)
{
	uint32_t known = terms_find(terms, name);
	if (known != TERM_NONE)
		return known;
	if (terms->n == terms->cap) {
		terms->cap *= 2;
		terms->starts = memory_resize(terms->starts, (terms->cap + 1) * sizeof *terms->starts);
		terms->kinds = memory_resize(terms->kinds, terms->cap);
	}
	if (terms->pool_n + name.n > terms->pool_cap) {
		terms->pool_cap = terms->pool_cap + terms->pool_cap / 2 + name.n;
		terms->pool = memory_resize(terms->pool, terms->pool_cap);
	}
	if (name.n > 0)
		memcpy(terms->pool + terms->pool_n, name.p, name.n);
	terms->pool_n += name.n;
	terms->kinds[terms->n] = (uint8_t)kind_of(name);
	terms->n++;
	terms->starts[terms->n] = (uint32_t)terms->pool_n;
	if (terms->n * 3 > terms->mask * 2) {
		terms->mask = 2 * terms->mask + 1;
		free(terms->slots);
		terms->slots = memory_zeroed((terms->mask + 1) * sizeof *terms->slots);
		for (uint32_t t = 0; t + 1 < terms->n; t++)
			place(terms, t);
	}
	place(terms, (uint32_t)terms->n - 1);
	return (uint32_t)terms->n - 1;
}

/* Spelling between languages: "ph" f, "th" t, "y" i, "qu" and "k" c, doubled letters single, a vowel at the end gone. */
static struct sv neutral(struct arena *arena, struct sv stem)
{
	char *out = arena_alloc(arena, stem.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < stem.n && n < NEUTRAL_BYTES; i++) {
		char c = stem.p[i], after = i + 1 < stem.n ? stem.p[i + 1] : '\0';
		if (c == 'p' && after == 'h') {
			c = 'f';
			i++;
		} else if (c == 't' && after == 'h') {
			i++;
		} else if (c == 'q' && after == 'u') {
			c = 'c';
			i++;
		} else if (c == 'k') {
			c = 'c';
		} else if (c == 'y') {
			c = 'i';
		}
		if (n > 0 && out[n - 1] == c)
			continue;
		out[n++] = c;
	}
	while (n > 3 && strchr("aeio", out[n - 1]))
		n--;
	return (struct sv){ out, n };
}

static struct sv concept_of(const struct terms *terms, struct sv folded)
{
	struct sv found = find_concept(terms, folded, false);
	for (size_t n = folded.n; found.n == 0 && n >= LEAST_PREFIX; n--)
		found = find_concept(terms, sv_slice(folded, 0, n), true);
	return found;
}

enum term_kind terms_kind(const struct terms *terms, uint32_t term)
{
	return (enum term_kind)terms->kinds[term];
}

static struct sv actor_name(struct arena *arena, struct sv code)
{
	char *p = arena_alloc(arena, code.n + 1);
	p[0] = '@';
	memcpy(p + 1, code.p, code.n);
	return (struct sv){ p, code.n + 1 };
}

/* is_name: a capital inside a sentence. Names are not stemmed, as each language would do it in its own way. */
static struct word word_of_token(struct arena *arena, const struct terms *terms, const struct token *t, bool is_name)
{
	struct word word = { .span = t->span, .is_capital = t->is_capital, .is_number = t->kind == TOKEN_NUMBER };
	if (t->kind == TOKEN_PUNCT || t->folded.n == 0)
		return word;
	if (word.is_number) {
		word.name = t->folded;
		return word;
	}
	word.name = concept_of(terms, t->folded);
	if (word.name.n == 0 && !t->is_stop && t->folded.n > 1)
		word.name = neutral(arena, is_name || t->stem.n == 0 ? t->folded : t->stem);
	return word;
}

void words_read(struct arena *arena, const struct terms *terms, struct sv text, const struct language *language,
	const struct actor_list *actors, struct word_list *out)
{
	struct token_list tokens = { 0 };
	struct actor_list found = { 0 };
	text_tokens(arena, text, language, &tokens);
	if (!actors) {
		text_actors(arena, text, &tokens, language, &found);
		actors = &found;
	}
	for (size_t i = 0, a = 0; i < tokens.n; i++) {
		const struct token *t = &tokens.items[i];
		while (a < actors->n && actors->items[a].span.to <= t->span.from)
			a++;
		bool in_actor = a < actors->n && actors->items[a].span.from <= t->span.from;
		if (in_actor && i > 0 && tokens.items[i - 1].span.from >= actors->items[a].span.from)
			continue; /* its first token stood for all */
		struct word word = in_actor ? (struct word){ .name = actor_name(arena, actors->items[a].code),
			.span = actors->items[a].span,
			.is_capital = true,
			.is_actor = true }
					    : word_of_token(arena, terms, t, t->is_capital && i > 0);
		if (word.name.n == 0)
			continue;
		word.term = terms_find(terms, word.name);
		*list_push(arena, out) = word;
	}
}
