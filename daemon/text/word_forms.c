/* A cache from a word as written to its forms, two slots a hash: a new word takes the place of the one that was not
 * asked for last, so that no text can make the cache grow or useless.
 *
 * The cache and the stemmers live as long as the thread: Snowball's handles are costly to make and not safe to share,
 * and what the cache holds depends on nothing but the word and the language. */
#include "word_forms.h"

#include <assert.h>
#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor_words.h"
#include "unicode.h"

enum { WORD_BYTES = 22, SETS = 8192, LANGUAGES_MAX = 16 };

struct slot {
	const struct language *language;
	uint8_t word_n, folded_n, stem_n, dot_kind;
	bool is_stop, is_capital, is_folded, stem_is_start, is_starter, continues_time, begins_name;
	char word[WORD_BYTES], folded[WORD_BYTES], stem[WORD_BYTES];
};
static _Thread_local struct slot slots[SETS][2];
static _Thread_local uint8_t latest[SETS]; /* which of the two was asked for last */
static _Thread_local struct {
	const struct language *language;
	struct sb_stemmer *stemmer;
} stemmers[LANGUAGES_MAX];

static struct sb_stemmer *stemmer_of(const struct language *language)
{
	assert(language);
	size_t i = 0;
	while (i < LANGUAGES_MAX - 1 && stemmers[i].language && stemmers[i].language != language)
		i++;
	if (stemmers[i].language != language) {
		sb_stemmer_delete(stemmers[i].stemmer); /* NULL is fine */
		stemmers[i].stemmer = sb_stemmer_new(language->stemmer, "UTF_8");
		stemmers[i].language = language;
	}
	if (!stemmers[i].stemmer) {
		(void)fprintf(stderr, "policywatch: no stemmer '%s'\n", language->stemmer);
		abort();
	}
	return stemmers[i].stemmer;
}

/* Lives until the next stem. */
static struct sv stem_of(struct sv folded, const struct language *language)
{
	enum { LONGEST = 256 }; /* what is longer is no word */
	if (folded.n == 0 || folded.n > LONGEST)
		return folded;
	struct sb_stemmer *stemmer = stemmer_of(language);
	const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)folded.p, (int)folded.n);
	return stem ? (struct sv){ (const char *)stem, (size_t)sb_stemmer_length(stemmer) } : folded;
}

struct sv text_stem(struct arena *arena, struct sv folded, const struct language *language)
{
	return arena_sv(arena, stem_of(folded, language));
}

/* Eight bytes at a time; the length tells apart what the zeros at the end do not. */
static uint64_t hash_of(struct sv word, const struct language *language)
{
	uint64_t hash = (uintptr_t)language ^ (word.n * 0x9E3779B97F4A7C15u);
	for (size_t at = 0; at < word.n; at += 8) {
		uint64_t part = 0;
		memcpy(&part, word.p + at, word.n - at < 8 ? word.n - at : 8);
		hash = (hash ^ part) * 0xD6E8FEB86659FD93u;
		hash ^= hash >> 32;
	}
	return hash;
}

/* An abbreviation with inner dots or a final one loses them; a host name keeps them. */
static bool loses_dots(struct sv word)
{
	size_t group = 0;
	if (word.n && word.p[word.n - 1] == '.')
		return true;
	for (size_t at = 0; at < word.n;) {
		if (text_next(word, &at) != '.')
			group++;
		else if (group > 2)
			return false;
		else
			group = 0;
	}
	return group <= 2;
}

static struct sv fold_word(struct arena *arena, struct sv word)
{
	struct sv folded = text_fold(arena, word);
	if (sv_find_char(folded, '.') == SIZE_MAX || !loses_dots(word))
		return folded;
	char *kept = arena_alloc(arena, folded.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < folded.n; i++)
		if (folded.p[i] != '.')
			kept[n++] = folded.p[i];
	return (struct sv){ kept, n };
}

static void work_out(struct arena *arena, struct sv word, const struct language *language, struct token *out)
{
	size_t at = 0;
	out->is_capital = text_is_upper(text_next(word, &at));
	out->folded = fold_word(arena, word);
	out->stem = text_stem(arena, out->folded, language);
	out->is_stop = language_is_stop(language, out->folded);
	out->begins_name = actor_begins(language, out->folded);
}

static void keep(struct slot *slot, struct sv word, const struct language *language, const struct token *forms)
{
	slot->language = NULL;
	if (forms->folded.n > WORD_BYTES || forms->stem.n > WORD_BYTES)
		return;
	memcpy(slot->word, word.p, word.n);
	memcpy(slot->folded, forms->folded.p, forms->folded.n);
	memcpy(slot->stem, forms->stem.p, forms->stem.n);
	slot->word_n = (uint8_t)word.n;
	slot->folded_n = (uint8_t)forms->folded.n;
	slot->stem_n = (uint8_t)forms->stem.n;
	slot->is_stop = forms->is_stop;
	slot->is_capital = forms->is_capital;
	slot->is_folded = sv_eq(word, forms->folded);
	slot->stem_is_start = sv_starts(forms->folded, forms->stem);
	slot->dot_kind = (uint8_t)segment_dot_kind(language, forms->folded);
	slot->begins_name = forms->begins_name;
	slot->is_starter = segment_is_starter(language, forms->folded);
	slot->continues_time = segment_continues_time(language, forms->folded);
	slot->language = language;
}

static bool holds(const struct slot *slot, struct sv word, const struct language *language)
{
	return slot->language == language && slot->word_n == word.n && memcmp(slot->word, word.p, word.n) == 0;
}

/* The slot of a word, filled; NULL for one that is too long. */
static const struct slot *slot_of(struct arena *arena, struct sv word, const struct language *language)
{
	if (word.n == 0 || word.n > WORD_BYTES)
		return NULL;
	size_t set = hash_of(word, language) % SETS;
	if (holds(&slots[set][latest[set]], word, language))
		return &slots[set][latest[set]];
	latest[set] ^= 1;
	struct slot *slot = &slots[set][latest[set]];
	if (holds(slot, word, language))
		return slot;
	struct token forms = { 0 };
	work_out(arena, word, language, &forms);
	keep(slot, word, language, &forms);
	return slot->language ? slot : NULL;
}

void word_forms(struct arena *arena, struct sv word, const struct language *language, struct token *out)
{
	const struct slot *slot = slot_of(arena, word, language);
	if (!slot) {
		work_out(arena, word, language, out);
		return;
	}
	out->is_stop = slot->is_stop;
	out->is_capital = slot->is_capital;
	out->begins_name = slot->begins_name;
	out->folded = slot->is_folded ? word : arena_sv(arena, (struct sv){ slot->folded, slot->folded_n });
	out->stem = slot->stem_is_start ? sv_slice(out->folded, 0, slot->stem_n)
					: arena_sv(arena, (struct sv){ slot->stem, slot->stem_n });
}

enum dot_kind word_dot_kind(struct arena *arena, struct sv word, const struct language *language)
{
	const struct slot *slot = slot_of(arena, word, language);
	return slot ? (enum dot_kind)slot->dot_kind : DOT_PLAIN;
}

bool word_is_starter(struct arena *arena, struct sv word, const struct language *language)
{
	const struct slot *slot = slot_of(arena, word, language);
	return slot && slot->is_starter;
}

bool word_continues_time(struct arena *arena, struct sv word, const struct language *language)
{
	const struct slot *slot = slot_of(arena, word, language);
	return slot && slot->continues_time;
}
