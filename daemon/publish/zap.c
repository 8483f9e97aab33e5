/* Who a peer is rests on two properties that it can't set itself: the address, which libzmq takes from the socket, and the
 * User-Id, which is the answer to a ZAP request wherever one was made. Over ipc none is made, so that there the address
 * comes first: it is "localhost:<uid>:<gid>:<pid>" (on C libraries that name local sockets differently, ":<uid>…"), which
 * no numeric address of TCP looks like. "::1" does begin with a colon, but its next field holds no number. */
#include "zap.h"

#include <string.h>

#include "bus.h"

static void refuse(struct zap_answer *out, const char *status, const char *text)
{
	out->status = status;
	out->text = text;
}

static void allow(struct zap_answer *out, struct sv user)
{
	out->is_allowed = true;
	out->status = "200";
	out->text = "OK";
	out->user = user;
}

/* version, request id, domain, address, identity, mechanism, key */
void zap_decide(const struct sv *frames, size_t n, const struct keys *keys, struct zap_answer *out)
{
	char text[PW_KEY_CHARS + 1];
	*out = (struct zap_answer){ .request_id = n > 1 ? frames[1] : SV(""), .status = "500", .text = "" };
	if (n < 6 || !sv_eq(frames[0], SV("1.0"))) {
		refuse(out, "500", "not a request of ZAP 1.0");
		return;
	}
	bool is_events = sv_eq(frames[2], SV(ZAP_DOMAIN_EVENTS));
	bool is_v4 = sv_starts(frames[3], SV("::ffff:")) && sv_find_char(frames[3], '.') != SIZE_MAX;
	out->address = sv_slice(frames[3], is_v4 ? sizeof "::ffff:" - 1 : 0, frames[3].n);
	if (!is_events && !sv_eq(frames[2], SV(ZAP_DOMAIN_QUERY))) {
		refuse(out, "400", "no such domain");
	} else if (sv_eq(frames[5], SV("NULL"))) {
		allow(out, SV(ZAP_PLAIN_USER));
	} else if (!sv_eq(frames[5], SV("CURVE")) || n != 7 || frames[6].n != 32) {
		refuse(out, "400", "no such mechanism");
	} else {
		key_text(frames[6].p, text);
		const struct key *key = keys_find(keys, (struct sv){ text, PW_KEY_CHARS });
		if (!key)
			refuse(out, "400", "its key is not known here");
		else if (is_events && !(key->rights & PW_RIGHT_SUBSCRIBE))
			refuse(out, "400", "its key has no right to subscribe");
		else
			allow(out, sv_of(key->text));
	}
}

static bool is_local(const char *address)
{
	struct sv rest = sv_of(address), field;
	uint64_t number;
	size_t fields = 0;
	if (!sv_split(&rest, ':', &field) || (field.n && !sv_eq(field, SV("localhost"))))
		return false;
	for (; sv_split(&rest, ':', &field); fields++)
		if (!sv_to_u64(field, UINT32_MAX, &number))
			return false;
	return fields == 3;
}

void zap_peer(const char *address, const char *user, const struct keys *keys, struct bus_peer *out)
{
	*out = (struct bus_peer){ 0 };
	if (address && is_local(address)) {
		out->rights = PW_RIGHTS_ALL;
		return;
	}
	const struct key *key = user ? keys_find(keys, sv_of(user)) : NULL;
	if (key) {
		out->rights = key->rights;
		memcpy(out->name, key->name, sizeof out->name);
	} else if (user && strcmp(user, ZAP_PLAIN_USER) == 0) {
		out->rights = PW_RIGHT_SUBSCRIBE;
	}
}
