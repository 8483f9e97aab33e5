/* Bytes that grow in an arena. Inside this layer only. */
#ifndef TEXT_BYTES_H
#define TEXT_BYTES_H

#include "arena.h"

struct bytes {
	struct arena *arena;
	char *items;
	size_t n, cap;
};

struct bytes bytes_in(struct arena *arena, size_t expected);
void bytes_reserve(struct bytes *bytes, size_t more);
void bytes_add(struct bytes *bytes, struct sv v);
void bytes_put(struct bytes *bytes, int32_t code_point); /* as UTF-8 */
struct sv bytes_sv(const struct bytes *bytes);

#endif
