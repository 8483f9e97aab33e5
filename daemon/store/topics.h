/* The last sequence number of every topic prefix, committed and not.
 *
 * An entry for each whole-level prefix of each topic that was ever used, the empty one included. Changes are kept in
 * a list until the commit, so that those of a job or of a transaction can be taken back. Costs about 150 bytes
 * a prefix. */
#ifndef STORE_TOPICS_H
#define STORE_TOPICS_H

#include "limit.h"
#include "sv.h"

struct topic;      /* one prefix */
struct topic_undo; /* what a change replaced */

/* A topic and its prefixes: path[k] has the first k levels, path[nlevels] is the topic itself. */
struct topic_path {
	struct topic *path[LIMIT_TOPIC_LEVELS + 1];
	size_t nlevels;
};

struct topics {
	struct topic *by_name;
	struct topic **by_id; /* NULL where there is none */
	size_t cap_by_id;
	struct topic_path latest; /* a place is reserved and then filled: the same topic twice */
	struct topic_undo *undo;
	size_t n_undo, cap_undo;
};
struct topics_mark {
	size_t n_undo;
};

void topics_done(struct topics *topics);
/* Finds or makes the entries of a topic. NULL for what is none: too long, not ended by '/', an empty level, too many levels,
 * not printable ASCII. The path lives until the next one is asked for. */
const struct topic_path *topics_path(struct topics *topics, struct sv name);
struct topic *topics_find(const struct topics *topics, struct sv name); /* NULL: never used */

struct sv topic_name(const struct topic *topic);
int64_t topic_id(const struct topic *topic);         /* row of a full topic, 0: none */
uint64_t topic_last(const struct topic *topic);      /* with what is not committed */
uint64_t topic_committed(const struct topic *topic); /* NULL gives 0 */

/* The topic of a row, NULL: none. */
struct topic *topics_by_id(const struct topics *topics, int64_t id);
void topics_set_id(struct topics *topics, struct topic *topic, int64_t id);
void topics_advance(struct topics *topics, const struct topic_path *path, uint64_t seq);
/* At start, what the log holds: the topic of a row (left out when it is none), then its last number and that of its
 * prefixes, if greater. */
void topics_load(struct topics *topics, struct sv name, int64_t id);
void topics_load_last(struct topic *topic, uint64_t seq);
/* The next topic with a row and with an event after seq; NULL to begin with, NULL at the end. */
struct topic *topics_next_after(const struct topics *topics, struct topic *topic, uint64_t seq);

struct topics_mark topics_mark(const struct topics *topics);
void topics_undo(struct topics *topics, struct topics_mark mark);
void topics_commit(struct topics *topics);

#endif
