/* Calls go over a socket of their own, so that waiting for an answer never mixes with following the log. */
#include <policywatch/wire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "message.h"
#include "value.h"

#define CALL_BYTES ((size_t)8 << 20) /* of one request: the daemon takes no more */
#define CALL_FRAMES (2 + CALL_BYTES / PW_WIRE_FRAME_MAX + 1)
#define BUSY_MS 100

struct pw_reply {
	struct pw_value *value;
	char json[];
};

struct call {
	const char *json;
	const void *body;
	size_t body_bytes;
	int64_t deadline_ms;
};

static enum pw_status send_call(struct pw_client *client, const char *json, const void *body, size_t body_bytes)
{
	uint8_t head[PW_REQUEST_HEADER];
	struct frame frames[CALL_FRAMES];
	size_t n = 0;
	struct pw_request request = { .verb = PW_VERB_CALL, .id = ++client->last_id };
	pw_request_write(&request, head);
	frames[n++] = (struct frame){ head, sizeof head };
	frames[n++] = (struct frame){ json, strlen(json) };
	for (size_t at = 0; at < body_bytes; at += PW_WIRE_FRAME_MAX) {
		size_t rest = body_bytes - at;
		frames[n++] = (struct frame){ (const char *)body + at,
			rest < PW_WIRE_FRAME_MAX ? rest : PW_WIRE_FRAME_MAX };
	}
	return sock_send(client->calls, frames, n);
}

static void hang_up(struct pw_client *client)
{
	sock_close(client->calls);
	client->calls = NULL;
}

static bool is_hopeless(const struct peer *peer, enum sock_handshake handshake)
{
	return handshake >= HANDSHAKE_MISMATCH || (handshake == HANDSHAKE_CUT && peer->server_z85[0]);
}

/* Sends and waits; PW_OK: client->frames holds the reply, of any status. */
static enum pw_status exchange(struct pw_client *client, const struct call *call, struct pw_request *out)
{
	const struct peer *peer = &client->peers.list[client->calls_at];
	const char *endpoint = peer->query;
	struct sock_keys keys = client_keys(client, peer);
	enum pw_status st = PW_OK;
	if (!client->calls)
		st = sock_dealer(&client->sockets, endpoint, &keys, &client->calls);
	if (st == PW_OK)
		st = send_call(client, call->json, call->body, call->body_bytes);
	for (int64_t now_ms = client_now_ms(); st == PW_OK && now_ms < call->deadline_ms; now_ms = client_now_ms()) {
		enum pw_status got = sock_receive(client->calls, &client->frames);
		if (got == PW_OK && message_read_reply(&client->frames, out) && out->id == client->last_id &&
			out->verb == PW_VERB_CALL)
			return PW_OK;
		if (got == PW_TIMEOUT && is_hopeless(peer, sock_handshake(client->calls)))
			st = PW_DENIED;
		else if (got == PW_TIMEOUT)
			sock_wait(client->calls, (int)(call->deadline_ms - now_ms));
		else if (got != PW_OK)
			st = got;
	}
	if (st == PW_OK || st == PW_TIMEOUT)
		st = client_fail(client, PW_UNREACHABLE, "%s: no answer within %d ms%s", endpoint, client->request_ms,
			client_hint(peer, client->calls));
	else if (st == PW_DENIED)
		(void)client_fail(client, st, "%s: no connection%s", endpoint, client_hint(peer, client->calls));
	else
		(void)client_fail(client, st, "%s: %s", endpoint,
			st == PW_INVALID ? "not an endpoint, or an answer over all limits" : sock_error());
	hang_up(client); /* a late answer must not meet the next call */
	return st;
}

/* Asks one daemon, again while it is busy. */
static enum pw_status ask_one(struct pw_client *client, struct call *call, struct pw_request *out)
{
	call->deadline_ms = client_now_ms() + client->request_ms;
	enum pw_status st = exchange(client, call, out);
	while (st == PW_OK && out->status == PW_WIRE_BUSY && client_now_ms() + BUSY_MS < call->deadline_ms) {
		sock_wait(client->calls, BUSY_MS);
		st = exchange(client, call, out);
	}
	return st;
}

/* The daemon that answered last, or that is followed, first; then the others. */
static enum pw_status ask_any(struct pw_client *client, struct call *call, struct pw_request *out)
{
	enum pw_status st = PW_UNREACHABLE;
	if (!client->calls)
		client->calls_at = client->peers.at;
	for (size_t i = 0; i < client->peers.n; i++) {
		st = ask_one(client, call, out);
		if (st != PW_UNREACHABLE)
			break;
		client->calls_at = (client->calls_at + 1) % client->peers.n;
	}
	return st;
}

static struct pw_reply *join(const struct frames *frames)
{
	size_t n = 0;
	for (size_t i = 1; i < frames->n; i++)
		n += frames_at(frames, i).n;
	struct pw_reply *reply = malloc(sizeof *reply + n + 1);
	if (!reply)
		return NULL;
	char *at = reply->json;
	for (size_t i = 1; i < frames->n; i++) {
		struct frame frame = frames_at(frames, i);
		memcpy(at, frame.p, frame.n);
		at += frame.n;
	}
	*at = '\0';
	reply->value = value_read(reply->json, n);
	return reply;
}

static enum pw_status status_of(uint8_t wire)
{
	static const enum pw_status known[] = {
		[PW_WIRE_OK] = PW_OK,
		[PW_WIRE_GONE] = PW_GONE,
		[PW_WIRE_EPOCH] = PW_EPOCH,
		[PW_WIRE_DENIED] = PW_DENIED,
		[PW_WIRE_BUSY] = PW_UNREACHABLE,
		[PW_WIRE_BAD] = PW_INVALID,
		[PW_WIRE_NOT_FOUND] = PW_NOT_FOUND,
		[PW_WIRE_FAILED] = PW_FAILED,
	};
	return wire < sizeof known / sizeof *known ? known[wire] : PW_FAILED;
}

static enum pw_status take_reply(struct pw_client *client, uint8_t wire_status, struct pw_reply **out)
{
	enum pw_status st = status_of(wire_status);
	struct pw_reply *reply = join(&client->frames);
	if (!reply)
		return client_fail(client, PW_NOMEM, "no memory");
	if (st == PW_OK && reply->value) {
		*out = reply;
		return PW_OK;
	}
	const char *why = pw_text(pw_get(reply->value, "error"));
	if (st == PW_OK)
		st = client_fail(
			client, PW_INVALID, "%s: the answer is not JSON", client->peers.list[client->calls_at].query);
	else
		(void)client_fail(client, st, "%.200s", why[0] ? why : pw_status_text(st));
	pw_reply_free(reply);
	return st;
}

enum pw_status pw_call(struct pw_client *client, const char *name, const char *params, const void *body,
	size_t body_bytes, struct pw_reply **out)
{
	char *json = NULL;
	struct pw_request reply = { 0 };
	enum pw_status st = value_call(name, params, &json);
	if (st)
		return client_fail(client, st, st == PW_NOMEM ? "no memory" : "the parameters are not a JSON object");
	size_t json_bytes = strlen(json);
	if (json_bytes > PW_WIRE_FRAME_MAX || body_bytes > CALL_BYTES - PW_REQUEST_HEADER - json_bytes) {
		free(json);
		return client_fail(
			client, PW_INVALID, "too much for one call (at most %d MiB)", (int)(CALL_BYTES >> 20));
	}
	struct call call = { .json = json, .body = body, .body_bytes = body_bytes };
	st = ask_any(client, &call, &reply);
	free(json);
	return st == PW_OK ? take_reply(client, reply.status, out) : st;
}

void pw_reply_free(struct pw_reply *reply)
{
	if (!reply)
		return;
	value_free(reply->value);
	free(reply);
}

const char *pw_reply_json(const struct pw_reply *reply)
{
	return reply->json;
}

const struct pw_value *pw_reply_value(const struct pw_reply *reply)
{
	return reply->value;
}
