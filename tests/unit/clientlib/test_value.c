#include <policywatch/policywatch.h>

#include "client_test.h"
#include "value.h"

static struct pw_value *read_text(const char *json)
{
	struct pw_value *value = value_read(json, strlen(json));
	assert_non_null(value);
	return value;
}

static void paths_lead_through_objects_and_arrays(void **state)
{
	(void)state;
	struct pw_value *value = read_text(
		"{\"data\":{\"change\":{\"old\":12000,\"new\":28000.5}},\"why\":[\"a\",\"b\"]}");
	assert_int_equal(pw_integer(pw_get(value, "data.change.old")), 12000);
	assert_true(pw_number(pw_get(value, "data.change.new")) == 28000.5);
	assert_string_equal(pw_text(pw_get(value, "why.1")), "b");
	assert_int_equal(pw_size(pw_get(value, "why")), 2);
	assert_null(pw_get(value, "why.2"));
	assert_null(pw_get(value, "why.x"));
	assert_null(pw_get(value, "data.change.old.deeper"));
	assert_null(pw_get(value, "..."));
	assert_ptr_equal(pw_get(value, ""), value);
	value_free(value);
}

static void nothing_and_the_wrong_kind_give_empty_answers(void **state)
{
	(void)state;
	struct pw_value *value = read_text("{\"a\":true,\"b\":null,\"c\":1e300}");
	assert_string_equal(pw_text(NULL), "");
	assert_string_equal(pw_text(pw_get(value, "a")), "");
	assert_int_equal(pw_integer(pw_get(value, "c")), 0);
	assert_int_equal(pw_size(value), 0);
	assert_true(pw_is_null(pw_get(value, "b")));
	assert_true(pw_is_null(pw_get(NULL, "a.b")));
	assert_true(pw_true(pw_get(value, "a")));
	assert_null(pw_at(value, 0));
	value_free(value);
}

static void what_is_not_json_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "{", "1", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}",
		"{\"a\":99999999999999999999}" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(value_read(bad[i], strlen(bad[i])));
}

static void params_that_are_not_utf8_give_nothing(void **state)
{
	(void)state;
	char *params = pw_params_integer(NULL, "limit", -3);
	assert_string_equal(params, "{\"limit\":-3}");
	assert_null(pw_params_text(params, "beat", "\xff"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_through_objects_and_arrays),
		cmocka_unit_test(nothing_and_the_wrong_kind_give_empty_answers),
		cmocka_unit_test(what_is_not_json_is_refused),
		cmocka_unit_test(params_that_are_not_utf8_give_nothing),
	};
	return RUN(tests);
}
