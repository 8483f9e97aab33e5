#include "test.h"

#include <float.h>
#include <stdlib.h>

#include "json.h"
#include "json_out.h"

static struct buf out;

static int set_up(void **state)
{
	(void)state;
	buf_init(&out, 4096);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&out);
	return 0;
}

static void members_and_items_are_separated_by_commas(void **state)
{
	(void)state;
	json_out_open(&out, NULL, '{');
	json_out_open(&out, "a", '[');
	json_out_close(&out, ']');
	json_out_open(&out, "b", '[');
	json_out_number(&out, NULL, 1);
	json_out_null(&out, NULL);
	json_out_text(&out, NULL, SV("x,"), SIZE_MAX);
	json_out_text(&out, NULL, SV("{"), SIZE_MAX);
	json_out_close(&out, ']');
	json_out_number(&out, "c", -2);
	json_out_close(&out, '}');
	assert_sv(buf_sv(&out), "{\"a\":[],\"b\":[1,null,\"x,\",\"{\"],\"c\":-2}");
}

static void control_characters_quotes_and_backslashes_are_escaped(void **state)
{
	(void)state;
	json_out_text(&out, NULL, SV("a\"b\\c\n\r\t\x01\x1f\x7f"), SIZE_MAX);
	assert_sv(buf_sv(&out), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\x7f\"");
}

static void bytes_that_are_no_text_become_the_replacement_character(void **state)
{
	(void)state;
	json_out_text(&out, NULL, SV("a\xff\x62\0\xc3\xa9"), SIZE_MAX);
	assert_sv(buf_sv(&out), "\"a\xef\xbf\xbd\x62\xef\xbf\xbd\xc3\xa9\"");
}

static void long_text_is_cut_before_a_character_that_does_not_fit(void **state)
{
	(void)state;
	json_out_text(&out, NULL, SV("abc\xc3\xa9\xc3\xa9\xc3\xa9"), 7);
	assert_sv(buf_sv(&out), "\"abc\xe2\x80\xa6\"");
}

static void text_that_just_fits_is_whole(void **state)
{
	(void)state;
	json_out_text(&out, NULL, SV("abcdefg"), 7);
	assert_sv(buf_sv(&out), "\"abcdefg\"");
}

static void numbers_come_back_as_they_were(void **state)
{
	(void)state;
	static const double numbers[] = { 0, -1, 12000, 0.1, 2.5, 1e15, 9007199254740991.0, 9007199254740994.0, 1e300,
		-1.0 / 3, DBL_MIN, DBL_MAX };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		buf_clear(&out);
		json_out_number(&out, NULL, numbers[i]);
		struct json_t *tree = NULL;
		struct error err;
		char text[512];
		(void)snprintf(text, sizeof text, "[%.*s]", SV_ARG(buf_sv(&out)));
		assert_ok(json_read(sv_of(text), &tree, &err), err);
		double back = json_number(json_at(tree, 0), -7);
		json_free(tree);
		assert_memory_equal(&back, &numbers[i], sizeof back);
	}
}

static void what_json_has_no_number_for_is_null(void **state)
{
	(void)state;
	json_out_number(&out, NULL, strtod("nan", NULL));
	json_out_number(&out, NULL, strtod("inf", NULL));
	assert_sv(buf_sv(&out), "null,null");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(members_and_items_are_separated_by_commas),
		TEST(control_characters_quotes_and_backslashes_are_escaped),
		TEST(bytes_that_are_no_text_become_the_replacement_character),
		TEST(long_text_is_cut_before_a_character_that_does_not_fit),
		TEST(text_that_just_fits_is_whole),
		TEST(numbers_come_back_as_they_were),
		TEST(what_json_has_no_number_for_is_null),
	};
	return RUN(tests);
}
