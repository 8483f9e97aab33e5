/* Which topics a client wants. */
#ifndef LIB_FILTER_H
#define LIB_FILTER_H

#include <policywatch/policywatch.h>
#include <policywatch/wire.h>
#include <stdbool.h>
#include <stddef.h>

#define FILTER_TOPICS 64

struct filter {
	char topics[FILTER_TOPICS][PW_TOPIC_MAX + 2]; /* each ends on '/'; none lies within another */
	size_t n;                                     /* 0: everything */
	char common[PW_TOPIC_MAX + 2];                /* the levels they share; "" if none */
	size_t common_bytes, common_levels;
};

/* topics: NULL-terminated, or NULL. PW_INVALID: *out_bad is one that can't be a topic, or NULL when there are too many. */
enum pw_status filter_init(struct filter *filter, const char *const *topics, const char **out_bad);
/* The facts of a snapshot (fact/<beat>/<fact>/state/) that the filter is about: those whose changes it takes. */
bool filter_takes_state(const struct filter *filter, const char *topic, size_t n);
size_t filter_state_bytes(const struct filter *filter); /* of `common`: the prefix that all of them share */
bool filter_takes(const struct filter *filter, const char *topic, size_t n);

#endif
