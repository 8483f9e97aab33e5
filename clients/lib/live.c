/* Reading what is published. prev[] of an event and the head in a heartbeat show what was lost on the way. */
#include <stdlib.h>
#include <string.h>

#include "follow.h"

#define SAVE_EVERY_MS 60000
#define SAVE_EVERY_EVENTS 1000
#define REPORT_EVERY_MS 10000
#define SILENT_INTERVALS_X10 25 /* heartbeats missing until a subscription is taken for dead, times ten */
#define WELCOME PW_HEARTBEAT_TOPIC " welcome "
#define EPOCH_DIGITS 16

enum pw_status follow_subscribe(struct pw_client *client)
{
	struct sock_keys keys = client_keys(client, client_peer(client));
	enum pw_status st = sock_subscribe(&client->sockets, client_peer(client)->events, &keys, client->filter.common,
		client->filter.common_bytes, &client->events);
	if (st)
		return client_fail(client, st, "%s: %s", client_peer(client)->events, sock_error());
	return PW_OK;
}

void follow_unsubscribe(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	sock_close(client->events);
	client->events = NULL;
	follow->is_heard = follow->is_welcome = follow->is_level = follow->is_foreign = false;
}

int64_t follow_stale_ms(const struct follow *follow)
{
	int64_t silent_ms = (int64_t)follow->interval_ms * SILENT_INTERVALS_X10 / 10;
	int64_t max_ms = silent_ms > BACKOFF_MAX_MS ? silent_ms : BACKOFF_MAX_MS;
	return follow_doubled(silent_ms, follow->silences, max_ms);
}

static enum pw_status on_silence(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	const struct peer *peer = client_peer(client);
	(void)client_fail(
		client, PW_UNREACHABLE, "%s: no heartbeat%s", peer->events, client_hint(peer, client->events));
	follow->is_stale = true;
	if (client->peers.n > 1) {
		follow_move_on(client);
		return PW_OK;
	}
	follow->silences++;
	follow_unsubscribe(client);
	follow_enter(client, PHASE_HELLO);
	return PW_OK;
}

/* When nothing waits to be handled, a quiet client moves with the log: else it would seem to lag and would hold back what
 * the daemon may forget. */
static void report_place(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	uint8_t body[MESSAGE_ACK_MAX];
	bool is_behind = follow->queue.first || follow->delivered > follow->acked;
	uint64_t place = is_behind ? follow->acked : follow->scanned;
	int64_t now_ms = client_now_ms();
	if (!client->cursor_name || !client->query || follow->snapshot.is_open)
		return;
	bool is_due = !follow->is_reported || follow->acked > follow->reported ||
		(place > follow->reported && now_ms - follow->reported_ms >= REPORT_EVERY_MS);
	if (!is_due)
		return;
	size_t n = message_ack(body, follow->epoch, place, client->cursor_name);
	if (client_ask(client, client->query, PW_VERB_ACK, 0, body, n) != PW_OK)
		return;
	follow->is_reported = true;
	follow->reported = place;
	follow->reported_ms = now_ms;
}

static enum pw_status on_heartbeat(struct pw_client *client, const struct pw_record *record)
{
	struct follow *follow = &client->follow;
	if (record->seq > follow->head)
		follow->head = record->seq;
	report_place(client);
	if (record->seq > follow->scanned) { /* the end was lost, or what came since is none of ours */
		follow->is_gap = follow->is_level && client->filter.common_bytes == 0;
		follow_enter(client, PHASE_REPLAY);
	} else {
		follow->is_level = true;
	}
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
		follow->is_gap = follow->is_level;
		follow_enter(client, PHASE_REPLAY);
		return PW_OK;
	}
	if (record->encoding == PW_ENCODING_JSON && filter_takes(filter, topic.p, topic.n)) {
		struct pw_event *event = event_new(topic.p, topic.n, record);
		if (!event)
			return client_fail(client, PW_NOMEM, "no memory"); /* a gap, and so asked for again */
		event_push(&follow->queue, event);
	}
	follow->scanned = record->seq;
	follow->is_level = true;
	if (record->seq > follow->head)
		follow->head = record->seq;
	return PW_OK;
}

/* "!hb welcome <epoch>": whose log is it? False: no greeting. */
static bool read_greeting(const struct frames *frames, uint64_t *out_epoch)
{
	char text[sizeof WELCOME + EPOCH_DIGITS] = "";
	struct frame frame = frames_at(frames, 0);
	if (frames->n != 1 || frame.n != sizeof text - 1 || memcmp(frame.p, WELCOME, strlen(WELCOME)) != 0)
		return false;
	memcpy(text, frame.p, frame.n);
	char *end = NULL;
	*out_epoch = strtoull(text + strlen(WELCOME), &end, 16);
	return *end == '\0';
}

/* Only what is of this log: noise is not a sign of life. */
static void on_sign_of_life(struct follow *follow)
{
	follow->heard_ms = client_now_ms();
	follow->is_heard = true;
	follow->is_stale = false;
	follow->silences = follow->rounds = 0;
	follow->tried = 0;
}

/* HELLO decides: it may be left over from a daemon before. */
static void on_foreign(struct pw_client *client)
{
	client->follow.is_foreign = true;
	follow_on_other_log(client);
}

/* The daemon greets each connection: a second greeting means that the first one was cut. What is missing then was not lost
 * by the bus. */
static void on_greeting(struct pw_client *client, uint64_t epoch)
{
	struct follow *follow = &client->follow;
	if (epoch != follow->epoch) {
		on_foreign(client);
		return;
	}
	on_sign_of_life(follow);
	follow->is_level = false;
	if (follow->is_welcome)
		follow_enter(client, PHASE_HELLO);
	follow->is_welcome = true;
}

static enum pw_status on_message(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	struct frame topic = frames_at(&client->frames, 0), bytes = frames_at(&client->frames, 1);
	struct pw_record record;
	uint64_t epoch;
	if (read_greeting(&client->frames, &epoch)) {
		on_greeting(client, epoch);
		return PW_OK;
	}
	if (client->frames.n != 2 || pw_record_read(bytes.p, bytes.n, &record))
		return PW_OK;
	if (record.kind != PW_RECORD_EVENT && record.kind != PW_RECORD_HEARTBEAT)
		return PW_OK;
	if (record.epoch != follow->epoch) {
		on_foreign(client);
		return PW_OK;
	}
	on_sign_of_life(follow);
	follow->trouble = 0;
	return record.kind == PW_RECORD_HEARTBEAT ? on_heartbeat(client, &record) : on_event(client, topic, &record);
}

/* Answers to ACK, and late ones. Not at each event: each look is a system call. */
static void drain_answers(struct pw_client *client)
{
	enum pw_status st = client->query ? PW_OK : PW_TIMEOUT;
	while (st == PW_OK || st == PW_INVALID)
		st = sock_receive(client->query, &client->frames);
}

enum pw_status follow_step_live(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	enum pw_status st = sock_receive(client->events, &client->frames);
	if (st == PW_OK)
		return on_message(client);
	if (st == PW_INVALID)
		return PW_OK;
	if (st != PW_TIMEOUT)
		return client_fail(
			client, st, "%s: %s", client_peer(client)->events, st == PW_NOMEM ? "no memory" : sock_error());
	drain_answers(client);
	if (client_now_ms() - follow->heard_ms < follow_stale_ms(follow))
		return PW_TIMEOUT;
	return on_silence(client);
}
