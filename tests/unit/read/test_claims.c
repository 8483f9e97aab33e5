#include "test.h"

#include "read_support.h"

static struct statement_list statements_of(struct arena *arena, const char *title, const char *text)
{
	struct document document = { .title = sv_of(title),
		.text = sv_of(text),
		.lang = SV("en"),
		.published = date_to_wall((struct date){ 2024, 5, 6 }) };
	struct error err = { 0 };
	assert_ok(read_statements(arena, &document, &err), err);
	return document.statements;
}

static void title_comes_first_as_a_heading(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct statement_list s = statements_of(arena, "Talks go on", "One went. Two stayed.\n\nThree left.");
	assert_int_equal(s.n, 4);
	assert_true(s.items[0].is_heading);
	assert_sv(s.items[0].text, "Talks go on");
	assert_false(s.items[1].is_heading);
	assert_sv(s.items[3].text, "Three left.");
}

static void place_block_and_context_point_into_the_text(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	const char *text = "One went. Two stayed.\n\nThree left.";
	struct statement_list s = statements_of(arena, "", text);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.items[1].place.from, 10);
	assert_int_equal(s.items[1].place.to, 21);
	assert_int_equal(s.items[1].block, 0);
	assert_int_equal(s.items[2].block, 1);
	assert_sv(s.items[1].prefix, "One went. ");
	assert_sv(s.items[1].suffix, "\n\nThree left.");
}

static void quotation_of_its_own_has_the_speaker_of_its_paragraph(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct statement_list s = statements_of(arena, "",
		"“We share history,” Ana Ruiz said in a tweet. “Our economies are tied.”\n\nNobody else spoke.");
	assert_int_equal(s.n, 3);
	assert_false(s.items[0].is_quote);
	assert_sv(s.items[0].speaker, "Ana Ruiz");
	assert_true(s.items[1].is_quote);
	assert_sv(s.items[1].speaker, "Ana Ruiz");
	assert_sv(s.items[2].speaker, "");
}

static void pronoun_stands_for_the_last_named_speaker(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct statement_list s = statements_of(
		arena, "", "Ana Ruiz said the talks go on.\n\n“We will see,” she said. He left.");
	assert_sv(s.items[1].speaker, "Ana Ruiz");
}

static void open_quotation_goes_on_in_the_next_paragraph(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct statement_list s = statements_of(
		arena, "", "Ana Ruiz said: “It is done.\n\n“We go home now.” Nobody clapped.");
	assert_true(s.items[s.n - 2].is_quote);
	assert_sv(s.items[s.n - 2].speaker, "Ana Ruiz");
	assert_sv(s.items[s.n - 1].speaker, "");
}

static void tweet_has_the_speaker_and_the_date_of_its_signature(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct statement_list s = statements_of(arena, "",
		"Today we met the envoys. We agreed on much. https://t.co/abc pic.twitter.com/def\n\n"
		"— Ana Ruiz (@ana) June 8, 2021\n\nThe end.");
	assert_int_equal(s.n, 3);
	assert_sv(s.items[0].speaker, "Ana Ruiz");
	assert_sv(s.items[1].speaker, "Ana Ruiz");
	assert_sv(s.items[1].text, "We agreed on much.");
	assert_sv(s.items[2].speaker, "");
	assert_int_equal(s.items[0].dates.n, 1);
	assert_int_equal(s.items[0].dates.items[0].date.year, 2021);
}

static void lines_without_words_are_no_statements(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct statement_list s = statements_of(arena, "***", "* * *\n\nhttps://a.example/b\n\n---");
	assert_int_equal(s.n, 0);
}

static void statements_stop_at_the_limit(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	size_t n = LIMIT_STATEMENTS + 10;
	char *text = arena_alloc(arena, n * 5 + 1);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * 5, "Go.\n\n", 5);
	assert_int_equal(statements_of(arena, "", text).n, LIMIT_STATEMENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(title_comes_first_as_a_heading),
		cmocka_unit_test(place_block_and_context_point_into_the_text),
		cmocka_unit_test(quotation_of_its_own_has_the_speaker_of_its_paragraph),
		cmocka_unit_test(pronoun_stands_for_the_last_named_speaker),
		cmocka_unit_test(open_quotation_goes_on_in_the_next_paragraph),
		cmocka_unit_test(tweet_has_the_speaker_and_the_date_of_its_signature),
		cmocka_unit_test(lines_without_words_are_no_statements),
		cmocka_unit_test(statements_stop_at_the_limit),
	};
	return RUN(tests);
}
