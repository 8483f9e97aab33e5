/* JSON in and out, over jansson. Values are reference counted trees; a getter borrows, a builder gives away.
 *
 * Reading: 64-bit integers are exact; bad UTF-8, NUL, duplicate keys and trailing bytes are errors with line and
 * column; nesting is limited by jansson (2048). Getters take NULL and wrong types and then give the empty
 * answer, so that a path can be read in one expression.
 *
 * Writing: numbers carry 15 significant digits, so that 0.95 stays 0.95. */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include "arena.h"

struct json_t; /* jansson's */

enum status json_read(struct sv bytes, struct json_t **out, struct error *err);
void json_free(struct json_t *value); /* drops one reference; NULL is fine */
void json_freep(struct json_t **value);

const struct json_t *json_get(const struct json_t *object, const char *key);
const struct json_t *json_at(const struct json_t *array, size_t i);
size_t json_size(const struct json_t *array_or_object);
struct sv json_text(const struct json_t *value); /* of a string, borrowed; else empty */
bool json_is_text(const struct json_t *value);
bool json_is_object(const struct json_t *value);
bool json_is_array(const struct json_t *value);
bool json_is_number(const struct json_t *value);
bool json_is_null(const struct json_t *value); /* also NULL itself */
double json_number(const struct json_t *value, double otherwise);
int64_t json_int(const struct json_t *value, int64_t otherwise); /* not json_integer(): jansson has that symbol */
bool json_bool(const struct json_t *value, bool otherwise);
/* Calls visit for each member in order. */
void json_each(
	const struct json_t *object, void (*visit)(void *ctx, struct sv key, const struct json_t *value), void *ctx);

/* Builders. A put takes over the reference of `value`; a NULL value puts nothing. Text must be UTF-8; bad bytes
 * become U+FFFD. */
struct json_t *json_new_object(void);
struct json_t *json_new_array(void);
struct json_t *json_new_text(struct sv v);
struct json_t *json_new_number(double v); /* an integer when it is one */
struct json_t *json_new_integer(int64_t v);
struct json_t *json_new_bool(bool v);
struct json_t *json_new_null(void);
void json_put(struct json_t *object, const char *key, struct json_t *value);
void json_put_text(struct json_t *object, const char *key, struct sv v); /* nothing when v is empty */
void json_push(struct json_t *array, struct json_t *value);

/* Compact, members in order of insertion. */
struct sv json_write(struct arena *arena, const struct json_t *value);
/* For people: indented, keys sorted. */
struct sv json_write_pretty(struct arena *arena, const struct json_t *value);

#endif
