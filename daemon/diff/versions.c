/* Edits between two versions of a document.
 *
 * First every statement that stands in both versions with the same words is taken out, wherever it stands: one
 * hash table of normalised texts, a multiset, so that one of two equal statements can go. What is left is paired by
 * likeness (likeness.h) from the likest pair down, each statement once; unpaired ones were added or removed.
 * Time is near linear: only statements that share a rare word, or the same gap between untouched neighbours, are
 * ever compared. Disadvantage: a sentence that was split in two pairs with one half only. */
#include <stdlib.h>

#include "diff.h"
#include "likeness.h"
#include "token.h"
#include "unicode.h"

#define NONE UINT32_MAX
#define LEAST_LIKENESS 0.45 /* below it a reader no longer takes two sentences for one that was edited */

struct version {
	const struct statement_list *list;
	struct sv *keys;     /* normalised text */
	uint32_t *partner;   /* index in the other version, or NONE */
	uint32_t *gap;       /* how many untouched statements stand before it */
	struct words *words; /* of those without a partner */
};

struct slot {
	uint64_t hash;
	uint32_t first; /* old statement with this key that is not paired yet, or NONE */
};

struct pair {
	double likeness;
	uint32_t old, new;
};
struct pair_list {
	struct pair *items;
	size_t n, cap;
};

/* Letters, digits and single spaces of the folded text: what counts as unchanged. */
static struct sv normal_text(struct arena *arena, struct sv text)
{
	struct sv folded = text_fold(arena, text_squeeze(arena, text));
	char *out = arena_alloc(arena, folded.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < folded.n; i++) {
		char c = folded.p[i];
		if (c == '"' || c == '\'' || c == '`' || (c == ' ' && (n == 0 || out[n - 1] == ' ')))
			continue;
		out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	return (struct sv){ out, n };
}

static struct version version_of(struct arena *arena, const struct statement_list *list)
{
	struct version v = { .list = list };
	v.keys = arena_array(arena, struct sv, list->n);
	v.partner = arena_array(arena, uint32_t, list->n);
	v.gap = arena_array(arena, uint32_t, list->n);
	v.words = arena_array(arena, struct words, list->n);
	for (size_t i = 0; i < list->n; i++) {
		v.keys[i] = normal_text(arena, list->items[i].text);
		v.partner[i] = NONE;
	}
	return v;
}

static size_t find_slot(const struct slot *slots, size_t mask, const struct version *old, struct sv key, uint64_t hash)
{
	size_t at = hash & mask;
	while (slots[at].hash != 0 && (slots[at].hash != hash || !sv_eq(old->keys[slots[at].first], key)))
		at = (at + 1) & mask;
	return at;
}

/* Pairs equal texts in order. next[i] chains old statements of one text; a slot keeps its first one for comparing
 * even when it is used up, and `head` says which is the first free one. */
static void pair_equal(struct arena *arena, struct version *old, struct version *new)
{
	size_t size = 16;
	while (size < 2 * old->list->n)
		size *= 2;
	struct slot *slots = arena_array(arena, struct slot, size);
	uint32_t *next = arena_array(arena, uint32_t, old->list->n);
	uint32_t *head = arena_array(arena, uint32_t, old->list->n);
	uint32_t *tail = arena_array(arena, uint32_t, old->list->n);
	for (uint32_t i = 0; i < old->list->n; i++) {
		uint64_t hash = sv_hash(old->keys[i]) | 1;
		size_t at = find_slot(slots, size - 1, old, old->keys[i], hash);
		next[i] = NONE;
		if (slots[at].hash == 0) {
			slots[at] = (struct slot){ hash, i };
			head[i] = tail[i] = i;
			continue;
		}
		next[tail[slots[at].first]] = i;
		tail[slots[at].first] = i;
	}
	for (uint32_t j = 0; j < new->list->n; j++) {
		uint64_t hash = sv_hash(new->keys[j]) | 1;
		size_t at = find_slot(slots, size - 1, old, new->keys[j], hash);
		if (slots[at].hash == 0 || head[slots[at].first] == NONE)
			continue;
		uint32_t i = head[slots[at].first];
		head[slots[at].first] = next[i];
		old->partner[i] = j;
		new->partner[j] = i;
	}
}

/* The gap of a statement is named by the old index of the untouched statement before it, so that what stands in
 * one place of both versions has one name. */
static void name_gaps(struct version *old, struct version *new)
{
	uint32_t anchor = 0;
	for (uint32_t i = 0; i < old->list->n; i++) {
		if (old->partner[i] != NONE)
			anchor = i + 1;
		old->gap[i] = anchor;
	}
	anchor = 0;
	for (uint32_t j = 0; j < new->list->n; j++) {
		if (new->partner[j] != NONE)
			anchor = new->partner[j] + 1;
		new->gap[j] = anchor;
	}
}

static int by_likeness(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	if (x->likeness > y->likeness || x->likeness < y->likeness)
		return x->likeness > y->likeness ? -1 : 1;
	if (x->new != y->new)
		return x->new < y->new ? -1 : 1;
	return x->old < y->old ? -1 : x->old > y->old;
}

struct collector {
	struct arena *arena;
	struct pair_list pairs;
	const struct version *old, *new;
	uint32_t now;
};

static void collect_pair(void *ctx, uint32_t old_index)
{
	struct collector *c = ctx;
	double likeness = words_likeness(&c->old->words[old_index], &c->new->words[c->now]);
	if (likeness < LEAST_LIKENESS)
		return;
	/* Place only decides between equals. */
	if (c->old->gap[old_index] == c->new->gap[c->now])
		likeness += 0.02;
	*list_push(c->arena, &c->pairs) = (struct pair){ likeness, old_index, c->now };
}

static enum status pair_alike(struct arena *arena, struct version *old, struct version *new, struct error *err)
{
	struct word_table *table = word_table_new(arena);
	for (uint32_t i = 0; i < old->list->n; i++) {
		if (old->partner[i] != NONE)
			continue;
		old->words[i] = words_of(arena, table, &old->list->items[i]);
		word_table_add(arena, table, &old->words[i], i, old->gap[i]);
	}
	struct collector c = { .arena = arena, .old = old, .new = new };
	for (uint32_t j = 0; j < new->list->n; j++) {
		if (new->partner[j] != NONE)
			continue;
		new->words[j] = words_of(arena, table, &new->list->items[j]);
		c.now = j;
		word_table_find(table, &new->words[j], new->gap[j], collect_pair, &c);
		enum status st = arena_check(arena, err);
		if (st)
			return st;
	}
	if (c.pairs.n > 1)
		qsort(c.pairs.items, c.pairs.n, sizeof *c.pairs.items, by_likeness);
	for (size_t k = 0; k < c.pairs.n; k++) {
		const struct pair *p = &c.pairs.items[k];
		if (old->partner[p->old] != NONE || new->partner[p->new] != NONE)
			continue;
		old->partner[p->old] = p->new;
		new->partner[p->new] = p->old;
	}
	return OK;
}

/* Those of `mine` that `theirs` lacks, as a multiset, in order. */
static struct sv_list numbers_missing(struct arena *arena, const struct sv_list *mine, const struct sv_list *theirs)
{
	struct sv_list out = { 0 };
	bool *used = arena_array(arena, bool, theirs->n + 1);
	for (size_t i = 0; i < mine->n; i++) {
		size_t k = 0;
		while (k < theirs->n && (used[k] || !sv_eq_nocase(mine->items[i], theirs->items[k])))
			k++;
		if (k < theirs->n)
			used[k] = true;
		else
			*list_push(arena, &out) = mine->items[i];
	}
	return out;
}

static void push_edits(struct arena *arena, const struct version *old, const struct version *new, struct edit_list *out)
{
	for (uint32_t j = 0; j < new->list->n; j++) {
		uint32_t i = new->partner[j];
		if (i != NONE && sv_eq(old->keys[i], new->keys[j]))
			continue;
		struct edit *edit = list_push(arena, out);
		edit->new = &new->list->items[j];
		edit->kind = CHANGE_ADDED;
		if (i == NONE)
			continue;
		edit->kind = CHANGE_REWORDED;
		edit->old = &old->list->items[i];
		struct sv_list before = statement_numbers(arena, edit->old);
		struct sv_list after = statement_numbers(arena, edit->new);
		edit->old_numbers = numbers_missing(arena, &before, &after);
		edit->new_numbers = numbers_missing(arena, &after, &before);
	}
	for (uint32_t i = 0; i < old->list->n; i++) {
		if (old->partner[i] != NONE)
			continue;
		struct edit *edit = list_push(arena, out);
		edit->kind = CHANGE_REMOVED;
		edit->old = &old->list->items[i];
	}
}

enum status diff_versions(struct arena *arena, const struct statement_list *old_list,
	const struct statement_list *new_list, struct edit_list *out, struct error *err)
{
	struct version old = version_of(arena, old_list);
	struct version new = version_of(arena, new_list);
	pair_equal(arena, &old, &new);
	name_gaps(&old, &new);
	enum status st = pair_alike(arena, &old, &new, err);
	if (st)
		return st;
	struct edit_list edits = { 0 };
	push_edits(arena, &old, &new, &edits);
	*out = edits;
	return OK;
}
