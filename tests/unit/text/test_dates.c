#include "test.h"

#include "date_words.h"
#include "dates.h"
#include "sentence.h"

struct expected {
	const char *tag, *text, *date;
	enum date_role role;
};

/* Published on Thursday, 31 July 2025. */
static void check(const struct expected *e)
{
	char text[DATE_TEXT];
	struct sentence s = sentence_of(e->tag, e->text);
	struct date_list list = { 0 };
	text_dates(s.arena, s.text, &s.tokens, s.language, (struct date){ 2025, 7, 31 }, &list);
	if (list.n != 1)
		fail_msg("\"%s\": %zu dates", e->text, list.n);
	if (strcmp(date_format(list.items[0].date, text), e->date) != 0)
		fail_msg("\"%s\": %s, not %s", e->text, text, e->date);
	if (list.items[0].role != e->role)
		fail_msg("\"%s\": role %d", e->text, (int)list.items[0].role);
	arena_free(s.arena);
}

static void reads_absolute_dates_with_their_precision(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{ "en", "It met on June 8, 2021.", "2021-06-08", DATE_ON },
		{ "en", "It met on 8 June 2021.", "2021-06-08", DATE_ON },
		{ "en", "It met on the 8th of June, 2021.", "2021-06-08", DATE_ON },
		{ "es", "Se reunió el 8 de junio de 2021.", "2021-06-08", DATE_ON },
		{ "es", "Se reunió el 1.º de febrero de 2024.", "2024-02-01", DATE_ON },
		{ "en", "It met in June 2026.", "2026-06", DATE_ON },
		{ "es", "Se reunió en mayo de 2026.", "2026-05", DATE_ON },
		{ "en", "It met in 2030.", "2030", DATE_ON },
		{ "en", "It met on 2021-06-08.", "2021-06-08", DATE_ON },
		{ "en", "It comes in mid-2025.", "2025-06", DATE_ON },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void reads_dates_relative_to_publication(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{ "en", "It met last Tuesday.", "2025-07-29", DATE_ON },
		{ "en", "It met yesterday.", "2025-07-30", DATE_ON },
		{ "en", "It will meet next month.", "2025-08", DATE_ON },
		{ "en", "It comes at the end of the year.", "2025", DATE_ON },
		{ "es", "Llega a finales de año.", "2025", DATE_ON },
		{ "es", "Se reunió el mes pasado.", "2025-06", DATE_ON },
		{ "es", "Entrará el próximo lunes.", "2025-08-04", DATE_ON },
		{ "en", "It met two weeks ago.", "2025-07-17", DATE_ON },
		{ "es", "Se reunió hace tres días.", "2025-07-28", DATE_ON },
		{ "en", "It cuts them by the end of the decade.", "2030", DATE_BY },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void tells_deadline_end_start_and_past(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{ "en", "to be done by the end of 2026", "2026", DATE_BY },
		{ "en", "to be done within 90 days", "2025-10-29", DATE_BY },
		{ "es", "a más tardar el 1 de mayo de 2026", "2026-05-01", DATE_BY },
		{ "es", "dentro de 90 días", "2025-10-29", DATE_BY },
		{ "es", "para 2030", "2030", DATE_BY },
		{ "en", "may go on until 21 December", "2025-12-21", DATE_UNTIL },
		{ "es", "hasta el 15 de agosto", "2025-08-15", DATE_UNTIL },
		{ "en", "takes effect on 27 January 2026", "2026-01-27", DATE_FROM },
		{ "es", "a partir del 7 de septiembre", "2025-09-07", DATE_FROM },
		{ "en", "the first time since 2019", "2019", DATE_SINCE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void date_without_year_looks_ahead_behind_a_word_that_does(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{ "en", "as it said in June", "2025-06", DATE_ON },
		{ "en", "It will start in June.", "2026-06", DATE_FROM },
		{ "es", "Entrará en vigor en junio.", "2026-06", DATE_FROM },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void range_has_start_and_end(void **state)
{
	(void)state;
	static const struct {
		const char *tag, *text, *start, *end;
	} cases[] = {
		{ "en", "from 1 July to 31 August 2026", "2026-07-01", "2026-08-31" },
		{ "es", "del 1 al 5 de mayo de 2026", "2026-05-01", "2026-05-05" },
		{ "en", "the plan for 2024-2026", "2024", "2026" },
		{ "en", "in the first quarter of 2026", "2026-01", "2026-03" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[DATE_TEXT];
		struct sentence s = sentence_of(cases[i].tag, cases[i].text);
		struct date_list list = { 0 };
		text_dates(s.arena, s.text, &s.tokens, s.language, (struct date){ 2025, 7, 31 }, &list);
		assert_int_equal(list.n, 1);
		assert_string_equal(date_format(list.items[0].start, text), cases[i].start);
		assert_string_equal(date_format(list.items[0].date, text), cases[i].end);
		arena_free(s.arena);
	}
}

static void without_publication_only_full_dates_are_found(void **state)
{
	(void)state;
	struct sentence s = sentence_of("en", "It met yesterday, in June, and on 8 June 2021.");
	struct date_list list = { 0 };
	text_dates(s.arena, s.text, &s.tokens, s.language, (struct date){ 0 }, &list);
	assert_int_equal(list.n, 1);
	assert_false(list.items[0].is_relative);
	arena_free(s.arena);
}

static void words_and_counts_are_no_dates(void **state)
{
	(void)state;
	static const char *const texts[] = { "It may march on.", "more than 2000 troops", "Resolution 1973 holds",
		"the highest in 17 years", "They sat down." };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct sentence s = sentence_of("en", texts[i]);
		struct date_list list = { 0 };
		text_dates(s.arena, s.text, &s.tokens, s.language, (struct date){ 2025, 7, 31 }, &list);
		if (list.n)
			fail_msg("a date in \"%s\"", texts[i]);
		arena_free(s.arena);
	}
}

static void metadata_dates_in_their_wild_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "Tue, 08 Jun 2021 14:00:00 GMT", "2021-06-08T14:00:00.000Z" },
		{ "Tue, 8 Jun 2021 14:00:00 +0200", "2021-06-08T12:00:00.000Z" },
		{ "08 Jun 21 14:00 EST", "2021-06-08T19:00:00.000Z" },
		{ "8 Jun 2021 14:00 PDT", "2021-06-08T21:00:00.000Z" },
		{ "Tue, 08 Jun 2021 14:00:00 Z", "2021-06-08T14:00:00.000Z" },
		{ "Tue, 08 Jun 2021 14:00:00 UT", "2021-06-08T14:00:00.000Z" },
		{ "Tuesday, 08-Jun-21 14:00:00 GMT", "2021-06-08T14:00:00.000Z" },
		{ "Tue Jun  8 14:00:00 2021", "2021-06-08T14:00:00.000Z" },
		{ "2021-06-08T14:00:00-05:00", "2021-06-08T19:00:00.000Z" },
		{ "2021-06-08T14:00Z", "2021-06-08T14:00:00.000Z" },
		{ "2021-06-08", "2021-06-08T00:00:00.000Z" },
		{ "2021-06", "2021-06-01T00:00:00.000Z" },
		{ "2021", "2021-01-01T00:00:00.000Z" },
		{ "8 June 2021", "2021-06-08T00:00:00.000Z" },
		{ "June 8, 2021", "2021-06-08T00:00:00.000Z" },
		{ "June 8th, 2021 at 2:05 p.m.", "2021-06-08T14:05:00.000Z" },
		{ "8 de junio de 2021", "2021-06-08T00:00:00.000Z" },
		{ "08/06/2021", "2021-06-08T00:00:00.000Z" },
		{ "06/28/2021", "2021-06-28T00:00:00.000Z" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[WALL_TEXT];
		struct wall_ms t;
		if (!text_date_parse(sv_of(cases[i].text), language_find(SV("es")), &t))
			fail_msg("not read: \"%s\"", cases[i].text);
		assert_string_equal(wall_format(t, text), cases[i].want);
	}
}

static void refuses_metadata_that_is_no_date(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "yesterday", "31 February 2021", "2021-13-45", "12345678901234", "Jun",
		"25:99 8 June 2021", "99/99/2021", "version 3" };
	struct wall_ms t;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (text_date_parse(sv_of(texts[i]), NULL, &t))
			fail_msg("read: \"%s\"", texts[i]);
}

static void american_english_writes_the_month_first(void **state)
{
	(void)state;
	char text[WALL_TEXT];
	struct wall_ms t;
	assert_true(text_date_parse(SV("06/08/2021"), language_find(SV("en")), &t));
	assert_string_equal(wall_format(t, text), "2021-06-08T00:00:00.000Z");
}

static void tables_are_sorted(void **state)
{
	(void)state;
	const struct date_words *const all[] = { &date_words_en, &date_words_es };
	for (size_t i = 0; i < 2; i++) {
		assert_true(phrase_table_is_sorted(&all[i]->words));
		assert_true(phrase_table_is_sorted(&all[i]->leads));
		assert_true(phrase_table_is_sorted(&all[i]->fillers));
		assert_true(phrase_table_is_sorted(&all[i]->to));
		assert_true(phrase_table_is_sorted(&all[i]->and_words));
		assert_true(phrase_table_is_sorted(&all[i]->ahead));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_absolute_dates_with_their_precision),
		cmocka_unit_test(reads_dates_relative_to_publication),
		cmocka_unit_test(tells_deadline_end_start_and_past),
		cmocka_unit_test(date_without_year_looks_ahead_behind_a_word_that_does),
		cmocka_unit_test(range_has_start_and_end),
		cmocka_unit_test(without_publication_only_full_dates_are_found),
		cmocka_unit_test(words_and_counts_are_no_dates),
		cmocka_unit_test(metadata_dates_in_their_wild_forms),
		cmocka_unit_test(refuses_metadata_that_is_no_date),
		cmocka_unit_test(american_english_writes_the_month_first),
		cmocka_unit_test(tables_are_sorted),
	};
	return RUN(tests);
}
