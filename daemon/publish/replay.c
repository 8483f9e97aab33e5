/* HELLO, REPLAY and ACK: what a client needs to miss nothing.
 *
 * A page of a replay is bounded in rows and bytes whatever was asked for, so that no request holds the loop for long. A
 * filtered client asks after each heartbeat while the log moves; when nothing under its prefix came, the answer comes from
 * the map of last numbers without reading the log. */
#include <inttypes.h>
#include <policywatch/keyfile.h>
#include <stdio.h>
#include <string.h>

#include "limit.h"
#include "requests.h"

enum { HELLO_BODY = 8, HELLO_REPLY = 36, REPLAY_BODY = 24, REPLAY_REPLY = 36, ACK_BODY = 16 };

struct position {
	uint64_t epoch, head, oldest;
};

static struct position position_of(const struct requests *requests)
{
	struct position at = { 0 };
	requests->log.position(requests->log.ctx, &at.epoch, &at.head, &at.oldest);
	return at;
}

/* One body frame of at least `fixed` and at most `fixed + rest` bytes. */
static bool has_body(const struct inbox *inbox, size_t fixed, size_t rest)
{
	return inbox->frames == 3 && inbox->first.n >= fixed && inbox->first.n <= fixed + rest;
}

static const uint8_t *body_of(const struct inbox *inbox)
{
	return (const uint8_t *)inbox->first.p;
}

static uint8_t *push_frame(struct arena *arena, struct reply *reply, size_t n)
{
	uint8_t *bytes = arena_alloc(arena, n);
	*list_push(arena, &reply->frames) = (struct sv){ (const char *)bytes, n };
	return bytes;
}

/* Events are recorded in milliseconds: the first at or after a nanosecond is that of the next full millisecond. */
static struct wall_ms to_wall_ms(int64_t ns)
{
	int64_t ms = ns / 1000000;
	return (struct wall_ms){ ms + (ns % 1000000 > 0 ? 1 : 0) };
}

enum pw_wire_status request_hello(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply)
{
	if (!has_body(inbox, HELLO_BODY, 0))
		return PW_WIRE_BAD;
	struct position at = position_of(requests);
	int64_t time_ns = (int64_t)pw_get_u64(body_of(inbox));
	uint64_t seq = at.head + 1;
	struct error err;
	if (time_ns != INT64_MIN && requests->log.at_time(requests->log.ctx, to_wall_ms(time_ns), &seq, &err))
		return PW_WIRE_FAILED;
	uint8_t *bytes = push_frame(arena, reply, HELLO_REPLY + requests->instance.n);
	pw_put_u64(bytes, at.epoch);
	pw_put_u64(bytes + 8, at.head);
	pw_put_u64(bytes + 16, at.oldest);
	pw_put_u64(bytes + 24, seq);
	pw_put_u32(bytes + 32, requests->heartbeat_ms);
	if (requests->instance.n)
		memcpy(bytes + HELLO_REPLY, requests->instance.p, requests->instance.n);
	return PW_WIRE_OK;
}

/* ---- REPLAY ---- */

struct page {
	uint64_t epoch, from;
	size_t max_rows, max_bytes;
	struct sv prefix;
};

static size_t clamp(uint32_t wanted, size_t limit)
{
	if (wanted == 0)
		return 1;
	return wanted < limit ? wanted : limit;
}

static bool read_page(const struct inbox *inbox, struct page *out)
{
	if (!has_body(inbox, REPLAY_BODY, PW_TOPIC_MAX))
		return false;
	const uint8_t *body = body_of(inbox);
	*out = (struct page){ .epoch = pw_get_u64(body),
		.from = pw_get_u64(body + 8),
		.max_rows = clamp(pw_get_u32(body + 16), LIMIT_REPLAY_ROWS),
		.max_bytes = clamp(pw_get_u32(body + 20), LIMIT_REPLAY_BYTES),
		.prefix = sv_slice(buf_sv(&inbox->first), REPLAY_BODY, inbox->first.n) };
	return request_is_topic_text(out->prefix);
}

static bool is_known_empty(const struct requests *requests, const struct page *page, struct position at)
{
	if (page->from > at.head)
		return true;
	struct sv prefix = page->prefix;
	if (!sv_ends(prefix, SV("/")) || pw_topic_levels(prefix.p, prefix.n) > LIMIT_TOPIC_LEVELS)
		return false;
	return requests->log.last_seq(requests->log.ctx, prefix) < page->from;
}

static void write_position(uint8_t *bytes, struct position at, uint64_t scanned_to, size_t n)
{
	pw_put_u64(bytes, at.epoch);
	pw_put_u64(bytes + 8, at.head);
	pw_put_u64(bytes + 16, at.oldest);
	pw_put_u64(bytes + 24, scanned_to);
	pw_put_u32(bytes + 32, (uint32_t)n);
}

/* Nobody can have seen events of this log that it does not have, unless it went back: a store out of a backup without
 * --new-epoch. The client notices too; the operator is told here, before the numbers catch up and nobody can. */
static void warn_if_ahead(struct requests *requests, const struct page *page, struct position at)
{
	char text[200];
	bool is_ahead = page->epoch == at.epoch && page->from - 1 > at.head;
	bool is_told = requests->ahead_told.v && requests->now.v - requests->ahead_told.v < AHEAD_EVERY_MS;
	if (page->from == 0 || !is_ahead || is_told || !requests->ops.on_warning)
		return;
	requests->ahead_told = requests->now;
	(void)snprintf(text, sizeof text,
		"a client has seen event %" PRIu64 " of this log, which ends at %" PRIu64
		": if the store came back from a backup, stop and use --new-epoch",
		page->from - 1, at.head);
	requests->ops.on_warning(requests->ops.ctx, text);
}

enum pw_wire_status request_replay(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply)
{
	struct page page;
	struct error err;
	if (!read_page(inbox, &page))
		return PW_WIRE_BAD;
	struct position at = position_of(requests);
	if (page.from == 0) /* whatever is the oldest */
		page.from = at.oldest;
	uint8_t *bytes = push_frame(arena, reply, REPLAY_REPLY);
	write_position(bytes, at, 0, 0);
	if (page.epoch && page.epoch != at.epoch)
		return PW_WIRE_EPOCH;
	warn_if_ahead(requests, &page, at);
	bool is_empty = is_known_empty(requests, &page, at); /* also below the oldest one: nothing was missed */
	if (page.from < at.oldest && !is_empty)
		return PW_WIRE_GONE;
	struct bus_rows rows = { 0 };
	uint64_t scanned_to = at.head;
	if (!is_empty &&
		requests->log.read(requests->log.ctx, arena, page.from, page.prefix, page.max_rows, page.max_bytes,
			&rows, &scanned_to, &err))
		return PW_WIRE_FAILED;
	request_push_rows(arena, &rows, reply);
	write_position(bytes, at, scanned_to, rows.n);
	requests->replayed += rows.n;
	requests->gaps += (inbox->header.flags & PW_ASK_GAP) != 0;
	return PW_WIRE_OK;
}

/* ---- ACK ---- */

/* "<key>/<cursor>": clients with keys can't touch one another's, nor those without. */
static struct sv full_name(const struct inbox *inbox, struct arena *arena, struct sv name)
{
	return inbox->peer.name[0] ? arena_printf(arena, "%s/%.*s", inbox->peer.name, SV_ARG(name)) : name;
}

enum pw_wire_status request_ack(struct requests *requests, const struct inbox *inbox, struct arena *arena)
{
	if (!has_body(inbox, ACK_BODY, CURSOR_NAME_BYTES))
		return PW_WIRE_BAD;
	struct position at = position_of(requests);
	uint64_t seq = pw_get_u64(body_of(inbox) + 8);
	struct sv name = sv_slice(buf_sv(&inbox->first), ACK_BODY, inbox->first.n);
	if (!pw_key_is_name(name.p, name.n)) /* names appear as labels of metrics */
		return PW_WIRE_BAD;
	if (pw_get_u64(body_of(inbox)) != at.epoch)
		return PW_WIRE_EPOCH;
	if (seq > at.head)
		return PW_WIRE_BAD;
	name = full_name(inbox, arena, name);
	struct cursor *cursor = cursor_slot(&requests->cursors, name);
	cursor->seq = seq;
	cursor->acked = requests->wall;
	if (requests->ops.on_ack)
		requests->ops.on_ack(requests->ops.ctx);
	return PW_WIRE_OK;
}
