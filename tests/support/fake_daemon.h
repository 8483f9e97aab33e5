/* A daemon for tests of libpolicywatch, in the same thread: it does nothing until a test lets it serve, and loses
 * exactly what a test wants lost. Several can live at once. */
#ifndef SUPPORT_FAKE_DAEMON_H
#define SUPPORT_FAKE_DAEMON_H

#include <errno.h>
#include <policywatch/wire.h>
#include <unistd.h>
#include <zmq.h>

#include "client_test.h"

#define FAKE_ROWS 4096
#define FAKE_FRAMES 64
#define FAKE_RECORD 512
#define FAKE_FACTS 40

struct fake_row {
	char topic[PW_TOPIC_MAX + 1];
	uint8_t record[FAKE_RECORD];
	size_t record_bytes;
};

struct fake_message {
	uint8_t bytes[FAKE_FRAMES][PW_WIRE_FRAME_MAX];
	size_t n[FAKE_FRAMES], count;
};

struct fake {
	void *context, *events, *query;
	char folder[32], events_endpoint[64], query_endpoint[64];
	uint64_t epoch, head, oldest;
	uint32_t interval_ms;
	size_t page_rows; /* rows of one replay page */
	uint8_t refuse;   /* status for the next `refusals` requests but HELLO */
	int refusals;
	int spoiled_pages; /* replays to answer with nonsense */
	bool is_silent;    /* requests are read and not answered */
	bool is_garbage;   /* they are answered with noise */
	bool is_old;       /* does not know SNAPSHOT */
	int gaps, hello_refusals;
	const char *facts[FAKE_FACTS]; /* topics, in the order of a snapshot */
	size_t n_facts, facts_page;
	uint64_t snapshot_id, snapshot_seq; /* the one that is held; 0: none */
	int snapshots;
	int hellos, replays, calls, acks;
	int subscribers; /* of heartbeats */
	uint64_t acked;
	size_t reply_frames; /* into how many frames a call's answer is cut */
	size_t body_bytes;   /* of the last call */
	char call[256];      /* JSON of the last call */
	struct fake_message message;
	struct fake_row rows[FAKE_ROWS + 1]; /* by seq */
};

/* The socket before may not be gone yet: a thread of ZeroMQ closes it. */
static inline void fake_bind_one(void *socket, const char *endpoint)
{
	int failed = zmq_bind(socket, endpoint);
	for (int i = 0; failed && zmq_errno() == EADDRINUSE && i < 1000; i++) {
		(void)usleep(1000);
		failed = zmq_bind(socket, endpoint);
	}
	assert_int_equal(failed, 0);
}

static inline void fake_bind(struct fake *fake)
{
	int verbose = 1, linger = 0;
	char welcome[40];
	fake->events = zmq_socket(fake->context, ZMQ_XPUB);
	fake->query = zmq_socket(fake->context, ZMQ_ROUTER);
	int n = snprintf(welcome, sizeof welcome, "!hb welcome %016llx", (unsigned long long)fake->epoch);
	assert_int_equal(zmq_setsockopt(fake->events, ZMQ_XPUB_WELCOME_MSG, welcome, (size_t)n), 0);
	assert_int_equal(zmq_setsockopt(fake->events, ZMQ_XPUB_VERBOSER, &verbose, sizeof verbose), 0);
	assert_int_equal(zmq_setsockopt(fake->events, ZMQ_LINGER, &linger, sizeof linger), 0);
	assert_int_equal(zmq_setsockopt(fake->query, ZMQ_LINGER, &linger, sizeof linger), 0);
	fake_bind_one(fake->events, fake->events_endpoint);
	fake_bind_one(fake->query, fake->query_endpoint);
}

static inline void fake_unbind(struct fake *fake)
{
	(void)zmq_close(fake->events);
	(void)zmq_close(fake->query);
	fake->events = fake->query = NULL;
}

static inline struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof *fake);
	assert_non_null(fake);
	strcpy(fake->folder, "/tmp/pw-test-XXXXXX");
	assert_non_null(mkdtemp(fake->folder));
	(void)snprintf(fake->events_endpoint, sizeof fake->events_endpoint, "ipc://%s/events", fake->folder);
	(void)snprintf(fake->query_endpoint, sizeof fake->query_endpoint, "ipc://%s/query", fake->folder);
	fake->context = zmq_ctx_new();
	fake->epoch = 7;
	fake->oldest = 1;
	fake->interval_ms = 1000;
	fake->page_rows = 10;
	fake->facts_page = 2;
	fake->reply_frames = 1;
	fake_bind(fake);
	return fake;
}

/* The same over tcp, on ports that are free. */
static inline void fake_use_tcp(struct fake *fake)
{
	char *const endpoints[] = { fake->events_endpoint, fake->query_endpoint };
	fake_unbind(fake);
	for (size_t i = 0; i < 2; i++) {
		void *probe = zmq_socket(fake->context, ZMQ_PUB);
		size_t n = sizeof fake->events_endpoint;
		assert_int_equal(zmq_bind(probe, "tcp://127.0.0.1:*"), 0);
		assert_int_equal(zmq_getsockopt(probe, ZMQ_LAST_ENDPOINT, endpoints[i], &n), 0);
		assert_int_equal(zmq_unbind(probe, endpoints[i]), 0);
		assert_int_equal(zmq_close(probe), 0);
	}
	fake_bind(fake);
}

static inline void fake_free(struct fake *fake)
{
	char path[64];
	if (fake->events)
		fake_unbind(fake);
	(void)zmq_ctx_term(fake->context);
	static const char *const names[] = { "events", "query", "cursor", "cursor.tmp" };
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", fake->folder, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(fake->folder), 0);
	free(fake);
}

static inline bool fake_shares(const char *a, const char *b, size_t levels)
{
	size_t i = 0;
	for (; levels && a[i] && a[i] == b[i]; i++)
		levels -= a[i] == '/';
	return levels == 0;
}

/* Stores an event and tells nobody. */
static inline uint64_t fake_append(struct fake *fake, const char *topic)
{
	struct fake_row *row = &fake->rows[++fake->head];
	assert_true(fake->head <= FAKE_ROWS);
	char json[128];
	int n = snprintf(json, sizeof json, "{\"sequence\":%llu}", (unsigned long long)fake->head);
	struct pw_record record = { .kind = PW_RECORD_EVENT,
		.encoding = PW_ENCODING_JSON,
		.nprev = (uint8_t)(pw_topic_levels(topic, strlen(topic)) + 1),
		.epoch = fake->epoch,
		.seq = fake->head,
		.time_ns = (int64_t)fake->head * 1000000000 };
	for (size_t k = 0; k < record.nprev; k++) {
		for (uint64_t seq = fake->head - 1; seq > 0 && !record.prev[k]; seq--) {
			if (fake_shares(fake->rows[seq].topic, topic, k))
				record.prev[k] = seq;
		}
	}
	strcpy(row->topic, topic);
	pw_record_head(&record, row->record);
	row->record_bytes = pw_record_head_bytes(record.nprev);
	memcpy(row->record + row->record_bytes, json, (size_t)n);
	row->record_bytes += (size_t)n;
	return fake->head;
}

static inline void fake_send(struct fake *fake, uint64_t seq)
{
	const struct fake_row *row = &fake->rows[seq];
	(void)zmq_send(fake->events, row->topic, strlen(row->topic), ZMQ_SNDMORE);
	(void)zmq_send(fake->events, row->record, row->record_bytes, 0);
}

static inline uint64_t fake_publish(struct fake *fake, const char *topic)
{
	uint64_t seq = fake_append(fake, topic);
	fake_send(fake, seq);
	return seq;
}

static inline void fake_heartbeat(struct fake *fake)
{
	uint8_t bytes[PW_RECORD_FIXED + 8];
	struct pw_record record = { .kind = PW_RECORD_HEARTBEAT,
		.encoding = PW_ENCODING_JSON,
		.nprev = 1,
		.epoch = fake->epoch,
		.seq = fake->head,
		.prev = { fake->oldest } };
	pw_record_head(&record, bytes);
	(void)zmq_send(fake->events, PW_HEARTBEAT_TOPIC, 3, ZMQ_SNDMORE);
	(void)zmq_send(fake->events, bytes, sizeof bytes, 0);
}

/* Another log from now on, empty. */
static inline void fake_recreate(struct fake *fake, uint64_t epoch)
{
	fake_unbind(fake);
	fake->epoch = epoch;
	fake->head = fake->snapshot_id = 0;
	fake->oldest = 1;
	memset(fake->rows, 0, sizeof fake->rows);
	fake_bind(fake);
}

static inline void fake_fact(struct fake *fake, const char *topic)
{
	assert_true(fake->n_facts < FAKE_FACTS);
	fake->facts[fake->n_facts++] = topic;
}

/* ---- requests ---- */

static inline bool fake_receive(struct fake *fake, struct fake_message *message)
{
	int more = 1;
	size_t size = sizeof more;
	message->count = 0;
	while (more) {
		assert_true(message->count < FAKE_FRAMES);
		int n = zmq_recv(fake->query, message->bytes[message->count], PW_WIRE_FRAME_MAX, ZMQ_DONTWAIT);
		if (n < 0)
			return false;
		assert_true(n <= PW_WIRE_FRAME_MAX);
		message->n[message->count++] = (size_t)n;
		(void)zmq_getsockopt(fake->query, ZMQ_RCVMORE, &more, &size);
	}
	return true;
}

static inline void fake_reply_head(struct fake *fake, const struct fake_message *message,
	const struct pw_request *request, uint8_t status, bool more)
{
	uint8_t head[PW_REQUEST_HEADER];
	struct pw_request reply = { .verb = request->verb, .status = status, .is_reply = 1, .id = request->id };
	pw_request_write(&reply, head);
	(void)zmq_send(fake->query, message->bytes[0], message->n[0], ZMQ_SNDMORE);
	(void)zmq_send(fake->query, head, sizeof head, more ? ZMQ_SNDMORE : 0);
}

static inline void fake_answer_hello(
	struct fake *fake, const struct fake_message *message, const struct pw_request *request)
{
	uint8_t body[40] = { 0 };
	int64_t at_ns = (int64_t)pw_get_u64(message->bytes[2]);
	uint64_t at = 1;
	while (at <= fake->head && (int64_t)at * 1000000000 < at_ns)
		at++;
	pw_put_u64(body, fake->epoch);
	pw_put_u64(body + 8, fake->head);
	pw_put_u64(body + 16, fake->oldest);
	pw_put_u64(body + 24, at);
	pw_put_u32(body + 32, fake->interval_ms);
	memcpy(body + 36, "fake", 4);
	fake->hellos++;
	fake_reply_head(fake, message, request, PW_WIRE_OK, true);
	(void)zmq_send(fake->query, body, sizeof body, 0);
}

static inline void fake_answer_replay(
	struct fake *fake, const struct fake_message *message, const struct pw_request *request)
{
	const uint8_t *ask = message->bytes[2];
	uint64_t from = pw_get_u64(ask + 8), found[FAKE_FRAMES], seq = from;
	size_t prefix_bytes = message->n[2] - 24, n = 0;
	uint8_t body[36];
	fake->replays++;
	fake->gaps += (request->flags & PW_ASK_GAP) != 0;
	if (pw_get_u64(ask) != fake->epoch || from < fake->oldest) {
		uint8_t status = pw_get_u64(ask) != fake->epoch ? PW_WIRE_EPOCH : PW_WIRE_GONE;
		fake_reply_head(fake, message, request, status, false);
		return;
	}
	for (; seq <= fake->head && n < fake->page_rows; seq++) {
		if (strncmp(fake->rows[seq].topic, (const char *)ask + 24, prefix_bytes) == 0)
			found[n++] = seq;
	}
	bool is_spoiled = fake->spoiled_pages > 0 && fake->spoiled_pages--;
	pw_put_u64(body, fake->epoch);
	pw_put_u64(body + 8, fake->head);
	pw_put_u64(body + 16, fake->oldest);
	pw_put_u64(body + 24, seq - 1);
	pw_put_u32(body + 32, (uint32_t)n + is_spoiled);
	fake_reply_head(fake, message, request, PW_WIRE_OK, true);
	(void)zmq_send(fake->query, body, sizeof body, n ? ZMQ_SNDMORE : 0);
	for (size_t i = 0; i < n; i++) {
		const struct fake_row *row = &fake->rows[found[i]];
		(void)zmq_send(fake->query, row->topic, strlen(row->topic), ZMQ_SNDMORE);
		(void)zmq_send(fake->query, row->record, row->record_bytes, i + 1 < n ? ZMQ_SNDMORE : 0);
	}
}

static inline void fake_send_fact(struct fake *fake, const char *topic, bool more)
{
	uint8_t bytes[FAKE_RECORD];
	struct pw_record record = { .kind = PW_RECORD_STATE,
		.encoding = PW_ENCODING_JSON,
		.nprev = 1,
		.epoch = fake->epoch,
		.seq = fake->snapshot_seq,
		.time_ns = 1000000000 };
	pw_record_head(&record, bytes);
	size_t head = pw_record_head_bytes(1);
	int n = snprintf((char *)bytes + head, sizeof bytes - head, "{\"type\":\"policywatch.fact.state.v1\"}");
	(void)zmq_send(fake->query, topic, strlen(topic), ZMQ_SNDMORE);
	(void)zmq_send(fake->query, bytes, head + (size_t)n, more ? ZMQ_SNDMORE : 0);
}

static inline void fake_answer_snapshot(
	struct fake *fake, const struct fake_message *message, const struct pw_request *request)
{
	const uint8_t *ask = message->bytes[2];
	uint64_t id = pw_get_u64(ask);
	size_t prefix_bytes = pw_get_u16(ask + 12), last_bytes = message->n[2] - 14 - prefix_bytes, n = 0, i = 0;
	const char *prefix = (const char *)ask + 14, *last = prefix + prefix_bytes, *page[FAKE_FACTS];
	uint8_t body[32];
	fake->snapshots++;
	if (fake->is_old || (id && id != fake->snapshot_id)) {
		fake_reply_head(fake, message, request, fake->is_old ? PW_WIRE_BAD : PW_WIRE_GONE, false);
		return;
	}
	if (!id) {
		fake->snapshot_id = (uint64_t)fake->snapshots + 100;
		fake->snapshot_seq = fake->head;
	}
	while (last_bytes && i < fake->n_facts && strncmp(fake->facts[i], last, last_bytes) <= 0)
		i++;
	for (; i < fake->n_facts && n < fake->facts_page; i++) {
		if (strncmp(fake->facts[i], prefix, prefix_bytes) == 0)
			page[n++] = fake->facts[i];
	}
	pw_put_u64(body, fake->epoch);
	pw_put_u64(body + 8, fake->snapshot_seq);
	pw_put_u64(body + 16, fake->snapshot_id);
	pw_put_u32(body + 24, i < fake->n_facts ? PW_SNAPSHOT_MORE : 0);
	pw_put_u32(body + 28, (uint32_t)n);
	fake_reply_head(fake, message, request, PW_WIRE_OK, true);
	(void)zmq_send(fake->query, body, sizeof body, n ? ZMQ_SNDMORE : 0);
	for (size_t k = 0; k < n; k++)
		fake_send_fact(fake, page[k], k + 1 < n);
}

static inline void fake_answer_garbage(struct fake *fake, const struct fake_message *message)
{
	(void)zmq_send(fake->query, message->bytes[0], message->n[0], ZMQ_SNDMORE);
	(void)zmq_send(fake->query, "not a header at all", 19, ZMQ_SNDMORE);
	(void)zmq_send(fake->query, "", 0, 0);
}

static inline void fake_answer_call(
	struct fake *fake, const struct fake_message *message, const struct pw_request *request)
{
	static const char json[] = "{\"facts\":[{\"id\":\"us-mexico.a\"}],\"next\":null}";
	size_t total = sizeof json - 1, step = total / fake->reply_frames + 1;
	fake->calls++;
	fake->body_bytes = 0;
	for (size_t i = 3; i < message->count; i++)
		fake->body_bytes += message->n[i];
	(void)snprintf(fake->call, sizeof fake->call, "%.*s", (int)message->n[2], (const char *)message->bytes[2]);
	fake_reply_head(fake, message, request, PW_WIRE_OK, true);
	for (size_t at = 0; at < total; at += step) {
		size_t n = total - at < step ? total - at : step;
		(void)zmq_send(fake->query, json + at, n, at + step < total ? ZMQ_SNDMORE : 0);
	}
}

static inline void fake_refuse(struct fake *fake, const struct fake_message *message, const struct pw_request *request)
{
	static const char why[] = "{\"error\":\"not today\"}";
	fake->refusals--;
	fake_reply_head(fake, message, request, fake->refuse, true);
	(void)zmq_send(fake->query, why, sizeof why - 1, 0);
}

static inline void fake_answer(struct fake *fake, const struct fake_message *message)
{
	struct pw_request request = { 0 };
	assert_true(message->count >= 3);
	assert_int_equal(pw_request_read(message->bytes[1], message->n[1], &request), 0);
	if (fake->is_silent)
		return;
	if (fake->is_garbage) {
		fake_answer_garbage(fake, message);
	} else if (request.verb == PW_VERB_HELLO && fake->hello_refusals > 0) {
		fake->hello_refusals--;
		fake_reply_head(fake, message, &request, fake->refuse, false);
	} else if (request.verb == PW_VERB_HELLO) {
		fake_answer_hello(fake, message, &request);
	} else if (request.verb == PW_VERB_ACK) {
		fake->acks++;
		fake->acked = pw_get_u64(message->bytes[2] + 8);
		fake_reply_head(fake, message, &request, PW_WIRE_OK, false);
	} else if (fake->refusals > 0) {
		fake_refuse(fake, message, &request);
	} else if (request.verb == PW_VERB_REPLAY) {
		fake_answer_replay(fake, message, &request);
	} else if (request.verb == PW_VERB_SNAPSHOT) {
		fake_answer_snapshot(fake, message, &request);
	} else {
		fake_answer_call(fake, message, &request);
	}
}

/* Reads subscriptions and answers what was asked. */
static inline void fake_serve(struct fake *fake)
{
	char subscription[256];
	for (int n = 0; n >= 0; n = zmq_recv(fake->events, subscription, sizeof subscription, ZMQ_DONTWAIT)) {
		if (n == 4 && memcmp(subscription + 1, PW_HEARTBEAT_TOPIC, 3) == 0)
			fake->subscribers += subscription[0] ? 1 : -1;
	}
	while (fake_receive(fake, &fake->message))
		fake_answer(fake, &fake->message);
}

#endif
