#include "store_test.h"

static void put_fact_of(struct fixture *f, double value, int16_t year)
{
	struct fact_entry entry = { .recorded = { 100 }, .said = WALL_NONE, .origin = SV("config") };
	entry.fact = (struct fact){ .id = SV("b.troops"), .beat = SV("b"), .as_of = { year, 1, 1 } };
	entry.fact.figure = (struct figure){ .is_set = true, .value = value };
	begin(f);
	assert_ok(store_fact_put(f->store, &entry, &f->err), f->err);
	keep(f);
}

static int64_t put_document_of(struct fixture *f, const char *key)
{
	struct document document = { .key = sv_of(key) };
	struct stored_document stored;
	begin(f);
	assert_ok(
		store_document_put(f->store, SV("press"), &document, SV("d"), (struct wall_ms){ 1 }, &stored, &f->err),
		f->err);
	keep(f);
	return stored.id;
}

static uint32_t see(struct fixture *f, const char *source, int64_t document, struct wall_ms said, bool *out_is_new)
{
	struct sighting sighting = { .fact_id = SV("b.troops"), .source = sv_of(source), .document = document };
	uint32_t count = 0;
	sighting.url = SV("https://example.org/a");
	sighting.statement = SV("It still stands.");
	sighting.speaker = SV("The Secretary");
	sighting.said = said;
	sighting.recorded = (struct wall_ms){ 500 };
	begin(f);
	assert_ok(store_sighting_add(f->store, &sighting, out_is_new, &count, &f->err), f->err);
	keep(f);
	commit(f);
	return count;
}

static void each_source_counts_once(void **state)
{
	struct fixture *f = *state;
	bool is_new;
	put_fact_of(f, 12000, 2021);
	assert_int_equal(see(f, "press", 0, (struct wall_ms){ 200 }, &is_new), 1);
	assert_true(is_new);
	assert_int_equal(see(f, "press", 0, (struct wall_ms){ 300 }, &is_new), 1);
	assert_false(is_new);
	assert_int_equal(see(f, "gazette", 0, (struct wall_ms){ 300 }, &is_new), 2);
	assert_true(is_new);
}

static void a_changed_fact_starts_to_count_anew(void **state)
{
	struct fixture *f = *state;
	bool is_new;
	put_fact_of(f, 12000, 2021);
	(void)see(f, "press", 0, (struct wall_ms){ 200 }, &is_new);
	put_fact_of(f, 28000, 2022);
	assert_int_equal(see(f, "press", 0, (struct wall_ms){ 300 }, &is_new), 1);
	assert_true(is_new);
}

static void an_entry_that_only_moves_the_date_keeps_the_count(void **state)
{
	struct fixture *f = *state;
	bool is_new;
	put_fact_of(f, 12000, 2021);
	(void)see(f, "press", 0, (struct wall_ms){ 200 }, &is_new);
	put_fact_of(f, 12000, 2022);
	assert_int_equal(see(f, "press", 0, (struct wall_ms){ 300 }, &is_new), 1);
	assert_false(is_new);
}

static void sightings_of_the_fact_as_it_stands_are_listed(void **state)
{
	struct fixture *f = *state;
	bool is_new;
	struct sighting *list;
	size_t n;
	put_fact_of(f, 12000, 2021);
	(void)see(f, "old", 0, (struct wall_ms){ 200 }, &is_new);
	put_fact_of(f, 28000, 2022);
	int64_t document = put_document_of(f, "a");
	(void)see(f, "press", document, (struct wall_ms){ 300 }, &is_new);
	assert_ok(store_sightings(f->store, f->arena, SV("b.troops"), &list, &n, &f->err), f->err);
	assert_int_equal(n, 1);
	assert_sv(list[0].fact_id, "b.troops");
	assert_sv(list[0].source, "press");
	assert_sv(list[0].url, "https://example.org/a");
	assert_sv(list[0].statement, "It still stands.");
	assert_sv(list[0].speaker, "The Secretary");
	assert_int_equal(list[0].document, document);
	assert_int_equal(list[0].said.v, 300);
	assert_int_equal(list[0].recorded.v, 500);
}

static void a_sighting_of_an_unknown_fact_is_refused(void **state)
{
	struct fixture *f = *state;
	struct sighting sighting = { .fact_id = SV("b.none"), .source = SV("press") };
	bool is_new;
	uint32_t count;
	begin(f);
	assert_int_equal(store_sighting_add(f->store, &sighting, &is_new, &count, &f->err), E_NOT_FOUND);
	discard(f);
}

static void last_heard_is_the_newest_time_it_was_said(void **state)
{
	struct fixture *f = *state;
	bool is_new;
	put_fact_of(f, 12000, 2021);
	assert_false(wall_is_known(store_fact_last_heard(f->store, SV("b.troops"))));
	(void)see(f, "press", 0, (struct wall_ms){ 300 }, &is_new);
	(void)see(f, "press", 0, (struct wall_ms){ 200 }, &is_new);
	assert_int_equal(store_fact_last_heard(f->store, SV("b.troops")).v, 300);
	(void)see(f, "press", 0, WALL_NONE, &is_new);
	assert_int_equal(store_fact_last_heard(f->store, SV("b.troops")).v, 500);
	assert_false(wall_is_known(store_fact_last_heard(f->store, SV("b.none"))));
}

static void a_statement_knows_which_facts_it_carried_in_which_document(void **state)
{
	struct fixture *f = *state;
	bool is_new;
	struct sv_list ids = { 0 };
	put_fact_of(f, 12000, 2021);
	int64_t first = put_document_of(f, "a"), second = put_document_of(f, "b"), third = put_document_of(f, "c");
	(void)see(f, "press", first, (struct wall_ms){ 300 }, &is_new);
	(void)see(f, "press", second, (struct wall_ms){ 300 }, &is_new);
	assert_false(is_new);
	assert_ok(store_statement_facts(f->store, f->arena, second, SV("It still stands."), &ids, &f->err), f->err);
	assert_int_equal(ids.n, 1);
	assert_sv(ids.items[0], "b.troops");
	assert_ok(store_statement_facts(f->store, f->arena, third, SV("It still stands."), &ids, &f->err), f->err);
	assert_int_equal(ids.n, 0);
	assert_ok(store_statement_facts(f->store, f->arena, first, SV("It stands."), &ids, &f->err), f->err);
	assert_int_equal(ids.n, 0);
}

static void a_deadline_is_told_once(void **state)
{
	struct fixture *f = *state;
	bool is_first;
	begin(f);
	assert_ok(
		store_overdue_mark(f->store, SV("b.troops"), (struct date){ 2026, 6, 0 }, &is_first, &f->err), f->err);
	assert_true(is_first);
	assert_ok(
		store_overdue_mark(f->store, SV("b.troops"), (struct date){ 2026, 6, 0 }, &is_first, &f->err), f->err);
	assert_false(is_first);
	assert_ok(
		store_overdue_mark(f->store, SV("b.troops"), (struct date){ 2027, 6, 0 }, &is_first, &f->err), f->err);
	assert_true(is_first);
	keep(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(each_source_counts_once),
		STORE_TEST(a_changed_fact_starts_to_count_anew),
		STORE_TEST(an_entry_that_only_moves_the_date_keeps_the_count),
		STORE_TEST(sightings_of_the_fact_as_it_stands_are_listed),
		STORE_TEST(a_sighting_of_an_unknown_fact_is_refused),
		STORE_TEST(last_heard_is_the_newest_time_it_was_said),
		STORE_TEST(a_statement_knows_which_facts_it_carried_in_which_document),
		STORE_TEST(a_deadline_is_told_once),
	};
	return RUN(tests);
}
