#include "message.h"

#include <stdio.h>
#include <string.h>

#define INTERVAL_MS 1000 /* when the daemon says 0 */
#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 60000
#define HELLO_FIXED 36
#define PAGE_FIXED 36
#define SNAPSHOT_FIXED 14
#define FACTS_FIXED 32

size_t message_hello(uint8_t out[MESSAGE_HELLO_BYTES], int64_t time_ms)
{
	int64_t time_ns;
	if (time_ms <= 0)
		time_ns = INT64_MIN;
	else if (__builtin_mul_overflow(time_ms, (int64_t)1000000, &time_ns))
		time_ns = INT64_MAX;
	pw_put_u64(out, (uint64_t)time_ns);
	return MESSAGE_HELLO_BYTES;
}

size_t message_replay(uint8_t out[MESSAGE_REPLAY_MAX], uint64_t epoch, uint64_t from, const struct filter *filter)
{
	pw_put_u64(out, epoch);
	pw_put_u64(out + 8, from);
	pw_put_u32(out + 16, MESSAGE_REPLAY_ROWS);
	pw_put_u32(out + 20, MESSAGE_REPLAY_BYTES);
	memcpy(out + 24, filter->common, filter->common_bytes);
	return 24 + filter->common_bytes;
}

size_t message_snapshot(uint8_t out[MESSAGE_SNAPSHOT_MAX], uint64_t id, const struct filter *filter, const char *last)
{
	size_t prefix_bytes = filter_state_bytes(filter), last_bytes = strnlen(last, PW_TOPIC_MAX);
	pw_put_u64(out, id);
	pw_put_u32(out + 8, MESSAGE_REPLAY_BYTES);
	pw_put_u16(out + 12, (uint16_t)prefix_bytes);
	memcpy(out + SNAPSHOT_FIXED, filter->common, prefix_bytes);
	memcpy(out + SNAPSHOT_FIXED + prefix_bytes, last, last_bytes);
	return SNAPSHOT_FIXED + prefix_bytes + last_bytes;
}

size_t message_ack(uint8_t out[MESSAGE_ACK_MAX], uint64_t epoch, uint64_t seq, const char *name)
{
	size_t n = strnlen(name, MESSAGE_ACK_MAX - 16);
	pw_put_u64(out, epoch);
	pw_put_u64(out + 8, seq);
	memcpy(out + 16, name, n);
	return 16 + n;
}

bool message_read_reply(const struct frames *frames, struct pw_request *out)
{
	struct frame head = frames_at(frames, 0);
	struct pw_request request;
	if (!head.p || pw_request_read(head.p, head.n, &request) || !request.is_reply)
		return false;
	*out = request;
	return true;
}

enum pw_status message_read_hello(const struct frames *frames, struct hello *out)
{
	struct frame body = frames_at(frames, 1);
	const uint8_t *p = body.p;
	if (!p || body.n < HELLO_FIXED)
		return PW_INVALID;
	uint32_t interval = pw_get_u32(p + 32);
	if (interval == 0)
		interval = INTERVAL_MS;
	if (interval < INTERVAL_MIN_MS)
		interval = INTERVAL_MIN_MS;
	if (interval > INTERVAL_MAX_MS)
		interval = INTERVAL_MAX_MS;
	*out = (struct hello){ .epoch = pw_get_u64(p),
		.head = pw_get_u64(p + 8),
		.oldest = pw_get_u64(p + 16),
		.at_time = pw_get_u64(p + 24),
		.interval_ms = (int)interval };
	return PW_OK;
}

/* One pair of frames. *after is the number of the record before, and moves on. */
static enum pw_status read_row(struct frame topic, struct frame bytes, const struct page *page, uint64_t *after,
	const struct filter *filter, struct event_queue *queue)
{
	struct pw_record record;
	if (topic.n > PW_TOPIC_MAX || pw_record_read(bytes.p, bytes.n, &record))
		return PW_INVALID;
	if (record.kind != PW_RECORD_EVENT || record.encoding != PW_ENCODING_JSON)
		return PW_OK; /* of a later time: readers skip what they don't know */
	if (record.epoch != page->epoch || record.seq <= *after || record.seq > page->scanned_to)
		return PW_INVALID;
	*after = record.seq;
	if (!filter_takes(filter, topic.p, topic.n))
		return PW_OK;
	struct pw_event *event = event_new(topic.p, topic.n, &record);
	if (!event)
		return PW_NOMEM;
	event_push(queue, event);
	return PW_OK;
}

enum pw_status message_read_page(
	const struct frames *frames, uint64_t epoch, uint64_t after, const struct filter *filter, struct page *out)
{
	struct frame body = frames_at(frames, 1);
	const uint8_t *p = body.p;
	if (!p || body.n < PAGE_FIXED)
		return PW_INVALID;
	struct page page = { .epoch = pw_get_u64(p),
		.head = pw_get_u64(p + 8),
		.oldest = pw_get_u64(p + 16),
		.scanned_to = pw_get_u64(p + 24) };
	size_t n = pw_get_u32(p + 32);
	if (page.epoch != epoch || frames->n != 2 + 2 * n)
		return PW_INVALID;
	/* What was not there yet can't have been looked at: else later events would be taken for seen. */
	if (page.scanned_to > page.head)
		page.scanned_to = page.head;
	for (size_t i = 0; i < n; i++) {
		enum pw_status st = read_row(frames_at(frames, 2 + 2 * i), frames_at(frames, 3 + 2 * i), &page, &after,
			filter, &page.events);
		if (st) {
			event_drop_all(&page.events);
			return st;
		}
	}
	*out = page;
	return PW_OK;
}

static enum pw_status read_fact(
	struct frame topic, struct frame bytes, const struct filter *filter, struct facts *facts)
{
	struct pw_record record;
	if (topic.n == 0 || topic.n > PW_TOPIC_MAX || memchr(topic.p, '\0', topic.n) ||
		pw_record_read(bytes.p, bytes.n, &record))
		return PW_INVALID;
	memcpy(facts->last, topic.p, topic.n);
	facts->last[topic.n] = '\0';
	if (record.kind != PW_RECORD_STATE || record.encoding != PW_ENCODING_JSON)
		return PW_OK;
	if (record.epoch != facts->epoch || record.seq != facts->seq)
		return PW_INVALID;
	if (!filter_takes_state(filter, topic.p, topic.n))
		return PW_OK;
	struct pw_event *event = event_new(topic.p, topic.n, &record);
	if (!event)
		return PW_NOMEM;
	event_push(&facts->events, event);
	return PW_OK;
}

enum pw_status message_read_facts(
	const struct frames *frames, const struct filter *filter, const char *last, struct facts *out)
{
	struct frame body = frames_at(frames, 1);
	const uint8_t *p = body.p;
	if (!p || body.n < FACTS_FIXED)
		return PW_INVALID;
	struct facts facts = { .epoch = pw_get_u64(p),
		.seq = pw_get_u64(p + 8),
		.id = pw_get_u64(p + 16),
		.is_more = pw_get_u32(p + 24) & PW_SNAPSHOT_MORE };
	size_t n = pw_get_u32(p + 28);
	if (frames->n != 2 + 2 * n)
		return PW_INVALID;
	(void)snprintf(facts.last, sizeof facts.last, "%s", last);
	enum pw_status st = PW_OK;
	for (size_t i = 0; i < n && st == PW_OK; i++)
		st = read_fact(frames_at(frames, 2 + 2 * i), frames_at(frames, 3 + 2 * i), filter, &facts);
	/* More must follow something, or it would be asked for without end. */
	if (st == PW_OK && facts.is_more && (facts.id == 0 || strcmp(facts.last, last) == 0))
		st = PW_INVALID;
	if (st) {
		event_drop_all(&facts.events);
		return st;
	}
	*out = facts;
	return PW_OK;
}
