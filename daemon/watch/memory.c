/* The state of a source, from the owner and back. */
#include <string.h>

#include "entry.h"
#include "limit.h"

static void keep(char **owned, struct sv *view, struct sv v)
{
	char *copy = v.n ? strndup(v.p, v.n) : NULL;
	if (v.n && !copy)
		abort();
	free(*owned);
	*owned = copy;
	*view = copy ? sv_of(copy) : (struct sv){ 0 };
}

void memory_set_validators(struct memory *memory, struct sv etag, struct sv last_modified)
{
	/* One that is too long to be meant is not sent back: the next fetch is unconditional. */
	if (etag.n > LIMIT_VALIDATOR_BYTES)
		etag.n = 0;
	if (last_modified.n > LIMIT_VALIDATOR_BYTES)
		last_modified.n = 0;
	keep(&memory->etag, &memory->state.etag, etag);
	keep(&memory->last_modified, &memory->state.last_modified, last_modified);
}

void memory_set_error(struct memory *memory, struct sv text)
{
	keep(&memory->last_error, &memory->state.last_error, text);
}

void memory_load(struct entry *entry)
{
	struct watch *watch = entry->watch;
	struct memory *memory = &entry->memory;
	struct source_state state = { 0 };
	arena_reset(watch->scratch);
	watch->ops.load_state(watch->ops.ctx, entry->source, watch->scratch, &state);
	memory->state = state;
	memory->state.etag = memory->state.last_modified = memory->state.last_error = (struct sv){ 0 };
	memory_set_validators(memory, state.etag, state.last_modified);
	memory_set_error(memory, state.last_error);
}

void memory_save(struct entry *entry)
{
	struct watch *watch = entry->watch;
	watch->ops.save_state(watch->ops.ctx, entry->source, &entry->memory.state);
}

void memory_done(struct memory *memory)
{
	free(memory->etag);
	free(memory->last_modified);
	free(memory->last_error);
	*memory = (struct memory){ 0 };
}
