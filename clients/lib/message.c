#include "message.h"

#include <string.h>

#define INTERVAL_MS 1000 /* when the daemon says 0 */
#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 60000
#define HELLO_FIXED 36
#define PAGE_FIXED 36

size_t message_hello(uint8_t out[MESSAGE_HELLO_BYTES], int64_t time_ns)
{
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
