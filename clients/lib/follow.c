/* Following the log: a state machine that never waits.
 *
 *	HELLO ── epoch, head ──> SNAPSHOT ──> REPLAY ── scanned = head ──> LIVE
 *	  ^                     (if asked)      ^  <────── a gap ────────────  │
 *	  └────── no heartbeat, reconnected, another epoch, next daemon ───────┘
 *
 * Invariant: each wanted event up to `scanned` was handed out or waits in the queue, in order. Replay moves `scanned`
 * to what the daemon says it looked at; a live event moves it when prev[] shows that nothing lies between. Everything
 * at or below `scanned` that still comes is a duplicate. While replaying, the subscription stays unread: its queue is
 * the buffer, and what overflows is one more gap. A question that is not answered is asked again on a new
 * socket, for ever, and of the next daemon if there are several. What the daemon sends is checked and, if it is not as documented, asked for again later. */
#include "follow.h"

#define MISMATCH_MS 2000
#define STEPS 1000 /* of one call: what is left then is done in the next */

int64_t follow_doubled(int64_t ms, unsigned times, int64_t max_ms)
{
	for (unsigned i = 0; i < times && ms < max_ms; i++)
		ms *= 2;
	return ms < max_ms ? ms : max_ms;
}

int64_t follow_backoff_ms(unsigned times)
{
	return follow_doubled(BACKOFF_MS, times, BACKOFF_MAX_MS);
}

void follow_enter(struct pw_client *client, enum phase phase)
{
	struct follow *follow = &client->follow;
	follow->phase = phase;
	follow->is_asked = false;
	follow->attempts = 0;
	/* Whatever greets or contradicts itself without end gets no question without end. */
	follow->ask_at_ms = phase == PHASE_HELLO && follow->hello_ms ? follow->hello_ms + BACKOFF_MS : 0;
	if (phase == PHASE_LIVE)
		follow->heard_ms = client_now_ms();
}

enum pw_status follow_halt(struct pw_client *client, enum pw_status why, uint64_t epoch)
{
	follow_enter(client, PHASE_HALTED);
	follow_unsubscribe(client); /* nobody would read what comes now */
	client->follow.halt = why;
	client->follow.halt_epoch = epoch;
	return why;
}

/* Spread over a quarter, so that clients of one daemon do not come back all at once. */
static int64_t spread(const struct pw_client *client, int64_t wait_ms)
{
	return wait_ms + (int64_t)(client->last_id * 2654435761u % 97) * wait_ms / 388;
}

void follow_ask_later(struct pw_client *client, int64_t wait_ms)
{
	struct follow *follow = &client->follow;
	follow->ask_at_ms = client_now_ms() + spread(client, wait_ms);
	follow->is_asked = false;
	follow->attempts++;
}

void follow_move_on(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct peers *peers = &client->peers;
	int64_t wait_ms = 0;
	sock_close(client->query);
	sock_close(client->calls);
	client->query = client->calls = NULL;
	follow_unsubscribe(client);
	peers->at = (peers->at + 1) % peers->n;
	if (++follow->tried >= peers->n) {
		wait_ms = spread(client, follow_backoff_ms(follow->rounds++));
		follow->tried = 0;
	}
	follow_enter(client, PHASE_HELLO);
	follow->ask_at_ms = client_now_ms() + wait_ms;
}

void follow_start(struct pw_client *client)
{
	client->follow.interval_ms = 1000;
	client->follow.saved_ms = client_now_ms();
	follow_enter(client, PHASE_HELLO);
	(void)follow_ask(client); /* "now" is when the caller connected, not when it first asks for an event */
}

/* Encryption does not come about: ever longer pauses, or the next daemon. */
static enum pw_status on_mismatch(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	unsigned before = follow->mismatches++;
	if (client->peers.n > 1)
		follow_move_on(client);
	else
		follow_ask_later(client, follow_doubled(MISMATCH_MS, before, client->refused_ms));
	return PW_OK;
}

/* A socket whose key was refused, or that is not encrypted as the other side is, is dead for ever; one with another
 * daemon's key tries again and again without a pause. Both sockets go, and new ones come later. */
static enum pw_status check_handshakes(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	const struct peer *peer = client_peer(client);
	enum sock_handshake events = sock_handshake(client->events), query = sock_handshake(client->query);
	enum sock_handshake worst = events > query ? events : query;
	const char *endpoint = events >= query ? peer->events : peer->query;
	if (worst == HANDSHAKE_FINE || (worst == HANDSHAKE_CUT && !peer->server_z85[0]))
		return PW_OK;
	if (worst == HANDSHAKE_REFUSED)
		(void)client_fail(client, PW_DENIED, "%s: the daemon does not take the key '%s' (%s)", endpoint,
			client->key.name, client->key.public_key);
	else
		(void)client_fail(client, PW_UNREACHABLE, "%s: no connection%s", endpoint,
			client_hint(peer, events >= query ? client->events : client->query));
	follow->is_stale = follow->is_stale || follow->is_heard;
	follow_unsubscribe(client);
	sock_close(client->query);
	client->query = NULL;
	follow_enter(client, PHASE_HELLO);
	return worst == HANDSHAKE_REFUSED ? follow_on_denial(client, client->refused_ms) : on_mismatch(client);
}

/* Without sockets until the pause after a handshake that failed is over. */
static bool is_barred(const struct pw_client *client)
{
	const struct follow *follow = &client->follow;
	bool is_shut = follow->is_refused || follow->mismatches;
	return is_shut && !client->events && !client->query && client_now_ms() < follow->ask_at_ms;
}

static enum pw_status step(struct pw_client *client)
{
	switch (client->follow.phase) {
	case PHASE_HALTED:
		if (client->query)
			sock_touch(client->query);
		return client->follow.halt;
	case PHASE_LIVE: return follow_step_live(client);
	case PHASE_HELLO:
	case PHASE_SNAPSHOT:
	case PHASE_REPLAY: break;
	}
	return follow_step_asking(client);
}

static enum pw_status run(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	enum pw_status st = PW_OK;
	for (int i = 0; st == PW_OK && !follow->queue.first; i++) {
		follow->is_more = i == STEPS;
		if (follow->is_more || is_barred(client))
			return PW_TIMEOUT;
		if (!client->events && follow->phase != PHASE_HALTED)
			st = follow_subscribe(client);
		if (st == PW_OK)
			st = step(client);
	}
	return st;
}

enum pw_status follow_step(struct pw_client *client)
{
	enum pw_status st = run(client);
	/* Before a wait, and only then, for it costs system calls: whom nobody takes hears nothing else. */
	if (st == PW_TIMEOUT && check_handshakes(client) == PW_DENIED)
		st = PW_DENIED;
	if (st != PW_OK && client->calls)
		sock_touch(client->calls); /* nobody else looks at its signals between two calls */
	return st;
}

int follow_wait_ms(const struct pw_client *client)
{
	const struct follow *follow = &client->follow;
	int64_t at_ms;
	if (follow->queue.first || follow->is_more)
		return 0;
	if (follow->phase == PHASE_HALTED)
		return -1;
	if (follow->phase == PHASE_LIVE)
		at_ms = follow->heard_ms + follow_stale_ms(follow);
	else
		at_ms = follow->is_asked ? follow->answer_by_ms : follow->ask_at_ms;
	if (!client->events && !is_barred(client))
		return 0;
	int64_t left_ms = at_ms - client_now_ms();
	return left_ms > 0 ? (int)left_ms : 0;
}

enum pw_state follow_state(const struct pw_client *client)
{
	const struct follow *follow = &client->follow;
	if (follow->phase == PHASE_HALTED)
		return PW_HALTED;
	if (follow->is_refused)
		return PW_REFUSED;
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
