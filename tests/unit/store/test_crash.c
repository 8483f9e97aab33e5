/* Daemons that are killed at a chosen moment, and what the next one finds. */
#include <signal.h>
#include <sys/wait.h>

#include "store_test.h"

enum moment { AFTER_JOB, AFTER_COMMIT, IN_THE_NEXT_JOB };

static void write_one(struct store *store, int n, struct error *err)
{
	struct event_slot slot;
	struct source_state state = { .failures = n };
	struct document document = { .key = SV("a"), .text = SV("text") };
	struct stored_document stored;
	struct fact_entry entry = { .fact = { .id = SV("b.x"), .beat = SV("b"), .text = SV("X") } };
	bool ok = !store_event_reserve(store, SV("fact/b/x/figure/"), &slot, err) &&
		!store_event_append(store, &slot, SV("fact/b/x/figure/"), (struct wall_ms){ n }, SV("record"), err) &&
		!store_source_save(store, SV("press"), &state, err) &&
		!store_document_put(store, SV("press"), &document, SV("d"), (struct wall_ms){ n }, &stored, err) &&
		!store_fact_put(store, &entry, err);
	if (!ok)
		_exit(1);
}

/* Never returns: says that the moment has come and waits for its end. */
static void live(const char *dir, enum moment moment, int tell)
{
	struct store *store;
	struct error err;
	if (store_open(dir, &store, &err))
		_exit(1);
	for (int i = 1; i <= 10; i++) {
		if (store_job_begin(store, &err))
			_exit(1);
		write_one(store, i, &err);
		if (store_job_end(store, true, &err))
			_exit(1);
	}
	if (moment != AFTER_JOB && store_commit(store, &err))
		_exit(1);
	if (moment == IN_THE_NEXT_JOB) {
		if (store_job_begin(store, &err))
			_exit(1);
		write_one(store, 11, &err);
	}
	(void)!write(tell, "x", 1);
	for (;;)
		(void)pause();
}

static void kill_at(struct fixture *f, enum moment moment)
{
	int ends[2];
	char byte;
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0)
		live(f->dir, moment, ends[1]);
	(void)close(ends[1]);
	ssize_t n = read(ends[0], &byte, 1); /* 0: it failed */
	(void)close(ends[0]);
	(void)kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(n, 1);
	assert_ok(store_open(f->dir, &f->store, &f->err), f->err);
}

static void assert_holds(struct fixture *f, int n)
{
	struct source_state state;
	struct store_counts counts;
	struct fact fact;
	assert_int_equal(head(f), n);
	assert_int_equal(store_last_seq(f->store, SV("fact/b/")), n);
	assert_ok(store_source_load(f->store, f->arena, SV("press"), &state, &f->err), f->err);
	assert_int_equal(state.failures, n);
	assert_ok(store_counts(f->store, &counts, &f->err), f->err);
	assert_int_equal(counts.versions, n);
	assert_int_equal(counts.facts, n > 0);
	enum status st = store_fact_find(f->store, f->arena, SV("b.x"), &fact, &f->err);
	assert_int_equal(st, n ? OK : E_NOT_FOUND);
}

static void killed_before_the_commit_nothing_was_written(void **state)
{
	struct fixture *f = *state;
	kill_at(f, AFTER_JOB);
	assert_holds(f, 0);
}

static void killed_after_the_commit_everything_is_there(void **state)
{
	struct fixture *f = *state;
	kill_at(f, AFTER_COMMIT);
	assert_holds(f, 10);
}

static void killed_in_a_job_only_what_was_committed_is_there(void **state)
{
	struct fixture *f = *state;
	kill_at(f, IN_THE_NEXT_JOB);
	assert_holds(f, 10);
	begin(f);
	assert_int_equal(append(f, "fact/b/x/figure/").seq, 11);
	keep(f);
	commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(killed_before_the_commit_nothing_was_written),
		STORE_TEST(killed_after_the_commit_everything_is_there),
		STORE_TEST(killed_in_a_job_only_what_was_committed_is_there),
	};
	return RUN(tests);
}
