/* The first gap counts from zero. A list grows by a third, so that a quarter of it is the most that lies idle. */
#include "postings.h"

#include <stdlib.h>

#include "memory.h"

#define GAP_BYTES 5

void posting_list_done(struct posting_list *list)
{
	free(list->bytes);
	*list = (struct posting_list){ 0 };
}

void posting_list_add(struct posting_list *list, uint32_t number)
{
	if (list->n_bytes + GAP_BYTES > list->cap) {
		list->cap += list->cap / 3 + 8;
		list->bytes = memory_resize(list->bytes, list->cap);
	}
	uint32_t gap = number - list->last;
	while (gap >= 0x80) {
		list->bytes[list->n_bytes++] = (uint8_t)(gap | 0x80);
		gap >>= 7;
	}
	list->bytes[list->n_bytes++] = (uint8_t)gap;
	list->last = number;
	list->n++;
}

struct posting_cursor posting_list_read(const struct posting_list *list)
{
	return (struct posting_cursor){ list->bytes, list->bytes ? list->bytes + list->n_bytes : NULL, 0 };
}

void posting_list_compact(struct posting_list *list, bool (*is_gone)(void *ctx, uint32_t number), void *ctx)
{
	struct posting_list kept = { 0 };
	struct posting_cursor cursor = posting_list_read(list);
	while (posting_next(&cursor))
		if (!is_gone(ctx, cursor.number))
			posting_list_add(&kept, cursor.number);
	posting_list_done(list);
	*list = kept;
}
