/* Events must come in the order of their numbers, for one cursor says how far a client got. With several subscriptions
 * a lost event of one would show only at its next event, after later ones of the others were handed out. So a client
 * subscribes once, to the levels that all its topics share, where prev[] shows each gap at once, and drops here
 * what it was not asked for. The price is traffic that is not used; policy events are few. */
#include "filter.h"

#include <string.h>

#define FACT_LEVELS 3 /* fact/<beat>/<fact>/ */

static bool is_topic_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-_./", c));
}

static bool normalise(const char *topic, char out[PW_TOPIC_MAX + 2])
{
	size_t n = strlen(topic);
	if (n > PW_TOPIC_MAX || topic[0] == '/' || strstr(topic, "//"))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_topic_char(topic[i]))
			return false;
	}
	memcpy(out, topic, n + 1);
	if (n && out[n - 1] != '/')
		memcpy(out + n, "/", 2);
	return pw_topic_levels(out, strlen(out)) <= PW_LEVELS_MAX;
}

static bool is_within(const char *topic, const char *prefix)
{
	return strncmp(topic, prefix, strlen(prefix)) == 0;
}

/* Keeps the set free of topics that lie within another. */
static bool add_topic(struct filter *filter, const char *topic)
{
	size_t kept = 0;
	for (size_t i = 0; i < filter->n; i++) {
		if (is_within(topic, filter->topics[i]))
			return true;
	}
	for (size_t i = 0; i < filter->n; i++) {
		if (is_within(filter->topics[i], topic))
			continue;
		if (kept != i)
			memcpy(filter->topics[kept], filter->topics[i], sizeof filter->topics[i]);
		kept++;
	}
	filter->n = kept;
	if (kept == FILTER_TOPICS)
		return false;
	memcpy(filter->topics[filter->n++], topic, strlen(topic) + 1);
	return true;
}

static bool all_start_with(const struct filter *filter, const char *prefix, size_t n)
{
	for (size_t i = 0; i < filter->n; i++) {
		if (strncmp(filter->topics[i], prefix, n) != 0)
			return false;
	}
	return true;
}

static void find_common(struct filter *filter)
{
	const char *first = filter->n ? filter->topics[0] : "";
	size_t end = 0;
	for (size_t i = 0; first[i] && all_start_with(filter, first, i + 1); i++) {
		if (first[i] == '/')
			end = i + 1;
	}
	memcpy(filter->common, first, end);
	filter->common[end] = '\0';
	filter->common_bytes = end;
	filter->common_levels = pw_topic_levels(filter->common, end);
}

enum pw_status filter_init(struct filter *filter, const char *const *topics, const char **out_bad)
{
	memset(filter, 0, sizeof *filter);
	for (size_t i = 0; topics && topics[i]; i++) {
		char topic[PW_TOPIC_MAX + 2];
		*out_bad = topics[i];
		if (!normalise(topics[i], topic))
			return PW_INVALID;
		*out_bad = NULL;
		if (!add_topic(filter, topic))
			return PW_INVALID;
	}
	if (filter->n == 1 && !filter->topics[0][0])
		filter->n = 0;
	find_common(filter);
	return PW_OK;
}

/* A prefix to the levels that name a fact; what follows names a change. */
static size_t fact_bytes(const char *prefix)
{
	size_t n = 0;
	for (size_t levels = 0; prefix[n] && levels < FACT_LEVELS; n++)
		levels += prefix[n] == '/';
	return n;
}

size_t filter_state_bytes(const struct filter *filter)
{
	return fact_bytes(filter->common);
}

bool filter_takes_state(const struct filter *filter, const char *topic, size_t n)
{
	for (size_t i = 0; i < filter->n; i++) {
		size_t prefix_bytes = fact_bytes(filter->topics[i]);
		if (n >= prefix_bytes && memcmp(topic, filter->topics[i], prefix_bytes) == 0)
			return true;
	}
	return filter->n == 0;
}

bool filter_takes(const struct filter *filter, const char *topic, size_t n)
{
	for (size_t i = 0; i < filter->n; i++) {
		size_t prefix_bytes = strlen(filter->topics[i]);
		if (n >= prefix_bytes && memcmp(topic, filter->topics[i], prefix_bytes) == 0)
			return true;
	}
	return filter->n == 0;
}
