/* Requests without sockets: what a test asks, and the reply as frames. */
#ifndef PUBLISH_REQUESTS_WORLD_H
#define PUBLISH_REQUESTS_WORLD_H

#include "test.h"

#include "fake_log.h"
#include "json.h"
#include "limit.h"
#include "requests.h"

struct world {
	struct fake_log log;
	struct requests requests;
	struct inbox inbox;
	struct arena *arena;
	struct bus_peer rights; /* and what it may */
	struct reply reply;
	const char *peer; /* who asks */
	uint64_t token;   /* of the last call */
	char name[32], body[32];
	size_t calls, acks, warnings;
	char warning[256];
};

static inline void on_call(void *ctx, const struct bus_call *call)
{
	struct world *w = ctx;
	w->token = call->token;
	w->calls++;
	(void)snprintf(w->name, sizeof w->name, "%.*s", SV_ARG(call->name));
	(void)snprintf(w->body, sizeof w->body, "%.*s", SV_ARG(call->body));
}

static inline void on_ack(void *ctx)
{
	((struct world *)ctx)->acks++;
}

static inline void on_warning(void *ctx, const char *text)
{
	struct world *w = ctx;
	w->warnings++;
	(void)snprintf(w->warning, sizeof w->warning, "%s", text);
}

static inline int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	fake_log_init(&w->log);
	w->arena = arena_new(64u << 20);
	w->peer = "peer";
	w->requests.log = fake_log_as_bus_log(&w->log);
	w->requests.ops = (struct bus_ops){ .ctx = w, .on_call = on_call, .on_ack = on_ack, .on_warning = on_warning };
	w->requests.instance = SV("test");
	w->requests.heartbeat_ms = 1000;
	inbox_init(&w->inbox);
	w->rights.rights = PW_RIGHTS_ALL;
	*state = w;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;
	snapshots_end(&w->requests);
	assert_int_equal(w->log.snapshots, 0);
	inbox_done(&w->inbox);
	arena_free(w->arena);
	fake_log_done(&w->log);
	free(w);
	return 0;
}

static inline void ask_frames(struct world *w, uint8_t verb, uint64_t id, const struct sv *body, size_t n)
{
	uint8_t header[PW_REQUEST_HEADER];
	struct pw_request request = { .verb = verb, .id = id };
	pw_request_write(&request, header);
	inbox_clear(&w->inbox);
	w->inbox.peer = w->rights;
	inbox_add(&w->inbox, sv_of(w->peer));
	inbox_add(&w->inbox, (struct sv){ (const char *)header, sizeof header });
	for (size_t i = 0; i < n; i++)
		inbox_add(&w->inbox, body[i]);
	request_handle(&w->requests, &w->inbox, w->arena, &w->reply);
}

static inline void ask(struct world *w, uint8_t verb, struct sv body)
{
	ask_frames(w, verb, 77, &body, 1);
}

static inline struct pw_request header_of(const struct reply *reply)
{
	struct pw_request header = { 0 };
	assert_true(reply->frames.n > 0);
	assert_int_equal(pw_request_read(reply->frames.items[0].p, reply->frames.items[0].n, &header), 0);
	assert_true(header.is_reply);
	return header;
}

static inline uint64_t number_at(const struct world *w, size_t frame, size_t offset)
{
	assert_true(frame < w->reply.frames.n && offset + 8 <= w->reply.frames.items[frame].n);
	return pw_get_u64((const uint8_t *)w->reply.frames.items[frame].p + offset);
}

static inline void fill(struct world *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fake_log_append(&w->log, i % 2 ? SV("fact/a/b/figure/") : SV("source/s/failing/"), SV("{}"));
}

static inline void hello(struct world *w, int64_t time_ns)
{
	uint8_t body[8];
	pw_put_u64(body, (uint64_t)time_ns);
	ask(w, PW_VERB_HELLO, (struct sv){ (const char *)body, sizeof body });
}

static inline void replay(
	struct world *w, uint64_t epoch, uint64_t from, uint32_t rows, uint32_t bytes, const char *prefix)
{
	uint8_t body[24 + 300];
	size_t n = strlen(prefix);
	pw_put_u64(body, epoch);
	pw_put_u64(body + 8, from);
	pw_put_u32(body + 16, rows);
	pw_put_u32(body + 20, bytes);
	memcpy(body + 24, prefix, n);
	ask(w, PW_VERB_REPLAY, (struct sv){ (const char *)body, 24 + n });
}

static inline void ack(struct world *w, uint64_t epoch, uint64_t seq, const char *name)
{
	uint8_t body[16 + 128];
	size_t n = strlen(name);
	pw_put_u64(body, epoch);
	pw_put_u64(body + 8, seq);
	memcpy(body + 16, name, n);
	ask(w, PW_VERB_ACK, (struct sv){ (const char *)body, 16 + n });
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
