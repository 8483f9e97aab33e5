/* A thin cover over jansson, the only place that knows it. The names it shares with us are macros there and
 * functions here, so they are undefined before our header comes. */
#include <jansson.h>
#undef json_is_object
#undef json_is_array
#undef json_is_number
#undef json_is_null

#include <math.h>
#include <string.h>

#include "bytes.h"
#include "json.h"
#include "unicode.h"

enum { READ_FLAGS = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY };
/* JSON_REAL_PRECISION() has a sign conversion in it, so its value is spelt out: 15 digits. */
enum { WRITE_FLAGS = JSON_ENCODE_ANY | (15 << 11) };
#define EXACT_DOUBLE 9007199254740992.0 /* 2^53: every integer below has a double of its own */

enum status json_read(struct sv bytes, struct json_t **out, struct error *err)
{
	json_error_t detail;
	json_t *value = json_loadb(bytes.n ? bytes.p : "", bytes.n, READ_FLAGS, &detail);
	if (!value)
		return error_set(err, E_FORMAT, "JSON: line %d column %d: %s", detail.line, detail.column, detail.text);
	*out = value;
	return OK;
}

void json_free(struct json_t *value)
{
	json_decref(value);
}

void json_freep(struct json_t **value)
{
	json_decref(*value);
}

/* ---- reading ---- */

const struct json_t *json_get(const struct json_t *object, const char *key)
{
	return json_object_get(object, key);
}

const struct json_t *json_at(const struct json_t *array, size_t i)
{
	return json_array_get(array, i);
}

size_t json_size(const struct json_t *array_or_object)
{
	return json_is_array(array_or_object) ? json_array_size(array_or_object) : json_object_size(array_or_object);
}

bool json_is_text(const struct json_t *value)
{
	return value && json_typeof(value) == JSON_STRING;
}

bool json_is_object(const struct json_t *value)
{
	return value && json_typeof(value) == JSON_OBJECT;
}

bool json_is_array(const struct json_t *value)
{
	return value && json_typeof(value) == JSON_ARRAY;
}

bool json_is_number(const struct json_t *value)
{
	return value && (json_typeof(value) == JSON_INTEGER || json_typeof(value) == JSON_REAL);
}

bool json_is_null(const struct json_t *value)
{
	return !value || json_typeof(value) == JSON_NULL;
}

struct sv json_text(const struct json_t *value)
{
	if (!json_is_text(value))
		return SV("");
	return (struct sv){ json_string_value(value), json_string_length(value) };
}

double json_number(const struct json_t *value, double otherwise)
{
	return json_is_number(value) ? json_number_value(value) : otherwise;
}

int64_t json_int(const struct json_t *value, int64_t otherwise)
{
	if (!json_is_number(value))
		return otherwise;
	if (json_typeof(value) == JSON_INTEGER)
		return json_integer_value(value);
	double v = json_real_value(value);
	return v == floor(v) && fabs(v) < EXACT_DOUBLE ? (int64_t)v : otherwise;
}

bool json_bool(const struct json_t *value, bool otherwise)
{
	if (!value || (json_typeof(value) != JSON_TRUE && json_typeof(value) != JSON_FALSE))
		return otherwise;
	return json_typeof(value) == JSON_TRUE;
}

void json_each(
	const struct json_t *object, void (*visit)(void *ctx, struct sv key, const struct json_t *value), void *ctx)
{
	if (!json_is_object(object))
		return;
	/* jansson has no iterator over a constant object; nothing is written through this one. */
	json_t *walked = (json_t *)(uintptr_t)object;
	for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at)) {
		struct sv key = { json_object_iter_key(at), json_object_iter_key_len(at) };
		visit(ctx, key, json_object_iter_value(at));
	}
}

/* ---- building ---- */

struct json_t *json_new_object(void)
{
	return json_object();
}

struct json_t *json_new_array(void)
{
	return json_array();
}

/* NUL counts as a bad byte: our own reader, as most others, refuses it. */
static struct json_t *repaired_text(struct sv v)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(SIZE_MAX / 8);
	struct bytes mended = bytes_in(arena, v.n);
	for (size_t at = 0; at < v.n;) {
		int32_t c = text_next(v, &at);
		bytes_put(&mended, c ? c : 0xFFFD);
	}
	return json_stringn(mended.items, mended.n);
}

struct json_t *json_new_text(struct sv v)
{
	const char *p = v.n ? v.p : "";
	json_t *text = memchr(p, 0, v.n) ? NULL : json_stringn(p, v.n);
	return text ? text : repaired_text(v);
}

struct json_t *json_new_number(double v)
{
	if (v == floor(v) && fabs(v) < EXACT_DOUBLE)
		return json_integer((json_int_t)v);
	return isfinite(v) ? json_real(v) : json_null();
}

struct json_t *json_new_integer(int64_t v)
{
	return json_integer(v);
}

struct json_t *json_new_bool(bool v)
{
	return v ? json_true() : json_false();
}

struct json_t *json_new_null(void)
{
	return json_null();
}

void json_put(struct json_t *object, const char *key, struct json_t *value)
{
	if (value)
		(void)json_object_set_new(object, key, value); /* frees the value itself when it fails */
}

void json_put_text(struct json_t *object, const char *key, struct sv v)
{
	if (v.n)
		json_put(object, key, json_new_text(v));
}

void json_push(struct json_t *array, struct json_t *value)
{
	if (value)
		(void)json_array_append_new(array, value); /* frees the value itself when it fails */
}

/* ---- writing ---- */

static int append(const char *p, size_t n, void *ctx)
{
	bytes_add(ctx, (struct sv){ p, n });
	return 0;
}

static struct sv write_with(struct arena *arena, const struct json_t *value, size_t flags)
{
	struct bytes out = bytes_in(arena, 512);
	if (json_dump_callback(value, append, &out, flags | WRITE_FLAGS) != 0)
		return SV("null"); /* only NULL and circular trees, which no builder makes */
	return bytes_sv(&out);
}

struct sv json_write(struct arena *arena, const struct json_t *value)
{
	return write_with(arena, value, JSON_COMPACT);
}

struct sv json_write_pretty(struct arena *arena, const struct json_t *value)
{
	return write_with(arena, value, JSON_INDENT(2) | JSON_SORT_KEYS);
}
