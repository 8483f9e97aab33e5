/* From the end of the commit to the subscriber's receive: one event a commit of the real store, one each PACE_MS, on the
 * loop that also serves requests. Once undisturbed, and once while another client replays the whole log over and over. */
#include <stdio.h>
#include <stdlib.h>

#include "setup.h"

enum { PACE_MS = 2, EVENTS = 1000, EVENTS_QUICK = 300 };

struct latency {
	struct host host;
	struct crowd crowd;
	struct loop_timer *pace;
	uint64_t first, events, done; /* number of the first event, and how many */
	int64_t *committed_ns;
};

static void on_pace(void *ctx)
{
	struct latency *latency = ctx;
	rows_append(latency->host.store, latency->done);
	rows_commit(latency->host.store);
	latency->committed_ns[latency->done++] = now_ns();
	bus_publish(latency->host.bus);
	if (latency->done == latency->events)
		loop_stop(latency->host.loop);
	else
		loop_timer_set(latency->pace, PACE_MS);
}

static double report(const struct setup *setup, struct latency *latency, bool is_disturbed, uint64_t replayed)
{
	double *ms = calloc(latency->events, sizeof *ms);
	must(ms != NULL, "memory");
	for (uint64_t i = 0; i < latency->events; i++)
		ms[i] = (double)(crowd_arrived_ns(&latency->crowd, 0, latency->first + i) - latency->committed_ns[i]) /
			1e6;
	double p50 = quantile(ms, latency->events, 0.5), p99 = quantile(ms, latency->events, 0.99);
	free(ms);
	(void)printf("{\"bench\":\"bus\",\"metric\":\"latency_ms_%s%s\",\"value\":%.3f,\"p99\":%.3f,\"events\":%llu,"
		     "\"replayed_meanwhile\":%llu}\n",
		transport_names[setup->transport], is_disturbed ? "_replay" : "", p50, p99,
		(unsigned long long)latency->events, (unsigned long long)replayed);
	(void)fflush(stdout);
	return p50;
}

static double measure(const struct setup *setup, const char *log_folder, uint64_t events, bool is_disturbed)
{
	struct error err;
	struct store *store;
	struct replayer replayer;
	struct latency latency = { .events = events, .committed_ns = calloc(events, sizeof(int64_t)) };
	must(latency.committed_ns != NULL, "memory");
	if (store_open(log_folder, &store, &err)) /* to learn how long the log is before anybody is started */
		die("store", err.text);
	uint64_t head = store_log(store).head;
	store_close(store);
	latency.first = head + 1;
	crowd_start(&latency.crowd, setup, 1, 1, head + events);
	if (is_disturbed)
		replayer_start(&replayer, setup, NULL, head, true);
	host_open(&latency.host, setup, log_folder);
	host_wait_subscribed(
		&latency.host, is_disturbed ? 3 : 1); /* the client asks for heartbeats and for everything */
	latency.pace = loop_timer_new(latency.host.loop, on_pace, &latency);
	loop_timer_set(latency.pace, PACE_MS);
	must(loop_run(latency.host.loop, &err) == OK, "loop");
	crowd_wait(&latency.crowd, 0, events);
	uint64_t replayed = bus_counts(latency.host.bus).replayed;
	double p50 = report(setup, &latency, is_disturbed, replayed);
	if (is_disturbed)
		replayer_stop(&replayer);
	crowd_stop(&latency.crowd);
	loop_timer_free(latency.pace);
	host_close(&latency.host);
	free(latency.committed_ns);
	return p50;
}

void bench_latency(const struct setup *base, const char *log_folder, bool is_quick)
{
	double largest = 0;
	for (int transport = 0; transport < TRANSPORTS; transport++)
		for (int is_disturbed = 0; is_disturbed <= 1; is_disturbed++) {
			struct setup setup;
			setup_init(&setup, base->folder, base->curve, (enum transport)transport);
			double p50 = measure(&setup, log_folder, is_quick ? EVENTS_QUICK : EVENTS, is_disturbed);
			if (!is_disturbed && p50 > largest)
				largest = p50;
		}
	(void)printf("{\"bench\":\"bus\",\"metric\":\"latency_ms\",\"value\":%.3f,\"unit\":\"the largest undisturbed "
		     "p50\"}\n",
		largest);
}
