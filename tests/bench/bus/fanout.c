/* Fan-out: the publisher sends in batches, as after a group commit, and never gets further ahead of the slowest subscriber
 * than WINDOW, so that nothing is dropped and what is timed ends when the last subscriber has the last event.
 *
 * The bus and the bare loop take turns, and which goes first changes with each round. A ratio is taken within a
 * round and the median of the rounds counts: what else the machine does meanwhile changes slower than that. */
#include <stdio.h>

#include "setup.h"

enum { BATCH = 100, ROUNDS_MAX = 9, A_PROCESS = 10, FEWEST = 4 * BATCH };
#define RUN_NS 700e6 /* about what one run takes */

struct result {
	double wall_ns, cpu_ns; /* an event; CPU of the publishing process with its I/O threads */
};

struct fanout {
	struct setup setup;
	size_t subscribers, bytes;
	uint64_t events;
};

static struct result run(const struct fanout *fanout, bool is_bus)
{
	struct crowd crowd;
	struct ring ring;
	size_t a_process = fanout->subscribers > A_PROCESS ? A_PROCESS : 1;
	ring_init(&ring, fanout->bytes);
	crowd_start(&crowd, &fanout->setup, fanout->subscribers, a_process, 0);
	struct side *side = is_bus ? side_bus(&fanout->setup, &ring) : side_bare(&fanout->setup, &ring);
	side_wait_subscribed(side, fanout->subscribers);
	int64_t wall = now_ns(), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	while (ring.head < fanout->events) {
		ring_advance(&ring, BATCH);
		side_publish(side);
		if (ring.head > WINDOW)
			crowd_wait(&crowd, 0, ring.head - WINDOW);
	}
	crowd_wait(&crowd, 0, ring.head);
	double n = (double)ring.head;
	struct result result = { (double)(now_ns() - wall) / n,
		(double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / n };
	crowd_stop(&crowd);
	side_close(side);
	ring_done(&ring);
	return result;
}

static double measure(const struct fanout *fanout, size_t rounds)
{
	double ratio[ROUNDS_MAX], cpu_ratio[ROUNDS_MAX], bus_ns[ROUNDS_MAX], bare_ns[ROUNDS_MAX];
	for (size_t i = 0; i < rounds; i++) {
		bool is_bus_first = i % 2;
		struct result first = run(fanout, is_bus_first), second = run(fanout, !is_bus_first);
		const struct result *bus = is_bus_first ? &first : &second, *bare = is_bus_first ? &second : &first;
		ratio[i] = bare->wall_ns / bus->wall_ns;
		cpu_ratio[i] = bare->cpu_ns / bus->cpu_ns;
		bus_ns[i] = bus->wall_ns;
		bare_ns[i] = bare->wall_ns;
	}
	double middle = quantile(ratio, rounds, 0.5);
	(void)printf("{\"bench\":\"bus\",\"metric\":\"fanout_ratio_%zux%zu_%s\",\"value\":%.3f,\"cpu_ratio\":%.3f,"
		     "\"bus_events_per_s\":%.0f,\"bare_events_per_s\":%.0f,\"events\":%llu,\"rounds\":%zu}\n",
		fanout->subscribers, fanout->bytes, transport_names[fanout->setup.transport], middle,
		quantile(cpu_ratio, rounds, 0.5), 1e9 / quantile(bus_ns, rounds, 0.5),
		1e9 / quantile(bare_ns, rounds, 0.5), (unsigned long long)fanout->events, rounds);
	(void)fflush(stdout);
	return middle;
}

/* So many that a run takes about RUN_NS: what one delivery costs was measured once, roughly. */
static uint64_t events_for(const struct fanout *fanout)
{
	bool is_curve = fanout->setup.transport == OVER_TCP_CURVE;
	double delivery_ns = is_curve ? 1500 + 4.6 * (double)fanout->bytes : 400 + 3.3 * (double)fanout->bytes;
	double n = RUN_NS / (delivery_ns * (double)fanout->subscribers) / BATCH;
	return n * BATCH > FEWEST ? (uint64_t)n * BATCH : FEWEST;
}

void bench_fanout(const struct setup *base, size_t rounds, bool is_quick)
{
	static const size_t subscribers[] = { 1, 10, 100 }, bytes[] = { 200, 1024, 4096 };
	double smallest = 1e9;
	rounds = rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
	for (int transport = 0; transport < TRANSPORTS; transport++)
		for (size_t s = 0; s < 3; s++)
			for (size_t b = 0; b < 3; b++) {
				struct fanout fanout = { .subscribers = subscribers[s], .bytes = bytes[b] };
				if (is_quick && (subscribers[s] == 100 || bytes[b] == 4096))
					continue;
				setup_init(&fanout.setup, base->folder, base->curve, (enum transport)transport);
				fanout.events = events_for(&fanout);
				double ratio = measure(&fanout, rounds);
				smallest = ratio < smallest ? ratio : smallest;
			}
	(void)printf(
		"{\"bench\":\"bus\",\"metric\":\"fanout_ratio\",\"value\":%.3f,\"unit\":\"the smallest\"}\n", smallest);
}
