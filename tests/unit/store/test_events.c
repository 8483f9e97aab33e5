#include "store_test.h"

static struct event_rows read_from(struct fixture *f, uint64_t from, const char *prefix, size_t max, uint64_t *scanned)
{
	struct event_rows rows = { 0 };
	assert_ok(store_events(f->store, f->arena, from, sv_of(prefix), max, 1 << 20, &rows, scanned, &f->err), f->err);
	return rows;
}

/* Event n of a log in which topics take turns: mostly busy ones, now and then the rare one. */
static const char *topic_of(uint64_t n)
{
	static const char *const busy[] = { "fact/us/a/figure/", "fact/us/b/status/", "source/press/ok/",
		"fact/mx/c/new/" };
	return n % 50 == 0 ? "fact/rare/x/figure/" : busy[n % 4];
}

static void fill(struct fixture *f, uint64_t n)
{
	begin(f);
	for (uint64_t i = 1; i <= n; i++) {
		char record[32];
		(void)snprintf(record, sizeof record, "record %d", (int)i);
		(void)append_at(f, topic_of(i), record, (int64_t)i * 10);
	}
	keep(f);
	commit(f);
}

/* Pages through a prefix and compares every row with what was written. */
static void check_pages(struct fixture *f, const char *prefix, uint64_t from, size_t page)
{
	uint64_t expected = from, scanned = 0, top = head(f);
	for (uint64_t next = from; next <= top; next = scanned + 1) {
		struct event_rows rows = read_from(f, next, prefix, page, &scanned);
		assert_true(rows.n <= page && scanned >= next);
		for (size_t i = 0; i < rows.n; i++, expected++) {
			char record[32];
			while (!sv_starts(sv_of(topic_of(expected)), sv_of(prefix)))
				expected++;
			(void)snprintf(record, sizeof record, "record %d", (int)expected);
			assert_int_equal(rows.items[i].seq, expected);
			assert_sv(rows.items[i].topic, topic_of(expected));
			assert_sv(rows.items[i].record, record);
		}
	}
	while (expected <= top && !sv_starts(sv_of(topic_of(expected)), sv_of(prefix)))
		expected++;
	assert_int_equal(expected, top + 1);
	assert_int_equal(scanned, top);
}

static void previous_numbers_follow_each_level(void **state)
{
	struct fixture *f = *state;
	begin(f);
	(void)append(f, "fact/us/a/figure/");
	(void)append(f, "source/press/ok/");
	(void)append(f, "fact/mx/c/new/");
	struct event_slot slot = append(f, "fact/us/b/figure/");
	keep(f);
	commit(f);
	assert_int_equal(slot.nprev, 5);
	assert_int_equal(slot.prev[0], 3);
	assert_int_equal(slot.prev[1], 3);
	assert_int_equal(slot.prev[2], 1);
	assert_int_equal(slot.prev[3], 0);
	assert_int_equal(slot.prev[4], 0);
	assert_int_equal(slot.epoch, store_log(f->store).epoch);
}

static void previous_numbers_survive_a_restart(void **state)
{
	struct fixture *f = *state;
	fill(f, 120);
	uint64_t epoch = store_log(f->store).epoch;
	reopen(f);
	assert_int_equal(store_log(f->store).epoch, epoch);
	begin(f);
	struct event_slot slot = append(f, "fact/rare/x/status/");
	keep(f);
	commit(f);
	assert_int_equal(slot.seq, 121);
	assert_int_equal(slot.prev[0], 120);
	assert_int_equal(slot.prev[1], 120); /* 120 is fact/us/a */
	assert_int_equal(slot.prev[2], 100);
	assert_int_equal(slot.prev[3], 100);
	assert_int_equal(slot.prev[4], 0);
}

static void last_number_is_known_for_whole_levels(void **state)
{
	struct fixture *f = *state;
	fill(f, 120);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(store_last_seq(f->store, SV("")), 120);
		assert_int_equal(store_last_seq(f->store, SV("fact/")), 120);
		assert_int_equal(store_last_seq(f->store, SV("fact/rare/")), 100);
		assert_int_equal(store_last_seq(f->store, SV("source/press/ok/")), 118);
		assert_int_equal(store_last_seq(f->store, SV("fact/none/")), 0);
		reopen(f);
	}
}

static void reads_every_prefix_from_memory_and_from_disk_alike(void **state)
{
	struct fixture *f = *state;
	static const char *const prefixes[] = { "", "fact/", "fact/us/", "fact/rare/", "fact/rare/x/figure/",
		"source/press/", "fact/u", "none/" };
	fill(f, 3000);
	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
			check_pages(f, prefixes[i], 1, 1000);
			check_pages(f, prefixes[i], 1, 7);
			check_pages(f, prefixes[i], 2990, 7);
		}
		reopen(f); /* the records in memory are gone then */
	}
}

static void topics_under_a_prefix_are_picked_out_of_the_log(void **state)
{
	struct fixture *f = *state;
	begin(f);
	for (int i = 0; i < 12000; i++) {
		char topic[64];
		(void)snprintf(
			topic, sizeof topic, i % 4000 == 3999 ? "fact/late/f%d/new/" : "fact/us/f%d/new/", i % 100);
		(void)append(f, topic);
	}
	keep(f);
	commit(f);
	reopen(f);
	uint64_t scanned;
	struct event_rows rows = read_from(f, 1, "fact/us/", 1000, &scanned);
	assert_int_equal(rows.n, 1000);
	assert_int_equal(scanned, 1000);
	rows = read_from(f, 1, "fact/", 1000, &scanned);
	assert_int_equal(rows.n, 1000);
	rows = read_from(f, 1, "fact/late/", 1000, &scanned);
	assert_int_equal(rows.n, 3);
	assert_int_equal(rows.items[2].seq, 12000);
	assert_int_equal(scanned, 12000);
}

/* One call looks at a piece of the log only; the caller goes on from *scanned. */
static void a_rare_prefix_is_found_in_several_calls(void **state)
{
	struct fixture *f = *state;
	begin(f);
	for (int i = 0; i < 45000; i++)
		(void)append(f, i == 44000 ? "fact/rare/x/new/" : "fact/us/a/figure/");
	keep(f);
	commit(f);
	reopen(f);
	uint64_t scanned = 0, calls = 0, found = 0;
	while (scanned < head(f)) {
		struct event_rows rows = read_from(f, scanned + 1, "fact/rare/", 10, &scanned);
		calls++;
		if (rows.n)
			found = rows.items[0].seq;
	}
	assert_int_equal(found, 44001);
	assert_true(calls > 1 && calls < 10);
}

static void last_numbers_of_a_long_log_survive_a_restart(void **state)
{
	struct fixture *f = *state;
	begin(f);
	(void)append(f, "fact/rare/x/new/");
	for (int i = 0; i < 11000; i++)
		(void)append(f, "fact/us/a/figure/");
	keep(f);
	commit(f);
	begin(f);
	(void)append(f, "fact/us/b/figure/");
	keep(f);
	commit(f);
	reopen(f);
	assert_true(f->store->topics_saved > 1);
	assert_int_equal(store_last_seq(f->store, SV("fact/rare/x/new/")), 1);
	assert_int_equal(store_last_seq(f->store, SV("fact/us/a/")), 11001);
	assert_int_equal(store_last_seq(f->store, SV("fact/us/")), 11002);
	assert_int_equal(store_last_seq(f->store, SV("")), 11002);
}

static void a_page_ends_at_its_bytes(void **state)
{
	struct fixture *f = *state;
	char big[1001] = { 0 };
	memset(big, 'x', 1000);
	begin(f);
	for (int i = 0; i < 20; i++)
		(void)append_at(f, "daemon/started/", big, 1);
	keep(f);
	commit(f);
	for (int turn = 0; turn < 2; turn++) {
		struct event_rows rows = { 0 };
		uint64_t scanned;
		assert_ok(store_events(f->store, f->arena, 1, SV(""), 100, 5100, &rows, &scanned, &f->err), f->err);
		assert_int_equal(rows.n, 5);
		assert_int_equal(scanned, 5);
		assert_ok(
			store_events(f->store, f->arena, 6, SV("daemon/"), 100, 10, &rows, &scanned, &f->err), f->err);
		assert_int_equal(rows.n, 1); /* one always fits, or nobody could go on */
		assert_int_equal(scanned, 6);
		reopen(f);
	}
}

static void reading_past_the_head_gives_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t scanned = 99;
	assert_int_equal(read_from(f, 1, "", 10, &scanned).n, 0);
	assert_int_equal(scanned, 0);
	fill(f, 3);
	assert_int_equal(read_from(f, 4, "", 10, &scanned).n, 0);
	assert_int_equal(scanned, 3);
	assert_int_equal(read_from(f, 0, "", 10, &scanned).n, 3);
}

static void reading_stops_before_what_is_not_committed(void **state)
{
	struct fixture *f = *state;
	uint64_t scanned;
	fill(f, 3);
	reopen(f);
	begin(f);
	(void)append(f, "fact/us/a/figure/");
	keep(f);
	struct event_rows rows = read_from(f, 1, "", 10, &scanned);
	assert_int_equal(rows.n, 3);
	assert_int_equal(scanned, 3);
}

static void the_first_event_at_a_time_is_found(void **state)
{
	struct fixture *f = *state;
	uint64_t seq;
	assert_ok(store_event_at(f->store, (struct wall_ms){ 5 }, &seq, &f->err), f->err);
	assert_int_equal(seq, 1);
	fill(f, 100);
	static const struct {
		int64_t at;
		uint64_t seq;
	} cases[] = { { INT64_MIN, 1 }, { 0, 1 }, { 10, 1 }, { 11, 2 }, { 500, 50 }, { 501, 51 }, { 1000, 100 },
		{ 1001, 101 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_ok(store_event_at(f->store, (struct wall_ms){ cases[i].at }, &seq, &f->err), f->err);
		assert_int_equal(seq, cases[i].seq);
	}
}

static void time_is_found_although_the_clock_stepped_back(void **state)
{
	struct fixture *f = *state;
	static const int64_t times[] = { 100, 200, 50, 60, 300 };
	uint64_t seq;
	begin(f);
	for (size_t i = 0; i < 5; i++)
		(void)append_at(f, "daemon/started/", "x", times[i]);
	keep(f);
	commit(f);
	assert_ok(store_event_at(f->store, (struct wall_ms){ 150 }, &seq, &f->err), f->err);
	assert_int_equal(seq, 2);
	assert_ok(store_event_at(f->store, (struct wall_ms){ 250 }, &seq, &f->err), f->err);
	assert_int_equal(seq, 5);
}

static void refuses_what_is_no_topic(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = { "", "/", "fact", "fact//x/", "/fact/", "fact/a b/", "fact/\xc3\xa9/",
		"1/2/3/4/5/6/7/8/9/" };
	struct event_slot slot;
	begin(f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(store_event_reserve(f->store, sv_of(bad[i]), &slot, &f->err), E_FORMAT);
	assert_ok(store_event_reserve(f->store, SV("1/2/3/4/5/6/7/8/"), &slot, &f->err), f->err);
	assert_int_equal(slot.nprev, 9);
	discard(f);
}

static void refuses_a_slot_that_was_not_reserved_last(void **state)
{
	struct fixture *f = *state;
	struct event_slot slot;
	begin(f);
	assert_ok(store_event_reserve(f->store, SV("daemon/a/"), &slot, &f->err), f->err);
	(void)append(f, "daemon/b/");
	assert_int_equal(
		store_event_append(f->store, &slot, SV("daemon/a/"), (struct wall_ms){ 1 }, SV("x"), &f->err), E_STORE);
	discard(f);
}

static void a_burst_larger_than_memory_is_read_from_disk(void **state)
{
	struct fixture *f = *state;
	char big[60001] = { 0 };
	memset(big, 'x', 60000);
	begin(f);
	for (int i = 0; i < 100; i++)
		(void)append_at(f, "daemon/started/", big, i);
	keep(f);
	commit(f);
	begin(f);
	(void)append(f, "daemon/stopping/"); /* what was committed before may go now */
	assert_true(f->store->recent.bytes <= RECENT_BYTES);
	discard(f);
	uint64_t scanned = 0, n = 0;
	for (uint64_t next = 1; next <= 100; next = scanned + 1)
		n += read_from(f, next, "", 1000, &scanned).n;
	assert_int_equal(n, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(previous_numbers_follow_each_level),
		STORE_TEST(previous_numbers_survive_a_restart),
		STORE_TEST(last_number_is_known_for_whole_levels),
		STORE_TEST(reads_every_prefix_from_memory_and_from_disk_alike),
		STORE_TEST(topics_under_a_prefix_are_picked_out_of_the_log),
		STORE_TEST(a_rare_prefix_is_found_in_several_calls),
		STORE_TEST(last_numbers_of_a_long_log_survive_a_restart),
		STORE_TEST(a_page_ends_at_its_bytes),
		STORE_TEST(reading_past_the_head_gives_nothing),
		STORE_TEST(reading_stops_before_what_is_not_committed),
		STORE_TEST(the_first_event_at_a_time_is_found),
		STORE_TEST(time_is_found_although_the_clock_stepped_back),
		STORE_TEST(refuses_what_is_no_topic),
		STORE_TEST(refuses_a_slot_that_was_not_reserved_last),
		STORE_TEST(a_burst_larger_than_memory_is_read_from_disk),
	};
	return RUN(tests);
}
