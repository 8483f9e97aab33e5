/* The inside of the fact index, for finding and comparing. */
#ifndef DIFF_INDEX_H
#define DIFF_INDEX_H

#include "diff.h"
#include "postings.h"
#include "record.h"

struct fact_index {
	struct terms *terms;        /* words */
	struct terms *names;        /* beats, parties, units */
	struct posting_list *lists; /* by term */
	size_t lists_cap;
	struct record **records; /* by number; NULL: gone */
	uint32_t n_records, records_cap;
	uint32_t *ids; /* number + 1, hashed by id; ID_GONE: was taken out */
	size_t ids_mask, ids_used;
	size_t live, record_bytes, list_bytes;
	struct arena *scratch; /* for one put */
};

/* How much a term tells: bits of surprise, with a prior, so that small indexes make sense too. */
double index_weight(const struct fact_index *index, uint32_t term);

#endif
