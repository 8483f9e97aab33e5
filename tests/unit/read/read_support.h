/* Reading of literals, for the tests of this layer. */
#ifndef READ_SUPPORT_H
#define READ_SUPPORT_H

#include "limit.h"
#include "read.h"

static inline struct arena *test_arena(void)
{
	return arena_new(LIMIT_READ_ARENA);
}

static inline enum status read_as(
	struct arena *arena, enum source_kind kind, const char *bytes, struct reading *out, struct error *err)
{
	struct snapshot snapshot = { .body = sv_of(bytes) };
	struct read_options options = { .kind = kind, .url = SV("https://news.example/section/") };
	return read_snapshot(arena, &snapshot, &options, out, err);
}

#define READ(kind, bytes)                                        \
	CLEANUP(arena_freep) struct arena *arena = test_arena(); \
	struct reading reading = { 0 };                          \
	struct error err = { 0 };                                \
	assert_ok(read_as(arena, kind, bytes, &reading, &err), err)

#endif
