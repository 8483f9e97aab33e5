#include "value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 64
#define DUMP_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII)

static const json_t *json_of(const struct pw_value *value)
{
	return (const json_t *)value;
}

struct pw_value *value_read(const char *json, size_t n)
{
	return (struct pw_value *)json_loadb(json, n, JSON_REJECT_DUPLICATES, NULL);
}

void value_free(struct pw_value *value)
{
	json_decref((json_t *)value);
}

static json_t *read_params(const char *params)
{
	return params ? json_loads(params, JSON_REJECT_DUPLICATES, NULL) : json_object();
}

enum pw_status value_call(const char *name, const char *params, char **out)
{
	json_t *object = read_params(params);
	if (!json_is_object(object) || json_object_set_new(object, "call", json_string(name))) {
		json_decref(object);
		return PW_INVALID;
	}
	*out = json_dumps(object, DUMP_FLAGS);
	json_decref(object);
	return *out ? PW_OK : PW_NOMEM;
}

/* Takes over params and value. */
static char *with_param(char *params, const char *key, json_t *value)
{
	json_t *object = read_params(params);
	char *text = NULL;
	free(params);
	if (!json_is_object(object))
		json_decref(value);
	else if (json_object_set_new(object, key, value) == 0)
		text = json_dumps(object, DUMP_FLAGS);
	json_decref(object);
	return text;
}

char *pw_params_text(char *params, const char *key, const char *value)
{
	return with_param(params, key, json_string(value));
}

char *pw_params_integer(char *params, const char *key, int64_t value)
{
	return with_param(params, key, json_integer(value));
}

/* One step of a path: a key of an object, or the number of an element. */
static const json_t *step(const json_t *from, const char *key, size_t n)
{
	char name[KEY_BYTES];
	if (n >= sizeof name)
		return NULL;
	memcpy(name, key, n);
	name[n] = '\0';
	if (json_is_object(from))
		return json_object_get(from, name);
	if (!json_is_array(from) || n == 0 || strspn(name, "0123456789") != n || n > 9)
		return NULL;
	return json_array_get(from, strtoul(name, NULL, 10));
}

const struct pw_value *pw_get(const struct pw_value *value, const char *path)
{
	const json_t *at = json_of(value);
	while (at && *path) {
		size_t n = strcspn(path, ".");
		at = step(at, path, n);
		path += path[n] ? n + 1 : n;
	}
	return (const struct pw_value *)at;
}

const struct pw_value *pw_at(const struct pw_value *array, size_t i)
{
	return (const struct pw_value *)json_array_get(json_of(array), i);
}

size_t pw_size(const struct pw_value *array)
{
	return json_array_size(json_of(array));
}

const char *pw_text(const struct pw_value *value)
{
	const char *text = json_string_value(json_of(value));
	return text ? text : "";
}

double pw_number(const struct pw_value *value)
{
	return json_number_value(json_of(value));
}

int64_t pw_integer(const struct pw_value *value)
{
	double real = json_real_value(json_of(value));
	if (json_is_integer(json_of(value)))
		return json_integer_value(json_of(value));
	return real > -9e18 && real < 9e18 ? (int64_t)real : 0;
}

int pw_true(const struct pw_value *value)
{
	return json_is_true(json_of(value));
}

int pw_is_text(const struct pw_value *value)
{
	return json_is_string(json_of(value));
}

int pw_is_number(const struct pw_value *value)
{
	return json_is_number(json_of(value));
}

int pw_is_array(const struct pw_value *value)
{
	return json_is_array(json_of(value));
}

int pw_is_object(const struct pw_value *value)
{
	return json_is_object(json_of(value));
}

int pw_is_null(const struct pw_value *value)
{
	return !value || json_is_null(json_of(value));
}
