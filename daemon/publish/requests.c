#include "requests.h"

#include <string.h>

#include "limit.h"

#define MAX_FRAMES 4096 /* of one request: 8 MiB in frames of 2 KiB */

bool request_is_topic_text(struct sv text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= 0x20 || text.p[i] >= 0x7f)
			return false;
	return true;
}

void request_push_rows(struct arena *arena, const struct bus_rows *rows, struct reply *reply)
{
	for (size_t i = 0; i < rows->n; i++) {
		*list_push(arena, &reply->frames) = rows->items[i].topic;
		*list_push(arena, &reply->frames) = rows->items[i].record;
	}
}

bool identity_eq(const struct identity *a, const struct identity *b)
{
	return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

/* ---- inbox ---- */

void inbox_init(struct inbox *inbox)
{
	*inbox = (struct inbox){ 0 };
	buf_init(&inbox->first, LIMIT_FRAME_BYTES);
	buf_init(&inbox->rest, LIMIT_CALL_BYTES);
}

void inbox_done(struct inbox *inbox)
{
	buf_done(&inbox->first);
	buf_done(&inbox->rest);
}

/* The memory of a large body is given back, that of an ordinary one is kept. */
void inbox_clear(struct inbox *inbox)
{
	if (inbox->rest.cap > LIMIT_FRAME_BYTES)
		buf_done(&inbox->rest);
	buf_clear(&inbox->first);
	buf_clear(&inbox->rest);
	inbox->frames = 0;
	inbox->identity.n = 0;
	inbox->has_header = inbox->is_over = false;
}

static void add_body(struct inbox *inbox, struct sv frame)
{
	struct buf *body = inbox->frames == 3 ? &inbox->first : &inbox->rest;
	bool is_too_many = inbox->frames > MAX_FRAMES || inbox->first.n + inbox->rest.n + frame.n > LIMIT_CALL_BYTES;
	if (is_too_many || buf_append(body, frame))
		inbox->is_over = true;
}

void inbox_add(struct inbox *inbox, struct sv frame)
{
	inbox->frames++;
	if (inbox->frames == 1) {
		inbox->identity.n = frame.n < IDENTITY_BYTES ? frame.n : IDENTITY_BYTES;
		if (frame.n)
			memcpy(inbox->identity.bytes, frame.p, inbox->identity.n);
	} else if (inbox->frames == 2) {
		inbox->has_header = pw_request_read(frame.p, frame.n, &inbox->header) == 0 && !inbox->header.is_reply;
	} else if (inbox->has_header && !inbox->is_over) {
		add_body(inbox, frame);
	}
}

/* ---- replies ---- */

static void finish(
	struct arena *arena, uint8_t verb, uint64_t request_id, enum pw_wire_status status, struct reply *reply)
{
	struct pw_request header = { .verb = verb, .status = (uint8_t)status, .is_reply = 1, .id = request_id };
	uint8_t *bytes = arena_alloc(arena, PW_REQUEST_HEADER);
	pw_request_write(&header, bytes);
	reply->frames.items[0] = (struct sv){ (const char *)bytes, PW_REQUEST_HEADER };
}

/* What every request of a verb needs; a call's right is that of what it calls. */
static unsigned right_for(uint8_t verb)
{
	switch (verb) {
	case PW_VERB_HELLO:
	case PW_VERB_REPLAY:
	case PW_VERB_ACK:
	case PW_VERB_SNAPSHOT: return PW_RIGHT_SUBSCRIBE;
	default: return 0;
	}
}

static enum pw_wire_status deny(struct arena *arena, struct reply *reply)
{
	*list_push(arena, &reply->frames) = SV("{\"error\":\"this needs the right 'subscribe'\"}");
	return PW_WIRE_DENIED;
}

static enum pw_wire_status dispatch(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply, bool *out_waits)
{
	if (right_for(inbox->header.verb) & ~inbox->peer.rights)
		return deny(arena, reply);
	if (inbox->is_over)
		return PW_WIRE_BAD;
	switch (inbox->header.verb) {
	case PW_VERB_HELLO: return request_hello(requests, inbox, arena, reply);
	case PW_VERB_REPLAY: return request_replay(requests, inbox, arena, reply);
	case PW_VERB_CALL: return request_call(requests, inbox, arena, reply, out_waits);
	case PW_VERB_ACK: return request_ack(requests, inbox, arena);
	case PW_VERB_SNAPSHOT: return request_snapshot(requests, inbox, arena, reply);
	default: return PW_WIRE_BAD;
	}
}

void request_handle(struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *out)
{
	bool waits = false;
	*out = (struct reply){ 0 };
	if (!inbox->has_header) {
		requests->bad_requests++;
		return;
	}
	(void)list_push(arena, &out->frames); /* for the header */
	enum pw_wire_status status = dispatch(requests, inbox, arena, out, &waits);
	if (waits) {
		out->frames.n = 0;
		return;
	}
	if (status == PW_WIRE_BAD)
		requests->bad_requests++;
	if (status == PW_WIRE_DENIED)
		requests->denied++;
	finish(arena, inbox->header.verb, inbox->header.id, status, out);
}
