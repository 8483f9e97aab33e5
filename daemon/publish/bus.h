/* The bus: committed events out over ZeroMQ, and answers to those who ask (protocol PW1, <policywatch/wire.h>).
 *
 * The bus never sees an event that is not in the log: bus_publish() reads the log from where it stopped. It
 * reaches the log through `struct bus_log`, so that this layer needs no store. */
#ifndef PUBLISH_BUS_H
#define PUBLISH_BUS_H

#include <policywatch/keyfile.h>

#include "arena.h"
#include "calendar.h"
#include "endpoint.h"
#include "loop.h"

struct bus;
struct json_t;
struct keys;

struct bus_row {
	uint64_t seq;
	struct sv topic, record;
};
struct bus_rows {
	struct bus_row *items;
	size_t n, cap;
};

/* Facts whose id starts with `prefix`, or the one whose id it is; behind `after`, empty: from the first. */
struct bus_facts {
	struct sv prefix, after;
	bool is_whole;
};
struct bus_snapshot; /* of whoever keeps the log */

/* The log as the bus sees it; same meaning as the calls of the store. Rows are used up before the log grows. */
struct bus_log {
	void *ctx;
	void (*position)(void *ctx, uint64_t *epoch, uint64_t *head, uint64_t *oldest);
	enum status (*read)(void *ctx, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
		size_t max_bytes, struct bus_rows *out, uint64_t *out_scanned_to, struct error *err);
	enum status (*at_time)(void *ctx, struct wall_ms at, uint64_t *out_seq, struct error *err);
	uint64_t (*last_seq)(void *ctx, struct sv prefix);
	/* The facts as they stood at one place in the log. E_LIMIT: too many are held. */
	enum status (*snapshot_open)(
		void *ctx, struct bus_snapshot **out, uint64_t *out_epoch, uint64_t *out_seq, struct error *err);
	/* Topics and records of kind STATE, in order of id, about max_bytes of them but at least one. E_NOT_FOUND: the
	 * snapshot is over. */
	enum status (*snapshot_read)(void *ctx, struct bus_snapshot *snapshot, struct arena *arena,
		const struct bus_facts *facts, size_t max_bytes, struct bus_rows *out, bool *out_more,
		struct error *err);
	void (*snapshot_close)(void *ctx, struct bus_snapshot *snapshot);
};

/* Who asks. */
struct bus_peer {
	char name[PW_KEY_NAME_CHARS + 1]; /* of its key; "" without one */
	unsigned rights;                  /* PW_RIGHT_… */
};

/* A control call that came in over the query socket. Answer it now or later with bus_answer(). */
struct bus_call {
	struct sv name;              /* "facts" */
	const struct json_t *params; /* an object */
	struct sv body;              /* the body frames joined, for calls that carry one */
	uint64_t token;              /* names the caller to bus_answer() */
	struct bus_peer peer;        /* what it may do is on the receiver to check */
};

struct bus_options {
	struct sv_list events_endpoints, query_endpoints;
	int heartbeat_ms;
	int ipc_mode;
	bool has_ipc_group;
	unsigned ipc_group;       /* gid of the socket files */
	enum plain_tcp plain_tcp; /* which tcp endpoints are not encrypted */
	struct keys *keys;        /* taken over, also on failure; NULL: none */
	struct sv instance;
};
struct bus_ops {
	void *ctx;
	void (*on_call)(void *ctx, const struct bus_call *call);
	void (*on_ack)(void *ctx); /* a cursor moved; may be NULL */
	/* Worth a line in the log: refused peers and the like, each kind at most once a minute. NULL: not told. */
	void (*on_warning)(void *ctx, const char *text);
};

/* A busy endpoint is E_SYSTEM with its name. */
enum status bus_new(struct loop *loop, const struct bus_options *options, const struct bus_log *log,
	const struct bus_ops *ops, struct bus **out, struct error *err);
void bus_free(struct bus *bus); /* lets queued messages go out for at most a second */
/* Other keys from now on, taken over. Who may less than before is cut off, and comes back if it still may. */
void bus_set_keys(struct bus *bus, struct keys *keys);
/* Sends everything committed since the last call. Call after each commit. */
void bus_publish(struct bus *bus);
/* result: an object, taken over; or NULL and an error. A token that is not known (gone, answered) is ignored. */
void bus_answer(struct bus *bus, uint64_t token, struct json_t *result, const struct error *err);

struct bus_counts {
	uint64_t published, replayed, calls, bad_requests, failed_reads, snapshots;
	uint64_t gaps;   /* replays that repaired a hole in what was published */
	uint64_t denied; /* requests without the right for them */
	uint32_t subscriptions;
	uint32_t connections_events, connections_query;
	uint32_t slow;       /* subscribers that have not read for 5 s */
	uint64_t cut;        /* subscribers cut off as they had not read for 30 s */
	uint64_t refused[3]; /* handshakes: what was none, what broke off, whose key was refused */
};
struct bus_counts bus_counts(const struct bus *bus);

/* Where registered clients said they are (ACK); at most BUS_CURSORS are kept. Names are [A-Za-z0-9._-], those of clients with
 * a key "<key>/<name>"; borrowed until the next pass. Returns how many were written. */
#define BUS_CURSORS 256
struct bus_cursor {
	struct sv name;
	uint64_t seq; /* of the last event it has handled */
	struct wall_ms acked;
};
size_t bus_cursors(const struct bus *bus, struct bus_cursor *out, size_t max);
void bus_cursor_restore(struct bus *bus, const struct bus_cursor *cursor); /* as an earlier run knew it */
bool bus_cursor_forget(struct bus *bus, struct sv name);                   /* false: there is none */

/* The last endpoint bound, with its real port when "*" was asked for. */
const char *bus_events_endpoint(const struct bus *bus);
const char *bus_query_endpoint(const struct bus *bus);

#endif
