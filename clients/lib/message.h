/* Requests and replies of the query socket as structs. Everything that comes in is untrusted: what is not as
 * documented is PW_INVALID and has no effect. */
#ifndef LIB_MESSAGE_H
#define LIB_MESSAGE_H

#include <policywatch/policywatch.h>
#include <policywatch/wire.h>
#include <stdbool.h>
#include <stddef.h>

#include "event.h"
#include "filter.h"
#include "sock.h"

#define MESSAGE_HELLO_BYTES 8
#define MESSAGE_REPLAY_MAX (24 + PW_TOPIC_MAX + 2)
#define MESSAGE_ACK_MAX (16 + 256)
#define MESSAGE_SNAPSHOT_MAX (14 + PW_TOPIC_MAX + 2 + PW_TOPIC_MAX)
#define MESSAGE_REPLAY_ROWS 1000
#define MESSAGE_REPLAY_BYTES (256 * 1024)

/* Each writes a body and returns its length. */
size_t message_hello(uint8_t out[MESSAGE_HELLO_BYTES], int64_t time_ms); /* 0: asks for no time */
size_t message_replay(uint8_t out[MESSAGE_REPLAY_MAX], uint64_t epoch, uint64_t from, const struct filter *filter);
/* id 0: a new snapshot. last: topic of the last fact received, or "". */
size_t message_snapshot(uint8_t out[MESSAGE_SNAPSHOT_MAX], uint64_t id, const struct filter *filter, const char *last);
size_t message_ack(uint8_t out[MESSAGE_ACK_MAX], uint64_t epoch, uint64_t seq, const char *name);

struct hello {
	uint64_t epoch, head, oldest, at_time;
	int interval_ms; /* between 10 and 60,000 */
};
enum pw_status message_read_hello(const struct frames *frames, struct hello *out);

struct page {
	uint64_t epoch, head, oldest, scanned_to;
	struct event_queue events; /* those the filter takes; of the reader to free */
};
/* A page of the replay of `epoch` after the event `after`. */
enum pw_status message_read_page(
	const struct frames *frames, uint64_t epoch, uint64_t after, const struct filter *filter, struct page *out);

struct facts {
	uint64_t epoch, seq, id;
	bool is_more;
	char last[PW_TOPIC_MAX + 1]; /* topic of the last one, taken or not; as it was when there was none */
	struct event_queue events;   /* those the filter takes; of the reader to free */
};
/* A page of a snapshot after the topic `last`. */
enum pw_status message_read_facts(
	const struct frames *frames, const struct filter *filter, const char *last, struct facts *out);

/* True if the message is a reply; its header in *out. */
bool message_read_reply(const struct frames *frames, struct pw_request *out);

#endif
