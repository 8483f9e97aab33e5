#include "client_test.h"
#include "filter.h"

static void topics_within_others_fall_away(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/us-mexico/a", "fact/us-mexico", "source", "fact/us-mexico/", NULL };
	struct filter filter;
	const char *bad;
	assert_int_equal(filter_init(&filter, topics, &bad), PW_OK);
	assert_int_equal(filter.n, 2);
	assert_string_equal(filter.common, "");
	assert_true(filter_takes(&filter, "fact/us-mexico/b/new/", 21));
	assert_false(filter_takes(&filter, "fact/us-mexicoo/b/new/", 22));
	assert_false(filter_takes(&filter, "fact/", 5));
}

static void the_common_levels_are_whole(void **state)
{
	(void)state;
	static const struct {
		const char *topics[4], *common;
		size_t levels;
	} cases[] = {
		{ { NULL }, "", 0 },
		{ { "" }, "", 0 },
		{ { "fact" }, "fact/", 1 },
		{ { "fact/us-mexico", "fact/us-canada" }, "fact/", 1 },
		{ { "fact/us-mexico/a", "fact/us-mexico/b", "fact/us-mexico/ab" }, "fact/us-mexico/", 2 },
		{ { "fact/us/a", "fact/us-mexico/b" }, "fact/", 1 },
		{ { "fact", "source" }, "", 0 },
		{ { "fact/us", "" }, "", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct filter filter;
		const char *bad;
		assert_int_equal(filter_init(&filter, cases[i].topics, &bad), PW_OK);
		assert_string_equal(filter.common, cases[i].common);
		assert_int_equal(filter.common_levels, cases[i].levels);
	}
}

static void what_can_not_be_a_topic_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = { "/", "a//b", "A", "a b", "!hb", "a/b/c/d/e/f/g/h/i", "caf\xc3\xa9" };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *const topics[] = { cases[i], NULL };
		struct filter filter;
		const char *bad = NULL;
		assert_int_equal(filter_init(&filter, topics, &bad), PW_INVALID);
		assert_ptr_equal(bad, cases[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics_within_others_fall_away),
		cmocka_unit_test(the_common_levels_are_whole),
		cmocka_unit_test(what_can_not_be_a_topic_is_refused),
	};
	return RUN(tests);
}
