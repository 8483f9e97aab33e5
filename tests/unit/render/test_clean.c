#include "clean.h"
#include "client_test.h"

static void is_cleaned(const char *text, size_t columns, const char *want)
{
	struct out out = { 0 };
	size_t used = clean_text(&out, text, columns);
	char *got = out_take(&out);
	assert_string_equal(got, want);
	assert_true(columns == CLEAN_NO_LIMIT || used <= columns);
	free(got);
}

static void what_acts_on_a_terminal_falls_away(void **state)
{
	(void)state;
	is_cleaned("a\033[31mred\033[0m b", CLEAN_NO_LIMIT, "ared b");
	is_cleaned("\033]0;title\007x", CLEAN_NO_LIMIT, "x");
	is_cleaned("\033]8;;http://x\033\\link\033]8;;\033\\", CLEAN_NO_LIMIT, "link");
	is_cleaned("\033Pq#0\033\\x", CLEAN_NO_LIMIT, "x");
	is_cleaned("\033cx\033", CLEAN_NO_LIMIT, "x");
	is_cleaned("\033]unended", CLEAN_NO_LIMIT, "");
	is_cleaned("a\xc2\x9b"
		   "31mb\x07\x08\x7f",
		CLEAN_NO_LIMIT, "a31mb");
	is_cleaned("evil\xe2\x80\xaetxt\xe2\x81\xa6 x\xef\xbb\xbf", CLEAN_NO_LIMIT, "eviltxt x");
}

static void white_space_becomes_single_spaces(void **state)
{
	(void)state;
	is_cleaned("  a\n\t b\r\n  ", CLEAN_NO_LIMIT, "a b");
	is_cleaned("a\xc2\xa0\xe2\x80\xa8"
		   "b",
		CLEAN_NO_LIMIT, "a b");
	is_cleaned(" \n", CLEAN_NO_LIMIT, "");
}

static void broken_bytes_are_shown_as_such(void **state)
{
	(void)state;
	is_cleaned("a\xff"
		   "b",
		CLEAN_NO_LIMIT,
		"a\xef\xbf\xbd"
		"b");
	is_cleaned("\xc0\x80", CLEAN_NO_LIMIT, "\xef\xbf\xbd\xef\xbf\xbd");
	is_cleaned("x\xe2\x82", CLEAN_NO_LIMIT, "x\xef\xbf\xbd\xef\xbf\xbd");
	is_cleaned("\xed\xa0\x80", CLEAN_NO_LIMIT, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void cut_text_ends_on_an_ellipsis_within_the_columns(void **state)
{
	(void)state;
	is_cleaned("hello world", 11, "hello world");
	is_cleaned("hello world", 10, "hello wor…");
	is_cleaned("hello world", 7, "hello…");
	is_cleaned("hello", 1, "…");
	is_cleaned("hello", 0, "");
	is_cleaned("日本語", 6, "日本語");
	is_cleaned("日本語", 5, "日本…");
	is_cleaned("日本語", 4, "日…");
	is_cleaned("e\xcc\x81"
		   "e\xcc\x81",
		2,
		"e\xcc\x81"
		"e\xcc\x81");
}

static void wrapped_text_keeps_its_indent(void **state)
{
	(void)state;
	struct out out = { 0 };
	clean_wrapped(&out, "one two three four", 11, 2);
	char *got = out_take(&out);
	assert_string_equal(got, "one two\n  three\n  four");
	free(got);
}

static void json_stays_the_same_json(void **state)
{
	(void)state;
	struct out out = { 0 };
	clean_json(&out, "{\"a\":\"x\xc2\x9b\xf3\xa0\x81\x81\xe2\x80\xae\"}");
	char *got = out_take(&out);
	assert_string_equal(got, "{\"a\":\"x\\u009b\\udb40\\udc41\\u202e\"}");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_acts_on_a_terminal_falls_away),
		cmocka_unit_test(white_space_becomes_single_spaces),
		cmocka_unit_test(broken_bytes_are_shown_as_such),
		cmocka_unit_test(cut_text_ends_on_an_ellipsis_within_the_columns),
		cmocka_unit_test(wrapped_text_keeps_its_indent),
		cmocka_unit_test(json_stays_the_same_json),
	};
	return RUN(tests);
}
