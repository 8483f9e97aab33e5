#include "store_test.h"

static struct fact fact_of(const char *id, double value)
{
	static struct sv parties[] = { { "MX", 2 }, { "Guardia Nacional", 16 } };
	struct fact fact = { .id = sv_of(id), .kind = FACT_FIGURE, .status = STATUS_IN_FORCE };
	fact.beat = sv_slice(fact.id, 0, sv_find_char(fact.id, '.'));
	fact.text = SV("Mexico has deployed security personnel.");
	fact.parties = (struct sv_list){ parties, 2, 2 };
	fact.as_of = (struct date){ 2021, 6, 0 };
	fact.deadline = (struct date){ 2026, 0, 0 };
	fact.figure = (struct figure){ true, value, SV("security personnel"), BOUND_AT_LEAST, DIRECTION_UP,
		SV("year") };
	return fact;
}

static void put_entry(struct fixture *f, const struct fact_entry *entry)
{
	begin(f);
	assert_ok(store_fact_put(f->store, entry, &f->err), f->err);
	keep(f);
	commit(f);
}

static void put_at(struct fixture *f, const char *id, double value, int64_t recorded)
{
	struct fact_entry entry = { .fact = fact_of(id, value), .recorded = { recorded }, .said = WALL_NONE };
	entry.origin = SV("config");
	entry.change = SV("declared");
	put_entry(f, &entry);
}

static void retire(struct fixture *f, const char *id, int64_t now)
{
	begin(f);
	assert_ok(store_fact_retire(f->store, sv_of(id), (struct wall_ms){ now }, &f->err), f->err);
	keep(f);
	commit(f);
}

static struct fact_list list(struct fixture *f, const char *beat, const char *after, size_t max, struct wall_ms as_of)
{
	struct fact_list out = { 0 };
	assert_ok(store_facts(f->store, f->arena, sv_of(beat), sv_of(after), max, as_of, &out, &f->err), f->err);
	return out;
}

static void a_fact_comes_back_as_it_went_in(void **state)
{
	struct fixture *f = *state;
	struct fact in = fact_of("us-mexico.security-personnel", 12000), out;
	struct sv aliases[] = { SV("personal de seguridad"), SV("troops") };
	in.aliases = (struct sv_list){ aliases, 2, 2 };
	struct fact_entry entry = { .fact = in, .recorded = { 1 }, .said = WALL_NONE, .origin = SV("config") };
	put_entry(f, &entry);
	assert_ok(store_fact_find(f->store, f->arena, in.id, &out, &f->err), f->err);
	assert_true(fact_eq(&in, &out));
}

static void a_fact_without_slots_comes_back_without_them(void **state)
{
	struct fixture *f = *state;
	struct fact in = { .id = SV("b.x"), .beat = SV("b"), .text = SV("X") }, out;
	struct fact_entry entry = { .fact = in, .recorded = { 1 }, .said = WALL_NONE, .origin = SV("config") };
	put_entry(f, &entry);
	assert_ok(store_fact_find(f->store, f->arena, in.id, &out, &f->err), f->err);
	assert_true(fact_eq(&in, &out));
	assert_false(out.figure.is_set);
	assert_int_equal(out.parties.n, 0);
}

static void an_unknown_fact_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct fact out;
	assert_int_equal(store_fact_find(f->store, f->arena, SV("b.none"), &out, &f->err), E_NOT_FOUND);
	begin(f);
	assert_int_equal(store_fact_retire(f->store, SV("b.none"), (struct wall_ms){ 1 }, &f->err), E_NOT_FOUND);
	discard(f);
}

static void the_newest_entry_is_where_a_fact_stands(void **state)
{
	struct fixture *f = *state;
	struct fact out;
	put_at(f, "b.troops", 12000, 100);
	put_at(f, "b.troops", 28000, 200);
	assert_ok(store_fact_find(f->store, f->arena, SV("b.troops"), &out, &f->err), f->err);
	assert_true(out.figure.value == 28000);
}

static void history_keeps_every_entry_with_its_evidence(void **state)
{
	struct fixture *f = *state;
	put_at(f, "b.troops", 12000, 100);
	struct fact_entry entry = {
		.fact = fact_of("b.troops", 28000), .seq = 7, .recorded = { 200 }, .said = { 150 }
	};
	entry.origin = SV("press");
	entry.statement = SV("Mexico now has 28,000.");
	entry.speaker = SV("The Secretary");
	entry.url = SV("https://example.org/a");
	entry.change = SV("figure");
	put_entry(f, &entry);
	struct fact_entry_list history = { 0 };
	assert_ok(store_fact_history(f->store, f->arena, SV("b.troops"), &history, &f->err), f->err);
	assert_int_equal(history.n, 2);
	assert_true(history.items[0].fact.figure.value == 12000);
	assert_false(wall_is_known(history.items[0].said));
	const struct fact_entry *last = &history.items[1];
	assert_int_equal(last->seq, 7);
	assert_int_equal(last->recorded.v, 200);
	assert_int_equal(last->said.v, 150);
	assert_sv(last->origin, "press");
	assert_sv(last->statement, "Mexico now has 28,000.");
	assert_sv(last->speaker, "The Secretary");
	assert_sv(last->url, "https://example.org/a");
	assert_sv(last->change, "figure");
}

static void a_past_time_shows_what_was_believed_then(void **state)
{
	struct fixture *f = *state;
	put_at(f, "b.troops", 12000, 100);
	put_at(f, "b.troops", 28000, 200);
	assert_int_equal(list(f, "", "", 10, (struct wall_ms){ 99 }).n, 0);
	assert_true(list(f, "", "", 10, (struct wall_ms){ 100 }).items[0].figure.value == 12000);
	assert_true(list(f, "", "", 10, (struct wall_ms){ 199 }).items[0].figure.value == 12000);
	assert_true(list(f, "", "", 10, (struct wall_ms){ 200 }).items[0].figure.value == 28000);
	assert_true(list(f, "", "", 10, WALL_NONE).items[0].figure.value == 28000);
}

static void a_clock_that_stepped_back_does_not_revive_an_old_belief(void **state)
{
	struct fixture *f = *state;
	put_at(f, "b.troops", 12000, 100);
	put_at(f, "b.troops", 28000, 90);
	assert_true(list(f, "", "", 10, (struct wall_ms){ 150 }).items[0].figure.value == 28000);
}

static void facts_are_listed_by_id_in_pages_and_by_beat(void **state)
{
	struct fixture *f = *state;
	put_at(f, "b.two", 2, 1);
	put_at(f, "a.one", 1, 1);
	put_at(f, "b.three", 3, 1);
	struct fact_list page = list(f, "", "", 2, WALL_NONE);
	assert_int_equal(page.n, 2);
	assert_sv(page.items[0].id, "a.one");
	assert_sv(page.items[1].id, "b.three");
	page = list(f, "", "b.three", 2, WALL_NONE);
	assert_int_equal(page.n, 1);
	assert_sv(page.items[0].id, "b.two");
	page = list(f, "b", "", 10, WALL_NONE);
	assert_int_equal(page.n, 2);
	assert_sv(page.items[0].id, "b.three");
}

static void a_retired_fact_is_left_out_but_not_forgotten(void **state)
{
	struct fixture *f = *state;
	struct fact out;
	put_at(f, "b.troops", 12000, 100);
	retire(f, "b.troops", 200);
	assert_int_equal(list(f, "", "", 10, WALL_NONE).n, 0);
	assert_int_equal(list(f, "", "", 10, (struct wall_ms){ 200 }).n, 0);
	assert_int_equal(list(f, "", "", 10, (struct wall_ms){ 199 }).n, 1);
	assert_int_equal(store_fact_find(f->store, f->arena, SV("b.troops"), &out, &f->err), E_NOT_FOUND);
	struct fact_entry_list history = { 0 };
	assert_ok(store_fact_history(f->store, f->arena, SV("b.troops"), &history, &f->err), f->err);
	assert_int_equal(history.n, 2);
	assert_sv(history.items[1].change, "retired");
}

static void a_put_brings_a_retired_fact_back(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;
	put_at(f, "b.troops", 12000, 100);
	retire(f, "b.troops", 200);
	retire(f, "b.troops", 250);
	assert_ok(store_counts(f->store, &counts, &f->err), f->err);
	assert_int_equal(counts.facts, 0);
	put_at(f, "b.troops", 12000, 300);
	assert_int_equal(list(f, "", "", 10, WALL_NONE).n, 1);
	assert_int_equal(list(f, "", "", 10, (struct wall_ms){ 260 }).n, 0);
	assert_ok(store_counts(f->store, &counts, &f->err), f->err);
	assert_int_equal(counts.facts, 1);
}

static void a_declaration_is_remembered_until_the_fact_is_retired(void **state)
{
	struct fixture *f = *state;
	struct sv digest;
	put_at(f, "b.troops", 12000, 100);
	assert_ok(store_fact_declared(f->store, f->arena, SV("b.troops"), &digest, &f->err), f->err);
	assert_sv(digest, "");
	begin(f);
	assert_ok(store_fact_declare(f->store, SV("b.troops"), SV("d1"), &f->err), f->err);
	assert_ok(store_fact_declare(f->store, SV("b.troops"), SV("d2"), &f->err), f->err);
	keep(f);
	commit(f);
	assert_ok(store_fact_declared(f->store, f->arena, SV("b.troops"), &digest, &f->err), f->err);
	assert_sv(digest, "d2");
	retire(f, "b.troops", 200);
	assert_ok(store_fact_declared(f->store, f->arena, SV("b.troops"), &digest, &f->err), f->err);
	assert_sv(digest, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_fact_comes_back_as_it_went_in),
		STORE_TEST(a_fact_without_slots_comes_back_without_them),
		STORE_TEST(an_unknown_fact_is_not_found),
		STORE_TEST(the_newest_entry_is_where_a_fact_stands),
		STORE_TEST(history_keeps_every_entry_with_its_evidence),
		STORE_TEST(a_past_time_shows_what_was_believed_then),
		STORE_TEST(a_clock_that_stepped_back_does_not_revive_an_old_belief),
		STORE_TEST(facts_are_listed_by_id_in_pages_and_by_beat),
		STORE_TEST(a_retired_fact_is_left_out_but_not_forgotten),
		STORE_TEST(a_put_brings_a_retired_fact_back),
		STORE_TEST(a_declaration_is_remembered_until_the_fact_is_retired),
	};
	return RUN(tests);
}
