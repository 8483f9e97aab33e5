#include "test.h"

#include "number_words.h"
#include "quantity.h"
#include "sentence.h"

struct expected {
	const char *tag, *text;
	double value;
	const char *unit;
};

static void check(const struct expected *e)
{
	struct sentence s = sentence_of(e->tag, e->text);
	struct quantity_list list = { 0 };
	text_quantities(s.arena, s.text, &s.tokens, s.language, &list);
	if (list.n == 0)
		fail_msg("no quantity in \"%s\"", e->text);
	if (list.items[0].value != e->value)
		fail_msg("\"%s\": %.10g, not %.10g", e->text, list.items[0].value, e->value);
	assert_sv(list.items[0].unit, e->unit);
	arena_free(s.arena);
}

/* Reads the quantities of a sentence; the arena must be freed. */
static struct quantity_list quantities_of(const char *tag, const char *text, struct arena **out_arena)
{
	struct sentence s = sentence_of(tag, text);
	struct quantity_list list = { 0 };
	text_quantities(s.arena, s.text, &s.tokens, s.language, &list);
	*out_arena = s.arena;
	return list;
}

static void reads_value_and_counted_noun(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{ "en", "more than 12,000 security personnel, sent there", 12000, "security personnel" },
		{ "es", "suman ya 13 mil 181 elementos", 13181, "elementos" },
		{ "es", "un total de 28.000 agentes", 28000, "agentes" },
		{ "es", "hay 28,000 agentes", 28000, "agentes" },
		{ "en", "one billion doses", 1e9, "doses" },
		{ "es", "unos doce mil elementos de seguridad", 12000, "elementos de seguridad" },
		{ "en", "Another 2,000 members of the California National Guard are being sent", 2000,
			"members of the california national guard" },
		{ "es", "un millón y medio de vacunas", 1.5e6, "vacunas" },
		{ "en", "half a million shells", 5e5, "shells" },
		{ "en", "two hundred and thirteen thousand and five people", 213005, "people" },
		{ "es", "200 mil millones de vacunas", 2e11, "vacunas" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void reads_money_per_cent_and_time(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{ "en", "$4 billion", 4e9, "USD" },
		{ "es", "200 millones de dólares", 2e8, "USD" },
		{ "en", "It will pay €3.5bn.", 3.5e9, "EUR" },
		{ "es", "un fondo de 5,4 mdp", 5.4e6, "MXN" },
		{ "en", "25 per cent", 25, "percent" },
		{ "es", "el 3,5 % del PIB", 3.5, "percent" },
		{ "en", "A quarter of them", 25, "percent" },
		{ "es", "una cuarta parte de la llegada", 25, "percent" },
		{ "en", "0.75 percentage points", 0.75, "percentage points" },
		{ "en", "by 25 basis points", 0.25, "percentage points" },
		{ "en", "cut by half a point", 0.5, "percentage points" },
		{ "en", "a reprieve of 90 days", 90, "days" },
		{ "en", "a 90-day pause", 90, "days" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void tells_old_new_and_difference(void **state)
{
	(void)state;
	struct arena *arena;
	struct quantity_list q = quantities_of(
		"es", "suman ya 13 mil 181 elementos, frente a los 12 mil de junio", &arena);
	assert_int_equal(q.n, 2);
	assert_int_equal(q.items[0].role, ROLE_NEW);
	assert_int_equal(q.items[1].role, ROLE_OLD);
	assert_sv(q.items[1].unit, "elementos");
	arena_free(arena);

	q = quantities_of("en", "Bank Rate is reduced to 5% from 5.25%", &arena);
	assert_int_equal(q.n, 2);
	assert_int_equal(q.items[0].role, ROLE_NEW);
	assert_int_equal(q.items[0].direction, DIRECTION_DOWN);
	assert_int_equal(q.items[1].role, ROLE_OLD);
	arena_free(arena);

	q = quantities_of("en", "encounters rose by 25 percent in June", &arena);
	assert_int_equal(q.n, 1);
	assert_int_equal(q.items[0].role, ROLE_DELTA);
	assert_int_equal(q.items[0].direction, DIRECTION_UP);
	arena_free(arena);

	q = quantities_of("es", "la facilidad de depósito pasa del 4 % al 3,75 %", &arena);
	assert_int_equal(q.n, 2);
	assert_int_equal(q.items[0].role, ROLE_OLD);
	assert_int_equal(q.items[1].role, ROLE_NEW);
	arena_free(arena);
}

static void bare_old_value_takes_unit_and_scale_of_the_new_one(void **state)
{
	(void)state;
	struct arena *arena;
	struct quantity_list q = quantities_of("en", "The ceiling drops to 25 billion dollars from 60.", &arena);
	assert_int_equal(q.n, 2);
	assert_true(q.items[1].value == 60e9);
	assert_sv(q.items[1].unit, "USD");
	arena_free(arena);
}

static void reads_bounds_before_and_behind(void **state)
{
	(void)state;
	static const struct {
		const char *tag, *text;
		enum bound bound;
	} cases[] = {
		{ "en", "more than 12,000 troops", BOUND_AT_LEAST },
		{ "en", "12,000 or more troops", BOUND_AT_LEAST },
		{ "en", "Twelve thousand plus", BOUND_AT_LEAST },
		{ "en", "up to 30,000 people", BOUND_AT_MOST },
		{ "en", "nearly 12,000 troops", BOUND_ABOUT },
		{ "es", "más de 12 mil elementos", BOUND_AT_LEAST },
		{ "es", "hasta 12 mil elementos", BOUND_AT_MOST },
		{ "es", "cerca de 450 mil campesinos", BOUND_ABOUT },
		{ "en", "12,000 troops", BOUND_EXACT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena;
		struct quantity_list q = quantities_of(cases[i].tag, cases[i].text, &arena);
		assert_int_equal(q.n, 1);
		if (q.items[0].bound != cases[i].bound)
			fail_msg("\"%s\": %s", cases[i].text, bound_name(q.items[0].bound));
		arena_free(arena);
	}
}

static void reads_ranges_and_periods(void **state)
{
	(void)state;
	struct arena *arena;
	struct quantity_list q = quantities_of("en", "now aims for 4.75 to 5 percent", &arena);
	assert_int_equal(q.n, 1);
	assert_true(q.items[0].value == 4.75 && q.items[0].high == 5);
	arena_free(arena);

	q = quantities_of("en", "between 2 and 3 million doses a month", &arena);
	assert_int_equal(q.n, 1);
	assert_true(q.items[0].value == 2e6 && q.items[0].high == 3e6);
	assert_sv(q.items[0].per, "month");
	arena_free(arena);

	q = quantities_of("es", "300 mil millones de dólares anuales", &arena);
	assert_int_equal(q.n, 1);
	assert_sv(q.items[0].per, "year");
	arena_free(arena);
}

static void names_dates_and_times_are_no_quantities(void **state)
{
	(void)state;
	static const char *const texts[] = { "Title 42 ended.", "An F-16 and a Leopard 2 tank came.",
		"under Article 5 of it", "COP26 met.", "Resolution 2231 holds", "on June 8, 2021 they met",
		"at 14:30 they met", "at 3 p.m. they met", "call 555-123-4567 now", "see https://x.org/2024/50 there",
		"in 2024 they met", "COVID-19 is over.", "by the end of 2026 it ends" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct arena *arena;
		struct quantity_list q = quantities_of("en", texts[i], &arena);
		if (q.n)
			fail_msg("\"%s\": %g", texts[i], q.items[0].value);
		arena_free(arena);
	}
}

static void spans_point_at_number_and_phrase(void **state)
{
	(void)state;
	struct arena *arena;
	const char *text = "They sent more than 12,000 security personnel there.";
	struct quantity_list q = quantities_of("en", text, &arena);
	assert_int_equal(q.n, 1);
	assert_sv(sv_slice(sv_of(text), q.items[0].number.from, q.items[0].number.to), "12,000");
	assert_sv(sv_slice(sv_of(text), q.items[0].phrase.from, q.items[0].phrase.to),
		"more than 12,000 security personnel");
	arena_free(arena);
}

static void tables_are_sorted(void **state)
{
	(void)state;
	const struct number_words *const all[] = { &number_words_en, &number_words_es };
	for (size_t i = 0; i < 2; i++) {
		assert_true(phrase_table_is_sorted(&all[i]->numerals));
		assert_true(phrase_table_is_sorted(&all[i]->units));
		assert_true(phrase_table_is_sorted(&all[i]->before));
		assert_true(phrase_table_is_sorted(&all[i]->after));
		assert_true(phrase_table_is_sorted(&all[i]->names));
		assert_true(phrase_table_is_sorted(&all[i]->stops));
		assert_true(phrase_table_is_sorted(&all[i]->articles));
		assert_true(phrase_table_is_sorted(&all[i]->range_to));
		assert_true(phrase_table_is_sorted(&all[i]->links));
		assert_true(phrase_table_is_sorted(&all[i]->and_words));
	}
	assert_true(phrase_table_is_sorted(&unit_symbols));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_value_and_counted_noun),
		cmocka_unit_test(reads_money_per_cent_and_time),
		cmocka_unit_test(tells_old_new_and_difference),
		cmocka_unit_test(bare_old_value_takes_unit_and_scale_of_the_new_one),
		cmocka_unit_test(reads_bounds_before_and_behind),
		cmocka_unit_test(reads_ranges_and_periods),
		cmocka_unit_test(names_dates_and_times_are_no_quantities),
		cmocka_unit_test(spans_point_at_number_and_phrase),
		cmocka_unit_test(tables_are_sorted),
	};
	return RUN(tests);
}
