/* SQLite that fails at a chosen moment: on a disk that is full, or in the middle of any statement. Whatever
 * fails, memory and file must agree afterwards, and nothing may be half written. */
#include <sqlite3.h>
#include <sys/mount.h>

#include "store_test.h"

static int interrupt(void *left)
{
	int *n = left;
	return --*n < 0;
}

/* After n more instructions of SQLite's machine every statement fails. */
static void fail_after(struct fixture *f, int *n)
{
	sqlite3_progress_handler(f->store->db, 1, interrupt, n);
}

static void heal(struct fixture *f)
{
	sqlite3_progress_handler(f->store->db, 0, NULL, NULL);
}

/* One of everything that a document leads to. */
static enum status write_all(struct store *store, size_t text_bytes, struct error *err)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(64 << 20);
	char *noise = arena_alloc(arena, text_bytes + 1);
	uint64_t x = 1; /* noise that zstd finds no pattern in */
	for (size_t i = 0; i < text_bytes; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		noise[i] = (char)('!' + (x >> 33) % 90);
	}
	struct event_slot slot;
	struct source_state state = { .etag = SV("e") };
	struct statement statement = { .text = SV("A sentence.") };
	struct document document = {
		.key = SV("a"), .text = { noise, text_bytes }, .statements = { &statement, 1, 1 }
	};
	struct stored_document stored = { 0 };
	struct fact_entry entry = { .fact = { .id = SV("b.x"), .beat = SV("b") }, .origin = SV("press") };
	struct sighting sighting = { .fact_id = SV("b.x"), .source = SV("press"), .statement = statement.text };
	bool is_new;
	uint32_t count;
	enum status st = store_source_save(store, SV("press"), &state, err);
	if (!st)
		st = store_document_put(store, SV("press"), &document, SV("d"), (struct wall_ms){ 1 }, &stored, err);
	if (!st)
		st = store_event_reserve(store, SV("fact/b/x/new/"), &slot, err);
	if (!st)
		st = store_fact_put(store, &entry, err);
	sighting.document = stored.id;
	if (!st)
		st = store_sighting_add(store, &sighting, &is_new, &count, err);
	if (!st)
		st = store_event_append(store, &slot, SV("fact/b/x/new/"), (struct wall_ms){ 1 }, SV("record"), err);
	return st;
}

static int64_t rows_of(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	assert_ok(database_number(f->store->db, sql, &n, &f->err), f->err);
	return n;
}

/* n jobs of write_all() were committed, and nothing else. */
static void assert_holds(struct fixture *f, int n)
{
	struct store_counts counts;
	assert_int_equal(head(f), n);
	assert_int_equal(store_last_seq(f->store, SV("fact/b/")), n);
	assert_ok(store_counts(f->store, &counts, &f->err), f->err);
	assert_int_equal(counts.versions, n);
	assert_int_equal(counts.events, n);
	assert_int_equal(counts.facts, n > 0);
	assert_int_equal(counts.documents, n > 0);
	assert_int_equal(rows_of(f, "SELECT count(*) FROM event"), n);
	assert_int_equal(rows_of(f, "SELECT count(*) FROM version"), n);
	assert_int_equal(rows_of(f, "SELECT count(*) FROM statement"), n > 0);
	assert_int_equal(rows_of(f, "SELECT count(*) FROM fact_history"), n);
	assert_int_equal(rows_of(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(counts.sightings, rows_of(f, "SELECT count(*) FROM sighting"));
}

static enum status whole_job(struct fixture *f)
{
	enum status st = store_job_begin(f->store, &f->err);
	if (st)
		return st;
	st = write_all(f->store, 100, &f->err);
	if (!st)
		return store_job_end(f->store, true, &f->err);
	struct error second;
	enum status ended = store_job_end(f->store, false, &second);
	return ended ? ended : st;
}

/* After a failure that was told, only opening anew says whether the last commit came to be: all of it or nothing. */
static int find_out(struct fixture *f, int before, int kept)
{
	reopen(f);
	assert_true(head(f) == (uint64_t)before || head(f) == (uint64_t)(before + kept));
	return (int)head(f);
}

/* Of one job in a transaction of its own, at every instruction: it happens or it does not, and a discarded one
 * does no harm to what comes later. */
static void a_statement_that_fails_takes_only_its_job(void **state)
{
	struct fixture *f = *state;
	int done = 0;
	for (int at = 0; done < 2; at++) {
		int left = at;
		fail_after(f, &left);
		enum status st = whole_job(f);
		if (!st)
			st = store_commit(f->store, &f->err);
		heal(f);
		done += st == OK;
		if (f->store->is_failed)
			done = find_out(f, done, 1);
		assert_holds(f, done);
		assert_false(store_is_dirty(f->store));
		assert_true(at < 20000);
	}
}

/* With a kept job before it in the same transaction: both are there or none, never one without a word. */
static void kept_jobs_are_never_lost_silently(void **state)
{
	struct fixture *f = *state;
	int committed = 0;
	for (int at = 0; at < 3000; at += 37) {
		int left = at;
		assert_ok(whole_job(f), f->err);
		fail_after(f, &left);
		enum status st = whole_job(f);
		heal(f);
		int kept = 1 + (st == OK);
		if (!store_commit(f->store, &f->err))
			committed += kept;
		else
			committed = find_out(f, committed, kept);
		assert_holds(f, committed);
	}
	assert_true(committed > 0);
}

static void a_store_that_lost_jobs_says_why_until_it_is_reopened(void **state)
{
	struct fixture *f = *state;
	char pragma[64];
	assert_ok(whole_job(f), f->err);
	(void)snprintf(
		pragma, sizeof pragma, "PRAGMA max_page_count = %lld", (long long)rows_of(f, "PRAGMA page_count") + 2);
	assert_ok(database_exec(f->store->db, pragma, &f->err), f->err);
	begin(f);
	assert_int_equal(write_all(f->store, 100000, &f->err), E_STORE);
	assert_non_null(strstr(f->err.text, "disk full"));
	assert_int_equal(store_job_end(f->store, false, &f->err), E_STORE);
	assert_int_equal(store_job_begin(f->store, &f->err), E_STORE);
	assert_int_equal(store_commit(f->store, &f->err), E_STORE);
	assert_non_null(strstr(f->err.text, "must be opened anew"));
	assert_holds(f, 0);
	reopen(f);
	assert_holds(f, 0);
}

static void a_full_disk_fails_the_job_that_met_it_and_no_other(void **state)
{
	struct fixture *f = *state;
	char pragma[64];
	assert_ok(whole_job(f), f->err);
	commit(f);
	(void)snprintf(
		pragma, sizeof pragma, "PRAGMA max_page_count = %lld", (long long)rows_of(f, "PRAGMA page_count") + 2);
	assert_ok(database_exec(f->store->db, pragma, &f->err), f->err);
	begin(f);
	assert_int_equal(write_all(f->store, 100000, &f->err), E_STORE);
	assert_non_null(strstr(f->err.text, "disk full"));
	assert_int_equal(store_commit(f->store, &f->err), E_STORE);
	discard(f);
	assert_holds(f, 1);
	assert_ok(database_exec(f->store->db, "PRAGMA max_page_count = 100000", &f->err), f->err);
	assert_ok(whole_job(f), f->err);
	commit(f);
	assert_holds(f, 2);
}

/* A file system of 2 MiB; needs the right to mount one. */
static void a_file_system_that_is_full_is_survived(void **state)
{
	struct fixture *f = *state;
	char dir[128];
	(void)snprintf(dir, sizeof dir, "%s/small", f->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	if (mount("none", dir, "tmpfs", 0, "size=2m") != 0)
		skip();
	struct fixture small = { .arena = f->arena };
	enum status st = store_open(dir, &small.store, &small.err);
	int done = 0;
	while (!st && done < 1000) {
		st = whole_job(&small);
		if (!st)
			st = store_commit(small.store, &small.err);
		done += st == OK;
	}
	struct error full = small.err;
	store_close(small.store);
	enum status again = store_open(dir, &small.store, &small.err);
	uint64_t kept = again ? 0 : head(&small);
	if (!again)
		store_close(small.store);
	assert_int_equal(umount2(dir, MNT_DETACH), 0);
	assert_int_equal(st, E_STORE);
	assert_non_null(strstr(full.text, "disk full"));
	assert_ok(again, small.err);
	assert_true(done > 0);
	assert_int_equal(kept, done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_statement_that_fails_takes_only_its_job, setup_fast, teardown),
		cmocka_unit_test_setup_teardown(kept_jobs_are_never_lost_silently, setup_fast, teardown),
		STORE_TEST(a_store_that_lost_jobs_says_why_until_it_is_reopened),
		STORE_TEST(a_full_disk_fails_the_job_that_met_it_and_no_other),
		STORE_TEST(a_file_system_that_is_full_is_survived),
	};
	return RUN(tests);
}
