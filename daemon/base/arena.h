/* An arena: memory for one job, freed at once.
 *
 * Everything that belongs to one document (or one configuration) is allocated here and nobody frees the
 * parts. Costs: a long-lived arena only grows. Allocation never returns NULL: exhausted memory aborts (the
 * store is transactional, the service manager restarts us). Past its cap an arena still serves, but
 * arena_check() then says E_LIMIT: every loop over outside input asks it once an item. An arena past four
 * times its cap aborts, as a loop that does not ask is a bug. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "error.h"
#include "sv.h"

struct arena;

struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *arena); /* NULL is fine */
void arena_freep(struct arena **arena);
/* Empties it for the next job and keeps one block. */
void arena_reset(struct arena *arena);
size_t arena_used(const struct arena *arena);
enum status arena_check(const struct arena *arena, struct error *err);

void *arena_alloc(struct arena *arena, size_t bytes); /* zeroed, aligned for any type */
#define arena_new_of(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_alloc_array(arena, n, sizeof(type)))
void *arena_alloc_array(struct arena *arena, size_t n, size_t size);

struct sv arena_sv(struct arena *arena, struct sv v); /* a copy */
char *arena_cstr(struct arena *arena, struct sv v);   /* a NUL-terminated copy */
struct sv arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Growing lists. A list is any struct with members { T *items; size_t n, cap; }, zero to begin with.
 *	struct quantity *q = list_push(arena, &statement->quantities);
 * gives a zeroed new last item. Earlier item pointers die with a push. */
void *arena_grow(struct arena *arena, void *items, size_t n, size_t *cap, size_t size);
#define list_push(arena, list)                                                                             \
	((list)->items = arena_grow(arena, (list)->items, (list)->n, &(list)->cap, sizeof *(list)->items), \
		&(list)->items[(list)->n++])

struct sv_list {
	struct sv *items;
	size_t n, cap;
};
bool sv_list_eq(const struct sv_list *a, const struct sv_list *b); /* the same views in the same order */

/* CLEANUP(arena_freep) struct arena *a = arena_new(...); frees at the end of the scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))

#endif
