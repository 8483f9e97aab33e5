/* Requests of the protocol PW1 as functions from frames to frames; no socket in sight.
 *
 * An inbox gathers the frames of one request within fixed limits; request_handle() turns it into a reply. A request whose
 * header cannot be read gets no reply; one that is wrong otherwise is answered BAD; both are counted. */
#ifndef PUBLISH_REQUESTS_H
#define PUBLISH_REQUESTS_H

#include <policywatch/wire.h>

#include "buf.h"
#include "bus.h"
#include "limit.h"

#define IDENTITY_BYTES 255                                            /* of a ZeroMQ peer, at most */
#define CURSOR_NAME_BYTES 64                                          /* as the client gives it */
#define CURSOR_FULL_BYTES (PW_KEY_NAME_CHARS + 1 + CURSOR_NAME_BYTES) /* "<key>/<cursor>" */
#define MAX_CURSORS BUS_CURSORS /* named clients whose lag is known; beyond, the one silent for longest is forgotten */
#define MAX_CALLS 256           /* that wait for bus_answer(); beyond: BUSY */
#define CALL_LOST_MS 600000     /* a call without an answer for so long makes room for another */
#define AHEAD_EVERY_MS 60000    /* between two warnings of a client that is ahead of the log */
#define SNAPSHOT_IDLE_MS 60000  /* not asked for: over */
#define SNAPSHOT_LIFE_MS 600000 /* over, as the log on disk grows while it is held */
#define SNAPSHOT_SPARE_MS 5000  /* not asked for so long: another peer's need of the place comes first */

struct identity {
	size_t n;
	char bytes[IDENTITY_BYTES];
};

struct inbox {
	size_t frames; /* seen so far, identity and header among them */
	struct identity identity;
	struct bus_peer peer; /* set by whoever fills it, before it is handled */
	bool has_header;
	struct pw_request header;
	struct buf first, rest; /* first body frame; the further ones, joined */
	bool is_over;           /* larger than a request may be: drained, not kept */
};

void inbox_init(struct inbox *inbox);
void inbox_done(struct inbox *inbox);
void inbox_add(struct inbox *inbox, struct sv frame);
void inbox_clear(struct inbox *inbox); /* for the next request */

/* Frames to send after the identity; none: nothing to send (yet). */
struct reply {
	struct sv_list frames;
};

struct pending_call {
	uint64_t token; /* 0: free */
	uint64_t request_id;
	struct mono_ms since;
	struct identity identity;
};
struct calls {
	uint64_t made;
	struct pending_call pending[MAX_CALLS];
};

struct cursor {
	size_t name_bytes;
	char name[CURSOR_FULL_BYTES];
	uint64_t seq;
	struct wall_ms acked;
};
struct cursors {
	size_t n;
	struct cursor items[MAX_CURSORS];
};

/* A snapshot that a peer reads page by page. */
struct held_snapshot {
	uint64_t id; /* 0: free */
	struct identity identity;
	struct bus_snapshot *snapshot;
	uint64_t epoch, seq;
	struct mono_ms opened, asked;
};
struct snapshots {
	uint64_t last_id, made;
	struct held_snapshot held[LIMIT_SNAPSHOTS];
};

struct requests {
	struct bus_log log;
	struct bus_ops ops;
	struct sv instance;
	uint32_t heartbeat_ms;
	struct mono_ms now; /* both set by the caller */
	struct wall_ms wall;
	struct mono_ms ahead_told; /* when a client ahead of the log was warned of last; 0: never */
	uint64_t bad_requests, replayed, gaps, denied;
	struct calls calls;
	struct cursors cursors;
	struct snapshots snapshots;
};

/* The reply lives in the arena (and as long as the inbox is not cleared). */
void request_handle(struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *out);
/* The reply to a call. False when nobody waits under the token. result is borrowed; NULL: err says why. */
bool request_answer(struct requests *requests, uint64_t token, const struct json_t *result, const struct error *err,
	struct arena *arena, struct identity *out_to, struct reply *out);

/* Printable ASCII without blanks, or nothing. */
bool request_is_topic_text(struct sv text);
/* Each row is a frame of its topic and one of its record. */
void request_push_rows(struct arena *arena, const struct bus_rows *rows, struct reply *reply);
bool identity_eq(const struct identity *a, const struct identity *b);

/* ---- the verbs; each fills the reply behind its header ---- */
enum pw_wire_status request_hello(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply);
enum pw_wire_status request_replay(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply);
/* Sets *out_waits when the reply comes later by request_answer(). */
enum pw_wire_status request_call(struct requests *requests, const struct inbox *inbox, struct arena *arena,
	struct reply *reply, bool *out_waits);
enum pw_wire_status request_ack(struct requests *requests, const struct inbox *inbox, struct arena *arena);
enum pw_wire_status request_snapshot(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply);
/* The cursor of that name, made when there is none; when there are too many, in the place of the one silent for longest. */
struct cursor *cursor_slot(struct cursors *cursors, struct sv name);
size_t cursors_list(const struct cursors *cursors, struct bus_cursor *out, size_t max);
void cursors_restore(struct cursors *cursors, const struct bus_cursor *cursor);
bool cursors_forget(struct cursors *cursors, struct sv name);
/* Ends the snapshots whose time is up; all of them at the end. */
void snapshots_expire(struct requests *requests);
void snapshots_end(struct requests *requests);

#endif
