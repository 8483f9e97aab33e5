/* Words of the statement weigh 1; those of the sentences beside it and of the title less, as they tell what a
 * pronoun or "the same deal" means but were not said here. */
#include "query.h"

#define WEIGHT_NEIGHBOUR 0.5f
#define WEIGHT_TITLE 0.4f
#define NEIGHBOURS 2 /* sentences before and after that count as surroundings */

static size_t slot_of(const struct query *query, uint32_t term)
{
	size_t at = (term * 2654435761u) & query->mask;
	while (query->slots[at] != 0 && query->terms.items[query->slots[at] - 1].term != term)
		at = (at + 1) & query->mask;
	return at;
}

const struct query_term *query_find(const struct query *query, uint32_t term)
{
	size_t at = slot_of(query, term);
	return query->slots[at] == 0 ? NULL : &query->terms.items[query->slots[at] - 1];
}

static void add_word(struct arena *arena, struct query *query, const struct fact_index *index, const struct word *word,
	struct sv text, uint32_t place, float weight)
{
	if (word->term == TERM_NONE)
		return;
	size_t at = slot_of(query, word->term);
	if (query->slots[at] != 0)
		return;
	struct query_term *term = list_push(arena, &query->terms);
	*term = (struct query_term){ .term = word->term,
		.place = place,
		.weight = weight,
		.surprise = (float)index_weight(index, word->term),
		.shown = sv_slice(text, word->span.from, word->span.to),
		.is_actor = word->is_actor,
		.is_number = word->is_number };
	query->slots[at] = (uint32_t)query->terms.n;
}

struct surroundings {
	struct word_list words;
	struct sv text;
	float weight;
};

/* The sentences beside the statement, nearest first, then the title. */
static size_t read_surroundings(struct arena *arena, const struct fact_index *index, const struct statement *statement,
	const struct diff_context *context, const struct language *language,
	struct surroundings out[2 * NEIGHBOURS + 1])
{
	size_t n = 0;
	const struct statement_list *all = context->around;
	size_t here = all && all->n > 0 && statement >= all->items && statement < all->items + all->n
		? (size_t)(statement - all->items)
		: SIZE_MAX;
	for (size_t step = 1; here != SIZE_MAX && step <= NEIGHBOURS; step++) {
		const struct statement *beside[2] = { here >= step ? &all->items[here - step] : NULL,
			here + step < all->n ? &all->items[here + step] : NULL };
		for (size_t k = 0; k < 2; k++) {
			if (!beside[k])
				continue;
			out[n] = (struct surroundings){ .text = beside[k]->text, .weight = WEIGHT_NEIGHBOUR };
			words_read(arena, index->terms, out[n].text, language, &beside[k]->actors, &out[n].words);
			n++;
		}
	}
	if (context->title.n > 0) {
		out[n] = (struct surroundings){ .text = context->title, .weight = WEIGHT_TITLE };
		words_read(arena, index->terms, context->title, language, NULL, &out[n].words);
		n++;
	}
	return n;
}

struct query query_new(struct arena *arena, const struct fact_index *index, const struct statement *statement,
	const struct diff_context *context)
{
	struct query query = { .statement = statement };
	const struct language *language = language_find(statement->lang);
	if (!language)
		language = language_detect(statement->text, SV("en"));
	struct surroundings around[2 * NEIGHBOURS + 1];
	size_t n_around = read_surroundings(arena, index, statement, context, language, around);
	words_read(arena, index->terms, statement->text, language, &statement->actors, &query.words);
	size_t total = query.words.n, size = 64;
	for (size_t k = 0; k < n_around; k++)
		total += around[k].words.n;
	while (size < 2 * total)
		size *= 2;
	query.slots = arena_array(arena, uint32_t, size);
	query.mask = size - 1;
	for (size_t i = 0; i < query.words.n; i++) {
		query.has_actors = query.has_actors || query.words.items[i].is_actor;
		add_word(arena, &query, index, &query.words.items[i], statement->text, (uint32_t)i, 1);
	}
	for (size_t k = 0; k < n_around; k++)
		for (size_t i = 0; i < around[k].words.n; i++)
			add_word(arena, &query, index, &around[k].words.items[i], around[k].text, PLACE_CONTEXT,
				around[k].weight);
	return query;
}
