/* What comes in over the wire: records as clients read them, and requests as the daemon does. The input is a record and a request
 * header at once, and a list of frames, each behind its length in two bytes; frames that end with length 0xffff
 * end a request and begin the next one. */
#include <assert.h>

#include "fake_log.h"
#include "json.h"
#include "requests.h"

#define EVENTS 20
#define END_OF_REQUEST 0xffff

struct world {
	struct fake_log log;
	struct requests requests;
	struct inbox inbox;
	struct arena *arena;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_reply(const struct reply *reply)
{
	struct pw_request header;
	if (!reply->frames.n)
		return;
	assert(pw_request_read(reply->frames.items[0].p, reply->frames.items[0].n, &header) == 0);
	assert(header.is_reply);
	for (size_t i = 1; i < reply->frames.n; i++)
		assert(reply->frames.items[i].n <= PW_WIRE_FRAME_MAX);
}

/* Answers at once, with what it was asked, or with an error where there are no more parameters than the name. */
static void on_call(void *ctx, const struct bus_call *call)
{
	struct world *w = ctx;
	struct error err;
	struct identity to;
	struct reply reply;
	(void)error_set(&err, E_NOT_FOUND, "nothing called %.*s", SV_ARG(call->name));
	const struct json_t *result = json_size(call->params) > 1 ? call->params : NULL;
	assert(request_answer(&w->requests, call->token, result, &err, w->arena, &to, &reply));
	check_reply(&reply);
}

static void read_as_record(const uint8_t *bytes, size_t n)
{
	struct pw_record record;
	uint8_t head[PW_RECORD_FIXED + 8 * (PW_LEVELS_MAX + 1)];
	if (pw_record_read(bytes, n, &record))
		return;
	size_t head_bytes = pw_record_head_bytes(record.nprev);
	assert(head_bytes + record.payload_bytes == n);
	pw_record_head(&record, head);
	assert(memcmp(head, bytes, head_bytes) == 0);
}

static void end_request(struct world *w)
{
	struct reply reply;
	request_handle(&w->requests, &w->inbox, w->arena, &reply);
	check_reply(&reply);
	inbox_clear(&w->inbox);
	inbox_add(&w->inbox, SV("peer"));
}

static void read_as_requests(struct world *w, const uint8_t *bytes, size_t n)
{
	size_t at = 0;
	w->inbox.peer.rights = PW_RIGHTS_ALL;
	inbox_add(&w->inbox, SV("peer"));
	while (at + 2 <= n) {
		size_t size = pw_get_u16(bytes + at);
		at += 2;
		if (size == END_OF_REQUEST) {
			end_request(w);
			continue;
		}
		if (size > n - at)
			size = n - at;
		inbox_add(&w->inbox, (struct sv){ (const char *)bytes + at, size });
		at += size;
	}
	end_request(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct world *w = calloc(1, sizeof *w);
	if (!w)
		return 0;
	fake_log_init(&w->log);
	for (int i = 0; i < EVENTS; i++)
		fake_log_append(&w->log, i % 3 ? SV("fact/a/b/new/") : SV("daemon/started/"), SV("{}"));
	w->log.oldest = 4;
	w->log.facts = 9;
	w->requests.log = fake_log_as_bus_log(&w->log);
	w->requests.ops = (struct bus_ops){ .ctx = w, .on_call = on_call };
	w->arena = arena_new(64u << 20);
	inbox_init(&w->inbox);
	read_as_record(bytes, n);
	read_as_requests(w, bytes, n);
	snapshots_end(&w->requests);
	assert(w->log.snapshots == 0);
	inbox_done(&w->inbox);
	arena_free(w->arena);
	fake_log_done(&w->log);
	free(w);
	return 0;
}
