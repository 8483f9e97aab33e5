/* How far the caller got, in the log that is followed and in others, and keeping it. */
#include <errno.h>
#include <string.h>

#include "follow.h"

/* With all that was handed out handled, what was looked at since need not be looked at again. */
static uint64_t handled(const struct follow *follow)
{
	bool is_all_handled = !follow->queue.first && follow->delivered <= follow->acked;
	return is_all_handled && follow->scanned > follow->acked ? follow->scanned : follow->acked;
}

/* False: none yet, for the facts it begins with were not all handled. */
static bool note_place(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	if (!follow->has_place || follow->snapshot.is_open)
		return false;
	cursor_set(&client->cursor,
		(struct place){ .epoch = follow->epoch,
			.seq = handled(follow),
			.time_ms = follow->acked_time_ms,
			.delivered = follow->delivered });
	return true;
}

static enum pw_status write_cursor(struct pw_client *client)
{
	client->follow.saved_ms = client_now_ms();
	enum pw_status st = client->cursor_file ? cursor_write(client->cursor_file, &client->cursor) : PW_OK;
	return st
		? client_fail(client, st, "%s: %s", client->cursor_file, st == PW_NOMEM ? "no memory" : strerror(errno))
		: PW_OK;
}

enum pw_status follow_save(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	if (!note_place(client) || (follow->has_saved && handled(follow) == follow->saved))
		return PW_OK;
	enum pw_status st = write_cursor(client);
	if (st)
		return st;
	follow->saved = handled(follow);
	follow->has_saved = true;
	return PW_OK;
}

void follow_leave_log(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	(void)note_place(client);
	follow->has_place = follow->has_saved = false;
	follow->acked = follow->delivered = follow->scanned = follow->head = 0;
	follow->acked_time_ms = 0;
	follow->snapshot = (struct snapshot){ 0 };
}

void follow_take_up(struct pw_client *client, const struct place *place)
{
	struct follow *follow = &client->follow;
	follow->has_place = true;
	follow->epoch = place->epoch;
	follow->scanned = follow->head = follow->acked = place->seq;
	follow->acked_time_ms = place->time_ms;
	follow->delivered = place->delivered;
}

void follow_delivered(struct pw_client *client, const struct pw_event *event)
{
	struct follow *follow = &client->follow;
	if (pw_event_is_state(event))
		follow->snapshot.delivered = event_fact(event);
	else
		follow->delivered = pw_event_seq(event);
}

static enum pw_status close_snapshot(struct pw_client *client)
{
	struct follow *follow = &client->follow;
	follow->snapshot.is_open = false;
	follow->acked = follow->snapshot.seq;
	return follow_save(client);
}

enum pw_status follow_check_snapshot(struct pw_client *client)
{
	const struct snapshot *snapshot = &client->follow.snapshot;
	bool is_handled = snapshot->is_open && snapshot->is_whole && snapshot->acked == snapshot->received;
	return is_handled ? close_snapshot(client) : PW_OK;
}

static enum pw_status ack_fact(struct pw_client *client, uint64_t fact)
{
	struct snapshot *snapshot = &client->follow.snapshot;
	if (fact > snapshot->delivered)
		return client_fail(client, PW_INVALID, "not an event of this client");
	if (fact > snapshot->acked)
		snapshot->acked = fact;
	return follow_check_snapshot(client);
}

/* Of a log that was followed before another daemon was turned to. */
static enum pw_status ack_elsewhere(struct pw_client *client, const struct pw_event *event)
{
	const struct place *known = cursor_find(&client->cursor, pw_event_epoch(event));
	if (pw_event_is_state(event))
		return PW_OK; /* of a snapshot that was given up */
	if (!known || pw_event_seq(event) > known->delivered)
		return client_fail(client, PW_INVALID, "not an event of this client");
	struct place place = *known;
	if (pw_event_seq(event) <= place.seq)
		return PW_OK;
	place.seq = pw_event_seq(event);
	place.time_ms = pw_event_time_ns(event) / 1000000;
	cursor_set(&client->cursor, place);
	(void)note_place(client); /* the log in use stays first */
	return write_cursor(client);
}

enum pw_status follow_ack(struct pw_client *client, const struct pw_event *event)
{
	struct follow *follow = &client->follow;
	uint64_t seq = pw_event_seq(event);
	if (!follow->has_place || pw_event_epoch(event) != follow->epoch)
		return ack_elsewhere(client, event);
	if (pw_event_is_state(event))
		return ack_fact(client, event_fact(event));
	if (seq <= follow->acked && !follow->snapshot.is_open)
		return PW_OK;
	if (seq > follow->delivered)
		return client_fail(client, PW_INVALID, "not an event of this client");
	follow->snapshot.is_open = false; /* what came before it was handled too */
	follow->acked = seq;
	follow->acked_time_ms = pw_event_time_ns(event) / 1000000;
	return follow_save(client);
}
