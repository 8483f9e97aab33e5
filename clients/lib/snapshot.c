/* The facts as they stand, page by page, each page when the one before was handed out. All pages show the log at one
 * number, and what came after it is replayed: so there is no gap and no repeat between facts and events. A daemon holds
 * that view for a while only. To a caller that was slower it gives a later one, which goes on behind the last topic; the replay
 * still begins after the first one's number, so that a fact seen early is brought up to date by events. */
#include <stdio.h>

#include "follow.h"
#include "message.h"

#define UNKNOWN_MS 30000 /* a daemon that knows no snapshots may be replaced by one that does */

void follow_begin_snapshot(struct pw_client *client)
{
	client->follow.snapshot = (struct snapshot){ .is_open = true };
	follow_enter(client, PHASE_SNAPSHOT);
}

size_t follow_snapshot_body(const struct pw_client *client, uint8_t out[MESSAGE_SNAPSHOT_MAX])
{
	const struct snapshot *snapshot = &client->follow.snapshot;
	return message_snapshot(out, snapshot->id, &client->filter, snapshot->last);
}

static void take_facts(struct follow *follow, struct facts *facts)
{
	struct snapshot *snapshot = &follow->snapshot;
	snapshot->id = facts->id;
	(void)snprintf(snapshot->last, sizeof snapshot->last, "%s", facts->last);
	if (!snapshot->has_seq)
		snapshot->seq = facts->seq;
	snapshot->has_seq = true;
	for (struct pw_event *event = event_pop(&facts->events); event; event = event_pop(&facts->events)) {
		event_number(event, ++snapshot->received);
		event_push(&follow->queue, event);
	}
}

enum pw_status follow_on_facts(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct facts facts;
	enum pw_status st = message_read_facts(&client->frames, &client->filter, follow->snapshot.last, &facts);
	if (st == PW_NOMEM) {
		follow_ask_later(client, BACKOFF_MS);
		return client_fail(client, st, "no memory");
	}
	if (st) {
		follow_on_bad_answer(client);
		(void)client_fail(client, st, "%s: a snapshot is not as documented", client_peer(client)->query);
		return PW_OK;
	}
	if (facts.epoch != follow->epoch) {
		event_drop_all(&facts.events);
		follow_on_other_log(client);
		return PW_OK;
	}
	take_facts(follow, &facts);
	follow->trouble = 0;
	if (facts.is_more) {
		follow_enter(client, PHASE_SNAPSHOT);
		return PW_OK;
	}
	follow->snapshot.is_whole = true;
	follow->scanned = follow->snapshot.seq;
	follow_enter(client, follow->scanned < follow->head ? PHASE_REPLAY : PHASE_LIVE);
	return follow_check_snapshot(client);
}

enum pw_status follow_on_snapshot_refusal(struct pw_client *client, uint8_t status)
{
	struct snapshot *snapshot = &client->follow.snapshot;
	if (status == PW_WIRE_GONE && snapshot->id) {
		snapshot->id = 0;
		follow_enter(client, PHASE_SNAPSHOT);
		return PW_OK;
	}
	follow_ask_later(client, UNKNOWN_MS);
	return client_fail(client, PW_FAILED,
		"%s: the daemon gives no snapshot of its facts (is it of an earlier version?)",
		client_peer(client)->query);
}
