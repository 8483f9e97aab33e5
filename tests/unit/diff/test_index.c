#include "test.h"

#include <stdlib.h>

#include "id.h"
#include "query.h"

struct fixture {
	struct arena *arena;
	struct fact_index *index;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->arena = arena_new(64u << 20);
	f->index = fact_index_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	fact_index_free(f->index);
	arena_free(f->arena);
	free(f);
	return 0;
}

static struct fact fact_of(struct fixture *f, const char *id, const char *text, const char *alias)
{
	struct fact fact = { .id = sv_of(id), .beat = id_fact_beat(sv_of(id)), .text = sv_of(text) };
	fact.status = STATUS_ANNOUNCED;
	fact.as_of = (struct date){ 2021, 6, 8 };
	if (*alias)
		*list_push(f->arena, &fact.aliases) = sv_of(alias);
	return fact;
}

static void put(struct fixture *f, const char *id, const char *text, const char *alias)
{
	struct fact fact = fact_of(f, id, text, alias);
	fact_index_put(f->index, &fact);
}

/* Id of the best candidate for a sentence, or "". */
static struct sv best(struct fixture *f, const char *sentence, const char *lang, const struct sv_list *beats)
{
	struct statement *s = arena_new_of(f->arena, struct statement);
	s->text = sv_of(sentence);
	s->lang = sv_of(lang);
	struct diff_context context = { .published = { 2022, 1, 1 } };
	struct query query = query_new(f->arena, f->index, s, &context);
	struct candidate_list found = { 0 };
	candidates_find(f->index, f->arena, &query, beats, &found);
	return found.n == 0 ? SV("") : record_id(f->index->records[found.items[0].number]);
}

static void what_was_put_comes_back_whole(void **state)
{
	struct fixture *f = *state;
	struct fact fact = fact_of(f, "trade.steel", "The tariff on imported steel is 25%.", "steel tariff");
	*list_push(f->arena, &fact.parties) = SV("US");
	fact.deadline = (struct date){ 2026, 0, 0 };
	fact.figure = (struct figure){ true, 25, SV("percent"), BOUND_AT_LEAST, DIRECTION_UP, SV("year") };
	fact_index_put(f->index, &fact);
	const struct fact *got = fact_index_get(f->index, SV("trade.steel"));
	assert_non_null(got);
	assert_true(fact_eq(got, &fact));
	assert_null(fact_index_get(f->index, SV("trade.copper")));
	assert_int_equal(fact_index_size(f->index), 1);
}

static void a_fact_is_replaced_by_id(void **state)
{
	struct fixture *f = *state;
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	put(f, "trade.steel", "The tariff on imported copper is 50%.", "");
	assert_int_equal(fact_index_size(f->index), 1);
	assert_sv(fact_index_get(f->index, SV("trade.steel"))->text, "The tariff on imported copper is 50%.");
	assert_sv(best(f, "Copper will cost more.", "en", NULL), "trade.steel");
	assert_sv(best(f, "Steel will cost more.", "en", NULL), "");
}

static void a_slot_changes_in_place(void **state)
{
	struct fixture *f = *state;
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	struct fact after = *fact_index_get(f->index, SV("trade.steel"));
	after.status = STATUS_WITHDRAWN;
	fact_index_put(f->index, &after); /* its strings are the index's own */
	assert_int_equal(fact_index_get(f->index, SV("trade.steel"))->status, STATUS_WITHDRAWN);
	assert_int_equal(f->index->n_records, 1);
}

static void a_removed_fact_is_found_no_more(void **state)
{
	struct fixture *f = *state;
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	fact_index_remove(f->index, SV("trade.steel"));
	fact_index_remove(f->index, SV("trade.steel"));
	assert_int_equal(fact_index_size(f->index), 0);
	assert_null(fact_index_get(f->index, SV("trade.steel")));
	assert_sv(best(f, "Steel will cost more.", "en", NULL), "");
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	assert_sv(best(f, "Steel will cost more.", "en", NULL), "trade.steel");
}

static void words_are_found_by_stem_and_alias(void **state)
{
	struct fixture *f = *state;
	put(f, "border.guard", "The National Guard patrols the river.", "Operation Lighthouse");
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	assert_sv(best(f, "Patrolling goes on.", "en", NULL), "border.guard");
	assert_sv(best(f, "Lighthouse was extended.", "en", NULL), "border.guard");
}

static void spanish_statements_meet_english_facts(void **state)
{
	struct fixture *f = *state;
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	put(f, "border.troops", "Troops are deployed along the southern border.", "");
	assert_sv(best(f, "El arancel al acero sube.", "es", NULL), "trade.steel");
	assert_sv(best(f, "Hay efectivos en la frontera sur.", "es", NULL), "border.troops");
}

static void other_beats_stay_out(void **state)
{
	struct fixture *f = *state;
	put(f, "trade.steel", "The tariff on imported steel is 25%.", "");
	struct sv_list beats = { 0 };
	*list_push(f->arena, &beats) = SV("climate");
	assert_sv(best(f, "Steel will cost more.", "en", &beats), "");
	*list_push(f->arena, &beats) = SV("trade");
	assert_sv(best(f, "Steel will cost more.", "en", &beats), "trade.steel");
}

static void many_replacements_leave_no_dead_entries_behind(void **state)
{
	struct fixture *f = *state;
	size_t after_first = 0;
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 50; i++) {
			char id[64], text[128];
			(void)snprintf(id, sizeof id, "beat.fact-%d", i);
			(void)snprintf(text, sizeof text, "Station %d measures %s salt in the lake.", i,
				round % 2 ? "much" : "little");
			put(f, id, text, "");
		}
		if (round == 1)
			after_first = f->index->list_bytes;
	}
	assert_int_equal(fact_index_size(f->index), 50);
	assert_true(f->index->list_bytes < 6 * after_first);
}

static void count_visit(void *ctx, const struct fact *fact)
{
	size_t *n = ctx;
	*n += fact->text.n > 0;
}

static void each_visits_all_that_are_there(void **state)
{
	struct fixture *f = *state;
	put(f, "a.one", "One.", "");
	put(f, "a.two", "Two.", "");
	put(f, "a.three", "Three.", "");
	fact_index_remove(f->index, SV("a.two"));
	size_t n = 0;
	fact_index_each(f->index, count_visit, &n);
	assert_int_equal(n, 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_was_put_comes_back_whole),
		T(a_fact_is_replaced_by_id),
		T(a_slot_changes_in_place),
		T(a_removed_fact_is_found_no_more),
		T(words_are_found_by_stem_and_alias),
		T(spanish_statements_meet_english_facts),
		T(other_beats_stay_out),
		T(many_replacements_leave_no_dead_entries_behind),
		T(each_visits_all_that_are_there),
	};
	return RUN(tests);
}
