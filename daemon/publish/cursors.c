/* Registered cursors: a short list, sought by name from end to end, as an ACK comes once in many events. */
#include <string.h>

#include "requests.h"

static struct sv name_of(const struct cursor *cursor)
{
	return (struct sv){ cursor->name, cursor->name_bytes };
}

static struct cursor *find(struct cursors *cursors, struct sv name)
{
	for (size_t i = 0; i < cursors->n; i++)
		if (sv_eq(name_of(&cursors->items[i]), name))
			return &cursors->items[i];
	return NULL;
}

static struct cursor *silent_for_longest(struct cursors *cursors)
{
	struct cursor *oldest = &cursors->items[0];
	for (size_t i = 1; i < cursors->n; i++)
		if (cursors->items[i].acked.v < oldest->acked.v)
			oldest = &cursors->items[i];
	return oldest;
}

struct cursor *cursor_slot(struct cursors *cursors, struct sv name)
{
	struct cursor *cursor = find(cursors, name);
	if (cursor)
		return cursor;
	cursor = cursors->n < MAX_CURSORS ? &cursors->items[cursors->n++] : silent_for_longest(cursors);
	*cursor = (struct cursor){ .name_bytes = name.n < sizeof cursor->name ? name.n : sizeof cursor->name };
	memcpy(cursor->name, name.p, cursor->name_bytes);
	return cursor;
}

size_t cursors_list(const struct cursors *cursors, struct bus_cursor *out, size_t max)
{
	size_t n = cursors->n < max ? cursors->n : max;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct bus_cursor){ .name = name_of(&cursors->items[i]),
			.seq = cursors->items[i].seq,
			.acked = cursors->items[i].acked };
	return n;
}

void cursors_restore(struct cursors *cursors, const struct bus_cursor *cursor)
{
	if (cursor->name.n == 0)
		return;
	struct cursor *slot = cursor_slot(cursors, cursor->name);
	slot->seq = cursor->seq;
	slot->acked = cursor->acked;
}

bool cursors_forget(struct cursors *cursors, struct sv name)
{
	struct cursor *cursor = find(cursors, name);
	if (!cursor)
		return false;
	*cursor = cursors->items[--cursors->n];
	return true;
}
