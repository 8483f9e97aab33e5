/* The fact index: packed records by number, a table of ids, and a posting list a term.
 *
 * A fact keeps its number while its words stay as they are, which is so for every change of a figure, status, date
 * or party. With new words it gets a new number; the old one is a tombstone (records[n] == NULL) and its entries are
 * dropped from a list when half of that list is dead, so that each entry is copied a constant number of times.
 * Numbers are never used again (2^32 of them). */
#include "index.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

#define ID_GONE UINT32_MAX
#define SCRATCH_BYTES (8u << 20)
#define PRIOR_FACTS 200.0 /* as if so many other facts were there … */
#define PRIOR_COMMON 8.0  /* … and so many of them had a common policy word */

struct fact_index *fact_index_new(void)
{
	struct fact_index *index = memory_zeroed(sizeof *index);
	index->terms = terms_new();
	index->names = terms_new();
	index->ids_mask = 255;
	index->ids = memory_zeroed(256 * sizeof *index->ids);
	index->scratch = arena_new(SCRATCH_BYTES);
	return index;
}

void fact_index_free(struct fact_index *index)
{
	if (!index)
		return;
	for (uint32_t i = 0; i < index->n_records; i++)
		record_free(index->records[i]);
	for (size_t t = 0; t < index->lists_cap; t++)
		posting_list_done(&index->lists[t]);
	free(index->records);
	free(index->lists);
	free(index->ids);
	terms_free(index->terms);
	terms_free(index->names);
	arena_free(index->scratch);
	free(index);
}

/* The slot of an id, or SIZE_MAX. */
static size_t find_id(const struct fact_index *index, struct sv id)
{
	for (size_t at = sv_hash(id) & index->ids_mask; index->ids[at] != 0; at = (at + 1) & index->ids_mask)
		if (index->ids[at] != ID_GONE && sv_eq(record_id(index->records[index->ids[at] - 1]), id))
			return at;
	return SIZE_MAX;
}

static void place_id(struct fact_index *index, uint32_t number)
{
	size_t at = sv_hash(record_id(index->records[number])) & index->ids_mask;
	while (index->ids[at] != 0)
		at = (at + 1) & index->ids_mask;
	index->ids[at] = number + 1;
	index->ids_used++;
}

static void grow_ids(struct fact_index *index)
{
	if (4 * (index->ids_used + 1) < 3 * index->ids_mask)
		return;
	size_t size = 256;
	while (size < 2 * (index->live + 1))
		size *= 2;
	free(index->ids);
	index->ids = memory_zeroed(size * sizeof *index->ids);
	index->ids_mask = size - 1;
	index->ids_used = 0;
	for (uint32_t i = 0; i < index->n_records; i++)
		if (index->records[i])
			place_id(index, i);
}

static bool is_gone(void *ctx, uint32_t number)
{
	const struct fact_index *index = ctx;
	return index->records[number] == NULL;
}

/* Visits each term of a record; one that stands twice is visited twice. */
static void each_term(struct fact_index *index, const struct record *record, uint32_t number,
	void (*visit)(struct fact_index *index, uint32_t term, uint32_t number))
{
	struct profile profile = record_profile(record);
	struct term_run run;
	while (profile_next(&profile, &run))
		while (run.n > 0)
			visit(index, run_next(&run), number);
}

static void add_posting(struct fact_index *index, uint32_t term, uint32_t number)
{
	if (term >= index->lists_cap) {
		size_t cap = index->lists_cap;
		index->lists_cap = (term + 64u) * 5 / 4;
		index->lists = memory_resize(index->lists, index->lists_cap * sizeof *index->lists);
		for (; cap < index->lists_cap; cap++)
			index->lists[cap] = (struct posting_list){ 0 };
	}
	struct posting_list *list = &index->lists[term];
	if (list->n > 0 && list->last == number)
		return;
	index->list_bytes -= list->cap;
	posting_list_add(list, number);
	index->list_bytes += list->cap;
}

static void drop_posting(struct fact_index *index, uint32_t term, uint32_t number)
{
	struct posting_list *list = &index->lists[term];
	if (list->buried == number + 1)
		return;
	list->buried = number + 1;
	list->dead++;
	if (2 * list->dead <= list->n + 8)
		return;
	index->list_bytes -= list->cap;
	posting_list_compact(list, is_gone, index);
	index->list_bytes += list->cap;
}

static void bury(struct fact_index *index, uint32_t number)
{
	struct record *record = index->records[number];
	index->records[number] = NULL;
	each_term(index, record, number, drop_posting);
	index->record_bytes -= record_bytes(record);
	index->live--;
	record_free(record);
}

static void append(struct fact_index *index, struct record *record)
{
	if (index->n_records == index->records_cap) {
		index->records_cap = index->records_cap + index->records_cap / 4 + 64;
		index->records = memory_resize(index->records, index->records_cap * sizeof(struct record *));
	}
	index->records[index->n_records++] = record;
	each_term(index, record, index->n_records - 1, add_posting);
	index->record_bytes += record_bytes(record);
	index->live++;
}

void fact_index_put(struct fact_index *index, const struct fact *fact)
{
	struct record *record = record_new(index->names, index->terms, fact, index->scratch);
	arena_reset(index->scratch);
	size_t at = find_id(index, record_id(record));
	if (at != SIZE_MAX) {
		uint32_t number = index->ids[at] - 1;
		struct record *old = index->records[number];
		if (record_same_profile(old, record)) {
			index->records[number] = record;
			index->record_bytes += record_bytes(record) - record_bytes(old);
			record_free(old);
			return;
		}
		index->ids[at] = ID_GONE;
		bury(index, number);
	}
	append(index, record);
	grow_ids(index);
	if (find_id(index, record_id(record)) == SIZE_MAX)
		place_id(index, index->n_records - 1);
}

void fact_index_remove(struct fact_index *index, struct sv fact_id)
{
	size_t at = find_id(index, fact_id);
	if (at == SIZE_MAX)
		return;
	uint32_t number = index->ids[at] - 1;
	index->ids[at] = ID_GONE;
	bury(index, number);
}

const struct fact *fact_index_get(const struct fact_index *index, struct sv fact_id)
{
	size_t at = find_id(index, fact_id);
	return at == SIZE_MAX ? NULL : record_unpacked(index->records[index->ids[at] - 1], index->names);
}

size_t fact_index_size(const struct fact_index *index)
{
	return index->live;
}

size_t fact_index_bytes(const struct fact_index *index)
{
	/* 16: what the allocator adds to a record. */
	return sizeof *index + terms_bytes(index->terms) + terms_bytes(index->names) +
		index->lists_cap * sizeof *index->lists + index->list_bytes +
		index->records_cap * sizeof(struct record *) + (index->ids_mask + 1) * sizeof *index->ids +
		index->record_bytes + 16 * index->live;
}

void fact_index_each(const struct fact_index *index, void (*visit)(void *ctx, const struct fact *fact), void *ctx)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(SCRATCH_BYTES);
	for (uint32_t i = 0; i < index->n_records; i++) {
		if (!index->records[i])
			continue;
		struct fact fact = record_fact(index->records[i], index->names, arena);
		visit(ctx, &fact);
		arena_reset(arena);
	}
}

/* log2 to two decimals: this runs for every word of every candidate. */
static double rough_log2(double v)
{
	int exponent;
	double m = frexp(v, &exponent); /* 0.5 .. 1 */
	return exponent - 1 + (2 * m - 1) * (1.34 - 0.34 * (2 * m - 1));
}

double index_weight(const struct fact_index *index, uint32_t term)
{
	double facts = term < index->lists_cap ? (double)(index->lists[term].n - index->lists[term].dead) : 0;
	double prior = terms_kind(index->terms, term) == TERM_WORD ? 1 : PRIOR_COMMON;
	return rough_log2((PRIOR_FACTS + (double)index->live) / (facts + prior));
}
