#include "test.h"

#include <stdlib.h>

#include "diff.h"
#include "id.h"
#include "statements.h"

struct fixture {
	struct arena *arena;
	struct fact_index *index;
};

static struct fact fact_of(const char *id, enum fact_kind kind, const char *text, enum fact_status status)
{
	return (struct fact){ .id = sv_of(id),
		.beat = id_fact_beat(sv_of(id)),
		.kind = kind,
		.status = status,
		.text = sv_of(text),
		.as_of = { 2024, 1, 1 } };
}

static void add_names(struct arena *arena, struct sv_list *list, const char *names)
{
	struct sv rest = sv_of(names), name;
	while (sv_split(&rest, '|', &name))
		*list_push(arena, list) = name;
}

/* A small made-up beat. */
static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->arena = arena_new(64u << 20);
	f->index = fact_index_new();
	struct fact patrol = fact_of("river.patrol", FACT_FIGURE,
		"Peru has 4,000 soldiers deployed along the Amazon to stop illegal gold mining.", STATUS_IN_FORCE);
	add_names(f->arena, &patrol.parties, "PE");
	add_names(f->arena, &patrol.aliases, "Amazon deployment|soldiers along the Amazon");
	patrol.figure = (struct figure){ .is_set = true, .value = 4000, .unit = SV("soldiers"), .bound = BOUND_EXACT };
	fact_index_put(f->index, &patrol);
	struct fact duty = fact_of("river.mercury-duty", FACT_MEASURE,
		"Colombia charges a 15% tariff on imported mercury from 1 July 2024.", STATUS_ANNOUNCED);
	add_names(f->arena, &duty.parties, "CO");
	add_names(f->arena, &duty.aliases, "mercury tariff|arancel al mercurio");
	duty.deadline = (struct date){ 2024, 7, 1 };
	duty.figure = (struct figure){ .is_set = true, .value = 15, .unit = SV("percent"), .bound = BOUND_EXACT };
	fact_index_put(f->index, &duty);
	struct fact pact = fact_of("river.leticia-pact", FACT_AGREEMENT,
		"Brazil, Colombia, Peru and Ecuador signed the Leticia Pact to protect the rainforest.",
		STATUS_IN_FORCE);
	add_names(f->arena, &pact.parties, "BR|CO|PE|EC");
	add_names(f->arena, &pact.aliases, "Leticia Pact|Pacto de Leticia");
	fact_index_put(f->index, &pact);
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

static struct change_list changes_of(struct fixture *f, const char *text, const char *lang, const char *published)
{
	struct statement *s = arena_new_of(f->arena, struct statement);
	*s = statement_of(f->arena, text, lang, published);
	struct diff_context context = { 0 };
	if (*published)
		assert_true(date_parse(sv_of(published), &context.published));
	struct change_list out = { 0 };
	struct error err = { 0 };
	assert_ok(diff_statement(f->index, f->arena, s, &context, &out, &err), err);
	return out;
}

static bool numbers_are(double a, double b)
{
	return a - b < 0.001 && b - a < 0.001;
}

static const struct change *find(const struct change_list *list, const char *fact, enum change_kind kind)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].kind == kind && sv_eq(list->items[i].fact_id, sv_of(fact)))
			return &list->items[i];
	return NULL;
}

static size_t count_changes(const struct change_list *list)
{
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		n += list->items[i].kind != CHANGE_NEW && list->items[i].kind != CHANGE_REAFFIRMED;
	return n;
}

static void a_new_number_of_the_same_thing_is_a_figure_change(void **state)
{
	struct change_list got = changes_of(
		*state, "Peru now has 6,500 soldiers deployed along the Amazon, up from 4,000.", "en", "2024-05-01");
	const struct change *c = find(&got, "river.patrol", CHANGE_FIGURE);
	assert_non_null(c);
	assert_true(numbers_are(c->old.number, 4000));
	assert_true(numbers_are(c->new.number, 6500));
	assert_true(c->confidence > 0.7);
	assert_true(c->why.n >= 2);
}

static void the_same_number_is_a_reaffirmation(void **state)
{
	struct change_list got = changes_of(
		*state, "Peru still has 4,000 soldiers deployed along the Amazon.", "en", "2024-05-01");
	assert_non_null(find(&got, "river.patrol", CHANGE_REAFFIRMED));
	assert_int_equal(count_changes(&got), 0);
}

static void a_number_of_another_thing_changes_nothing(void **state)
{
	struct change_list got = changes_of(
		*state, "Peru seized 6,500 dredges along the Amazon this year.", "en", "2024-05-01");
	assert_null(find(&got, "river.patrol", CHANGE_FIGURE));
}

static void older_statements_are_history(void **state)
{
	struct change_list got = changes_of(
		*state, "Peru has 2,000 soldiers deployed along the Amazon.", "en", "2023-05-01");
	assert_int_equal(count_changes(&got), 0);
	got = changes_of(*state, "Peru has 2,000 soldiers deployed along the Amazon.", "en", "");
	assert_int_equal(got.n, 0);
}

static void an_old_number_of_a_known_figure_is_nothing_new(void **state)
{
	struct change_list got = changes_of(*state,
		"Peru now has 2,000 soldiers deployed along the Amazon to stop illegal gold mining, up from 1,500.",
		"en", "2023-05-01");
	assert_int_equal(got.n, 0);
}

static void a_step_that_was_taken_is_a_status_change(void **state)
{
	struct change_list got = changes_of(*state, "The mercury tariff took effect on Monday.", "en", "2024-07-01");
	const struct change *c = find(&got, "river.mercury-duty", CHANGE_STATUS);
	assert_non_null(c);
	assert_int_equal(c->new.status, STATUS_IN_FORCE);
}

static void what_might_happen_changes_nothing(void **state)
{
	static const char *const texts[] = { "Colombia would suspend the mercury tariff if prices rose.",
		"Colombia may suspend the mercury tariff.", "Colombia has not suspended the mercury tariff.",
		"Miners urged Colombia to suspend the mercury tariff.", "Has Colombia suspended the mercury tariff?" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct change_list got = changes_of(*state, texts[i], "en", "2024-05-01");
		if (find(&got, "river.mercury-duty", CHANGE_STATUS))
			fail_msg("%s", texts[i]);
	}
}

static void a_delay_with_a_date_is_two_changes(void **state)
{
	struct change_list got = changes_of(
		*state, "Colombia postponed the mercury tariff to 1 October 2024.", "en", "2024-05-01");
	const struct change *status = find(&got, "river.mercury-duty", CHANGE_STATUS);
	const struct change *date = find(&got, "river.mercury-duty", CHANGE_DEADLINE);
	assert_non_null(status);
	assert_int_equal(status->new.status, STATUS_DELAYED);
	assert_non_null(date);
	assert_true(date_eq(date->new.date, (struct date){ 2024, 10, 1 }));
}

static void spanish_statements_move_english_facts(void **state)
{
	struct change_list got = changes_of(
		*state, "Colombia subió el arancel al mercurio del 15 % al 20 %.", "es", "2024-05-01");
	const struct change *c = find(&got, "river.mercury-duty", CHANGE_FIGURE);
	assert_non_null(c);
	assert_true(numbers_are(c->new.number, 20));
}

static void a_country_that_joins_is_a_party(void **state)
{
	struct change_list got = changes_of(*state, "Bolivia has joined the Leticia Pact.", "en", "2024-05-01");
	const struct change *c = find(&got, "river.leticia-pact", CHANGE_PARTIES);
	assert_non_null(c);
	assert_int_equal(c->new.names.n, 5);
	assert_sv(c->new.names.items[4], "BO");
}

static void unrelated_statements_touch_nothing(void **state)
{
	struct change_list got = changes_of(
		*state, "The president met students and teachers at a school in Lyon.", "en", "2024-05-01");
	assert_int_equal(got.n, 0);
}

static void a_document_tells_one_change_once(void **state)
{
	struct fixture *f = *state;
	struct document document = { 0 };
	static const char *const texts[] = { "Peru now has 6,500 soldiers deployed along the Amazon, up from 4,000.",
		"Its 6,500 soldiers along the Amazon replace the 4,000 of last year." };
	for (size_t i = 0; i < 2; i++) {
		struct statement s = statement_of(f->arena, texts[i], "en", "2024-05-01");
		s.block = (uint32_t)i;
		*list_push(f->arena, &document.statements) = s;
	}
	struct diff_context context = { .published = { 2024, 5, 1 } };
	struct change_list out = { 0 };
	struct error err = { 0 };
	assert_ok(diff_document(f->index, f->arena, &document, &context, &out, &err), err);
	size_t n = 0;
	for (size_t i = 0; i < out.n; i++)
		n += sv_eq(out.items[i].fact_id, SV("river.patrol"));
	assert_int_equal(n, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_new_number_of_the_same_thing_is_a_figure_change),
		T(the_same_number_is_a_reaffirmation),
		T(a_number_of_another_thing_changes_nothing),
		T(older_statements_are_history),
		T(an_old_number_of_a_known_figure_is_nothing_new),
		T(a_step_that_was_taken_is_a_status_change),
		T(what_might_happen_changes_nothing),
		T(a_delay_with_a_date_is_two_changes),
		T(spanish_statements_move_english_facts),
		T(a_country_that_joins_is_a_party),
		T(unrelated_statements_touch_nothing),
		T(a_document_tells_one_change_once),
	};
	return RUN(tests);
}
