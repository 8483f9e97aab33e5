#include <stdlib.h>
#include <zstd.h>

#include "store_internal.h"

enum { LEVEL = 3 }; /* zstd's default */

struct sv compress(struct arena *arena, struct sv text)
{
	size_t room = ZSTD_compressBound(text.n);
	char *packed = arena_alloc(arena, room);
	size_t n = ZSTD_compress(packed, room, text.n ? text.p : "", text.n, LEVEL);
	if (ZSTD_isError(n)) /* with room enough only memory can be missing */
		abort();
	return (struct sv){ packed, n };
}

enum status decompress(struct arena *arena, struct sv packed, struct sv *out, struct error *err)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
	if (size > LIMIT_READ_ARENA) /* unknown and error are greater as well */
		return error_set(err, E_STORE, "is damaged: the text's size is not believable");
	char *text = arena_alloc(arena, (size_t)size + 1);
	size_t n = ZSTD_decompress(text, (size_t)size, packed.p, packed.n);
	if (ZSTD_isError(n) || n != size)
		return error_set(err, E_STORE, "is damaged: the text does not unpack");
	*out = (struct sv){ text, n };
	return OK;
}
