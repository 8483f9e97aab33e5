/* One subscriber among 50 is stopped (SIGSTOP), long enough that its queue is full: what the others' latency and the
 * publisher's memory are with it, and without. One event a millisecond. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "setup.h"

/* 7 in a process: the first process is the one that stops, and its 7 subscribers are not among those looked at. */
enum { OTHERS = 49, BYTES = 1024, EVENTS = 12000, EVENTS_QUICK = 2000, PACE_US = 1000 };

struct outcome {
	double p50, p99, slowest;
	long kb;
};

/* Sleeps until the time; what was late is caught up with, so that the rate holds. */
static void sleep_until(int64_t at_ns)
{
	const struct timespec at = { .tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000 };
	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* The subscriber 0 may stop, in a process of its own; the others share processes. */
static struct outcome run(const struct setup *base, size_t events, bool is_stopped)
{
	struct setup setup;
	struct crowd alone, others;
	struct ring ring;
	int64_t *sent_ns = calloc(events, sizeof *sent_ns);
	double *ms = calloc(OTHERS * events, sizeof *ms);
	must(sent_ns && ms, "memory");
	setup_init(&setup, base->folder, base->curve, OVER_TCP);
	ring_init(&ring, BYTES);
	crowd_start(&alone, &setup, 1, 1, 0);
	crowd_start(&others, &setup, OTHERS, 7, events);
	struct side *side = side_bus(&setup, &ring);
	side_wait_subscribed(side, 1 + OTHERS);
	if (is_stopped)
		(void)kill(alone.pids[0], SIGSTOP);
	int64_t start_ns = now_ns();
	for (size_t i = 0; i < events; i++) {
		sleep_until(start_ns + (int64_t)i * PACE_US * 1000);
		ring_advance(&ring, 1);
		sent_ns[i] = now_ns();
		side_publish(side);
	}
	crowd_wait(&others, 0, events);
	struct outcome outcome = { .kb = process_kb(getpid(), "RssAnon") };
	for (size_t s = 0; s < OTHERS; s++)
		for (size_t i = 0; i < events; i++)
			ms[s * events + i] = (double)(crowd_arrived_ns(&others, s, i + 1) - sent_ns[i]) / 1e6;
	outcome.p50 = quantile(ms, OTHERS * events, 0.5);
	outcome.p99 = quantile(ms, OTHERS * events, 0.99);
	outcome.slowest = quantile(ms, OTHERS * events, 1);
	crowd_stop(&alone);
	crowd_stop(&others);
	side_close(side);
	ring_done(&ring);
	free(ms);
	free(sent_ns);
	return outcome;
}

static void show(const char *name, const struct outcome *outcome)
{
	(void)printf("{\"bench\":\"bus\",\"metric\":\"%s\",\"value\":%.3f,\"p50\":%.3f,\"slowest\":%.1f,\"host_mib\":%."
		     "1f}\n",
		name, outcome->p99, outcome->p50, outcome->slowest, (double)outcome->kb / 1024);
	(void)fflush(stdout);
}

void bench_slow(const struct setup *base, bool is_quick)
{
	size_t events = is_quick ? EVENTS_QUICK : EVENTS;
	struct outcome without = run(base, events, false), with = run(base, events, true);
	show("slow_p99_ms_without", &without);
	show("slow_p99_ms_with", &with);
}
