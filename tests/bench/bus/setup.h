/* What a case of the benchmark of the bus is made of, and the parts that all cases use.
 *
 *	ring      a log in memory whose records have the size asked for
 *	crowd     subscribers, in processes of their own
 *	side      a publisher: the bus, or the bare ZeroMQ loop beside which it is measured
 *	host      a store on disk and the bus on a loop, as in the daemon
 *	replayer  a client of libpolicywatch, in a process of its own, that reads the log from its start
 */
#ifndef BENCH_BUS_SETUP_H
#define BENCH_BUS_SETUP_H

#include <stdatomic.h>
#include <sys/types.h>

#include "bus.h"
#include "common/rows.h"
#include "common/tools.h"

#define SUBSCRIBERS_MAX 100
#define QUEUE 10000  /* as the bus has it */
#define WINDOW 2000  /* how far the publisher gets ahead of the slowest: libzmq learns late of what was read */
#define IO_THREADS 2 /* as the bus has them */
#define ENDPOINT_MAX 320
#define KEY_MAX 41

enum transport { OVER_IPC, OVER_TCP, OVER_TCP_CURVE }; /* ipc is never encrypted: the file's mode guards it */
#define TRANSPORTS 3
extern const char *const transport_names[];

/* Of one server and one client, in memory and as files. */
struct curve {
	char server_public[KEY_MAX], server_secret[KEY_MAX], client_public[KEY_MAX], client_secret[KEY_MAX];
	char server_file[ENDPOINT_MAX], client_file[ENDPOINT_MAX], clients_folder[ENDPOINT_MAX];
};

struct setup {
	const char *folder; /* of the whole run */
	const struct curve *curve;
	enum transport transport;
	char events[ENDPOINT_MAX], query[ENDPOINT_MAX];
};
/* New endpoints that nobody uses. */
void setup_init(struct setup *setup, const char *folder, const struct curve *curve, enum transport transport);
void curve_make(struct curve *curve, const char *folder);

/* ---- ring ---- */
#define RING 4096
struct ring {
	struct arena *arena;
	struct bus_row rows[RING];
	uint64_t head;
};
void ring_init(struct ring *ring, size_t record_bytes);
void ring_done(struct ring *ring);
void ring_advance(struct ring *ring, uint64_t n); /* as a commit of n events */
const struct bus_row *ring_at(const struct ring *ring, uint64_t seq);

/* ---- crowd ---- */
struct crowd_shared;
struct crowd {
	struct crowd_shared *shared;
	size_t subscribers, processes;
	pid_t pids[SUBSCRIBERS_MAX];
};
/* Their arrivals are noted for events up to the number `stamps`. */
void crowd_start(struct crowd *crowd, const struct setup *setup, size_t subscribers, size_t a_process, size_t stamps);
void crowd_stop(struct crowd *crowd);
int64_t crowd_arrived_ns(const struct crowd *crowd, size_t subscriber, uint64_t seq);
uint64_t crowd_received(const struct crowd *crowd, size_t subscriber);
/* Until everyone from `first` on has received so many; when nothing moves for long, some were lost: the program ends. */
void crowd_wait(const struct crowd *crowd, size_t first, uint64_t at_least);

/* ---- side ---- */
struct side;
struct side *side_bare(const struct setup *setup, struct ring *ring);
struct side *side_bus(const struct setup *setup, struct ring *ring);
void side_wait_subscribed(struct side *side, size_t subscribers);
void side_publish(struct side *side); /* what the ring got since the last time */
void side_close(struct side *side);

/* ---- host ---- */
struct host {
	struct loop *loop;
	struct store *store;
	struct bus *bus;
};
void host_open(struct host *host, const struct setup *setup, const char *folder);
void host_close(struct host *host);
void host_wait_subscribed(struct host *host, size_t subscribers);
struct bus *bus_open_for(const struct setup *setup, struct loop *loop, const struct bus_log *log);
void bus_wait_subscribed(struct loop *loop, struct bus *bus, size_t subscribers);

/* ---- replayer ---- */
struct replayer_shared;
struct replayer {
	struct replayer_shared *shared;
	pid_t pid;
};
/* Reads so many events under the prefix (NULL: all); `for_ever`: again and again. */
void replayer_start(
	struct replayer *replayer, const struct setup *setup, const char *prefix, uint64_t wanted, bool for_ever);
uint64_t replayer_received(const struct replayer *replayer); /* of this time */
void replayer_stop(struct replayer *replayer);

/* ---- the measurements ---- */
void bench_fanout(const struct setup *base, size_t rounds, bool is_quick);
void bench_append(const struct setup *base, size_t rounds, bool is_quick);
void bench_latency(const struct setup *base, const char *log_folder, bool is_quick);
void bench_replay(const struct setup *base, const char *log_folder, uint64_t events, bool is_filtered);
void bench_slow(const struct setup *base, bool is_quick);

#endif
