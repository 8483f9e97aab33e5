/* CALL: a table of those who wait. A token is unique for the life of the daemon, so that an answer that comes after its
 * caller was given up never reaches another one. A client that asks the same request again while it runs is already
 * in the table and gets the one answer. */
#include <string.h>

#include "json.h"
#include "limit.h"
#include "requests.h"

static void push_json(struct arena *arena, struct sv json, struct reply *reply)
{
	for (size_t at = 0; at < json.n || at == 0; at += PW_WIRE_FRAME_MAX)
		*list_push(arena, &reply->frames) = sv_slice(json, at, at + PW_WIRE_FRAME_MAX);
}

static void push_error(struct arena *arena, struct sv text, struct reply *reply)
{
	struct json_t *object = json_new_object();
	json_put(object, "error", json_new_text(text));
	push_json(arena, json_write(arena, object), reply);
	json_free(object);
}

static bool is_running(const struct calls *calls, const struct inbox *inbox)
{
	for (size_t i = 0; i < MAX_CALLS; i++) {
		const struct pending_call *call = &calls->pending[i];
		if (call->token && call->request_id == inbox->header.id &&
			identity_eq(&call->identity, &inbox->identity))
			return true;
	}
	return false;
}

static struct pending_call *free_slot(struct calls *calls, struct mono_ms now)
{
	for (size_t i = 0; i < MAX_CALLS; i++)
		if (!calls->pending[i].token || now.v - calls->pending[i].since.v > CALL_LOST_MS)
			return &calls->pending[i];
	return NULL;
}

static enum pw_wire_status refuse(struct arena *arena, struct reply *reply, enum pw_wire_status status, struct sv text)
{
	push_error(arena, text, reply);
	return status;
}

enum pw_wire_status request_call(
	struct requests *requests, const struct inbox *inbox, struct arena *arena, struct reply *reply, bool *out_waits)
{
	struct error err;
	CLEANUP(json_freep) struct json_t *params = NULL;
	*out_waits = is_running(&requests->calls, inbox);
	if (*out_waits)
		return PW_WIRE_OK;
	if (json_read(buf_sv(&inbox->first), &params, &err))
		return refuse(arena, reply, PW_WIRE_BAD, sv_of(err.text));
	struct sv name = json_text(json_get(params, "call"));
	if (!name.n)
		return refuse(arena, reply, PW_WIRE_BAD, SV("a call is an object with a \"call\""));
	struct pending_call *pending = free_slot(&requests->calls, requests->now);
	if (!pending)
		return refuse(arena, reply, PW_WIRE_BUSY, SV("too many calls wait for their answer"));
	pending->token = ++requests->calls.made;
	pending->request_id = inbox->header.id;
	pending->since = requests->now;
	pending->identity = inbox->identity;
	struct bus_call call = {
		.name = name,
		.params = params,
		.body = buf_sv(&inbox->rest),
		.token = pending->token,
		.peer = inbox->peer,
	};
	*out_waits = true;
	requests->ops.on_call(requests->ops.ctx, &call);
	return PW_WIRE_OK;
}

static enum pw_wire_status status_of(enum status code)
{
	switch (code) {
	case OK: return PW_WIRE_OK;
	case E_NOT_FOUND: return PW_WIRE_NOT_FOUND;
	case E_REFUSED: return PW_WIRE_DENIED;
	case E_LIMIT:
	case E_FORMAT:
	case E_ENCODING: return PW_WIRE_BAD;
	case E_NETWORK:
	case E_TIMEOUT:
	case E_STORE:
	case E_CONFIG:
	case E_SYSTEM: return PW_WIRE_FAILED;
	}
	return PW_WIRE_FAILED;
}

bool request_answer(struct requests *requests, uint64_t token, const struct json_t *result, const struct error *err,
	struct arena *arena, struct identity *out_to, struct reply *out)
{
	struct pending_call *pending = NULL;
	for (size_t i = 0; i < MAX_CALLS && !pending; i++)
		if (token && requests->calls.pending[i].token == token)
			pending = &requests->calls.pending[i];
	if (!pending)
		return false;
	*out = (struct reply){ 0 };
	struct pw_request header = { .verb = PW_VERB_CALL, .is_reply = 1, .id = pending->request_id };
	uint8_t *bytes = arena_alloc(arena, PW_REQUEST_HEADER);
	*list_push(arena, &out->frames) = (struct sv){ (const char *)bytes, PW_REQUEST_HEADER };
	if (result) {
		push_json(arena, json_write(arena, result), out);
	} else {
		header.status = (uint8_t)status_of(err->code);
		requests->denied += header.status == PW_WIRE_DENIED;
		push_error(arena, sv_of(err->text), out);
	}
	pw_request_write(&header, bytes);
	*out_to = pending->identity;
	pending->token = 0;
	return true;
}
