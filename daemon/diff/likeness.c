/* Likeness is the mean of two Dice coefficients: shared words and shared pairs of neighbours. Words alone would take
 * a shuffled list for the same text, pairs alone would drop a sentence in which every other word was edited; the
 * words weigh more.
 *
 * Candidates: an inverted table of the old statements. A statement is looked up by its rarest words (those in at
 * most FREQUENT old statements, at most LOOKUPS of them) and by its gap. */
#include "likeness.h"

#include <stdlib.h>
#include <string.h>

#include "token.h"

#define FREQUENT 64
#define LOOKUPS 16
#define MOST_IN_GAP 24 /* statements of one gap that are compared without a rare word in common */

struct index_list {
	uint32_t *items;
	size_t n, cap;
};
struct entry {
	struct sv word;
	uint64_t hash;
	struct index_list old;
};
struct entry_list {
	struct entry *items;
	size_t n, cap;
};
struct gap {
	uint32_t name;
	struct index_list old;
};
struct gap_list {
	struct gap *items; /* by rising name: statements are added in order */
	size_t n, cap;
};
struct word_table {
	struct entry_list entries;
	uint32_t *slots; /* entry + 1 */
	size_t mask;
	struct gap_list gaps;
	struct index_list seen; /* stamp of the last visit, by old index */
	uint32_t stamp;
};

struct word_table *word_table_new(struct arena *arena)
{
	struct word_table *table = arena_new_of(arena, struct word_table);
	table->mask = 255;
	table->slots = arena_array(arena, uint32_t, 256);
	return table;
}

static void grow_slots(struct arena *arena, struct word_table *table)
{
	table->mask = 2 * table->mask + 1;
	table->slots = arena_array(arena, uint32_t, table->mask + 1);
	for (size_t e = 0; e < table->entries.n; e++) {
		size_t at = table->entries.items[e].hash & table->mask;
		while (table->slots[at] != 0)
			at = (at + 1) & table->mask;
		table->slots[at] = (uint32_t)e + 1;
	}
}

static uint32_t word_number(struct arena *arena, struct word_table *table, struct sv word)
{
	uint64_t hash = sv_hash(word);
	size_t at = hash & table->mask;
	for (; table->slots[at] != 0; at = (at + 1) & table->mask) {
		const struct entry *e = &table->entries.items[table->slots[at] - 1];
		if (e->hash == hash && sv_eq(e->word, word))
			return table->slots[at] - 1;
	}
	struct entry *e = list_push(arena, &table->entries);
	e->word = word;
	e->hash = hash;
	table->slots[at] = (uint32_t)table->entries.n;
	if (table->entries.n * 2 > table->mask)
		grow_slots(arena, table);
	return (uint32_t)table->entries.n - 1;
}

static int by_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static int by_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

struct words words_of(struct arena *arena, struct word_table *table, const struct statement *statement)
{
	struct token_list tokens = { 0 };
	const struct language *language = language_find(statement->lang);
	text_tokens(arena, statement->text, language ? language : language_find(SV("en")), &tokens);
	struct words w = { .one = arena_array(arena, uint32_t, tokens.n + 1),
		.two = arena_array(arena, uint64_t, tokens.n + 1) };
	for (size_t i = 0; i < tokens.n; i++)
		if (tokens.items[i].kind != TOKEN_PUNCT)
			w.one[w.n_one++] = word_number(arena, table, tokens.items[i].folded);
	for (size_t i = 1; i < w.n_one; i++)
		w.two[w.n_two++] = (uint64_t)w.one[i - 1] << 32 | w.one[i];
	if (w.n_one > 1)
		qsort(w.one, w.n_one, sizeof *w.one, by_u32);
	if (w.n_two > 1)
		qsort(w.two, w.n_two, sizeof *w.two, by_u64);
	return w;
}

void word_table_add(
	struct arena *arena, struct word_table *table, const struct words *words, uint32_t index, uint32_t gap)
{
	for (size_t i = 0; i < words->n_one; i++) {
		if (i > 0 && words->one[i] == words->one[i - 1])
			continue;
		*list_push(arena, &table->entries.items[words->one[i]].old) = index;
	}
	while (table->seen.n <= index)
		(void)list_push(arena, &table->seen);
	struct gap *last = table->gaps.n ? &table->gaps.items[table->gaps.n - 1] : NULL;
	if (!last || last->name != gap) {
		last = list_push(arena, &table->gaps);
		last->name = gap;
	}
	*list_push(arena, &last->old) = index;
}

static const struct gap *find_gap(const struct word_table *table, uint32_t name)
{
	size_t low = 0, high = table->gaps.n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (table->gaps.items[middle].name < name)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table->gaps.n && table->gaps.items[low].name == name ? &table->gaps.items[low] : NULL;
}

static void visit_new(struct word_table *table, uint32_t index, void (*visit)(void *ctx, uint32_t index), void *ctx)
{
	if (table->seen.items[index] == table->stamp)
		return;
	table->seen.items[index] = table->stamp;
	visit(ctx, index);
}

void word_table_find(struct word_table *table, const struct words *words, uint32_t gap,
	void (*visit)(void *ctx, uint32_t index), void *ctx)
{
	table->stamp++;
	/* Rarest first: a pass for each size of list costs less than sorting the few words of a sentence. */
	size_t lookups = 0;
	for (size_t most = 1; most <= FREQUENT && lookups < LOOKUPS; most *= 4) {
		for (size_t i = 0; i < words->n_one && lookups < LOOKUPS; i++) {
			if (i > 0 && words->one[i] == words->one[i - 1])
				continue;
			const struct index_list *old = &table->entries.items[words->one[i]].old;
			if (old->n > most || old->n <= most / 4)
				continue;
			lookups++;
			for (size_t k = 0; k < old->n; k++)
				visit_new(table, old->items[k], visit, ctx);
		}
	}
	const struct gap *same = find_gap(table, gap);
	for (size_t k = 0; same && k < same->old.n && k < MOST_IN_GAP; k++)
		visit_new(table, same->old.items[k], visit, ctx);
}

static double dice(size_t shared, size_t a, size_t b)
{
	return a + b == 0 ? 0 : 2.0 * (double)shared / (double)(a + b);
}

double words_likeness(const struct words *a, const struct words *b)
{
	size_t ones = 0, twos = 0;
	for (size_t i = 0, k = 0; i < a->n_one && k < b->n_one;) {
		ones += a->one[i] == b->one[k];
		bool step_a = a->one[i] <= b->one[k], step_b = b->one[k] <= a->one[i];
		i += step_a;
		k += step_b;
	}
	for (size_t i = 0, k = 0; i < a->n_two && k < b->n_two;) {
		twos += a->two[i] == b->two[k];
		bool step_a = a->two[i] <= b->two[k], step_b = b->two[k] <= a->two[i];
		i += step_a;
		k += step_b;
	}
	if (a->n_two == 0 || b->n_two == 0)
		return dice(ones, a->n_one, b->n_one);
	return 0.65 * dice(ones, a->n_one, b->n_one) + 0.35 * dice(twos, a->n_two, b->n_two);
}

static bool overlaps(struct span a, struct span b)
{
	return a.from < b.to && b.from < a.to;
}

static bool is_digit(struct sv text, size_t at)
{
	return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	return x->from < y->from ? -1 : x->from > y->from;
}

struct sv_list statement_numbers(struct arena *arena, const struct statement *statement)
{
	struct sv text = statement->text;
	struct span_list spans = { 0 };
	for (size_t at = 0; at < text.n; at++) {
		if (!is_digit(text, at))
			continue;
		size_t end = at + 1;
		while (is_digit(text, end) ||
			(end < text.n && (text.p[end] == '.' || text.p[end] == ',' || text.p[end] == ':') &&
				is_digit(text, end + 1)))
			end++;
		*list_push(arena, &spans) = (struct span){ (uint32_t)at, (uint32_t)end };
		at = end;
	}
	size_t n_digits = spans.n;
	for (size_t q = 0; q < statement->quantities.n; q++) {
		struct span span = statement->quantities.items[q].number;
		bool in_digits = false;
		for (size_t i = 0; i < n_digits && !in_digits; i++)
			in_digits = overlaps(spans.items[i], span);
		if (!in_digits)
			*list_push(arena, &spans) = span;
	}
	if (spans.n > 1)
		qsort(spans.items, spans.n, sizeof *spans.items, by_place);
	struct sv_list out = { 0 };
	for (size_t i = 0; i < spans.n; i++)
		*list_push(arena, &out) = sv_slice(text, spans.items[i].from, spans.items[i].to);
	return out;
}
