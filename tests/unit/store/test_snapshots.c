#include "store_test.h"

#define FACTS 40

/* Everything a commit does: each fact stands at the number of the event that goes with it. */
static void commit_all(struct fixture *f)
{
	begin(f);
	struct event_slot slot = append(f, "fact/us/all/figure/");
	for (int i = 0; i < FACTS; i++) {
		struct fact_entry entry = { .recorded = { 1 }, .said = { 2 }, .origin = SV("press"), .seq = slot.seq };
		entry.fact = (struct fact){ .beat = SV("us"), .kind = FACT_FIGURE, .status = STATUS_IN_FORCE };
		entry.fact.id = arena_printf(f->arena, "us.fact-%02d", i);
		entry.fact.figure = (struct figure){ .is_set = true, .value = (double)slot.seq };
		entry.statement = SV("They said so.");
		assert_ok(store_fact_put(f->store, &entry, &f->err), f->err);
	}
	keep(f);
	commit(f);
}

static struct store_snapshot *open_snapshot(struct fixture *f)
{
	struct store_snapshot *snapshot;
	assert_ok(store_snapshot_open(f->store, &snapshot, &f->err), f->err);
	return snapshot;
}

struct page {
	size_t n, max;
	double value; /* of the last one */
	uint32_t sightings;
	char first[128], last[128];
	bool differs; /* from `value` */
};

static bool on_fact(void *ctx, const struct fact_entry *standing, uint32_t sightings)
{
	struct page *page = ctx;
	if (page->n == page->max)
		return false;
	if (page->n == 0)
		(void)snprintf(page->first, sizeof page->first, "%.*s", SV_ARG(standing->fact.id));
	(void)snprintf(page->last, sizeof page->last, "%.*s", SV_ARG(standing->fact.id));
	double value = standing->fact.figure.value;
	page->differs |= page->n && (value < page->value || value > page->value);
	page->value = value;
	page->sightings = sightings;
	page->n++;
	return true;
}

static struct page read_page(struct fixture *f, struct store_snapshot *snapshot, const char *prefix, bool is_whole,
	const char *after, size_t max, bool *more)
{
	struct page page = { .max = max };
	struct fact_range range = { .prefix = sv_of(prefix), .after = sv_of(after), .is_whole = is_whole };
	assert_ok(store_snapshot_read(snapshot, f->arena, &range, on_fact, &page, more, &f->err), f->err);
	return page;
}

static void all_pages_show_one_commit_while_others_follow(void **state)
{
	struct fixture *f = *state;
	for (int turn = 0; turn < 5; turn++) {
		commit_all(f);
		struct store_snapshot *snapshot = open_snapshot(f);
		struct log_position log = store_snapshot_log(snapshot);
		assert_int_equal(log.head, head(f));
		assert_true(log.epoch == store_log(f->store).epoch);
		assert_int_equal(log.oldest, 1);
		char after[128] = "";
		size_t n = 0;
		bool more = true;
		while (more) {
			struct page page = read_page(f, snapshot, "", false, after, 7, &more);
			assert_false(page.differs);
			assert_int_equal((uint64_t)page.value, log.head);
			n += page.n;
			memcpy(after, page.last, sizeof after);
			commit_all(f); /* between pages */
		}
		assert_int_equal(n, FACTS);
		assert_int_equal(store_snapshot_log(snapshot).head, log.head);
		store_snapshot_close(snapshot);
	}
}

static void what_waits_for_its_commit_is_not_seen(void **state)
{
	struct fixture *f = *state;
	bool more;
	commit_all(f);
	begin(f);
	(void)append(f, "fact/us/all/figure/");
	assert_ok(store_fact_retire(f->store, SV("us.fact-00"), (struct wall_ms){ 5 }, &f->err), f->err);
	keep(f);
	struct store_snapshot *snapshot = open_snapshot(f);
	assert_int_equal(store_snapshot_log(snapshot).head, 1);
	assert_int_equal(read_page(f, snapshot, "", false, "", 1000, &more).n, FACTS);
	commit(f);
	assert_int_equal(read_page(f, snapshot, "", false, "", 1000, &more).n, FACTS);
	store_snapshot_close(snapshot);
	snapshot = open_snapshot(f);
	assert_int_equal(store_snapshot_log(snapshot).head, 2);
	struct page page = read_page(f, snapshot, "", false, "", 1000, &more); /* retired ones are left out */
	assert_int_equal(page.n, FACTS - 1);
	assert_string_equal(page.first, "us.fact-01");
	store_snapshot_close(snapshot);
}

static void a_range_is_a_prefix_a_single_one_or_what_follows(void **state)
{
	struct fixture *f = *state;
	bool more;
	commit_all(f);
	struct store_snapshot *snapshot = open_snapshot(f);
	assert_int_equal(read_page(f, snapshot, "us.fact-1", false, "", 1000, &more).n, 10);
	assert_int_equal(read_page(f, snapshot, "us.fact-1", true, "", 1000, &more).n, 0);
	assert_int_equal(read_page(f, snapshot, "us.fact-11", true, "", 1000, &more).n, 1);
	assert_int_equal(read_page(f, snapshot, "us.fact-11", true, "us.fact-11", 1000, &more).n, 0);
	assert_string_equal(read_page(f, snapshot, "us.", false, "us.fact-11", 1000, &more).first, "us.fact-12");
	assert_string_equal(read_page(f, snapshot, "us.fact-2", false, "us.fact-11", 1000, &more).first, "us.fact-20");
	assert_int_equal(read_page(f, snapshot, "us.fact-1", false, "us.fact-2", 1000, &more).n, 0);
	assert_int_equal(read_page(f, snapshot, "mx.", false, "", 1000, &more).n, 0);
	assert_false(more);
	assert_int_equal(read_page(f, snapshot, "us.", false, "", FACTS - 1, &more).n, FACTS - 1);
	assert_true(more);
	store_snapshot_close(snapshot);
}

static void sightings_of_the_state_are_counted(void **state)
{
	struct fixture *f = *state;
	bool more, is_new;
	uint32_t count;
	commit_all(f);
	begin(f);
	for (int i = 0; i < 3; i++) {
		struct sighting sighting = { .fact_id = SV("us.fact-05"), .recorded = { 1 }, .said = { 1 } };
		sighting.source = arena_printf(f->arena, "s%d", i);
		assert_ok(store_sighting_add(f->store, &sighting, &is_new, &count, &f->err), f->err);
	}
	keep(f);
	commit(f);
	struct store_snapshot *snapshot = open_snapshot(f);
	assert_int_equal(read_page(f, snapshot, "us.fact-05", true, "", 9, &more).sightings, 3);
	store_snapshot_close(snapshot);
}

static void places_are_few_and_connections_are_used_again(void **state)
{
	struct fixture *f = *state;
	struct store_snapshot *held[LIMIT_SNAPSHOTS], *one_more;
	commit_all(f);
	for (int i = 0; i < LIMIT_SNAPSHOTS; i++)
		held[i] = open_snapshot(f);
	assert_int_equal(store_snapshot_open(f->store, &one_more, &f->err), E_LIMIT);
	for (int i = 0; i < LIMIT_SNAPSHOTS; i++)
		store_snapshot_close(held[i]);
	struct store_snapshot *first = open_snapshot(f);
	store_snapshot_close(first);
	commit_all(f);
	assert_ptr_equal(open_snapshot(f), first);
	assert_int_equal(store_snapshot_log(first).head, 2); /* closed with the store */
}

static void a_store_in_memory_has_none(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct store_snapshot *snapshot;
	assert_ok(store_open(":memory:", &store, &f->err), f->err);
	assert_int_equal(store_snapshot_open(store, &snapshot, &f->err), E_STORE);
	store_close(store);
}

static void write_pages(struct fixture *f, int pages)
{
	static const char big[4001] = { [0 ... 3999] = 'x' };
	begin(f);
	for (int i = 0; i < pages; i++)
		(void)append_at(f, "daemon/started/", big, i);
	keep(f);
	commit(f);
}

/* True when the log starts anew within some commits; the thread needs turns to get there. */
static bool starts_anew(struct fixture *f, int commits)
{
	for (int i = 0; i < commits; i++) {
		int before = f->store->log_pages;
		write_pages(f, 50);
		if (f->store->log_pages < before)
			return true;
	}
	return false;
}

static void the_log_goes_on_while_one_is_held_and_starts_anew_afterwards(void **state)
{
	struct fixture *f = *state;
	bool more;
	commit_all(f);
	struct store_snapshot *snapshot = open_snapshot(f);
	assert_false(starts_anew(f, 150));
	assert_true(f->store->log_pages > LOG_PAGES_MAX);
	assert_int_equal(read_page(f, snapshot, "", false, "", 1000, &more).n, FACTS);
	store_snapshot_close(snapshot);
	assert_true(starts_anew(f, 1000));
}

static void a_log_that_gets_too_long_ends_those_that_are_held(void **state)
{
	struct fixture *f = *state;
	bool more;
	struct page page = { .max = 9 };
	struct fact_range range = { 0 };
	commit_all(f);
	struct store_snapshot *snapshot = open_snapshot(f);
	for (int i = 0; f->store->log_pages <= SNAPSHOT_LOG_PAGES; i++) {
		assert_true(i < 200);
		assert_int_equal(read_page(f, snapshot, "", false, "", 1, &more).n, 1);
		write_pages(f, 500);
	}
	assert_int_equal(store_snapshot_read(snapshot, f->arena, &range, on_fact, &page, &more, &f->err), E_NOT_FOUND);
	assert_true(starts_anew(f, 1000)); /* though nobody closed it */
	store_snapshot_close(snapshot);
	snapshot = open_snapshot(f);
	assert_int_equal(store_snapshot_log(snapshot).head, head(f));
	store_snapshot_close(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(all_pages_show_one_commit_while_others_follow),
		STORE_TEST(what_waits_for_its_commit_is_not_seen),
		STORE_TEST(a_range_is_a_prefix_a_single_one_or_what_follows),
		STORE_TEST(sightings_of_the_state_are_counted),
		STORE_TEST(places_are_few_and_connections_are_used_again),
		STORE_TEST(a_store_in_memory_has_none),
		STORE_TEST(the_log_goes_on_while_one_is_held_and_starts_anew_afterwards),
		STORE_TEST(a_log_that_gets_too_long_ends_those_that_are_held),
	};
	return RUN(tests);
}
