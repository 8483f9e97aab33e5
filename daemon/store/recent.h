/* The newest records of the log in memory: those that wait for the commit, which writes them, and those before, so
 * that publishing what was just committed reads no disk.
 *
 * A ring of consecutive sequence numbers that ends with the newest one. The oldest committed ones go when the records
 * take more than RECENT_BYTES. Whoever reads stops at the head of the log. */
#ifndef STORE_RECENT_H
#define STORE_RECENT_H

#include "topics.h"

#define RECENT_BYTES (4u << 20)

struct recent_row;

struct recent {
	struct recent_row **rows; /* row of seq at [seq & (cap - 1)] */
	size_t cap, bytes;
	uint64_t first, end; /* [first, end) are kept; first == end: none */
};

void recent_done(struct recent *recent);
/* committed: the head of the log; what is after it is kept whatever it takes. */
void recent_push(struct recent *recent, uint64_t seq, struct topic *topic, int64_t reached, struct sv record,
	uint64_t committed);
void recent_cut(struct recent *recent, uint64_t end); /* forgets end and what follows */
bool recent_has(const struct recent *recent, uint64_t seq);
struct topic *recent_topic(const struct recent *recent, uint64_t seq);
int64_t recent_reached(const struct recent *recent, uint64_t seq);
struct sv recent_record(const struct recent *recent, uint64_t seq);

#endif
