#include "test.h"

#include "json.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct json_t *must_read(const char *text)
{
	struct json_t *value = NULL;
	struct error err;
	assert_ok(json_read(sv_of(text), &value, &err), err);
	return value;
}

static void refuses(struct sv text)
{
	struct json_t *value = NULL;
	struct error err;
	assert_int_equal(json_read(text, &value, &err), E_FORMAT);
	assert_null(value);
	assert_non_null(strstr(err.text, "line "));
}

static void reads_64_bit_integers_exactly(void **state)
{
	(void)state;
	struct json_t *v = must_read("[9007199254740993, -9223372036854775808, 9223372036854775807]");
	assert_int_equal(json_int(json_at(v, 0), 0), 9007199254740993);
	assert_int_equal(json_int(json_at(v, 1), 0), INT64_MIN);
	assert_int_equal(json_int(json_at(v, 2), 0), INT64_MAX);
	json_free(v);
}

static void refuses_what_is_not_strict_json(void **state)
{
	(void)state;
	refuses(SV(""));
	refuses(SV("{\"a\":1,\"a\":2}"));
	refuses(SV("[1] 2"));
	refuses(SV("[\"\xff\"]"));
	refuses(SV("[\"a\\u0000b\"]"));
	refuses(SV("[99999999999999999999]"));
	refuses(SV("{'a':1}"));
}

static void getters_give_the_empty_answer_for_wrong_types(void **state)
{
	(void)state;
	struct json_t *v = must_read("{\"n\":12.5,\"t\":\"x\",\"o\":{},\"z\":null,\"b\":true}");
	assert_null(json_get(json_get(json_get(v, "no"), "such"), "path"));
	assert_sv(json_text(json_get(v, "n")), "");
	assert_true(json_number(json_get(v, "n"), 0) == 12.5);
	assert_int_equal(json_int(json_get(v, "n"), -1), -1);
	assert_int_equal(json_int(json_get(v, "t"), 7), 7);
	assert_int_equal(json_size(json_get(v, "t")), 0);
	assert_null(json_at(json_get(v, "o"), 0));
	assert_true(json_is_null(json_get(v, "z")));
	assert_true(json_is_null(json_get(v, "no")));
	assert_true(json_bool(json_get(v, "b"), false));
	assert_true(json_bool(json_get(v, "n"), true));
	json_free(v);
}

static void append_key(void *ctx, struct sv key, const struct json_t *value)
{
	char *out = ctx;
	(void)snprintf(out + strlen(out), 32, "%.*s=%d ", SV_ARG(key), (int)json_int(value, -1));
}

static void visits_members_in_order(void **state)
{
	(void)state;
	char seen[64] = "";
	struct json_t *v = must_read("{\"z\":1,\"a\":2,\"m\":3}");
	json_each(v, append_key, seen);
	assert_string_equal(seen, "z=1 a=2 m=3 ");
	json_free(v);
}

static void writes_compact_in_order_of_insertion(void **state)
{
	(void)state;
	struct json_t *v = json_new_object();
	struct json_t *list = json_new_array();
	json_push(list, json_new_number(0.95));
	json_push(list, json_new_number(28000));
	json_push(list, json_new_null());
	json_push(list, json_new_bool(false));
	json_push(list, NULL);
	json_put(v, "z", list);
	json_put_text(v, "empty", SV(""));
	json_put_text(v, "a", SV("Peña"));
	json_put(v, "i", json_new_integer(INT64_MIN));
	assert_sv(json_write(arena, v), "{\"z\":[0.95,28000,null,false],\"a\":\"Peña\",\"i\":-9223372036854775808}");
	assert_sv(json_write_pretty(arena, json_get(v, "a")), "\"Peña\"");
	json_free(v);
}

static void mends_bad_bytes_and_nul_in_text(void **state)
{
	(void)state;
	struct json_t *v = json_new_text(SV("a\xff\0z"));
	assert_sv(json_text(v), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
	json_free(v);
}

static void writes_values_longer_than_its_first_buffer(void **state)
{
	(void)state;
	struct json_t *list = json_new_array();
	for (int i = 0; i < 1000; i++)
		json_push(list, json_new_integer(i));
	struct sv text = json_write(arena, list);
	struct json_t *again = must_read(arena_cstr(arena, text));
	assert_int_equal(json_size(again), 1000);
	assert_int_equal(json_int(json_at(again, 999), 0), 999);
	json_free(again);
	json_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_64_bit_integers_exactly),
		cmocka_unit_test(refuses_what_is_not_strict_json),
		cmocka_unit_test(getters_give_the_empty_answer_for_wrong_types),
		cmocka_unit_test(visits_members_in_order),
		cmocka_unit_test(writes_compact_in_order_of_insertion),
		cmocka_unit_test(mends_bad_bytes_and_nul_in_text),
		cmocka_unit_test(writes_values_longer_than_its_first_buffer),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
