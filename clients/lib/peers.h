/* The daemons a client may follow, in the order of the caller's wishes, and which of them it uses now. */
#ifndef LIB_PEERS_H
#define LIB_PEERS_H

#include <policywatch/policywatch.h>
#include <stddef.h>

#define PEERS_MAX 8

struct peer {
	char *events, *query; /* endpoints */
	char *server_key;     /* a file or 40 characters; NULL: not encrypted */
	char server_z85[41];  /* read out of it; "": not encrypted */
};

struct peers {
	struct peer list[PEERS_MAX];
	size_t n, at;
};

/* Each text is a list parted by commas. server_key: NULL, one for all, or one for each, where an empty one is none.
 * PW_INVALID: *out_why says why; also after a failure peers_done() is due. */
enum pw_status peers_init(
	struct peers *peers, const char *events, const char *query, const char *server_key, const char **out_why);
void peers_done(struct peers *peers);

static inline const struct peer *peers_now(const struct peers *peers)
{
	return &peers->list[peers->at];
}

#endif
