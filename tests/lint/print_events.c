/* Prints one event of each kind, a line each, for the check against the schema; the last is longer than an event may be. */
#include <stdio.h>

#include "arena.h"
#include "encode.h"
#include "sample_events.h"

int main(void)
{
	struct arena *arena = arena_new(256u << 20);
	struct event events[SAMPLE_EVENTS + 1];
	sample_events(arena, events);
	events[SAMPLE_EVENTS] = sample_monster(arena);
	for (size_t i = 0; i <= SAMPLE_EVENTS; i++) {
		struct sv json = encode_event(arena, &events[i], SV("policywatchd/test"), 0x1122334455667788u, i + 1);
		(void)printf("%.*s\n", SV_ARG(json));
	}
	arena_free(arena);
	return 0;
}
