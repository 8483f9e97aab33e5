/* What the fuzzers of reading share: the whole way from bytes to statements, and what must hold at its end. */
#ifndef FUZZ_READ_H
#define FUZZ_READ_H

#include <assert.h>
#include <stdlib.h>

#include "limit.h"
#include "read.h"
#include "unicode.h"

static inline void check_statement(const struct document *document, const struct statement *s)
{
	if (s->text.n == 0 || !text_is_utf8(s->text) || !text_is_utf8(s->speaker))
		abort();
	if (s->prefix.n > LIMIT_CONTEXT_BYTES || s->suffix.n > LIMIT_CONTEXT_BYTES || !text_is_utf8(s->prefix) ||
		!text_is_utf8(s->suffix))
		abort();
	if (!s->is_heading && !sv_eq(sv_slice(document->text, s->place.from, s->place.to), s->text))
		abort();
}

static inline void fuzz_read(const uint8_t *bytes, size_t n, enum source_kind kind, struct sv selector)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(LIMIT_READ_ARENA);
	struct snapshot snapshot = { .body = { (const char *)bytes, n } };
	struct read_options options = { .kind = kind, .url = SV("https://h.example/d/f?q"), .selector = selector };
	struct reading reading = { 0 };
	struct error err = { 0 };
	if (read_snapshot(arena, &snapshot, &options, &reading, &err))
		return;
	for (size_t i = 0; i < reading.documents.n; i++) {
		struct document *d = &reading.documents.items[i];
		if (!d->key.n || !text_is_utf8(d->key) || !text_is_utf8(d->url) || !text_is_utf8(d->title) ||
			!text_is_utf8(d->author) || !text_is_utf8(d->text))
			abort();
		if (read_statements(arena, d, &err))
			return;
		for (size_t k = 0; k < d->statements.n; k++)
			check_statement(d, &d->statements.items[k]);
	}
}

#endif
