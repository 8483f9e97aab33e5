/* Finding the facts that a statement can touch.
 *
 * Posting lists are read from the rarest term up until a budget of entries is spent: what a fact shares only in
 * frequent words is not worth finding. A list longer than what is left of the budget is skipped as long as something
 * was found. The best of what was found are then scored exactly over all terms by their profiles, so the skipped
 * lists still count for them. */
#include <stdlib.h>

#include "limit.h"
#include "query.h"

#define BUDGET 12000   /* posting entries of one statement: some 60 µs */
#define SEEN_TERMS 512 /* of a query that can count; the statement's own come first */
#define FIRST_PICK 96  /* facts that are scored exactly */

struct accumulator {
	uint32_t number; /* + 1 */
	float score;
};

static int by_surprise(const void *a, const void *b)
{
	const struct query_term *x = *(const struct query_term *const *)a, *y = *(const struct query_term *const *)b;
	return x->surprise > y->surprise ? -1 : x->surprise < y->surprise;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->score > b->score || a->score < b->score)
		return a->score > b->score;
	return a->number > b->number; /* of equals the newer */
}

/* A heap whose root is the worst that is kept. */
static void keep(struct candidate *heap, size_t *n, size_t most, struct candidate c)
{
	if (*n == most) {
		if (!is_better(&c, &heap[0]))
			return;
		size_t at = 0;
		for (;;) {
			size_t child = 2 * at + 1;
			if (child >= most)
				break;
			if (child + 1 < most && is_better(&heap[child], &heap[child + 1]))
				child++;
			if (!is_better(&c, &heap[child]))
				break;
			heap[at] = heap[child];
			at = child;
		}
		heap[at] = c;
		return;
	}
	size_t at = (*n)++;
	while (at > 0 && is_better(&heap[(at - 1) / 2], &c)) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = c;
}

static bool in_beats(const struct record *record, const uint32_t *beats, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (beats[i] == record->beat)
			return true;
	return n == 0;
}

static void accumulate(
	struct accumulator *table, size_t mask, const struct posting_list *list, float score, uint32_t most)
{
	struct posting_cursor cursor = posting_list_read(list);
	while (most-- > 0 && posting_next(&cursor)) {
		size_t at = (cursor.number * 2654435761u) & mask;
		while (table[at].number != 0 && table[at].number != cursor.number + 1)
			at = (at + 1) & mask;
		table[at].number = cursor.number + 1;
		table[at].score += score;
	}
}

static double exact_score(const struct record *record, const struct query *query)
{
	uint64_t seen[SEEN_TERMS / 64] = { 0 };
	double score = 0;
	struct profile profile = record_profile(record);
	struct term_run run;
	while (profile_next(&profile, &run)) {
		while (run.n > 0) {
			const struct query_term *t = query_find(query, run_next(&run));
			size_t i = t ? (size_t)(t - query->terms.items) : SEEN_TERMS;
			if (i >= SEEN_TERMS || (seen[i / 64] >> (i % 64) & 1))
				continue;
			seen[i / 64] |= 1ull << (i % 64);
			score += (double)(t->weight * t->surprise);
		}
	}
	return score;
}

static int best_first(const void *a, const void *b)
{
	return is_better(a, b) ? -1 : is_better(b, a);
}

/* Which posting lists to read, rarest first, within the budget. Returns how many entries that makes. */
static size_t choose_terms(
	const struct fact_index *index, const struct query *query, const struct query_term **chosen, size_t *n)
{
	size_t entries = 0, m = 0;
	for (size_t i = 0; i < query->terms.n; i++)
		if (query->terms.items[i].term < index->lists_cap)
			chosen[m++] = &query->terms.items[i];
	if (m > 1)
		qsort(chosen, m, sizeof(const struct query_term *), by_surprise);
	*n = 0;
	for (size_t i = 0; i < m; i++) {
		size_t length = index->lists[chosen[i]->term].n;
		if (length == 0 || (entries > 0 && entries + length > BUDGET))
			continue;
		entries += length < BUDGET ? length : BUDGET;
		chosen[(*n)++] = chosen[i];
	}
	return entries;
}

void candidates_find(const struct fact_index *index, struct arena *arena, const struct query *query,
	const struct sv_list *beats, struct candidate_list *out)
{
	size_t n_beats = beats ? beats->n : 0, n_chosen, size = 64;
	uint32_t *beat_numbers = arena_array(arena, uint32_t, n_beats + 1);
	for (size_t i = 0; i < n_beats; i++)
		beat_numbers[i] = terms_find(index->names, beats->items[i]);
	const struct query_term **chosen = arena_alloc_array(arena, query->terms.n + 1, sizeof(*chosen));
	size_t entries = choose_terms(index, query, chosen, &n_chosen);
	while (size < 2 * entries)
		size *= 2;
	struct accumulator *table = arena_array(arena, struct accumulator, size);
	for (size_t i = 0; i < n_chosen; i++)
		accumulate(table, size - 1, &index->lists[chosen[i]->term], chosen[i]->weight * chosen[i]->surprise,
			BUDGET);
	struct candidate first[FIRST_PICK];
	size_t n_first = 0;
	for (size_t i = 0; i < size; i++) {
		if (table[i].number == 0)
			continue;
		struct candidate c = { table[i].number - 1, (double)table[i].score };
		if (n_first == FIRST_PICK && !is_better(&c, &first[0]))
			continue; /* before the record is touched: each is a cache miss */
		const struct record *record = index->records[c.number];
		if (record && in_beats(record, beat_numbers, n_beats))
			keep(first, &n_first, FIRST_PICK, c);
	}
	for (size_t i = 0; i < n_first; i++)
		first[i].score = exact_score(index->records[first[i].number], query);
	if (n_first > 1)
		qsort(first, n_first, sizeof *first, best_first);
	for (size_t i = 0; i < n_first && i < LIMIT_FACTS_PER_STATEMENT; i++)
		*list_push(arena, out) = first[i];
}
