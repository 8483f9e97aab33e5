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
#include "follow.h"

int64_t follow_doubled(int64_t ms, unsigned times, int64_t max_ms)
{
	for (unsigned i = 0; i < times && ms < max_ms; i++)
		ms *= 2;
	return ms < max_ms ? ms : max_ms;
}

void follow_enter(struct pw_client *client, enum phase phase)
{
	struct follow *follow = &client->follow;
	follow->phase = phase;
	follow->is_asked = false;
	follow->attempts = 0;
	follow->ask_at_ms = 0;
	if (phase == PHASE_LIVE)
		follow->heard_ms = client_now_ms();
}

enum pw_status follow_halt(struct pw_client *client, enum pw_status why)
{
	follow_enter(client, PHASE_HALTED);
	client->follow.halt = why;
	return why;
}

void follow_ask_later(struct pw_client *client, int64_t wait_ms)
{
	struct follow *follow = &client->follow;
	/* Spread over a quarter, so that clients of one daemon do not come back all at once. */
	follow->ask_at_ms = client_now_ms() + wait_ms + (int64_t)(client->last_id * 2654435761u % 97) * wait_ms / 388;
	follow->is_asked = false;
	follow->attempts++;
}

void follow_start(struct pw_client *client)
{
	client->follow.interval_ms = 1000;
	client->follow.saved_ms = client_now_ms();
	follow_enter(client, PHASE_HELLO);
	(void)follow_ask(client); /* "now" is when the caller connected, not when it first asks for an event */
}

enum pw_status follow_step(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	enum pw_status st = PW_OK;
	if (!client->events)
		st = follow_subscribe(client);
	while (st == PW_OK && !follow->queue.first) {
		if (follow->phase == PHASE_HALTED) {
			sock_touch(client->events);
			return follow->halt;
		}
		st = follow->phase == PHASE_LIVE ? follow_step_live(client) : follow_step_asking(client);
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
		at_ms = follow->heard_ms + follow_stale_ms(follow);
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

void follow_done(struct pw_client *client)
{
	event_drop_all(&client->follow.queue);
}
