/* A statement as the index is asked for it: its words and those of its surroundings, with weights. */
#ifndef DIFF_QUERY_H
#define DIFF_QUERY_H

#include "index.h"

#define PLACE_CONTEXT UINT32_MAX

struct query_term {
	uint32_t term;
	uint32_t place;  /* of its first word in the statement; PLACE_CONTEXT: only around it */
	float weight;    /* 1 in the statement, less around it */
	float surprise;  /* index_weight */
	struct sv shown; /* as written, for why lines */
	bool is_actor, is_number;
};
struct query_term_list {
	struct query_term *items;
	size_t n, cap;
};
struct query {
	const struct statement *statement;
	struct word_list words; /* of the statement, in order */
	struct query_term_list terms;
	uint32_t *slots; /* into terms, + 1, hashed by term */
	size_t mask;
	bool has_actors; /* the statement itself names a state or institution */
};

struct query query_new(struct arena *arena, const struct fact_index *index, const struct statement *statement,
	const struct diff_context *context);
const struct query_term *query_find(const struct query *query, uint32_t term); /* NULL: none */

struct candidate {
	uint32_t number; /* of the record */
	double score;    /* weight of the words in common */
};
struct candidate_list {
	struct candidate *items;
	size_t n, cap;
};
/* At most LIMIT_FACTS_PER_STATEMENT facts with the most weight in common, best first. */
void candidates_find(const struct fact_index *index, struct arena *arena, const struct query *query,
	const struct sv_list *beats, struct candidate_list *out);

#endif
