/* A store in a folder of its own that goes with the test, and the few things that most tests write. */
#ifndef STORE_STORE_TEST_H
#define STORE_STORE_TEST_H

/* clang-format off */
#include "test.h"
/* clang-format on */
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "store_internal.h"

struct fixture {
	char dir[64];
	struct store *store;
	struct arena *arena;
	struct error err;
};

static inline int setup_under(const char *parent, void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	(void)snprintf(f->dir, sizeof f->dir, "%s/pw-store-XXXXXX", parent);
	if (!mkdtemp(f->dir) || store_open(f->dir, &f->store, &f->err))
		return -1;
	f->arena = arena_new(64 << 20);
	*state = f;
	return 0;
}

static inline int setup(void **state)
{
	return setup_under("/tmp", state);
}

/* In memory where that can be had, for tests that open the store a thousand times. */
static inline int setup_fast(void **state)
{
	return setup_under(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", state);
}

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	store_close(f->store);
	arena_free(f->arena);
	(void)nftw(f->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static inline void reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
	assert_ok(store_open(f->dir, &f->store, &f->err), f->err);
}

static inline void begin(struct fixture *f)
{
	assert_ok(store_job_begin(f->store, &f->err), f->err);
}

static inline void keep(struct fixture *f)
{
	assert_ok(store_job_end(f->store, true, &f->err), f->err);
}

static inline void discard(struct fixture *f)
{
	assert_ok(store_job_end(f->store, false, &f->err), f->err);
}

static inline void commit(struct fixture *f)
{
	assert_ok(store_commit(f->store, &f->err), f->err);
}

/* An event inside the open job. */
static inline struct event_slot append_at(struct fixture *f, const char *topic, const char *record, int64_t recorded)
{
	struct event_slot slot;
	assert_ok(store_event_reserve(f->store, sv_of(topic), &slot, &f->err), f->err);
	assert_ok(
		store_event_append(f->store, &slot, sv_of(topic), (struct wall_ms){ recorded }, sv_of(record), &f->err),
		f->err);
	return slot;
}

static inline struct event_slot append(struct fixture *f, const char *topic)
{
	return append_at(f, topic, topic, 1000);
}

static inline uint64_t head(const struct fixture *f)
{
	return store_log(f->store).head;
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
