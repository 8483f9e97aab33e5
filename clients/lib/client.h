/* What a client is made of. client.c sets it up, loop.c hands events out, follow.c follows the log, call.c asks. */
#ifndef LIB_CLIENT_H
#define LIB_CLIENT_H

#include <policywatch/keyfile.h>
#include <policywatch/policywatch.h>
#include <stdbool.h>
#include <stdint.h>

#include "cursor.h"
#include "event.h"
#include "filter.h"
#include "peers.h"
#include "sock.h"
#include "waker.h"

#define CLIENT_REQUEST_MS 3000
#define CLIENT_REFUSED_MS 30000
#define CLIENT_ERROR_BYTES 240

/* HELLO: asked where the log stands. SNAPSHOT: asked for the facts. REPLAY: asked for what is missing. LIVE: reads what is
 * published. HALTED: waits for pw_resume(). */
enum phase { PHASE_HELLO, PHASE_SNAPSHOT, PHASE_REPLAY, PHASE_LIVE, PHASE_HALTED };

/* The facts as they stand. The place in the log is only kept when the last one was handled: who dies before that begins
 * anew. */
struct snapshot {
	bool is_open;  /* begun, and not all of it was handled */
	bool is_whole; /* the last page came */
	bool has_seq;
	uint64_t id, seq; /* of the first page: what came after it is replayed */
	char last[PW_TOPIC_MAX + 1];
	uint64_t received, delivered, acked; /* facts */
};

struct follow {
	enum phase phase;
	enum pw_status halt; /* PW_GONE or PW_EPOCH */
	uint64_t halt_epoch; /* of the log that it is about */

	/* The question that is out, if any; else when to ask. */
	bool is_asked;
	uint64_t request_id;
	int64_t ask_at_ms, answer_by_ms;
	int64_t hello_ms;  /* when the last HELLO went out */
	unsigned attempts; /* of this question that failed */
	unsigned trouble;  /* answers in a row that contradict one another */

	/* The round through the daemons. */
	size_t tried;
	unsigned rounds, denials;

	/* The subscription. */
	int interval_ms;
	int64_t heard_ms;  /* when the last message came */
	unsigned silences; /* subscriptions in a row that heard nothing */
	bool is_heard;     /* this subscription heard something */
	bool is_welcome;   /* the daemon greeted this subscription before */
	bool is_level;     /* this subscription had nothing missing: what is missing from now on was lost by the bus */
	bool is_gap;       /* and something is missing */
	bool is_foreign;   /* it brought another log */
	bool is_stale;
	unsigned mismatches; /* handshakes of late that failed for another reason than our key */
	bool is_refused;     /* the daemon does not take our key, or denies what we ask */
	bool is_more;        /* stopped before everything was read, to give the caller a turn */

	/* The place. Each event up to `scanned` was handed out, or is in the queue, or is none of ours. */
	bool has_place;
	uint64_t epoch, scanned, head;
	uint64_t delivered, acked; /* handed out; handled */
	int64_t acked_time_ms;     /* when the last one handled was recorded; 0: unknown */
	struct event_queue queue;
	struct snapshot snapshot;

	bool is_reported; /* to the daemon since the last HELLO */
	uint64_t reported;
	int64_t reported_ms;
	uint64_t saved; /* what the cursor file holds */
	bool has_saved;
	int64_t saved_ms;
};

struct pw_client {
	struct sockets sockets;
	struct sock *events, *query, *calls;
	struct frames frames;
	struct filter filter;
	struct peers peers;
	size_t calls_at; /* the peer of `calls` */
	char *cursor_file, *cursor_name;
	char *key_file;        /* ours; NULL: none */
	struct pw_keyfile key; /* read out of it */
	int refused_ms;        /* until a daemon that does not take our key is asked again */
	struct cursor cursor;  /* places in the logs known */
	bool is_chosen;        /* the caller chose where to begin in the log chosen_epoch */
	uint64_t chosen_epoch;
	struct waker *waker; /* apart: to ask for the descriptor changes no client */
	uint64_t from_seq;
	int64_t from_time_ms;
	int request_ms;
	uint64_t last_id;
	struct follow follow;
	char error[CLIENT_ERROR_BYTES];
};

static inline const struct peer *client_peer(const struct pw_client *client)
{
	return peers_now(&client->peers);
}

/* The keys for a peer. Borrowed. */
struct sock_keys client_keys(const struct pw_client *client, const struct peer *peer);
/* " (why the handshake fails)", or "". */
const char *client_hint(const struct peer *peer, struct sock *sock);

int64_t client_now_ms(void); /* monotonic */
/* Notes what went wrong and returns status. */
enum pw_status client_fail(struct pw_client *client, enum pw_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Sends a request with a body of one frame. Its id is client->last_id. */
enum pw_status client_ask(
	struct pw_client *client, struct sock *sock, uint8_t verb, uint8_t flags, const void *body, size_t n);

/* Starts, or starts anew from client->from_*. */
void follow_start(struct pw_client *client);
/* Goes on as far as it can without waiting. PW_OK: the queue holds events. PW_TIMEOUT: wait for the descriptor or for
 * follow_wait_ms(). */
enum pw_status follow_step(struct pw_client *client);
int follow_wait_ms(const struct pw_client *client); /* -1: nothing but the descriptor */
enum pw_state follow_state(const struct pw_client *client);
void follow_delivered(struct pw_client *client, const struct pw_event *event);
enum pw_status follow_ack(struct pw_client *client, const struct pw_event *event);
void follow_leave_log(struct pw_client *client); /* keeps the place in it */
/* Writes the cursor if it moved. */
enum pw_status follow_save(struct pw_client *client);
void follow_done(struct pw_client *client);

#endif
