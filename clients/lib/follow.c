/* Following the log: a state machine that never waits.
 *
 *	HELLO ── epoch, head ──> REPLAY ── scanned = head ──> LIVE
 *	  ^                        ^  <──── a gap ────────────  │
 *	  └──── no heartbeat, reconnected, another epoch ───────┘
 *
 * Invariant: each wanted event up to `scanned` was handed out or waits in the queue, in order. Replay moves `scanned`
 * to what the daemon says it looked at; a live event moves it when prev[] shows that nothing lies between. Everything
 * at or below `scanned` that still comes is a duplicate. While replaying, the subscription stays unread: its queue is
 * the buffer, and what overflows is one more gap. A question that is not answered is asked again on a new
 * socket, for ever. What the daemon sends is checked and, if it is not as documented, asked for again later. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "client.h"
#include "message.h"

#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 30000
#define DENIED_MS 5000
#define SAVE_EVERY_MS 60000
#define SAVE_EVERY_EVENTS 1000
#define SILENT_INTERVALS_X10 25 /* heartbeats missing until a subscription is taken for dead, times ten */
#define WELCOME PW_HEARTBEAT_TOPIC " welcome"

static int64_t doubled(int64_t ms, unsigned times, int64_t max_ms)
{
	for (unsigned i = 0; i < times && ms < max_ms; i++)
		ms *= 2;
	return ms < max_ms ? ms : max_ms;
}

static void enter(struct pw_client *client, enum phase phase)
{
	struct follow *follow = &client->follow;
	follow->phase = phase;
	follow->is_asked = false;
	follow->attempts = 0;
	follow->ask_at_ms = 0;
	if (phase == PHASE_LIVE)
		follow->heard_ms = client_now_ms();
}

static enum pw_status halt(struct pw_client *client, enum pw_status why)
{
	enter(client, PHASE_HALTED);
	client->follow.halt = why;
	return why;
}

static void ask_later(struct pw_client *client, int64_t wait_ms)
{
	struct follow *follow = &client->follow;
	/* Spread over a quarter, so that clients of one daemon do not come back all at once. */
	follow->ask_at_ms = client_now_ms() + wait_ms + (int64_t)(client->last_id * 2654435761u % 97) * wait_ms / 388;
	follow->is_asked = false;
	follow->attempts++;
}

/* ---- asking ---- */

static enum pw_status ask(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	uint8_t body[MESSAGE_REPLAY_MAX];
	size_t n;
	if (!client->query) {
		enum pw_status st = sock_dealer(&client->sockets, client->query_endpoint, &client->query);
		if (st)
			return client_fail(client, st, "%s: %s", client->query_endpoint, sock_error());
	}
	if (follow->phase == PHASE_HELLO)
		n = message_hello(body, client->from_time_ms > 0 ? client->from_time_ms * 1000000 : INT64_MIN);
	else
		n = message_replay(body, follow->epoch, follow->scanned + 1, &client->filter);
	uint8_t verb = follow->phase == PHASE_HELLO ? PW_VERB_HELLO : PW_VERB_REPLAY;
	/* A full queue is like an answer that does not come. */
	(void)client_ask(client, client->query, verb, body, n);
	follow->is_asked = true;
	follow->request_id = client->last_id;
	follow->answer_by_ms = client_now_ms() + doubled(client->request_ms, follow->attempts, BACKOFF_MAX_MS);
	return PW_OK;
}

static void on_no_answer(struct pw_client *client)
{
	sock_close(client->query);
	client->query = NULL;
	client->follow.is_asked = false;
	client->follow.attempts++;
	client->follow.ask_at_ms = 0;
	(void)client_fail(client, PW_UNREACHABLE, "%s: no answer", client->query_endpoint);
}

/* Where a client without a place begins. */
static uint64_t first_place(const struct pw_client *client, const struct hello *hello)
{
	if (client->from_time_ms > 0)
		return hello->at_time ? hello->at_time - 1 : 0;
	if (client->from_seq == PW_FROM_NOW)
		return hello->head;
	if (client->from_seq > 0)
		return client->from_seq - 1;
	return hello->oldest ? hello->oldest - 1 : hello->head;
}

static enum pw_status on_hello(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct hello hello;
	if (message_read_hello(&client->frames, &hello)) {
		ask_later(client, doubled(BACKOFF_MS, follow->attempts, BACKOFF_MAX_MS));
		(void)client_fail(client, PW_INVALID, "%s: the answer is not PW1", client->query_endpoint);
		return PW_OK;
	}
	follow->interval_ms = hello.interval_ms;
	if (follow->has_place && hello.epoch != follow->epoch) {
		(void)client_fail(client, PW_EPOCH, "the log of the daemon is another one now");
		return halt(client, PW_EPOCH);
	}
	if (follow->has_place && hello.head < follow->head) {
		(void)client_fail(client, PW_EPOCH,
			"the log of the daemon went back: it ends at %" PRIu64 ", after it had reached %" PRIu64,
			hello.head, follow->head);
		return halt(client, PW_EPOCH);
	}
	if (!follow->has_place) {
		follow->has_place = true;
		follow->epoch = hello.epoch;
		follow->scanned = follow->acked = first_place(client, &hello);
	}
	follow->head = hello.head;
	enter(client, follow->scanned < hello.head ? PHASE_REPLAY : PHASE_LIVE);
	/* From now on a client that dies before its first event comes back to this place. */
	return follow->has_saved ? PW_OK : follow_save(client);
}

static enum pw_status on_page(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct page page;
	enum pw_status st = message_read_page(&client->frames, follow->epoch, follow->scanned, &client->filter, &page);
	if (st == PW_NOMEM) {
		ask_later(client, BACKOFF_MS);
		return client_fail(client, st, "no memory");
	}
	bool is_progress = st == PW_OK && (page.scanned_to > follow->scanned || page.head <= follow->scanned);
	if (!is_progress) {
		if (st == PW_OK)
			event_drop_all(&page.events);
		ask_later(client, doubled(BACKOFF_MS, follow->attempts, BACKOFF_MAX_MS));
		(void)client_fail(client, PW_INVALID, "%s: a replay is not as documented", client->query_endpoint);
		return PW_OK;
	}
	if (page.scanned_to > follow->scanned)
		follow->scanned = page.scanned_to;
	if (page.head > follow->head)
		follow->head = page.head;
	event_move_all(&page.events, &follow->queue);
	enter(client, follow->scanned < page.head ? PHASE_REPLAY : PHASE_LIVE);
	return PW_OK;
}

static enum pw_status on_refusal(struct pw_client *client, uint8_t status)
{
	struct follow *follow = &client->follow;
	if (status == PW_WIRE_GONE && follow->phase == PHASE_REPLAY) {
		(void)client_fail(client, PW_GONE, "events after %" PRIu64 " are no longer kept", follow->scanned);
		return halt(client, PW_GONE);
	}
	if (status == PW_WIRE_DENIED) {
		ask_later(client, DENIED_MS);
		return client_fail(client, PW_DENIED, "%s: the daemon denies it", client->query_endpoint);
	}
	if (status == PW_WIRE_EPOCH) /* HELLO tells which */
		follow->phase = PHASE_HELLO;
	else if (status != PW_WIRE_BUSY)
		(void)client_fail(client, PW_FAILED, "%s: the daemon answers with status %u", client->query_endpoint,
			(unsigned)status);
	ask_later(client, doubled(BACKOFF_MS, follow->attempts, BACKOFF_MAX_MS));
	return PW_OK;
}

static enum pw_status on_reply(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct pw_request reply;
	uint8_t verb = follow->phase == PHASE_HELLO ? PW_VERB_HELLO : PW_VERB_REPLAY;
	if (!message_read_reply(&client->frames, &reply) || reply.id != follow->request_id || reply.verb != verb)
		return PW_OK; /* an answer to an earlier question, or none of ours */
	if (reply.status != PW_WIRE_OK)
		return on_refusal(client, reply.status);
	return follow->phase == PHASE_HELLO ? on_hello(client) : on_page(client);
}

static enum pw_status step_asking(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	int64_t now_ms = client_now_ms();
	sock_touch(client->events);
	if (!follow->is_asked) {
		if (now_ms >= follow->ask_at_ms)
			return ask(client);
		if (client->query)
			sock_touch(client->query);
		return PW_TIMEOUT;
	}
	enum pw_status st = sock_receive(client->query, &client->frames);
	if (st == PW_OK)
		return on_reply(client);
	if (st == PW_INVALID) { /* too large to be an answer: let the time pass */
		(void)client_fail(client, st, "%s: a reply over all limits", client->query_endpoint);
		return PW_OK;
	}
	if (st != PW_TIMEOUT)
		return client_fail(
			client, st, "%s: %s", client->query_endpoint, st == PW_NOMEM ? "no memory" : sock_error());
	if (now_ms < follow->answer_by_ms)
		return PW_TIMEOUT;
	on_no_answer(client);
	return PW_OK;
}

/* ---- live ---- */

static enum pw_status open_events(struct pw_client *client)
{
	enum pw_status st = sock_subscribe(&client->sockets, client->events_endpoint, client->filter.common,
		client->filter.common_bytes, &client->events);
	if (st)
		return client_fail(client, st, "%s: %s", client->events_endpoint, sock_error());
	client->follow.is_heard = false;
	client->follow.is_welcome = false;
	return PW_OK;
}

static int64_t stale_after_ms(const struct follow *follow)
{
	int64_t silent_ms = (int64_t)follow->interval_ms * SILENT_INTERVALS_X10 / 10;
	int64_t max_ms = silent_ms > BACKOFF_MAX_MS ? silent_ms : BACKOFF_MAX_MS;
	return doubled(silent_ms, follow->silences, max_ms);
}

static enum pw_status on_silence(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	sock_close(client->events);
	client->events = NULL;
	follow->silences++;
	follow->is_stale = true;
	(void)client_fail(client, PW_UNREACHABLE, "%s: no heartbeat", client->events_endpoint);
	enter(client, PHASE_HELLO);
	return open_events(client);
}

static void report_place(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	uint8_t body[MESSAGE_ACK_MAX];
	if (!client->cursor_name || !client->query || follow->acked == follow->reported)
		return;
	size_t n = message_ack(body, follow->epoch, follow->acked, client->cursor_name);
	if (client_ask(client, client->query, PW_VERB_ACK, body, n) == PW_OK)
		follow->reported = follow->acked;
}

static enum pw_status on_heartbeat(struct pw_client *client, const struct pw_record *record)
{
	struct follow *follow = &client->follow;
	if (record->seq > follow->head)
		follow->head = record->seq;
	report_place(client);
	if (record->seq > follow->scanned) /* the end was lost, or what came since is none of ours */
		enter(client, PHASE_REPLAY);
	bool is_due = follow->scanned - follow->saved >= SAVE_EVERY_EVENTS ||
		client_now_ms() - follow->saved_ms >= SAVE_EVERY_MS;
	return is_due ? follow_save(client) : PW_OK;
}

static enum pw_status on_event(struct pw_client *client, struct frame topic, const struct pw_record *record)
{
	struct follow *follow = &client->follow;
	const struct filter *filter = &client->filter;
	if (record->seq <= follow->scanned)
		return PW_OK;
	if (topic.n > PW_TOPIC_MAX || topic.n < filter->common_bytes ||
		memcmp(topic.p, filter->common, filter->common_bytes) != 0)
		return PW_OK;
	size_t level = filter->common_levels < record->nprev ? filter->common_levels : 0;
	if (record->nprev == 0 || record->prev[level] > follow->scanned) {
		enter(client, PHASE_REPLAY);
		return PW_OK;
	}
	if (record->encoding == PW_ENCODING_JSON && filter_takes(filter, topic.p, topic.n)) {
		struct pw_event *event = event_new(topic.p, topic.n, record);
		if (!event)
			return client_fail(client, PW_NOMEM, "no memory"); /* a gap, and so asked for again */
		event_push(&follow->queue, event);
	}
	follow->scanned = record->seq;
	if (record->seq > follow->head)
		follow->head = record->seq;
	return PW_OK;
}

/* The daemon greets each connection: a second greeting means that the first one was cut. */
static void on_welcome(struct pw_client *client)
{
	if (client->follow.is_welcome)
		enter(client, PHASE_HELLO);
	client->follow.is_welcome = true;
}

static enum pw_status on_message(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct frame topic = frames_at(&client->frames, 0), bytes = frames_at(&client->frames, 1);
	struct pw_record record;
	follow->heard_ms = client_now_ms();
	follow->is_heard = true;
	follow->is_stale = false;
	follow->silences = 0;
	if (client->frames.n == 1 && topic.n >= strlen(WELCOME) && memcmp(topic.p, WELCOME, strlen(WELCOME)) == 0) {
		on_welcome(client);
		return PW_OK;
	}
	if (client->frames.n != 2 || pw_record_read(bytes.p, bytes.n, &record))
		return PW_OK;
	if (record.kind != PW_RECORD_EVENT && record.kind != PW_RECORD_HEARTBEAT)
		return PW_OK;
	if (record.epoch != follow->epoch) { /* HELLO decides: it may be left over from a daemon before */
		enter(client, PHASE_HELLO);
		return PW_OK;
	}
	return record.kind == PW_RECORD_HEARTBEAT ? on_heartbeat(client, &record) : on_event(client, topic, &record);
}

static enum pw_status step_live(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	while (client->query && sock_receive(client->query, &client->frames) == PW_OK)
		; /* answers to ACK, and late ones */
	enum pw_status st = sock_receive(client->events, &client->frames);
	if (st == PW_OK)
		return on_message(client);
	if (st == PW_INVALID)
		return PW_OK;
	if (st != PW_TIMEOUT)
		return client_fail(
			client, st, "%s: %s", client->events_endpoint, st == PW_NOMEM ? "no memory" : sock_error());
	if (client_now_ms() - follow->heard_ms < stale_after_ms(follow))
		return PW_TIMEOUT;
	return on_silence(client);
}

/* ---- what client.c calls ---- */

void follow_start(struct pw_client *client)
{
	client->follow.interval_ms = 1000;
	client->follow.saved_ms = client_now_ms();
	enter(client, PHASE_HELLO);
	(void)ask(client); /* "now" is when the caller connected, not when it first asks for an event */
}

enum pw_status follow_step(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	enum pw_status st = PW_OK;
	if (!client->events)
		st = open_events(client);
	while (st == PW_OK && !follow->queue.first) {
		if (follow->phase == PHASE_HALTED) {
			sock_touch(client->events);
			return follow->halt;
		}
		st = follow->phase == PHASE_LIVE ? step_live(client) : step_asking(client);
	}
	return st;
}

int follow_wait_ms(const struct pw_client *client)
{
	const struct follow *follow = &client->follow;
	int64_t at_ms;
	if (follow->queue.first)
		return 0;
	if (follow->phase == PHASE_HALTED)
		return -1;
	if (follow->phase == PHASE_LIVE)
		at_ms = follow->heard_ms + stale_after_ms(follow);
	else
		at_ms = follow->is_asked ? follow->answer_by_ms : follow->ask_at_ms;
	int64_t left_ms = at_ms - client_now_ms();
	return left_ms > 0 ? (int)left_ms : 0;
}

enum pw_state follow_state(const struct pw_client *client)
{
	const struct follow *follow = &client->follow;
	if (follow->is_stale)
		return PW_STALE;
	if (follow->phase == PHASE_LIVE && follow->is_heard && !follow->queue.first)
		return PW_LIVE;
	if (follow->phase == PHASE_HELLO && !follow->is_heard)
		return PW_CONNECTING;
	return PW_REPLAYING;
}

/* With all that was handed out handled, what was looked at since need not be looked at again. */
static uint64_t place(const struct follow *follow)
{
	bool is_all_handled = !follow->queue.first && follow->delivered <= follow->acked;
	return is_all_handled ? follow->scanned : follow->acked;
}

enum pw_status follow_save(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct cursor cursor = { follow->epoch, place(follow) };
	if (!client->cursor_file || !follow->has_place || (follow->has_saved && cursor.seq == follow->saved))
		return PW_OK;
	follow->saved_ms = client_now_ms();
	enum pw_status st = cursor_write(client->cursor_file, cursor);
	if (st)
		return client_fail(client, st, "%s: %s", client->cursor_file, strerror(errno));
	follow->saved = cursor.seq;
	follow->has_saved = true;
	return PW_OK;
}

enum pw_status follow_ack(struct pw_client *client, uint64_t epoch, uint64_t seq)
{
	struct follow *follow = &client->follow;
	if (!follow->has_place || epoch != follow->epoch || seq > follow->delivered)
		return client_fail(client, PW_INVALID, "not an event of this client");
	if (seq <= follow->acked)
		return PW_OK;
	follow->acked = seq;
	return follow_save(client);
}

void follow_done(struct pw_client *client)
{
	event_drop_all(&client->follow.queue);
}
