/* URLs and Content-Type headers, as they come from feeds and servers. */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "location.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct sv input = { (const char *)bytes, n };
	struct arena *arena = arena_new(1u << 24);
	struct error err;
	char *path = NULL, *again = NULL;
	struct sv media_type, charset;
	(void)location_host(arena, input);
	struct sv clean = location_without_secrets(arena, input);
	/* What is clean stays as it is. */
	if (!sv_eq(location_without_secrets(arena, clean), clean))
		abort();
	answer_media_type(arena, input, &media_type, &charset);
	if (!location_to_path(arena, input, &path, &err)) {
		/* A path becomes a URL that names the same path. */
		if (path[0] != '/' || location_to_path(arena, location_of_path(arena, path), &again, &err) ||
			strcmp(path, again) != 0)
			abort();
	}
	arena_free(arena);
	return 0;
}
