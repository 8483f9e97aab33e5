/* Old events go; what the numbers of the next one rest on stays, whenever the daemon is killed. */
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#include "store_test.h"

#define FOREVER_MS 100000

/* The topic of event n: rare ones, whose last event is soon trimmed, among busy ones. */
static const char *topic_of(uint64_t n)
{
	static const char *const rare[] = { "fact/once/x/new/", "document/old/added/", "fact/us/rare/status/" };
	static const char *const busy[] = { "fact/us/a/figure/", "fact/us/b/status/", "source/press/failing/" };
	return n <= 3 ? rare[n - 1] : n % 97 == 0 ? rare[2] : busy[n % 3];
}

static uint64_t last_of(const char *prefix, uint64_t head)
{
	uint64_t n = head;
	while (n && !sv_starts(sv_of(topic_of(n)), sv_of(prefix)))
		n--;
	return n;
}

static void add_events(struct fixture *f, int n)
{
	begin(f);
	for (int i = 0; i < n; i++) {
		uint64_t seq = events_last(f->store) + 1;
		char record[32];
		(void)snprintf(record, sizeof record, "record %d", (int)seq);
		assert_int_equal(append_at(f, topic_of(seq), record, (int64_t)seq * 10).seq, seq);
	}
	keep(f);
	commit(f);
}

static void trim(struct fixture *f, uint64_t before)
{
	uint64_t n = 1;
	while (n)
		assert_ok(store_events_trim(f->store, before, FOREVER_MS, &n, &f->err), f->err);
}

/* The log from oldest to head without a hole, and the numbers that the next events will carry. */
static void check(struct fixture *f)
{
	static const char *const prefixes[] = { "", "fact/", "fact/once/", "fact/once/x/new/", "document/", "fact/us/",
		"fact/us/rare/", "fact/us/a/figure/", "source/press/failing/", "none/" };
	struct log_position log = store_log(f->store);
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		assert_int_equal(store_last_seq(f->store, sv_of(prefixes[i])), last_of(prefixes[i], log.head));
	uint64_t scanned = 0, expected = log.head ? log.oldest : 1;
	for (uint64_t from = 1; from <= log.head; from = scanned + 1) {
		struct event_rows rows = { 0 };
		assert_ok(store_events(f->store, f->arena, from, SV(""), 1000, 1 << 20, &rows, &scanned, &f->err),
			f->err);
		for (size_t i = 0; i < rows.n; i++, expected++) {
			assert_int_equal(rows.items[i].seq, expected);
			assert_sv(rows.items[i].topic, topic_of(expected));
		}
	}
	if (log.head) /* else it was killed before its first event */
		assert_int_equal(expected, log.head + 1);
	arena_reset(f->arena);
}

static void check_slots(struct fixture *f)
{
	static const char *const topics[] = { "fact/once/x/new/", "fact/once/y/new/", "document/old/added/",
		"fact/us/rare/status/", "fact/us/a/figure/" };
	uint64_t top = head(f);
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
		struct event_slot slot;
		begin(f);
		assert_ok(store_event_reserve(f->store, sv_of(topics[i]), &slot, &f->err), f->err);
		discard(f);
		struct sv topic = sv_of(topics[i]);
		size_t level = 0;
		assert_int_equal(slot.prev[0], top);
		for (size_t k = 0; k < topic.n; k++) {
			char prefix[64];
			if (topic.p[k] != '/')
				continue;
			(void)snprintf(prefix, sizeof prefix, "%.*s", (int)k + 1, topic.p);
			assert_int_equal(slot.prev[++level], last_of(prefix, top));
		}
	}
}

static void the_next_event_knows_those_before_that_are_gone(void **state)
{
	struct fixture *f = *state;
	add_events(f, 500);
	trim(f, 400);
	assert_int_equal(store_log(f->store).oldest, 400);
	for (int turn = 0; turn < 2; turn++) {
		check(f);
		check_slots(f);
		reopen(f);
		assert_int_equal(store_log(f->store).oldest, 400);
		assert_int_equal(head(f), 500);
	}
}

/* Whether a piece ends before, at or after the number up to which last numbers are in the file. */
static void every_end_of_a_piece_is_right(void **state)
{
	struct fixture *f = *state;
	add_events(f, 10);
	trim(f, 5); /* saves up to 10 */
	assert_int_equal(f->store->topics_saved, 10);
	for (uint64_t before = 6; before < 40; before++) {
		add_events(f, 1);
		trim(f, before);
		assert_int_equal(store_log(f->store).oldest, before < head(f) ? before : head(f));
		assert_true(f->store->topics_saved + 1 >= store_log(f->store).oldest);
		check(f);
		reopen(f);
		check(f);
		check_slots(f);
	}
}

static void the_newest_event_stays(void **state)
{
	struct fixture *f = *state;
	uint64_t n = 9;
	assert_ok(store_events_trim(f->store, 100, FOREVER_MS, &n, &f->err), f->err);
	assert_int_equal(n, 0);
	add_events(f, 300);
	trim(f, UINT64_MAX);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(store_log(f->store).oldest, 300);
		assert_int_equal(head(f), 300);
		check(f);
		reopen(f);
	}
	add_events(f, 1);
	check(f);
}

static void a_piece_ends_when_its_time_is_over(void **state)
{
	struct fixture *f = *state;
	uint64_t n;
	add_events(f, 1000);
	assert_ok(store_events_trim(f->store, 1000, 0, &n, &f->err), f->err);
	assert_true(n > 0 && n < 999);
	assert_int_equal(store_log(f->store).oldest, n + 1);
	check(f);
}

static void times_are_found_in_what_is_left(void **state)
{
	struct fixture *f = *state;
	uint64_t seq;
	struct store_counts counts;
	add_events(f, 100);
	trim(f, 61);
	static const struct {
		int64_t at;
		uint64_t seq;
	} cases[] = { { INT64_MIN, 61 }, { 10, 61 }, { 610, 61 }, { 611, 62 }, { 1000, 100 }, { 1001, 101 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_ok(store_event_at(f->store, (struct wall_ms){ cases[i].at }, &seq, &f->err), f->err);
		assert_int_equal(seq, cases[i].seq);
	}
	assert_ok(store_counts(f->store, &counts, &f->err), f->err);
	assert_int_equal(counts.events, 40);
}

static void jobs_that_wait_come_first(void **state)
{
	struct fixture *f = *state;
	uint64_t n;
	add_events(f, 10);
	begin(f);
	assert_int_equal(store_events_trim(f->store, 5, FOREVER_MS, &n, &f->err), E_STORE);
	(void)append(f, "fact/us/a/figure/");
	keep(f);
	assert_int_equal(store_events_trim(f->store, 5, FOREVER_MS, &n, &f->err), E_STORE);
	commit(f);
	trim(f, 5);
}

/* An endless life of appending and trimming. */
static void live(const char *dir, int tell)
{
	struct fixture f = { 0 };
	f.arena = arena_new(64 << 20);
	if (store_open(dir, &f.store, &f.err))
		_exit(1);
	(void)!write(tell, "x", 1);
	for (unsigned i = 0;; i++) {
		struct error err;
		uint64_t n;
		if (store_job_begin(f.store, &err))
			_exit(1);
		for (unsigned k = 0; k <= i % 7; k++) {
			struct event_slot slot;
			struct sv topic = sv_of(topic_of(events_last(f.store) + 1));
			if (store_event_reserve(f.store, topic, &slot, &err) ||
				store_event_append(f.store, &slot, topic, (struct wall_ms){ 1 }, SV("r"), &err))
				_exit(1);
		}
		if (store_job_end(f.store, true, &err) || store_commit(f.store, &err))
			_exit(1);
		struct log_position log = store_log(f.store);
		uint64_t before = log.head > 3 * (i % 11) ? log.head - 3 * (i % 11) : 0;
		if (store_events_trim(f.store, before, 1, &n, &err))
			_exit(1);
	}
}

static void killed_at_any_moment_the_numbers_are_right(void **state)
{
	struct fixture *f = *state;
	for (int turn = 0; turn < 15; turn++) {
		int ends[2];
		char byte;
		store_close(f->store);
		f->store = NULL;
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0)
			live(f->dir, ends[1]);
		(void)close(ends[1]);
		assert_int_equal(read(ends[0], &byte, 1), 1);
		struct timespec moment = { .tv_nsec = 3000000L * (turn + 1) };
		(void)nanosleep(&moment, NULL); /* any moment will do */
		assert_int_equal(kill(child, SIGKILL), 0);
		int how;
		assert_int_equal(waitpid(child, &how, 0), child);
		assert_true(WIFSIGNALED(how));
		(void)close(ends[0]);
		assert_ok(store_open(f->dir, &f->store, &f->err), f->err);
		check(f);
		check_slots(f);
	}
	assert_true(store_log(f->store).oldest > 1);
}

static int interrupt(void *left)
{
	int *n = left;
	return --*n < 0;
}

/* SQLite fails in the middle: nothing is gone, or the store says that it must be opened anew. */
static void a_piece_that_fails_changes_nothing(void **state)
{
	struct fixture *f = *state;
	bool is_through = false;
	add_events(f, 200);
	for (int after = 1; !is_through; after += 1 + after / 3) {
		int left = after;
		uint64_t n, oldest = store_log(f->store).oldest;
		sqlite3_progress_handler(f->store->db, 1, interrupt, &left);
		is_through = store_events_trim(f->store, oldest + 30, FOREVER_MS, &n, &f->err) == OK;
		sqlite3_progress_handler(f->store->db, 0, NULL, NULL);
		if (f->store->is_failed || is_through)
			reopen(f);
		assert_int_equal(store_log(f->store).oldest, is_through ? oldest + 30 : oldest);
		check(f);
		check_slots(f);
		reopen(f);
		check(f);
	}
}

/* ---- cursors ---- */

static void cursors_come_back_as_they_were_put(void **state)
{
	struct fixture *f = *state;
	struct stored_cursor items[] = { { SV("mail"), 7, { 1000 } }, { SV("desk/chat"), 9, { 2000 } } };
	struct cursor_list list = { items, 2, 2 }, back;
	begin(f);
	assert_ok(store_cursors_put(f->store, &list, &f->err), f->err);
	keep(f);
	commit(f);
	reopen(f);
	assert_ok(store_cursors(f->store, f->arena, &back, &f->err), f->err);
	assert_int_equal(back.n, 2);
	assert_sv(back.items[0].name, "desk/chat");
	assert_int_equal(back.items[0].seq, 9);
	assert_int_equal(back.items[0].acked.v, 2000);
	list.n = 1;
	begin(f);
	assert_ok(store_cursors_put(f->store, &list, &f->err), f->err);
	keep(f);
	commit(f);
	assert_ok(store_cursors(f->store, f->arena, &back, &f->err), f->err);
	assert_int_equal(back.n, 1);
	assert_int_equal(store_cursors_put(f->store, &list, &f->err), E_STORE); /* outside a job */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(the_next_event_knows_those_before_that_are_gone),
		STORE_TEST(every_end_of_a_piece_is_right),
		STORE_TEST(the_newest_event_stays),
		STORE_TEST(a_piece_ends_when_its_time_is_over),
		STORE_TEST(times_are_found_in_what_is_left),
		STORE_TEST(jobs_that_wait_come_first),
		cmocka_unit_test_setup_teardown(killed_at_any_moment_the_numbers_are_right, setup_fast, teardown),
		cmocka_unit_test_setup_teardown(a_piece_that_fails_changes_nothing, setup_fast, teardown),
		STORE_TEST(cursors_come_back_as_they_were_put),
	};
	return RUN(tests);
}
