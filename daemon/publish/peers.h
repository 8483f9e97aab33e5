/* Connections of one socket, by their descriptors, and which of them do not read what they are sent. */
#ifndef PUBLISH_PEERS_H
#define PUBLISH_PEERS_H

#include "sv.h"

enum { PEER_TEXT = 64 };

struct peer {
	bool is_open;
	uint64_t cookie;         /* the kernel's number of the socket, never used again; 0: not known */
	char address[PEER_TEXT]; /* "192.0.2.1", "local"; "" when it had gone already */
	int queued;              /* bytes that the kernel holds for it, at the last look */
	unsigned looks;          /* since it came */
	unsigned stuck;          /* looks in a row at which that had not become less */
};
struct peers {
	struct peer *items; /* by descriptor */
	size_t n;
	uint32_t open, slow;
	uint32_t young; /* at the last look: whose handshake may not be over */
	uint64_t cut;
	char last_cut[PEER_TEXT]; /* address */
};

/* Looks come once a second. */
enum { PEER_SLOW_LOOKS = 5, PEER_CUT_LOOKS = 30, PEER_YOUNG_LOOKS = 12 /* ZMQ_HANDSHAKE_IVL and a bit */ };

void peers_done(struct peers *peers);
/* `fd` belongs to libzmq's thread, which may have closed it already. */
void peers_add(struct peers *peers, int fd);
/* Returns its address, "" when it is not known. Lives until the next add. */
const char *peers_remove(struct peers *peers, int fd);
/* Forgets who has gone without a word. With `may_cut`, ends connections that did not read for too long; returns how many. */
unsigned peers_look(struct peers *peers, bool may_cut);

#endif
