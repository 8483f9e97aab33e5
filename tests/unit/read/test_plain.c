#include "test.h"

#include "read_support.h"

static void wrapped_lines_are_one_paragraph(void **state)
{
	(void)state;
	READ(SOURCE_FILE, "The two sides will\nmeet again in\nMarch.\n\nA second paragraph.\n");
	assert_int_equal(reading.format, FORMAT_TEXT);
	assert_sv(reading.documents.items[0].text, "The two sides will meet again in March.\n\nA second paragraph.");
}

static void long_lines_are_paragraphs_of_their_own(void **state)
{
	(void)state;
	static const char a[] =
		"The ministers of both states met on Monday and agreed that the posts at the border will "
		"stay open through the summer.";
	CLEANUP(arena_freep) struct arena *bytes = arena_new(4096);
	struct sv text = arena_printf(bytes, "%s\n%s\nShort end.", a, a);
	READ(SOURCE_FILE, arena_cstr(bytes, text));
	struct sv want = arena_printf(bytes, "%s\n\n%s\n\nShort end.", a, a);
	assert_true(sv_eq(reading.documents.items[0].text, want));
}

static void markdown_headings_and_items_lose_their_marks(void **state)
{
	(void)state;
	READ(SOURCE_FILE, "# The title\n\n## Part\ntext of it\n- one\n- two\n  goes on\n\n---\n> said so\n");
	assert_sv(reading.documents.items[0].title, "The title");
	assert_sv(reading.documents.items[0].text, "Part\n\ntext of it\n\none\n\ntwo goes on\n\nsaid so");
}

static void first_short_line_that_is_no_sentence_is_the_title(void **state)
{
	(void)state;
	READ(SOURCE_FILE, "Statement on the border\n\nThe ministers met.\n");
	assert_sv(reading.documents.items[0].title, "Statement on the border");
	assert_sv(reading.documents.items[0].text, "The ministers met.");
}

static void a_sentence_is_no_title(void **state)
{
	(void)state;
	READ(SOURCE_FILE, "The ministers met.\n\nThey agreed.\n");
	assert_sv(reading.documents.items[0].title, "");
}

static void text_without_a_date_is_as_old_as_the_newest_tweet_it_quotes(void **state)
{
	(void)state;
	READ(SOURCE_FILE,
		"We met today.\n\n— Ana Ruiz (@ana) June 8, 2021\n\nAnd before.\n\n— Ana Ruiz (@ana) May 1, 2021\n\nSo "
		"it goes.");
	assert_true(date_eq(date_from_wall(reading.documents.items[0].published), (struct date){ 2021, 6, 8 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrapped_lines_are_one_paragraph),
		cmocka_unit_test(long_lines_are_paragraphs_of_their_own),
		cmocka_unit_test(markdown_headings_and_items_lose_their_marks),
		cmocka_unit_test(first_short_line_that_is_no_sentence_is_the_title),
		cmocka_unit_test(a_sentence_is_no_title),
		cmocka_unit_test(text_without_a_date_is_as_old_as_the_newest_tweet_it_quotes),
	};
	return RUN(tests);
}
