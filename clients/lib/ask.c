/* The questions of a client: where the log stands, and what it misses. One at a time is out. */
#include <inttypes.h>

#include "follow.h"
#include "message.h"

#define DENIED_MS 5000

enum pw_status follow_ask(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	uint8_t body[MESSAGE_REPLAY_MAX];
	size_t n;
	if (!client->query) {
		enum pw_status st = sock_dealer(&client->sockets, client_peer(client)->query, &client->query);
		if (st)
			return client_fail(client, st, "%s: %s", client_peer(client)->query, sock_error());
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
	follow->answer_by_ms = client_now_ms() + follow_doubled(client->request_ms, follow->attempts, BACKOFF_MAX_MS);
	return PW_OK;
}

static void on_no_answer(struct pw_client *client)
{
	sock_close(client->query);
	client->query = NULL;
	client->follow.is_asked = false;
	client->follow.attempts++;
	client->follow.ask_at_ms = 0;
	(void)client_fail(client, PW_UNREACHABLE, "%s: no answer", client_peer(client)->query);
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
		follow_ask_later(client, follow_doubled(BACKOFF_MS, follow->attempts, BACKOFF_MAX_MS));
		(void)client_fail(client, PW_INVALID, "%s: the answer is not PW1", client_peer(client)->query);
		return PW_OK;
	}
	follow->interval_ms = hello.interval_ms;
	if (follow->has_place && hello.epoch != follow->epoch) {
		(void)client_fail(client, PW_EPOCH, "the log of the daemon is another one now");
		return follow_halt(client, PW_EPOCH);
	}
	if (follow->has_place && hello.head < follow->head) {
		(void)client_fail(client, PW_EPOCH,
			"the log of the daemon went back: it ends at %" PRIu64 ", after it had reached %" PRIu64,
			hello.head, follow->head);
		return follow_halt(client, PW_EPOCH);
	}
	if (!follow->has_place) {
		follow->has_place = true;
		follow->epoch = hello.epoch;
		follow->scanned = follow->acked = first_place(client, &hello);
	}
	follow->head = hello.head;
	follow_enter(client, follow->scanned < hello.head ? PHASE_REPLAY : PHASE_LIVE);
	/* From now on a client that dies before its first event comes back to this place. */
	return follow->has_saved ? PW_OK : follow_save(client);
}

static enum pw_status on_page(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct page page;
	enum pw_status st = message_read_page(&client->frames, follow->epoch, follow->scanned, &client->filter, &page);
	if (st == PW_NOMEM) {
		follow_ask_later(client, BACKOFF_MS);
		return client_fail(client, st, "no memory");
	}
	bool is_progress = st == PW_OK && (page.scanned_to > follow->scanned || page.head <= follow->scanned);
	if (!is_progress) {
		if (st == PW_OK)
			event_drop_all(&page.events);
		follow_ask_later(client, follow_doubled(BACKOFF_MS, follow->attempts, BACKOFF_MAX_MS));
		(void)client_fail(client, PW_INVALID, "%s: a replay is not as documented", client_peer(client)->query);
		return PW_OK;
	}
	if (page.scanned_to > follow->scanned)
		follow->scanned = page.scanned_to;
	if (page.head > follow->head)
		follow->head = page.head;
	event_move_all(&page.events, &follow->queue);
	follow_enter(client, follow->scanned < page.head ? PHASE_REPLAY : PHASE_LIVE);
	return PW_OK;
}

static enum pw_status on_refusal(struct pw_client *client, uint8_t status)
{
	struct follow *follow = &client->follow;
	if (status == PW_WIRE_GONE && follow->phase == PHASE_REPLAY) {
		(void)client_fail(client, PW_GONE, "events after %" PRIu64 " are no longer kept", follow->scanned);
		return follow_halt(client, PW_GONE);
	}
	if (status == PW_WIRE_DENIED) {
		follow_ask_later(client, DENIED_MS);
		return client_fail(client, PW_DENIED, "%s: the daemon denies it", client_peer(client)->query);
	}
	if (status == PW_WIRE_EPOCH) /* HELLO tells which */
		follow->phase = PHASE_HELLO;
	else if (status != PW_WIRE_BUSY)
		(void)client_fail(client, PW_FAILED, "%s: the daemon answers with status %u",
			client_peer(client)->query, (unsigned)status);
	follow_ask_later(client, follow_doubled(BACKOFF_MS, follow->attempts, BACKOFF_MAX_MS));
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

enum pw_status follow_step_asking(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	int64_t now_ms = client_now_ms();
	sock_touch(client->events);
	if (!follow->is_asked) {
		if (now_ms >= follow->ask_at_ms)
			return follow_ask(client);
		if (client->query)
			sock_touch(client->query);
		return PW_TIMEOUT;
	}
	enum pw_status st = sock_receive(client->query, &client->frames);
	if (st == PW_OK)
		return on_reply(client);
	if (st == PW_INVALID) { /* too large to be an answer: let the time pass */
		(void)client_fail(client, st, "%s: a reply over all limits", client_peer(client)->query);
		return PW_OK;
	}
	if (st != PW_TIMEOUT)
		return client_fail(
			client, st, "%s: %s", client_peer(client)->query, st == PW_NOMEM ? "no memory" : sock_error());
	if (now_ms < follow->answer_by_ms)
		return PW_TIMEOUT;
	on_no_answer(client);
	return PW_OK;
}
