/* What happens to the connections of one socket: who is connected, who was refused and why, who does not read. */
#ifndef PUBLISH_MONITOR_H
#define PUBLISH_MONITOR_H

#include "peers.h"
#include "zsocket.h"

enum refusal { REFUSED_GARBAGE, REFUSED_PROTOCOL, REFUSED_KEY, REFUSALS };

/* One event of libzmq's monitor: a frame of event u16 and value u32, in the order of bytes of this machine. */
enum monitor_kind { MONITOR_OTHER, MONITOR_ACCEPTED, MONITOR_GONE, MONITOR_JOINED, MONITOR_REFUSED };
struct monitor_event {
	enum monitor_kind kind;
	enum refusal refusal;
	int fd; /* of ACCEPTED and GONE */
};
struct monitor_event monitor_read(struct sv frame);

/* Something to tell people about, gathered so that it is told at most once a minute. */
struct tally {
	uint64_t waiting; /* not yet told */
	struct mono_ms told;
	bool was_told;
	char last[160];
};
void tally_add(struct tally *tally, uint64_t n, const char *format, ...) PRINTF_LIKE(3, 4);
/* True, and how many: tell now. */
bool tally_take(struct tally *tally, struct mono_ms now, uint64_t *out_n);

struct monitor {
	struct zsocket *socket;
	struct peers peers;
	uint64_t refused[REFUSALS];
	uint64_t accepted, joined;
	char last_gone[PEER_TEXT];
	bool is_refusing; /* the next GONE is who was refused */
	enum refusal refusal;
	bool has_more;       /* the next frame belongs to the event before */
	struct tally *tally; /* of refusals, not those for their keys: ZAP tells these better */
};

/* `monitor` is the caller's, zeroed, and stays where it is. */
enum status monitor_init(
	struct monitor *monitor, struct zcontext *context, struct zsocket *of, struct tally *tally, struct error *err);
void monitor_done(struct monitor *monitor); /* before the socket that is watched is closed */
/* Looks at all connections, once a second; returns how many were cut off. */
unsigned monitor_look(struct monitor *monitor, bool may_cut);

#endif
