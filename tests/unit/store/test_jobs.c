#include "store_test.h"

static void a_committed_event_is_read_back(void **state)
{
	struct fixture *f = *state;
	begin(f);
	struct event_slot slot = append(f, "fact/mx/troops/figure/");
	keep(f);
	commit(f);
	assert_int_equal(slot.seq, 1);
	assert_int_equal(head(f), 1);
	struct event_rows rows = { 0 };
	uint64_t scanned;
	assert_ok(store_events(f->store, f->arena, 1, SV(""), 10, 1 << 20, &rows, &scanned, &f->err), f->err);
	assert_int_equal(rows.n, 1);
	assert_sv(rows.items[0].record, "fact/mx/troops/figure/");
	assert_int_equal(scanned, 1);
}

static void what_is_not_committed_is_not_in_the_log(void **state)
{
	struct fixture *f = *state;
	begin(f);
	(void)append(f, "daemon/started/");
	keep(f);
	struct event_rows rows = { 0 };
	uint64_t scanned;
	assert_int_equal(head(f), 0);
	assert_int_equal(store_last_seq(f->store, SV("daemon/")), 0);
	assert_ok(store_events(f->store, f->arena, 1, SV(""), 10, 1 << 20, &rows, &scanned, &f->err), f->err);
	assert_int_equal(rows.n, 0);
	assert_true(store_is_dirty(f->store));
	reopen(f);
	assert_int_equal(head(f), 0);
}

static void jobs_gather_until_the_commit(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 100; i++) {
		begin(f);
		(void)append(f, "daemon/started/");
		keep(f);
	}
	assert_int_equal(head(f), 0);
	commit(f);
	assert_false(store_is_dirty(f->store));
	assert_int_equal(head(f), 100);
	reopen(f);
	assert_int_equal(head(f), 100);
}

static void a_discarded_job_gives_its_numbers_back(void **state)
{
	struct fixture *f = *state;
	begin(f);
	(void)append(f, "fact/mx/a/figure/");
	keep(f);
	begin(f);
	(void)append(f, "fact/mx/b/figure/");
	(void)append(f, "fact/us/c/status/");
	discard(f);
	begin(f);
	struct event_slot slot = append_at(f, "fact/us/c/status/", "second", 1000);
	keep(f);
	commit(f);
	assert_int_equal(slot.seq, 2);
	assert_int_equal(slot.prev[1], 1); /* fact/ */
	assert_int_equal(slot.prev[2], 0); /* fact/us/ */
	struct event_rows rows = { 0 };
	uint64_t scanned;
	assert_ok(store_events(f->store, f->arena, 1, SV(""), 10, 1 << 20, &rows, &scanned, &f->err), f->err);
	assert_int_equal(rows.n, 2);
	assert_sv(rows.items[1].record, "second");
}

static void a_discarded_job_leaves_the_kept_ones_alone(void **state)
{
	struct fixture *f = *state;
	struct source_state saved = { .etag = SV("kept"), .next_due = { 5 } }, other = { .etag = SV("lost") }, loaded;
	begin(f);
	assert_ok(store_source_save(f->store, SV("press"), &saved, &f->err), f->err);
	keep(f);
	begin(f);
	assert_ok(store_source_save(f->store, SV("press"), &other, &f->err), f->err);
	discard(f);
	commit(f);
	assert_ok(store_source_load(f->store, f->arena, SV("press"), &loaded, &f->err), f->err);
	assert_sv(loaded.etag, "kept");
	assert_int_equal(loaded.next_due.v, 5);
}

static void discarding_the_only_job_leaves_no_transaction_open(void **state)
{
	struct fixture *f = *state;
	begin(f);
	(void)append(f, "daemon/started/");
	discard(f);
	assert_false(store_is_dirty(f->store));
	assert_false(database_in_transaction(f->store->db));
}

static void writing_outside_a_job_is_refused(void **state)
{
	struct fixture *f = *state;
	struct source_state saved = { .etag = SV("x") };
	struct event_slot slot;
	assert_int_equal(store_source_save(f->store, SV("press"), &saved, &f->err), E_STORE);
	assert_int_equal(store_event_reserve(f->store, SV("daemon/started/"), &slot, &f->err), E_STORE);
	assert_string_equal(f->err.text, "written outside a job");
}

static void jobs_do_not_nest(void **state)
{
	struct fixture *f = *state;
	begin(f);
	assert_int_equal(store_job_begin(f->store, &f->err), E_STORE);
	assert_int_equal(store_commit(f->store, &f->err), E_STORE);
	discard(f);
	assert_int_equal(store_job_end(f->store, false, &f->err), E_STORE);
}

static void a_store_in_memory_works_alike(void **state)
{
	(void)state;
	struct fixture f = { 0 };
	assert_ok(store_open(":memory:", &f.store, &f.err), f.err);
	begin(&f);
	(void)append(&f, "daemon/started/");
	keep(&f);
	commit(&f);
	assert_int_equal(head(&f), 1);
	assert_true(store_bytes(f.store) > 0);
	store_close(f.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_committed_event_is_read_back),
		STORE_TEST(what_is_not_committed_is_not_in_the_log),
		STORE_TEST(jobs_gather_until_the_commit),
		STORE_TEST(a_discarded_job_gives_its_numbers_back),
		STORE_TEST(a_discarded_job_leaves_the_kept_ones_alone),
		STORE_TEST(discarding_the_only_job_leaves_no_transaction_open),
		STORE_TEST(writing_outside_a_job_is_refused),
		STORE_TEST(jobs_do_not_nest),
		cmocka_unit_test(a_store_in_memory_works_alike),
	};
	return RUN(tests);
}
