/* What is watched, and how it is doing. Plain data; strings belong to the configuration's arena. */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include "arena.h"
#include "calendar.h"
#include "fact.h"

/* A push source is not fetched: clients hand its documents in. */
enum source_kind { SOURCE_FEED, SOURCE_PAGE, SOURCE_FILE, SOURCE_FOLDER, SOURCE_PUSH };
#define SOURCE_KINDS 5
/* How far a source is believed: a primary one is the actor itself. */
enum source_trust { TRUST_PRIMARY, TRUST_SECONDARY, TRUST_LOW };
#define SOURCE_TRUSTS 3
/* Which edits of a document become events: those of statements that carried a fact, or all. */
enum source_track { TRACK_FACTS, TRACK_ALL };
#define SOURCE_TRACKS 2
enum source_health { HEALTH_NEW, HEALTH_OK, HEALTH_FAILING, HEALTH_BLOCKED, HEALTH_STALE, HEALTH_HELD };
#define SOURCE_HEALTHS 6

struct source {
	struct sv id;
	enum source_kind kind;
	struct sv url;        /* http, https or file; a folder or file source holds its path as file:// URL */
	struct sv selector;   /* XPath or simple CSS; empty: main text by density */
	struct sv language;   /* BCP 47 primary tag when the source says it; empty: detect */
	struct sv charset;    /* override; empty: ladder */
	struct sv_list beats; /* beats its statements may touch; empty: all */
	enum source_trust trust;
	enum source_track track;
	bool follow;   /* fetch the page behind each feed item and read that instead */
	bool catch_up; /* the first fetch makes events as well */
	int64_t every_ms;
	int64_t timeout_ms;
	size_t max_bytes;
	int max_redirects;
	int fail_after;     /* failures in a row until the source is said to be failing */
	int64_t stale_ms;   /* 0: never stale */
	struct place place; /* of its definition */
};

/* What is remembered about a source across restarts. Strings belong to whoever filled it. */
struct source_state {
	struct sv etag, last_modified; /* as the server sent them */
	struct wall_ms last_attempt, last_success, last_change, next_due;
	enum source_health health;
	int failures; /* in a row */
	int64_t fetches;
	struct sv last_error;
	bool has_baseline; /* a first fetch was read */
};

const char *source_kind_name(enum source_kind kind);
const char *source_trust_name(enum source_trust trust);
const char *source_track_name(enum source_track track);
const char *source_health_name(enum source_health health);
bool source_kind_parse(struct sv v, enum source_kind *out);
bool source_trust_parse(struct sv v, enum source_trust *out);
bool source_track_parse(struct sv v, enum source_track *out);
bool source_health_parse(struct sv v, enum source_health *out);

#endif
