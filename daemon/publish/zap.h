/* ZAP (rfc.zeromq.org/spec/27) as a function from frames to an answer; no socket in sight.
 *
 * libzmq asks it for each connection to an endpoint that was bound with a domain, before the connection can do anything. */
#ifndef PUBLISH_ZAP_H
#define PUBLISH_ZAP_H

#include "keys.h"

#define ZAP_DOMAIN_EVENTS "events"
#define ZAP_DOMAIN_QUERY "query"
/* User-Id of peers without a key: no key has it, and a peer can't choose its own where we give one. */
#define ZAP_PLAIN_USER "!plain"
#define ZAP_FRAMES 7 /* the client's key among them; others are dropped */

struct zap_answer {
	bool is_allowed;
	struct sv request_id; /* of the request's frames */
	const char *status;   /* "200", "400", "500" */
	const char *text;     /* why not */
	struct sv address;    /* of the peer; of the request's frames */
	struct sv user;       /* what its messages say as User-Id; lives as long as `keys` */
};

void zap_decide(const struct sv *frames, size_t n, const struct keys *keys, struct zap_answer *out);

/* Who sent a message, by what libzmq says of its connection; NULL: nothing. */
struct bus_peer;
void zap_peer(const char *address, const char *user, const struct keys *keys, struct bus_peer *out);

#endif
