/* bench_bus [--quick] [--rounds N] [--folder FOLDER] [PART…]: the bus beside bare libzmq and bare SQLite, in one run.
 *
 * Parts: fanout, append, replay, filtered, latency, slow; without a name all of them. Each runs in a process of its own, so that
 * the memory that one leaves behind is not counted to the next. Prints JSON lines. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/worker.h"

#define LOG_EVENTS UINT64_C(1000000)
#define LOG_EVENTS_QUICK UINT64_C(100000)

struct run {
	struct setup base;
	struct curve curve;
	char folder[BENCH_FOLDER], log_folder[BENCH_FOLDER + 8];
	size_t rounds;
	uint64_t log_events;
	bool is_quick;
};

static void part_fanout(const struct run *run)
{
	bench_fanout(&run->base, run->rounds, run->is_quick);
}

static void part_append(const struct run *run)
{
	bench_append(&run->base, run->rounds, run->is_quick);
}

static void part_log(const struct run *run)
{
	struct store *store;
	struct error err;
	if (store_open(run->log_folder, &store, &err))
		die("store", err.text);
	for (uint64_t i = 0; i < run->log_events; i++) {
		rows_append(store, i);
		if ((i + 1) % 1000 == 0)
			rows_commit(store);
	}
	store_close(store);
}

static void part_replay(const struct run *run)
{
	bench_replay(&run->base, run->log_folder, run->log_events, false);
}

static void part_filtered(const struct run *run)
{
	bench_replay(&run->base, run->log_folder, run->log_events, true);
}

static void part_latency(const struct run *run)
{
	bench_latency(&run->base, run->log_folder, run->is_quick);
}

static void part_slow(const struct run *run)
{
	bench_slow(&run->base, run->is_quick);
}

/* A long log is made for those that need one; latency appends to it, and so comes after replay. */
static const struct part {
	const char *name;
	void (*run)(const struct run *run);
	bool needs_log;
} parts[] = {
	{ "fanout", part_fanout, false },
	{ "append", part_append, false },
	{ "replay", part_replay, true },
	{ "filtered", part_filtered, true },
	{ "latency", part_latency, true },
	{ "slow", part_slow, false },
};

static bool run_apart(const struct run *run, void (*part)(const struct run *run))
{
	int status = 0;
	(void)fflush(stdout);
	pid_t pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		part(run);
		exit(0);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool is_wanted(const struct part *part, int n, char **names)
{
	for (int i = 0; i < n; i++)
		if (strcmp(part->name, names[i]) == 0)
			return true;
	return n == 0;
}

static bool run_parts(const struct run *run, int n, char **names)
{
	bool is_good = true, has_log = false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!is_wanted(&parts[i], n, names))
			continue;
		if (parts[i].needs_log && !has_log)
			has_log = run_apart(run, part_log);
		is_good = run_apart(run, parts[i].run) && is_good;
	}
	return is_good;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "quick", no_argument, NULL, 'q' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "folder", required_argument, NULL, 'f' },
		{ 0 },
	};
	struct run run = { .rounds = 3, .log_events = LOG_EVENTS };
	const char *parent = "/tmp";
	worker_main(argc, argv);
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'q': run.is_quick = true; break;
		case 'r': run.rounds = strtoul(optarg, NULL, 10); break;
		case 'f': parent = optarg; break;
		default: return 2;
		}
	}
	run.rounds = run.rounds ? run.rounds : 1;
	run.log_events = run.is_quick ? LOG_EVENTS_QUICK : LOG_EVENTS;
	folder_make(parent, run.folder);
	(void)snprintf(run.log_folder, sizeof run.log_folder, "%s/log", run.folder);
	curve_make(&run.curve, run.folder);
	setup_init(&run.base, run.folder, &run.curve, OVER_IPC);
	bool is_good = run_parts(&run, argc - optind, argv + optind);
	folder_remove(run.folder);
	return is_good ? 0 : 1;
}
