/* The questions of a client: where the log stands, and what it misses. One at a time is out. */
#include <inttypes.h>

#include "follow.h"

#define DENIED_MS 5000
#define BAD_ANSWERS 3 /* until another daemon is tried, if there is one */

static uint8_t verb_of(enum phase phase)
{
	static const uint8_t verbs[] = {
		[PHASE_HELLO] = PW_VERB_HELLO,
		[PHASE_SNAPSHOT] = PW_VERB_SNAPSHOT,
		[PHASE_REPLAY] = PW_VERB_REPLAY,
	};
	return verbs[phase];
}

static size_t question(const struct pw_client *client, uint8_t out[MESSAGE_SNAPSHOT_MAX])
{
	const struct follow *follow = &client->follow;
	if (follow->phase == PHASE_HELLO)
		return message_hello(out, client->from_time_ms);
	if (follow->phase == PHASE_SNAPSHOT)
		return follow_snapshot_body(client, out);
	return message_replay(out, follow->epoch, follow->scanned + 1, &client->filter);
}

/* Silence of the only daemon is met with patience; of one of several, with the next. */
static int64_t answer_ms(const struct pw_client *client)
{
	unsigned attempts = client->peers.n > 1 ? 0 : client->follow.attempts;
	return follow_doubled(client->request_ms, attempts, BACKOFF_MAX_MS);
}

enum pw_status follow_ask(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	uint8_t body[MESSAGE_SNAPSHOT_MAX];
	if (!client->query) {
		struct sock_keys keys = client_keys(client, client_peer(client));
		enum pw_status st = sock_dealer(&client->sockets, client_peer(client)->query, &keys, &client->query);
		if (st) {
			follow_ask_later(client, follow_backoff_ms(follow->attempts));
			return client_fail(client, st, "%s: %s", client_peer(client)->query, sock_error());
		}
	}
	size_t n = question(client, body);
	int64_t now_ms = client_now_ms();
	uint8_t flags = follow->phase == PHASE_REPLAY && follow->is_gap ? PW_ASK_GAP : 0;
	/* A full queue is like an answer that does not come. */
	(void)client_ask(client, client->query, verb_of(follow->phase), flags, body, n);
	follow->is_asked = true;
	follow->request_id = client->last_id;
	follow->answer_by_ms = now_ms + answer_ms(client);
	if (follow->phase == PHASE_HELLO)
		follow->hello_ms = now_ms;
	return PW_OK;
}

static void on_no_answer(struct pw_client *client)
{
	const struct peer *peer = client_peer(client);
	(void)client_fail(client, PW_UNREACHABLE, "%s: no answer%s", peer->query, client_hint(peer, client->query));
	if (client->peers.n > 1) {
		follow_move_on(client);
		return;
	}
	sock_close(client->query);
	client->query = NULL;
	client->follow.is_asked = false;
	client->follow.attempts++;
	client->follow.ask_at_ms = 0;
}

void follow_on_bad_answer(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	if (client->peers.n > 1 && follow->attempts + 1 >= BAD_ANSWERS)
		follow_move_on(client);
	else
		follow_ask_later(client, follow_backoff_ms(follow->attempts));
}

void follow_on_other_log(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	follow_enter(client, PHASE_HELLO);
	if (follow->trouble)
		follow_ask_later(client, follow_backoff_ms(follow->trouble - 1));
	follow->trouble++;
}

/* Where a client without a place begins. */
static uint64_t first_place(const struct pw_client *client, const struct hello *hello)
{
	uint64_t before_oldest = hello->oldest ? hello->oldest - 1 : hello->head;
	if (client->from_time_ms > 0)
		return hello->at_time > before_oldest ? hello->at_time - 1 : before_oldest;
	if (client->from_seq == PW_FROM_NOW)
		return hello->head;
	return client->from_seq > 0 ? client->from_seq - 1 : before_oldest;
}

static void begin(struct pw_client *client, const struct hello *hello)
{
	struct follow *follow = &client->follow;
	const struct place *known = cursor_find(&client->cursor, hello->epoch);
	follow->has_place = true;
	follow->epoch = hello->epoch;
	follow->acked_time_ms = known ? known->time_ms : 0;
	client->is_chosen = false;
	if (client->from_seq == PW_FROM_SNAPSHOT && client->from_time_ms <= 0)
		follow_begin_snapshot(client);
	else
		follow->scanned = follow->acked = first_place(client, hello);
}

/* The place in the log that the daemon has. PW_EPOCH: the caller must choose it. */
static enum pw_status find_place(struct pw_client *client, const struct hello *hello)
{
	struct follow *follow = &client->follow;
	if (follow->has_place && hello->epoch == follow->epoch)
		return PW_OK;
	follow_leave_log(client);
	const struct place *known = cursor_find(&client->cursor, hello->epoch);
	bool is_choice = client->is_chosen && hello->epoch == client->chosen_epoch;
	if (known && !is_choice) {
		follow_take_up(client, known);
		client->is_chosen = false;
	} else if (client->is_chosen || client->cursor.n == 0) {
		begin(client, hello);
	} else {
		return client_fail(client, PW_EPOCH, "the log of the daemon is another one now");
	}
	return PW_OK;
}

static void go_on(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	bool is_snapshot = follow->snapshot.is_open && !follow->snapshot.is_whole;
	follow_enter(client, is_snapshot ? PHASE_SNAPSHOT : follow->scanned < follow->head ? PHASE_REPLAY : PHASE_LIVE);
}

static enum pw_status on_hello(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct hello hello;
	if (message_read_hello(&client->frames, &hello)) {
		follow_on_bad_answer(client);
		(void)client_fail(client, PW_INVALID, "%s: the answer is not PW1", client_peer(client)->query);
		return PW_OK;
	}
	if (find_place(client, &hello))
		return follow_halt(client, PW_EPOCH, hello.epoch);
	follow->interval_ms = hello.interval_ms;
	if (hello.head < follow->head) {
		(void)client_fail(client, PW_EPOCH,
			"the log of the daemon went back: it ends at %" PRIu64 ", after it had reached %" PRIu64,
			hello.head, follow->head);
		follow_leave_log(client);
		return follow_halt(client, PW_EPOCH, hello.epoch);
	}
	if (follow->is_foreign)
		follow_unsubscribe(client); /* with what it still holds of another log */
	follow->head = hello.head;
	follow->is_reported = false;
	go_on(client);
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
		follow_on_bad_answer(client);
		(void)client_fail(client, PW_INVALID, "%s: a replay is not as documented", client_peer(client)->query);
		return PW_OK;
	}
	follow->is_gap = false; /* one gap is one, however many pages repair it */
	follow->trouble = 0;
	if (page.scanned_to > follow->scanned)
		follow->scanned = page.scanned_to;
	if (page.head > follow->head)
		follow->head = page.head;
	event_move_all(&page.events, &follow->queue);
	follow_enter(client, follow->scanned < page.head ? PHASE_REPLAY : PHASE_LIVE);
	return PW_OK;
}

/* With several daemons, the caller hears of it when none takes it. */
enum pw_status follow_on_denial(struct pw_client *client, int64_t wait_ms)
{
	struct follow *follow = &client->follow;
	follow->is_refused = true;
	bool is_last = ++follow->denials >= client->peers.n;
	if (is_last)
		follow->denials = 0;
	if (client->peers.n > 1)
		follow_move_on(client);
	if (is_last)
		follow_ask_later(client, wait_ms);
	return is_last ? PW_DENIED : PW_OK;
}

static enum pw_status on_refusal(struct pw_client *client, uint8_t status)
{
	struct follow *follow = &client->follow;
	if (status == PW_WIRE_GONE && follow->phase == PHASE_REPLAY) {
		(void)client_fail(client, PW_GONE, "events after %" PRIu64 " are no longer kept", follow->scanned);
		return follow_halt(client, PW_GONE, follow->epoch);
	}
	if (status == PW_WIRE_DENIED) {
		(void)client_fail(client, PW_DENIED, "%s: the daemon denies it", client_peer(client)->query);
		return follow_on_denial(client, DENIED_MS);
	}
	if (status == PW_WIRE_EPOCH) {
		follow_on_other_log(client);
	} else if (status == PW_WIRE_BUSY) {
		follow_ask_later(client, follow_backoff_ms(follow->attempts));
	} else if (follow->phase == PHASE_SNAPSHOT && (status == PW_WIRE_GONE || status == PW_WIRE_BAD)) {
		return follow_on_snapshot_refusal(client, status);
	} else {
		(void)client_fail(client, PW_FAILED, "%s: the daemon answers with status %u",
			client_peer(client)->query, (unsigned)status);
		follow_on_bad_answer(client);
	}
	return PW_OK;
}

static enum pw_status on_reply(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct pw_request reply;
	if (!message_read_reply(&client->frames, &reply) || reply.id != follow->request_id ||
		reply.verb != verb_of(follow->phase))
		return PW_OK; /* an answer to an earlier question, or none of ours */
	if (reply.status != PW_WIRE_OK)
		return on_refusal(client, reply.status);
	follow->denials = 0;
	follow->is_refused = false;
	follow->mismatches = 0;
	if (follow->phase == PHASE_HELLO)
		return on_hello(client);
	return follow->phase == PHASE_SNAPSHOT ? follow_on_facts(client) : on_page(client);
}

/* While a question is out, or due, the subscription stays unread. */
enum pw_status follow_step_asking(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	int64_t now_ms = client_now_ms();
	const char *endpoint = client_peer(client)->query;
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
		(void)client_fail(client, st, "%s: a reply over all limits", endpoint);
		return PW_OK;
	}
	if (st != PW_TIMEOUT)
		return client_fail(client, st, "%s: %s", endpoint, st == PW_NOMEM ? "no memory" : sock_error());
	if (now_ms < follow->answer_by_ms)
		return PW_TIMEOUT;
	on_no_answer(client);
	return PW_OK;
}
