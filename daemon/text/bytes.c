#include "bytes.h"

#include <string.h>

#include "unicode.h"

struct bytes bytes_in(struct arena *arena, size_t expected)
{
	size_t cap = expected + 8;
	return (struct bytes){ .arena = arena, .items = arena_alloc(arena, cap), .cap = cap };
}

void bytes_reserve(struct bytes *bytes, size_t more)
{
	if (more <= bytes->cap - bytes->n)
		return;
	size_t cap = bytes->cap * 2 + more;
	char *bigger = arena_alloc(bytes->arena, cap);
	memcpy(bigger, bytes->items, bytes->n);
	bytes->items = bigger;
	bytes->cap = cap;
}

void bytes_add(struct bytes *bytes, struct sv v)
{
	if (v.n == 0)
		return;
	bytes_reserve(bytes, v.n);
	memcpy(bytes->items + bytes->n, v.p, v.n);
	bytes->n += v.n;
}

void bytes_put(struct bytes *bytes, int32_t code_point)
{
	bytes_reserve(bytes, 4);
	if (code_point < 0x80) {
		bytes->items[bytes->n++] = (char)code_point;
		return;
	}
	char coded[4];
	size_t n;
	text_put(coded, code_point, &n);
	memcpy(bytes->items + bytes->n, coded, n);
	bytes->n += n;
}

struct sv bytes_sv(const struct bytes *bytes)
{
	return (struct sv){ bytes->items, bytes->n };
}
