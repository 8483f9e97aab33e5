/* JSON, and jansson nowhere but in value.c. */
#ifndef LIB_VALUE_H
#define LIB_VALUE_H

#include <policywatch/policywatch.h>

/* NULL: not JSON, not an object or array, or no memory. */
struct pw_value *value_read(const char *json, size_t n);
void value_free(struct pw_value *value); /* NULL is fine */
/* {"call": name, …params} as malloc'd text. PW_INVALID: params are no object. */
enum pw_status value_call(const char *name, const char *params, char **out);

#endif
