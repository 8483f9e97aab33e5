/* libpolicywatch: subscribe to a policywatchd, miss nothing, ask it questions.
 *
 *	struct pw_client *client;
 *	struct pw_options options = PW_OPTIONS_INIT;
 *	options.cursor_file = "/var/lib/me/policywatch.cursor";
 *	if (pw_connect(&options, &client) != PW_OK) …
 *	struct pw_event *event;
 *	while (pw_next(client, -1, &event) == PW_OK) {
 *		puts(pw_event_json(event));
 *		pw_ack(client, event);
 *		pw_event_free(event);
 *	}
 *	pw_close(client);
 *
 * Events of the chosen topics come in order, each at least once, across restarts and cut connections of either
 * side: gaps are seen by the sequence numbers in each record and repaired by replay. An event that comes twice
 * (after a crash before pw_ack) carries the same id.
 *
 * A client is used by one thread at a time; different clients by different threads. No call exits, prints or
 * changes signals. Strings are UTF-8 and NUL-terminated. What a function returns as `const` is borrowed from the
 * object it was asked of; what it gives through an out pointer is the caller's to free. */
#ifndef POLICYWATCH_POLICYWATCH_H
#define POLICYWATCH_POLICYWATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PW_API __attribute__((visibility("default")))
#else
#define PW_API
#endif

struct pw_client;
struct pw_event;
struct pw_reply;
struct pw_value; /* a JSON value inside an event or a reply */

enum pw_status {
	PW_OK = 0,
	PW_TIMEOUT,     /* nothing came within the time given */
	PW_UNREACHABLE, /* no daemon answers */
	PW_NOT_FOUND,   /* the daemon knows no such thing */
	PW_DENIED,
	PW_INVALID, /* an argument, or what came over the wire, is not as documented */
	PW_GONE,    /* events after the cursor were trimmed by retention: pw_resume() chooses how to go on */
	PW_EPOCH,   /* the log was recreated: pw_resume() chooses how to go on */
	PW_NOMEM,
	PW_SYSTEM, /* a file or socket failed: see pw_error() */
	PW_FAILED  /* the daemon could not do it: see pw_error() */
};
PW_API const char *pw_status_text(enum pw_status status);

/* Where the client is. STALE: connected once, no heartbeat now. HALTED: pw_next() said PW_GONE or PW_EPOCH, and waits for
 * pw_resume(). REFUSED: the daemon does not take our key; asked again now and then. */
enum pw_state { PW_CONNECTING, PW_REPLAYING, PW_LIVE, PW_STALE, PW_HALTED, PW_REFUSED };
PW_API const char *pw_state_text(enum pw_state state);

#define PW_FROM_NOW UINT64_MAX            /* start with what comes next */
#define PW_FROM_SNAPSHOT (UINT64_MAX - 1) /* start with the facts as they stand, then what comes next */

struct pw_options {
	size_t size; /* sizeof this struct: set by PW_OPTIONS_INIT */
	/* Endpoints of events and of queries. Several daemons are parted by commas, in the same order in both: the first that
	 * answers is used, and when it goes silent the next. NULL: $POLICYWATCH_EVENTS and $POLICYWATCH_QUERY, else
	 * those of the system's daemon. */
	const char *events;
	const char *query;
	const char *const *topics; /* prefixes ("fact/us-mexico/"), NULL-terminated; NULL or empty: everything */
	/* Where to keep the place, or NULL. Read at connect; written by pw_ack(), and now and then when nothing that came was
	 * for this client. It holds a place in each of several logs. */
	const char *cursor_file;
	const char *cursor_name; /* under which the daemon counts this client's lag, or NULL */
	/* First event wanted when no cursor file holds one; PW_FROM_NOW; PW_FROM_SNAPSHOT; 0: from the oldest. */
	uint64_t from_seq;
	int64_t from_time_ms;   /* instead of from_seq: first event recorded at or after it; 0: not used */
	int request_timeout_ms; /* of one request; 0: 3000 */
	/* For encrypted endpoints, see keyfile.h. Our own key file, with the secret key; NULL: $POLICYWATCH_KEY, else none. */
	const char *key_file;
	/* The daemon's public key file, or its 40 characters; one for all, or one each parted by commas. NULL:
	 * $POLICYWATCH_SERVER_KEY, else not encrypted. */
	const char *server_key;
};
#define PW_OPTIONS_INIT                                                                                \
	{                                                                                              \
		sizeof(struct pw_options), NULL, NULL, NULL, NULL, NULL, PW_FROM_NOW, 0, 0, NULL, NULL \
	}

/* Sets up the sockets and reads the cursor; does not wait for the daemon. On failure *out is a client that only serves
 * pw_error() and pw_close() (NULL when memory ran out). */
PW_API enum pw_status pw_connect(const struct pw_options *options, struct pw_client **out);
PW_API void pw_close(struct pw_client *client);              /* NULL is fine */
PW_API const char *pw_error(const struct pw_client *client); /* what went wrong last, "" when nothing */
PW_API enum pw_state pw_client_state(const struct pw_client *client);

/* The next event, waiting at most timeout_ms (-1: for ever, 0: not at all). PW_TIMEOUT (also when a signal interrupts
 * the wait), PW_GONE, PW_EPOCH; PW_DENIED, PW_NOMEM, PW_SYSTEM: see pw_error(), the next call tries again. */
PW_API enum pw_status pw_next(struct pw_client *client, int timeout_ms, struct pw_event **out);
/* The event was handled: the cursor moves past it, on disk if there is a cursor file (written atomically). */
PW_API enum pw_status pw_ack(struct pw_client *client, const struct pw_event *event);
/* After PW_GONE or PW_EPOCH: go on from this number (0: the oldest there is; PW_FROM_NOW; PW_FROM_SNAPSHOT), or with what was
 * recorded at or after a time (ms since 1970). */
PW_API enum pw_status pw_resume(struct pw_client *client, uint64_t from_seq);
PW_API enum pw_status pw_resume_time(struct pw_client *client, int64_t time_ms);
/* When the last event that was acknowledged was recorded (ms since 1970), with a cursor file also that of an earlier run;
 * 0: not known. */
PW_API int64_t pw_last_time(const struct pw_client *client);
/* The endpoint of events of the daemon in use. Valid until pw_close(). */
PW_API const char *pw_daemon(const struct pw_client *client);

/* For a loop of your own: when pw_fd() is readable, call pw_dispatch(). The descriptor is level-triggered and complete: it
 * is readable while events wait and when a time-out of the client passes. pw_dispatch() hands at most max events to on_event,
 * which owns each, acknowledges and frees it, and must not close the client. PW_OK: max reached, more may wait, the
 * descriptor is readable; PW_TIMEOUT: all that is there was handed out; else as pw_next(). */
PW_API int pw_fd(const struct pw_client *client);
PW_API enum pw_status pw_dispatch(struct pw_client *client, size_t max,
	void (*on_event)(struct pw_client *client, struct pw_event *event, void *ctx), void *ctx);
/* Milliseconds until the client has something to do without a socket (-1: never), for loops that do not use pw_fd(). */
PW_API int pw_wait_ms(const struct pw_client *client);

PW_API void pw_event_free(struct pw_event *event); /* NULL is fine */
PW_API uint64_t pw_event_seq(const struct pw_event *event);
PW_API uint64_t pw_event_epoch(const struct pw_event *event);
PW_API int64_t pw_event_time_ns(const struct pw_event *event); /* recorded, since 1970 */
PW_API const char *pw_event_topic(const struct pw_event *event);
PW_API int pw_event_is_state(const struct pw_event *event); /* a fact as it stands (PW_FROM_SNAPSHOT), not a change */
PW_API const char *pw_event_json(const struct pw_event *event); /* the CloudEvent as sent, one line */
PW_API const struct pw_value *pw_event_value(
	const struct pw_event *event); /* the same, parsed; NULL if it is not JSON */
/* Short for pw_text(pw_get(pw_event_value(event), path)). */
PW_API const char *pw_event_text(const struct pw_event *event, const char *path);

/* Asks the daemon. params: JSON object or NULL; body: bytes that go with the call, or NULL. Waits for the answer. Calls: see
 * policywatch-calls(7). */
PW_API enum pw_status pw_call(struct pw_client *client, const char *name, const char *params, const void *body,
	size_t body_bytes, struct pw_reply **out);
PW_API void pw_reply_free(struct pw_reply *reply);
PW_API const char *pw_reply_json(const struct pw_reply *reply);
PW_API const struct pw_value *pw_reply_value(const struct pw_reply *reply);

/* Reading JSON values. All take NULL and the wrong kind, and then give NULL, "", 0. */
PW_API const struct pw_value *pw_get(const struct pw_value *value, const char *path); /* "data.change.old" */
PW_API const struct pw_value *pw_at(const struct pw_value *array, size_t i);
PW_API size_t pw_size(const struct pw_value *array);
PW_API const char *pw_text(const struct pw_value *value);
PW_API double pw_number(const struct pw_value *value);
PW_API int64_t pw_integer(const struct pw_value *value);
PW_API int pw_true(const struct pw_value *value);
PW_API int pw_is_text(const struct pw_value *value);
PW_API int pw_is_number(const struct pw_value *value);
PW_API int pw_is_array(const struct pw_value *value);
PW_API int pw_is_object(const struct pw_value *value);
PW_API int pw_is_null(const struct pw_value *value); /* also NULL itself */

/* Building the JSON of a call's parameters: adds "key": "value" with escapes to a text made by malloc() (NULL to begin). Returns the new
 * text, to be freed, or NULL without memory or when value is not UTF-8; params is freed in any case. */
PW_API char *pw_params_text(char *params, const char *key, const char *value);
PW_API char *pw_params_integer(char *params, const char *key, int64_t value);

/* Makes a pair of keys for encrypted connections: writes `path` (public, mode 0644) and `path`_secret (mode 0600), both or none,
 * never over a file that is there. name: [A-Za-z0-9._-], at most 64 characters; rights: "subscribe ingest control" or less,
 * NULL: "subscribe". PW_INVALID: an argument; PW_SYSTEM: errno says why. See keyfile.h for the format. */
PW_API enum pw_status pw_key_make(const char *path, const char *name, const char *rights);

PW_API const char *pw_version(void); /* "0.1.0" */

#ifdef __cplusplus
}
#endif

#endif
