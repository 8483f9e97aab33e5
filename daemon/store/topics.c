#include "topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(message) abort() /* as everywhere when memory is out */
#include <uthash.h>

struct topic {
	UT_hash_handle hh;
	struct topic *parent; /* without its last level; NULL: the log itself */
	size_t nlevels;
	int64_t id;
	uint64_t last, committed;
	size_t n;
	char name[];
};

struct topic_undo {
	struct topic *topic;
	int64_t id;
	uint64_t last;
};

static void *must(void *p)
{
	if (!p) {
		(void)fputs("policywatch: out of memory\n", stderr);
		abort();
	}
	return p;
}

static bool topic_is_valid(struct sv name)
{
	size_t levels = 0;
	if (name.n == 0 || name.n > LIMIT_TOPIC_BYTES || name.p[0] == '/' || name.p[name.n - 1] != '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] <= ' ' || name.p[i] > '~' || (name.p[i] == '/' && name.p[i - 1] == '/'))
			return false;
		levels += name.p[i] == '/';
	}
	return levels <= LIMIT_TOPIC_LEVELS;
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
void topics_done(struct topics *topics)
{
	struct topic *topic = topics->by_name;
	HASH_CLEAR(hh, topics->by_name); /* the entries stay linked in order of arrival */
	while (topic) {
		struct topic *next = topic->hh.next;
		free(topic);
		topic = next;
	}
	free(topics->undo);
	free(topics->by_id);
	*topics = (struct topics){ 0 };
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
struct topic *topics_find(const struct topics *topics, struct sv name)
{
	struct topic *found = NULL;
	HASH_FIND(hh, topics->by_name, name.n ? name.p : "", name.n, found);
	return found;
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct topic *find_or_make(struct topics *topics, struct sv name, struct topic *parent)
{
	struct topic *topic = topics_find(topics, name);
	if (topic)
		return topic;
	topic = must(calloc(1, sizeof *topic + name.n + 1));
	topic->parent = parent;
	topic->nlevels = parent ? parent->nlevels + 1 : 0;
	topic->n = name.n;
	if (name.n)
		memcpy(topic->name, name.p, name.n);
	HASH_ADD_KEYPTR(hh, topics->by_name, topic->name, topic->n, topic);
	return topic;
}

static struct topic *make_all_levels(struct topics *topics, struct sv name)
{
	struct topic *topic = find_or_make(topics, SV(""), NULL);
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/')
			topic = find_or_make(topics, sv_slice(name, 0, i + 1), topic);
	return topic;
}

/* What has an entry was valid when it was made: most appends cost one look-up. */
const struct topic_path *topics_path(struct topics *topics, struct sv name)
{
	struct topic_path *path = &topics->latest;
	if (name.n && path->path[0] && sv_eq(topic_name(path->path[path->nlevels]), name))
		return path;
	struct topic *topic = name.n ? topics_find(topics, name) : NULL;
	if (!topic && !topic_is_valid(name))
		return NULL;
	if (!topic)
		topic = make_all_levels(topics, name);
	path->nlevels = topic->nlevels;
	for (; topic; topic = topic->parent)
		path->path[topic->nlevels] = topic;
	return path;
}

struct sv topic_name(const struct topic *topic)
{
	return (struct sv){ topic->name, topic->n };
}

int64_t topic_id(const struct topic *topic)
{
	return topic->id;
}

uint64_t topic_last(const struct topic *topic)
{
	return topic->last;
}

uint64_t topic_committed(const struct topic *topic)
{
	return topic ? topic->committed : 0;
}

static void remember(struct topics *topics, struct topic *topic)
{
	if (topics->n_undo == topics->cap_undo) {
		topics->cap_undo = topics->cap_undo ? topics->cap_undo * 2 : 64;
		topics->undo = must(reallocarray(topics->undo, topics->cap_undo, sizeof *topics->undo));
	}
	topics->undo[topics->n_undo++] = (struct topic_undo){ topic, topic->id, topic->last };
}

struct topic *topics_by_id(const struct topics *topics, int64_t id)
{
	return id > 0 && (uint64_t)id < topics->cap_by_id ? topics->by_id[id] : NULL;
}

/* Rows are numbered from 1 without large holes. */
static void index_id(struct topics *topics, struct topic *topic, int64_t id)
{
	size_t at = (size_t)id;
	if (at >= topics->cap_by_id) {
		size_t cap = at + at / 2 + 64;
		topics->by_id = must(reallocarray(topics->by_id, cap, sizeof(struct topic *)));
		memset(topics->by_id + topics->cap_by_id, 0, (cap - topics->cap_by_id) * sizeof(struct topic *));
		topics->cap_by_id = cap;
	}
	topics->by_id[at] = topic;
	topic->id = id;
}

void topics_set_id(struct topics *topics, struct topic *topic, int64_t id)
{
	remember(topics, topic);
	index_id(topics, topic, id);
}

void topics_advance(struct topics *topics, const struct topic_path *path, uint64_t seq)
{
	for (size_t k = 0; k <= path->nlevels; k++) {
		remember(topics, path->path[k]);
		path->path[k]->last = seq;
	}
}

void topics_load(struct topics *topics, struct sv name, int64_t id)
{
	const struct topic_path *path = topics_path(topics, name);
	if (path)
		index_id(topics, path->path[path->nlevels], id);
}

void topics_load_last(struct topic *topic, uint64_t seq)
{
	for (; topic; topic = topic->parent)
		if (topic->last < seq)
			topic->last = topic->committed = seq;
}

struct topic *topics_next_after(const struct topics *topics, struct topic *topic, uint64_t seq)
{
	topic = topic ? topic->hh.next : topics->by_name;
	while (topic && (topic->id == 0 || topic->last <= seq))
		topic = topic->hh.next;
	return topic;
}

struct topics_mark topics_mark(const struct topics *topics)
{
	return (struct topics_mark){ topics->n_undo };
}

void topics_undo(struct topics *topics, struct topics_mark mark)
{
	while (topics->n_undo > mark.n_undo) {
		const struct topic_undo *undo = &topics->undo[--topics->n_undo];
		undo->topic->id = undo->id;
		undo->topic->last = undo->last;
	}
}

void topics_commit(struct topics *topics)
{
	for (size_t i = 0; i < topics->n_undo; i++)
		topics->undo[i].topic->committed = topics->undo[i].topic->last;
	topics->n_undo = 0;
}
