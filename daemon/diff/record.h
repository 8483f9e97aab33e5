/* A fact as the index keeps it: one allocation, packed.
 *
 * Texts stand as they are, names that many facts share (beat, parties, unit, per) as numbers of a table of names,
 * and after them the profile: the terms of the text, of each alias and of the unit, as numbers of the index. */
#ifndef DIFF_RECORD_H
#define DIFF_RECORD_H

#include "fact.h"
#include "terms.h"

struct record {
	struct fact *unpacked; /* made on demand, freed with the record */
	double value;
	struct date as_of, deadline;
	uint32_t n_bytes;
	uint32_t beat;
	uint32_t profile; /* where it starts in bytes */
	uint8_t kind, status, bound, direction;
	bool has_figure;
	uint8_t bytes[];
};

/* Terms of one sequence; 0 is the text, then the aliases, at last the unit. */
struct term_run {
	const uint8_t *at;
	uint32_t n;
};
struct profile {
	const uint8_t *at, *end;
	uint32_t n_runs;
};

struct record *record_new(struct terms *names, struct terms *terms, const struct fact *fact, struct arena *scratch);
void record_free(struct record *record);
struct sv record_id(const struct record *record);
size_t record_bytes(const struct record *record);
bool record_same_profile(const struct record *a, const struct record *b);
/* The fact, its texts views of the record and of the arena. */
struct fact record_fact(const struct record *record, const struct terms *names, struct arena *arena);
/* The same, owned by the record. */
const struct fact *record_unpacked(struct record *record, const struct terms *names);

struct profile record_profile(const struct record *record);
/* The next run of terms; false at the end. */
bool profile_next(struct profile *profile, struct term_run *out);
uint32_t run_next(struct term_run *run); /* takes one off; n is above 0 */

#endif
