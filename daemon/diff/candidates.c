/* Finding the facts that a statement can touch.
 *
 * Posting lists are read from the rarest term up until a budget of entries is spent; longer lists are skipped. When
 * even the rarest is too long, the two rarest are read side by side for the facts that are in both. The best of what
 * was found are then scored exactly over all terms by their profiles, so skipped lists still count for them.
 * Disadvantage: in a very large index a fact that shares only frequent words can be missed. */
#include <stdlib.h>

#include "limit.h"
#include "query.h"

#define BUDGET 2000        /* posting entries of one statement: some 30 µs */
#define BUDGET_BOTH 200000 /* entries read of two long lists side by side: below 1 ms */
#define SEEN_TERMS 512     /* of a query that can count; the statement's own come first */
#define SURE_PICK 8        /* candidates however weak they are beside the best */
#define LEAST_SHARE 0.3    /* of the best score that later ones need */
#define FIRST_PICK 48      /* facts that are scored exactly */

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

struct table {
	struct accumulator *items;
	size_t mask;
};

static struct table table_new(struct arena *arena, size_t entries)
{
	size_t size = 64;
	while (size < 2 * entries)
		size *= 2;
	return (struct table){ arena_array(arena, struct accumulator, size), size - 1 };
}

static void accumulate(struct table *table, uint32_t number, float score)
{
	size_t at = (number * 2654435761u) & table->mask;
	while (table->items[at].number != 0 && table->items[at].number != number + 1)
		at = (at + 1) & table->mask;
	table->items[at].number = number + 1;
	table->items[at].score += score;
}

static void accumulate_list(struct table *table, const struct posting_list *list, float score)
{
	struct posting_cursor cursor = posting_list_read(list);
	while (posting_next(&cursor))
		accumulate(table, cursor.number, score);
}

/* What stands in both lists, as far as the budget goes. */
static void accumulate_both(
	struct table *table, const struct posting_list *a, const struct posting_list *b, float score)
{
	struct posting_cursor x = posting_list_read(a), y = posting_list_read(b);
	size_t found = 0;
	bool more = posting_next(&x) && posting_next(&y);
	for (size_t read = 0; more && read < BUDGET_BOTH && found < BUDGET; read++) {
		if (x.number < y.number) {
			more = posting_next(&x);
		} else if (y.number < x.number) {
			more = posting_next(&y);
		} else {
			accumulate(table, x.number, score);
			found++;
			more = posting_next(&x) && posting_next(&y);
		}
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

static float gain(const struct query_term *term)
{
	return term->weight * term->surprise;
}

/* The query's terms that any fact has, the most telling first. */
static size_t known_terms(const struct fact_index *index, const struct query *query, const struct query_term **out)
{
	size_t n = 0;
	for (size_t i = 0; i < query->terms.n; i++)
		if (query->terms.items[i].term < index->lists_cap && index->lists[query->terms.items[i].term].n > 0)
			out[n++] = &query->terms.items[i];
	if (n > 1)
		qsort(out, n, sizeof(const struct query_term *), by_surprise);
	return n;
}

static struct table gather(const struct fact_index *index, struct arena *arena, const struct query *query)
{
	const struct query_term **terms = arena_alloc_array(arena, query->terms.n + 1, sizeof(*terms));
	size_t n = known_terms(index, query, terms), entries = 0, n_chosen = 0;
	const struct query_term **chosen = arena_alloc_array(arena, n + 1, sizeof(*chosen));
	for (size_t i = 0; i < n; i++) {
		size_t length = index->lists[terms[i]->term].n;
		if (entries + length > BUDGET)
			continue;
		entries += length;
		chosen[n_chosen++] = terms[i];
	}
	struct table table = table_new(arena, n_chosen > 0 ? entries : BUDGET);
	for (size_t i = 0; i < n_chosen; i++)
		accumulate_list(&table, &index->lists[chosen[i]->term], gain(chosen[i]));
	if (n_chosen == 0 && n > 1)
		accumulate_both(&table, &index->lists[terms[0]->term], &index->lists[terms[1]->term],
			gain(terms[0]) + gain(terms[1]));
	return table;
}

void candidates_find(const struct fact_index *index, struct arena *arena, const struct query *query,
	const struct sv_list *beats, struct candidate_list *out)
{
	size_t n_beats = beats ? beats->n : 0;
	uint32_t *beat_numbers = arena_array(arena, uint32_t, n_beats + 1);
	for (size_t i = 0; i < n_beats; i++)
		beat_numbers[i] = terms_find(index->names, beats->items[i]);
	struct table table = gather(index, arena, query);
	struct candidate first[FIRST_PICK];
	size_t n_first = 0;
	for (size_t i = 0; i <= table.mask; i++) {
		if (table.items[i].number == 0)
			continue;
		struct candidate c = { table.items[i].number - 1, (double)table.items[i].score };
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
		if (i < SURE_PICK || first[i].score >= LEAST_SHARE * first[0].score)
			*list_push(arena, out) = first[i];
}
