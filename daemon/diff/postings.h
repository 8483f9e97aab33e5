/* Posting lists: for each term the facts that have it, as rising numbers, packed as varint gaps. */
#ifndef DIFF_POSTINGS_H
#define DIFF_POSTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct posting_list {
	uint8_t *bytes;
	uint32_t n_bytes, cap;
	uint32_t n, dead; /* entries; of them of facts that are gone */
	uint32_t last;    /* the greatest number in it */
	uint32_t buried;  /* the last number that was counted in dead, plus one */
};

void posting_list_done(struct posting_list *list);
/* number is greater than all before. */
void posting_list_add(struct posting_list *list, uint32_t number);
/* Leaves out what is_gone says. */
void posting_list_compact(struct posting_list *list, bool (*is_gone)(void *ctx, uint32_t number), void *ctx);

struct posting_cursor {
	const uint8_t *at, *end;
	uint32_t number;
};
struct posting_cursor posting_list_read(const struct posting_list *list);
static inline bool posting_next(struct posting_cursor *cursor)
{
	if (cursor->at == cursor->end)
		return false;
	uint32_t gap = 0;
	int shift = 0;
	while (*cursor->at & 0x80) {
		gap |= (uint32_t)(*cursor->at++ & 0x7f) << shift;
		shift += 7;
	}
	gap |= (uint32_t)*cursor->at++ << shift;
	cursor->number += gap;
	return true;
}

#endif
