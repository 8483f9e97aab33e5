/* Durable append and publish against bare SQLite that writes the same rows and publishes nothing. One subscriber
 * reads along; what is timed ends when it has the last event. Bare and bus take turns. */
#include <stdio.h>

#include "setup.h"

enum { ROUNDS_MAX = 9 };

struct spent {
	double wall_ns, cpu_ns; /* CPU of the thread that writes; checkpoints of the store run on another */
};

static struct spent spent_since(struct spent start)
{
	return (struct spent){ (double)now_ns() - start.wall_ns,
		(double)clock_ns(CLOCK_THREAD_CPUTIME_ID) - start.cpu_ns };
}

static struct spent run_bare(const char *folder, uint64_t per_commit, uint64_t events)
{
	struct bare_db *db = bare_db_open(folder);
	struct spent start = spent_since((struct spent){ 0 });
	for (uint64_t i = 0; i < events; i++) {
		if (i % per_commit == 0)
			bare_db_begin(db);
		bare_db_append(db, i);
		if ((i + 1) % per_commit == 0)
			bare_db_commit(db);
	}
	struct spent spent = spent_since(start);
	bare_db_close(db);
	return spent;
}

static struct spent run_bus(const struct setup *setup, const char *folder, uint64_t per_commit, uint64_t events)
{
	struct crowd crowd;
	struct host host;
	crowd_start(&crowd, setup, 1, 1, 0);
	host_open(&host, setup, folder);
	host_wait_subscribed(&host, 1);
	struct spent start = spent_since((struct spent){ 0 });
	for (uint64_t i = 0; i < events; i++) {
		rows_append(host.store, i);
		if ((i + 1) % per_commit != 0)
			continue;
		rows_commit(host.store);
		bus_publish(host.bus);
		if (i > WINDOW)
			crowd_wait(&crowd, 0, i - WINDOW);
	}
	crowd_wait(&crowd, 0, events);
	struct spent spent = spent_since(start);
	crowd_stop(&crowd);
	host_close(&host);
	return spent;
}

static double measure(const struct setup *setup, uint64_t per_commit, uint64_t events, size_t rounds)
{
	double ratio[ROUNDS_MAX], cpu_ratio[ROUNDS_MAX], bus_ns[ROUNDS_MAX], bare_ns[ROUNDS_MAX];
	for (size_t i = 0; i < rounds; i++) {
		char folder[BENCH_FOLDER];
		folder_make(setup->folder, folder);
		bool is_bus_first = i % 2;
		struct spent bus = { 0 };
		if (is_bus_first)
			bus = run_bus(setup, folder, per_commit, events);
		struct spent bare = run_bare(folder, per_commit, events);
		if (!is_bus_first)
			bus = run_bus(setup, folder, per_commit, events);
		bus_ns[i] = bus.wall_ns;
		bare_ns[i] = bare.wall_ns;
		ratio[i] = bare.wall_ns / bus.wall_ns;
		cpu_ratio[i] = bare.cpu_ns / bus.cpu_ns;
		folder_remove(folder);
	}
	double middle = quantile(ratio, rounds, 0.5), n = (double)events * 1e9;
	(void)printf("{\"bench\":\"bus\",\"metric\":\"append_ratio_%llu\",\"value\":%.3f,\"cpu_ratio\":%.3f,\"bus_"
		     "events_per_s\":%.0f,"
		     "\"bare_events_per_s\":%.0f,\"events\":%llu,\"rounds\":%zu}\n",
		(unsigned long long)per_commit, middle, quantile(cpu_ratio, rounds, 0.5),
		n / quantile(bus_ns, rounds, 0.5), n / quantile(bare_ns, rounds, 0.5), (unsigned long long)events,
		rounds);
	(void)fflush(stdout);
	return middle;
}

void bench_append(const struct setup *base, size_t rounds, bool is_quick)
{
	static const struct {
		uint64_t per_commit, events;
	} plans[] = { { 1, 2000 }, { 100, 50000 }, { 1000, 100000 } };
	double smallest = 1e9;
	struct setup setup;
	setup_init(&setup, base->folder, base->curve, OVER_IPC);
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
		uint64_t events = is_quick ? plans[i].events / 2 : plans[i].events;
		double ratio = measure(&setup, plans[i].per_commit, events, rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds);
		smallest = ratio < smallest ? ratio : smallest;
	}
	(void)printf(
		"{\"bench\":\"bus\",\"metric\":\"append_ratio\",\"value\":%.3f,\"unit\":\"the smallest\"}\n", smallest);
}
