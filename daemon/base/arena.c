/* Blocks that double in size, bump allocation inside the newest. Under AddressSanitizer the unused tail of a
 * block is poisoned, so that an overrun inside the arena is caught. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#define GAP 16 /* between allocations, so that an overrun hits poison and not its neighbour */
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define GAP 0
#endif

enum { ALIGNMENT = 16, FIRST_BLOCK = 4096, BIGGEST_BLOCK = 1 << 20 };

struct block {
	struct block *older;
	size_t size, used;
	_Alignas(ALIGNMENT) char bytes[];
};

struct arena {
	struct block *newest;
	size_t max, used, next_size;
};

static void *must_alloc(size_t bytes)
{
	void *p = malloc(bytes);
	if (!p) {
		(void)fputs("policywatch: out of memory\n", stderr);
		abort();
	}
	return p;
}

struct arena *arena_new(size_t max_bytes)
{
	struct arena *arena = must_alloc(sizeof *arena);
	*arena = (struct arena){ .max = max_bytes, .next_size = FIRST_BLOCK };
	return arena;
}

static void free_blocks(struct block *block)
{
	while (block) {
		struct block *older = block->older;
		UNPOISON(block->bytes, block->size);
		free(block);
		block = older;
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena->newest);
	free(arena);
}

void arena_freep(struct arena **arena)
{
	arena_free(*arena);
}

void arena_reset(struct arena *arena)
{
	struct block *kept = arena->newest;
	if (kept) {
		free_blocks(kept->older);
		kept->older = NULL;
		kept->used = 0;
		POISON(kept->bytes, kept->size);
	}
	arena->used = 0;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

enum status arena_check(const struct arena *arena, struct error *err)
{
	if (arena->used <= arena->max)
		return OK;
	return error_set(err, E_LIMIT, "needs more than %zu bytes of memory", arena->max);
}

static void add_block(struct arena *arena, size_t at_least)
{
	size_t size = arena->next_size;
	while (size < at_least)
		size *= 2;
	if (arena->next_size < BIGGEST_BLOCK)
		arena->next_size *= 2;
	struct block *block = must_alloc(sizeof *block + size);
	*block = (struct block){ .older = arena->newest, .size = size };
	POISON(block->bytes, size);
	arena->newest = block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	size_t size;
	if (__builtin_add_overflow(bytes, (size_t)ALIGNMENT - 1 + GAP, &size) || arena->used > arena->max * 4) {
		(void)fputs("policywatch: arena far past its limit\n", stderr);
		abort();
	}
	size &= ~(size_t)(ALIGNMENT - 1);
	struct block *block = arena->newest;
	if (!block || block->size - block->used < size) {
		add_block(arena, size);
		block = arena->newest;
	}
	char *p = block->bytes + block->used;
	block->used += size;
	arena->used += size;
	UNPOISON(p, bytes);
	memset(p, 0, bytes);
	return p;
}

void *arena_alloc_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		bytes = SIZE_MAX; /* arena_alloc() refuses it */
	return arena_alloc(arena, bytes);
}

struct sv arena_sv(struct arena *arena, struct sv v)
{
	if (v.n == 0)
		return (struct sv){ "", 0 };
	char *copy = arena_alloc(arena, v.n);
	memcpy(copy, v.p, v.n);
	return (struct sv){ copy, v.n };
}

char *arena_cstr(struct arena *arena, struct sv v)
{
	char *copy = arena_alloc(arena, v.n + 1);
	if (v.n)
		memcpy(copy, v.p, v.n);
	return copy;
}

struct sv arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *text = arena_alloc(arena, (size_t)(n > 0 ? n : 0) + 1);
	if (n > 0)
		(void)vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return (struct sv){ text, n > 0 ? (size_t)n : 0 };
}

void *arena_grow(struct arena *arena, void *items, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	size_t more = *cap ? *cap * 2 : 8;
	void *bigger = arena_alloc_array(arena, more, size);
	if (n)
		memcpy(bigger, items, n * size);
	*cap = more;
	return bigger;
}

bool sv_list_eq(const struct sv_list *a, const struct sv_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!sv_eq(a->items[i], b->items[i]))
			return false;
	return true;
}
