/* Facts and sources in configuration syntax: any bytes, then what was read is written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(64 << 20);
	struct config_issues issues = { .arena = arena };
	struct fact_list facts, again;
	struct error err;
	struct sv text = { (const char *)bytes, n };
	if (config_read_facts(arena, text, "fuzz", &facts, &issues, &err))
		return 0;
	struct sv written = config_write_facts(arena, &facts);
	if (config_read_facts(arena, written, "again", &again, &issues, &err) || again.n != facts.n)
		abort();
	return 0;
}
