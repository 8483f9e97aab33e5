/* What is read can be written, and what was written reads back the same. */
#include <assert.h>

#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 30);
	struct json_t *value = NULL, *again = NULL;
	struct error err;
	if (json_read((struct sv){ (const char *)bytes, n }, &value, &err))
		return 0;
	struct sv first = json_write(arena, value);
	if (json_read(first, &again, &err) == OK) {
		assert(sv_eq(first, json_write(arena, again)));
		json_free(again);
	}
	(void)json_write_pretty(arena, value);
	struct json_t *text = json_new_text((struct sv){ (const char *)bytes, n });
	assert(json_is_text(text));
	json_free(text);
	json_free(value);
	return 0;
}
