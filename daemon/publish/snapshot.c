/* SNAPSHOT: the facts as they stand, for those who come late.
 *
 * A peer has at most one snapshot, and asks for it page by page; each page is bounded in bytes. A snapshot ends with its
 * last page, when its peer begins another, when nobody asks for it, and when it gets old, because whoever keeps the log pays
 * for it meanwhile. A peer that comes back too late is told GONE and goes on with a new one behind what it has: what changed
 * in between is in the log after the first one's place. */
#include <string.h>

#include "encode.h"
#include "id.h"
#include "requests.h"

enum { SNAPSHOT_BODY = 14, SNAPSHOT_REPLY = 32 };

struct wanted {
	uint64_t id;
	size_t max_bytes;
	struct bus_facts facts;
	bool is_none; /* nothing can match */
};

static bool read_wanted(const struct inbox *inbox, struct arena *arena, struct wanted *out)
{
	struct sv body = buf_sv(&inbox->first);
	const uint8_t *bytes = (const uint8_t *)body.p;
	struct sv after_id = { 0 };
	bool is_whole = true;
	if (inbox->frames != 3 || body.n < SNAPSHOT_BODY)
		return false;
	size_t max_bytes = pw_get_u32(bytes + 8), prefix_n = pw_get_u16(bytes + 12);
	if (prefix_n > PW_TOPIC_MAX || prefix_n > body.n - SNAPSHOT_BODY)
		return false;
	struct sv prefix = sv_slice(body, SNAPSHOT_BODY, SNAPSHOT_BODY + prefix_n);
	struct sv after = sv_slice(body, SNAPSHOT_BODY + prefix_n, body.n);
	if (after.n > PW_TOPIC_MAX || !request_is_topic_text(prefix) || !request_is_topic_text(after))
		return false;
	if (after.n && (!encode_topic_facts(arena, after, &after_id, &is_whole) || !is_whole))
		return false;
	*out = (struct wanted){ .id = pw_get_u64(bytes) };
	out->max_bytes = max_bytes < LIMIT_REPLAY_BYTES ? max_bytes : LIMIT_REPLAY_BYTES;
	out->is_none = !encode_topic_facts(arena, prefix, &out->facts.prefix, &out->facts.is_whole);
	out->facts.after = after_id;
	return true;
}

/* ---- those that are held ---- */

static void end(struct requests *requests, struct held_snapshot *held)
{
	if (held->id)
		requests->log.snapshot_close(requests->log.ctx, held->snapshot);
	*held = (struct held_snapshot){ 0 };
}

void snapshots_end(struct requests *requests)
{
	for (size_t i = 0; i < LIMIT_SNAPSHOTS; i++)
		end(requests, &requests->snapshots.held[i]);
}

void snapshots_expire(struct requests *requests)
{
	for (size_t i = 0; i < LIMIT_SNAPSHOTS; i++) {
		struct held_snapshot *held = &requests->snapshots.held[i];
		if (held->id &&
			(requests->now.v - held->asked.v > SNAPSHOT_IDLE_MS ||
				requests->now.v - held->opened.v > SNAPSHOT_LIFE_MS))
			end(requests, held);
	}
}

static struct held_snapshot *held_by(struct snapshots *snapshots, const struct identity *identity)
{
	for (size_t i = 0; i < LIMIT_SNAPSHOTS; i++)
		if (snapshots->held[i].id && identity_eq(&snapshots->held[i].identity, identity))
			return &snapshots->held[i];
	return NULL;
}

/* A free place, else the one not asked for the longest, else NULL. */
static struct held_snapshot *find_place(struct requests *requests)
{
	struct held_snapshot *place = &requests->snapshots.held[0];
	for (size_t i = 0; i < LIMIT_SNAPSHOTS; i++) {
		struct held_snapshot *held = &requests->snapshots.held[i];
		if (!held->id)
			return held;
		if (held->asked.v < place->asked.v)
			place = held;
	}
	return requests->now.v - place->asked.v > SNAPSHOT_SPARE_MS ? place : NULL;
}

static enum pw_wire_status begin(struct requests *requests, const struct identity *identity, struct held_snapshot **out)
{
	struct snapshots *snapshots = &requests->snapshots;
	struct held_snapshot made = { .identity = *identity, .opened = requests->now, .asked = requests->now };
	struct held_snapshot *place = held_by(snapshots, identity);
	struct error err;
	if (!place)
		place = find_place(requests);
	if (!place)
		return PW_WIRE_BUSY;
	end(requests, place);
	enum status st = requests->log.snapshot_open(requests->log.ctx, &made.snapshot, &made.epoch, &made.seq, &err);
	if (st)
		return st == E_LIMIT ? PW_WIRE_BUSY : PW_WIRE_FAILED;
	while (!snapshots->last_id) /* another run's ids mean nothing here */
		snapshots->last_id = id_random() >> 1;
	made.id = ++snapshots->last_id;
	snapshots->made++;
	*place = made;
	*out = place;
	return PW_WIRE_OK;
}

static enum pw_wire_status find(
	struct requests *requests, const struct identity *identity, uint64_t id, struct held_snapshot **out)
{
	snapshots_expire(requests);
	if (id == 0)
		return begin(requests, identity, out);
	struct held_snapshot *held = held_by(&requests->snapshots, identity);
	if (!held || held->id != id)
		return PW_WIRE_GONE;
	held->asked = requests->now;
	*out = held;
	return PW_WIRE_OK;
}

enum pw_wire_status request_snapshot(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply)
{
	struct wanted wanted;
	struct held_snapshot *held = NULL;
	struct bus_rows rows = { 0 };
	bool has_more = false;
	struct error err;
	if (!read_wanted(inbox, arena, &wanted))
		return PW_WIRE_BAD;
	enum pw_wire_status found = find(requests, &inbox->identity, wanted.id, &held);
	if (found)
		return found;
	enum status st = wanted.is_none ? OK
					: requests->log.snapshot_read(requests->log.ctx, held->snapshot, arena,
						  &wanted.facts, wanted.max_bytes, &rows, &has_more, &err);
	if (st) {
		end(requests, held);
		return st == E_NOT_FOUND ? PW_WIRE_GONE : PW_WIRE_FAILED;
	}
	uint8_t *bytes = arena_alloc(arena, SNAPSHOT_REPLY);
	pw_put_u64(bytes, held->epoch);
	pw_put_u64(bytes + 8, held->seq);
	pw_put_u64(bytes + 16, held->id);
	pw_put_u32(bytes + 24, has_more ? PW_SNAPSHOT_MORE : 0);
	pw_put_u32(bytes + 28, (uint32_t)rows.n);
	*list_push(arena, &reply->frames) = (struct sv){ (const char *)bytes, SNAPSHOT_REPLY };
	request_push_rows(arena, &rows, reply);
	if (!has_more)
		end(requests, held);
	return PW_WIRE_OK;
}
