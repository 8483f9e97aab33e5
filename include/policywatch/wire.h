/* PW1: the protocol between policywatchd and its clients.
 *
 * Two sockets, both bound by the daemon.
 *
 * EVENTS (XPUB; clients connect SUB). Two frames: topic, record. Lossy by design: a subscriber that misses a
 * message sees it by `prev` or by the heartbeat, and asks for a replay. A record is
 *
 *	offset  size  field      all numbers big-endian
 *	0       2     magic      'P' 'W'
 *	2       1     version    1
 *	3       1     kind       PW_RECORD_EVENT, PW_RECORD_HEARTBEAT, PW_RECORD_STATE
 *	4       1     encoding   PW_ENCODING_JSON
 *	5       1     nprev      numbers in prev[]: levels of the topic + 1
 *	6       2     flags      0; readers ignore what they don't know
 *	8       8     epoch      names the log; another epoch is another log
 *	16      8     seq        of the event; of a heartbeat: head of the log
 *	24      8     time       recorded, nanoseconds since 1970, signed
 *	32      8*n   prev       prev[0]: previous seq of the log; prev[k]: previous seq whose topic shares the first
 *	                         k levels; 0: none. Of a heartbeat: prev[0] is the oldest seq kept
 *	…       …     payload    CloudEvents JSON, UTF-8 (event.schema.json); empty in a heartbeat
 *
 * A client that subscribed to a prefix of k levels has missed nothing when prev[k] is the last seq it saw.
 * Readers skip kinds they don't know. A heartbeat has the topic "!hb" and comes at the daemon's interval (1 s) and shortly
 * after the last event of a burst. On joining, a subscriber to "!hb" is sent the frame "!hb welcome <epoch>".
 *
 * Topics are lower-case ASCII, levels closed by '/', at most 200 bytes:
 *	fact/<beat>/<fact>/<change>/   document/<source>/<change>/   source/<id>/<state>/   daemon/<what>/
 *
 * QUERY (ROUTER; clients connect DEALER). A request is a header frame and body frames:
 *
 *	0  2  magic 'P' 'W'    2  1  version 1    3  1  verb    4  1  flags    5  3  0    8  8  request id
 *
 * Flags of a request: PW_ASK_GAP when a REPLAY repairs a hole in what was published, so that the daemon can count those whom
 * the bus was too fast for. The reply repeats the header with verb | 0x80 and the status in the place of flags, then body frames.
 * Verbs:
 *	HELLO  body: time i64 (ns, or INT64_MIN). Reply: epoch u64, head u64, oldest u64, seq u64 of the first event
 *	       recorded at or after `time` (head + 1 if none), heartbeat interval u32 (ms), name of the daemon (rest).
 *	REPLAY body: epoch u64, from u64, max rows u32, max bytes u32, topic prefix (rest). Reply frame 1: epoch u64, head u64,
 *	       oldest u64, scanned_to u64, n u32; then n pairs of frames: topic, record. scanned_to: all up to
 *	       it was looked at, ask on from scanned_to + 1. epoch 0 in the request means "whatever it is".
 *	CALL   body frame 1: JSON {"call": name, …parameters}; further frames: the call's body, in order, joined. Reply:
 *	       JSON in frames that are to be joined; with a status other than OK: {"error": text}.
 *	ACK    body: epoch u64, seq u64, name of the cursor (rest). Reply: no body. The daemon shows how far the cursor is
 *	       behind, and keeps for a while what it has not passed.
 *	SNAPSHOT body: id u64 (0: a new one), max bytes u32, length of the prefix u16, topic prefix, topic of the last fact received
 *	       (rest; empty: from the first). Reply frame 1: epoch u64, seq u64, id u64, flags u32 (1: more follow), n u32; then
 *	       n pairs of frames: topic (fact/<beat>/<fact>/state/), record of kind STATE whose seq is that of the reply and whose
 *	       payload is a CloudEvent of the type policywatch.fact.state.v1. All pages of one id show the facts as they stood at
 *	       seq: whoever replays from seq + 1 has no gap and no repeat. GONE: the id is no longer held (it was not asked for
 *	       within a minute); a new one goes on behind the same topic, with a later seq, and the replay begins after the first one's.
 *
 * DENIED, for any verb: the client lacks a right; one body frame, {"error": text}, says which. HELLO, REPLAY, ACK and SNAPSHOT
 * need "subscribe", a call what policywatch-calls(7) says.
 *
 * A frame of a request is at most 64 KiB, all of a request at most 8 MiB. Requests are idempotent: a client that
 * hears nothing within its time-out asks again. At most 8 may be under way at once: replies that a client does not read
 * wait for it only up to a few, further ones are dropped. */
#ifndef POLICYWATCH_WIRE_H
#define POLICYWATCH_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PW_WIRE_VERSION 1
#define PW_WIRE_FRAME_MAX 65536
#define PW_TOPIC_MAX 200
#define PW_LEVELS_MAX 8
#define PW_RECORD_FIXED 32
#define PW_REQUEST_HEADER 16
#define PW_HEARTBEAT_TOPIC "!hb"

enum pw_record_kind { PW_RECORD_EVENT = 1, PW_RECORD_HEARTBEAT = 2, PW_RECORD_STATE = 3 };
enum pw_encoding { PW_ENCODING_JSON = 1 };
enum pw_verb { PW_VERB_HELLO = 1, PW_VERB_REPLAY = 2, PW_VERB_CALL = 3, PW_VERB_ACK = 4, PW_VERB_SNAPSHOT = 5 };
#define PW_ASK_GAP 1       /* flag of a REPLAY request */
#define PW_SNAPSHOT_MORE 1 /* flag in the body of a SNAPSHOT reply */
#define PW_VERB_REPLY 0x80

/* Status of a reply. GONE: `from` is older than the oldest event kept. EPOCH: the log is another one now. BUSY: ask again. */
enum pw_wire_status {
	PW_WIRE_OK = 0,
	PW_WIRE_GONE = 1,
	PW_WIRE_EPOCH = 2,
	PW_WIRE_DENIED = 3,
	PW_WIRE_BUSY = 4,
	PW_WIRE_BAD = 5,
	PW_WIRE_NOT_FOUND = 6,
	PW_WIRE_FAILED = 7
};

struct pw_record {
	uint8_t kind, encoding, nprev;
	uint16_t flags;
	uint64_t epoch, seq;
	int64_t time_ns;
	uint64_t prev[PW_LEVELS_MAX + 1];
	const void *payload; /* borrowed */
	size_t payload_bytes;
};

struct pw_request {
	uint8_t verb;   /* without PW_VERB_REPLY */
	uint8_t status; /* of a reply */
	uint8_t flags;  /* of a request */
	uint8_t is_reply;
	uint64_t id;
};

static inline void pw_put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void pw_put_u32(uint8_t *p, uint32_t v)
{
	pw_put_u16(p, (uint16_t)(v >> 16));
	pw_put_u16(p + 2, (uint16_t)v);
}

static inline void pw_put_u64(uint8_t *p, uint64_t v)
{
	pw_put_u32(p, (uint32_t)(v >> 32));
	pw_put_u32(p + 4, (uint32_t)v);
}

static inline uint16_t pw_get_u16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t pw_get_u32(const uint8_t *p)
{
	return (uint32_t)pw_get_u16(p) << 16 | pw_get_u16(p + 2);
}

static inline uint64_t pw_get_u64(const uint8_t *p)
{
	return (uint64_t)pw_get_u32(p) << 32 | pw_get_u32(p + 4);
}

/* Bytes that pw_record_head() writes for a record with nprev numbers. */
static inline size_t pw_record_head_bytes(uint8_t nprev)
{
	return PW_RECORD_FIXED + 8u * (size_t)nprev;
}

/* Writes everything but the payload, which the caller appends. out holds pw_record_head_bytes(). */
static inline void pw_record_head(const struct pw_record *record, uint8_t *out)
{
	out[0] = 'P';
	out[1] = 'W';
	out[2] = PW_WIRE_VERSION;
	out[3] = record->kind;
	out[4] = record->encoding;
	out[5] = record->nprev;
	pw_put_u16(out + 6, record->flags);
	pw_put_u64(out + 8, record->epoch);
	pw_put_u64(out + 16, record->seq);
	pw_put_u64(out + 24, (uint64_t)record->time_ns);
	for (uint8_t i = 0; i < record->nprev; i++)
		pw_put_u64(out + PW_RECORD_FIXED + 8u * (size_t)i, record->prev[i]);
}

/* Returns 0, or -1 when the bytes are no record of this version. payload points into `bytes`. */
static inline int pw_record_read(const void *bytes, size_t n, struct pw_record *out)
{
	const uint8_t *p = (const uint8_t *)bytes;
	struct pw_record record;
	memset(&record, 0, sizeof record);
	if (n < PW_RECORD_FIXED || p[0] != 'P' || p[1] != 'W' || p[2] != PW_WIRE_VERSION)
		return -1;
	record.kind = p[3];
	record.encoding = p[4];
	record.nprev = p[5];
	if (record.nprev > PW_LEVELS_MAX + 1 || n < pw_record_head_bytes(record.nprev))
		return -1;
	record.flags = pw_get_u16(p + 6);
	record.epoch = pw_get_u64(p + 8);
	record.seq = pw_get_u64(p + 16);
	record.time_ns = (int64_t)pw_get_u64(p + 24);
	for (uint8_t i = 0; i < record.nprev; i++)
		record.prev[i] = pw_get_u64(p + PW_RECORD_FIXED + 8u * (size_t)i);
	record.payload = p + pw_record_head_bytes(record.nprev);
	record.payload_bytes = n - pw_record_head_bytes(record.nprev);
	*out = record;
	return 0;
}

static inline void pw_request_write(const struct pw_request *request, uint8_t out[PW_REQUEST_HEADER])
{
	memset(out, 0, PW_REQUEST_HEADER);
	out[0] = 'P';
	out[1] = 'W';
	out[2] = PW_WIRE_VERSION;
	out[3] = (uint8_t)(request->verb | (request->is_reply ? PW_VERB_REPLY : 0));
	out[4] = request->is_reply ? request->status : request->flags;
	pw_put_u64(out + 8, request->id);
}

/* Returns 0, or -1 when the frame is no header of this version. */
static inline int pw_request_read(const void *bytes, size_t n, struct pw_request *out)
{
	const uint8_t *p = (const uint8_t *)bytes;
	if (n != PW_REQUEST_HEADER || p[0] != 'P' || p[1] != 'W' || p[2] != PW_WIRE_VERSION)
		return -1;
	out->is_reply = (uint8_t)(p[3] >> 7);
	out->verb = (uint8_t)(p[3] & 0x7f);
	out->status = out->is_reply ? p[4] : 0;
	out->flags = out->is_reply ? 0 : p[4];
	out->id = pw_get_u64(p + 8);
	return 0;
}

/* Levels of a topic or prefix: the number of '/' in it. */
static inline size_t pw_topic_levels(const char *topic, size_t n)
{
	size_t levels = 0;
	for (size_t i = 0; i < n; i++)
		levels += topic[i] == '/';
	return levels;
}

#endif
