/* An event → its topic and its CloudEvents JSON (include/policywatch/event.schema.json). */
#ifndef PUBLISH_ENCODE_H
#define PUBLISH_ENCODE_H

#include "change.h"

struct json_t;

/* "fact/<beat>/<slug>/<change>/", "document/<source>/<change>/", "source/<id>/<state>/", "daemon/<what>/". */
struct sv encode_topic(struct arena *arena, const struct event *event);
/* At most LIMIT_EVENT_BYTES: long texts are cut first, with "…". */
struct sv encode_event(
	struct arena *arena, const struct event *event, struct sv instance, uint64_t epoch, uint64_t seq);
struct json_t *encode_fact(const struct fact *fact);
/* The fact that a topic of facts speaks of, or the part of its id that a prefix of one names ("fact/us-mexico/" →
 * "us-mexico."). *out_is_whole: that one fact alone. False: no topic of a state starts with the prefix. */
bool encode_topic_facts(struct arena *arena, struct sv prefix, struct sv *out_id, bool *out_is_whole);
/* "<epoch>-<seq>", epoch as 16 hex digits. */
struct sv encode_event_id(struct arena *arena, uint64_t epoch, uint64_t seq);

#endif
