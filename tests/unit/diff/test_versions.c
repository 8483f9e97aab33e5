#include "test.h"

#include "diff.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(256u << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Statements of a NULL-terminated list of texts. */
static struct statement_list texts(const char *const *list)
{
	struct statement_list out = { 0 };
	for (size_t i = 0; list[i]; i++) {
		struct statement *s = list_push(arena, &out);
		s->text = sv_of(list[i]);
		s->lang = SV("en");
	}
	return out;
}
#define TEXTS(...) texts((const char *const[]){ __VA_ARGS__, NULL })

static struct edit_list edits_of(struct statement_list old, struct statement_list new)
{
	struct edit_list out = { 0 };
	struct error err = { 0 };
	struct statement_list *kept = arena_array(arena, struct statement_list, 2);
	kept[0] = old;
	kept[1] = new;
	assert_ok(diff_versions(arena, &kept[0], &kept[1], &out, &err), err);
	return out;
}

static void the_same_text_gives_nothing(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(TEXTS("The border is open.", "Visas cost 30 dollars."),
		TEXTS("The border is open.", "Visas cost 30 dollars."));
	assert_int_equal(edits.n, 0);
}

static void moved_statements_give_nothing(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(TEXTS("One road is closed.", "Two ports are open.", "Three camps remain."),
		TEXTS("Three camps remain.", "One road is closed.", "Two ports are open."));
	assert_int_equal(edits.n, 0);
}

static void space_quotes_and_case_do_not_count(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(
		TEXTS("He said \"the deal  is done\"."), TEXTS("He said “The deal is done”. "));
	assert_int_equal(edits.n, 0);
}

static void an_edited_statement_is_reworded_with_its_numbers(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(TEXTS("The visa is valid for 90 days.",
						  "Mexico has deployed 12,000 personnel to its south since 2019."),
		TEXTS("The visa is valid for 90 days.",
			"Mexico has deployed 28,000 personnel to its south since 2019."));
	assert_int_equal(edits.n, 1);
	assert_int_equal(edits.items[0].kind, CHANGE_REWORDED);
	assert_int_equal(edits.items[0].old_numbers.n, 1);
	assert_sv(edits.items[0].old_numbers.items[0], "12,000");
	assert_int_equal(edits.items[0].new_numbers.n, 1);
	assert_sv(edits.items[0].new_numbers.items[0], "28,000");
}

static void unlike_statements_are_added_and_removed(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(TEXTS("Parliament voted on the budget late last night."),
		TEXTS("Heavy rain flooded several coastal towns."));
	assert_int_equal(edits.n, 2);
	assert_int_equal(edits.items[0].kind, CHANGE_ADDED);
	assert_null(edits.items[0].old);
	assert_int_equal(edits.items[1].kind, CHANGE_REMOVED);
	assert_null(edits.items[1].new);
}

static void one_of_two_equal_statements_can_go(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(
		TEXTS("See the map.", "Roads are closed.", "See the map."), TEXTS("See the map.", "Roads are closed."));
	assert_int_equal(edits.n, 1);
	assert_int_equal(edits.items[0].kind, CHANGE_REMOVED);
	assert_sv(edits.items[0].old->text, "See the map.");
}

static void the_likest_pair_wins_over_the_nearest(void **state)
{
	(void)state;
	struct edit_list edits = edits_of(TEXTS("The fee for an entry permit is 20 dollars a person.",
						  "The fee for a work permit is 75 dollars a year."),
		TEXTS("The fee for a work permit is 80 dollars a year.",
			"The fee for an entry permit is 25 dollars a person."));
	assert_int_equal(edits.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(edits.items[i].kind, CHANGE_REWORDED);
		bool is_work = sv_find(edits.items[i].new->text, SV("work")) != SIZE_MAX;
		assert_sv(edits.items[i].old_numbers.items[0], is_work ? "75" : "20");
		assert_sv(edits.items[i].new_numbers.items[0], is_work ? "80" : "25");
	}
}

static void an_empty_version_is_all_added_or_removed(void **state)
{
	(void)state;
	struct statement_list none = { 0 };
	assert_int_equal(edits_of(none, TEXTS("One.", "Two.")).n, 2);
	assert_int_equal(edits_of(TEXTS("One.", "Two."), none).n, 2);
	assert_int_equal(edits_of(none, none).n, 0);
}

static void thousands_of_statements_pair_one_to_one(void **state)
{
	(void)state;
	struct statement_list old = { 0 }, new = { 0 };
	for (int i = 0; i < 3000; i++) {
		struct statement *o = list_push(arena, &old), *n = list_push(arena, &new);
		o->lang = n->lang = SV("en");
		o->text = arena_printf(arena, "District %d of the region reports %d open cases this week.", i, 2 * i);
		n->text = arena_printf(
			arena, "District %d of the region reports %d open cases this week.", i, 2 * i + 1);
	}
	struct edit_list edits = edits_of(old, new);
	assert_int_equal(edits.n, 3000);
	for (size_t i = 0; i < edits.n; i++)
		assert_int_equal(edits.items[i].kind, CHANGE_REWORDED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(the_same_text_gives_nothing),
		T(moved_statements_give_nothing),
		T(space_quotes_and_case_do_not_count),
		T(an_edited_statement_is_reworded_with_its_numbers),
		T(unlike_statements_are_added_and_removed),
		T(one_of_two_equal_statements_can_go),
		T(the_likest_pair_wins_over_the_nearest),
		T(an_empty_version_is_all_added_or_removed),
		T(thousands_of_statements_pair_one_to_one),
	};
	return RUN(tests);
}
