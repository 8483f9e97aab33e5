/* The whole log through ROUTER to a client of libpolicywatch in another process, which frees each event and does nothing else
 * with it; all of it, and one topic of ROW_TOPICS. Memory is what is private to the process (RssAnon). */
#include <stdio.h>
#include <unistd.h>

#include "setup.h"

enum { LOOK_MS = 1, MARKS = 3 };
static const unsigned marks_percent[MARKS] = { 10, 50, 100 };

struct watching {
	struct host host;
	struct replayer replayer;
	struct loop_timer *look;
	uint64_t wanted;
	size_t marks;
	long host_kb[MARKS], client_kb[MARKS];
	int64_t started_ns, ended_ns;
};

static void on_look(void *ctx)
{
	struct watching *watching = ctx;
	uint64_t received = replayer_received(&watching->replayer);
	if (received && !watching->started_ns)
		watching->started_ns = now_ns(); /* with the first page: connecting is no part of it */
	while (watching->marks < MARKS && received * 100 >= watching->wanted * marks_percent[watching->marks]) {
		watching->host_kb[watching->marks] = process_kb(getpid(), "RssAnon");
		watching->client_kb[watching->marks++] = process_kb(watching->replayer.pid, "RssAnon");
	}
	if (watching->marks < MARKS) {
		loop_timer_set(watching->look, LOOK_MS);
		return;
	}
	watching->ended_ns = now_ns();
	loop_stop(watching->host.loop);
}

static void measure(
	const struct setup *base, const char *log_folder, const char *prefix, uint64_t looked_at, uint64_t wanted)
{
	struct error err;
	struct setup setup;
	struct watching watching = { .wanted = wanted };
	setup_init(&setup, base->folder, base->curve, OVER_IPC);
	replayer_start(&watching.replayer, &setup, prefix, wanted, false);
	host_open(&watching.host, &setup, log_folder);
	watching.look = loop_timer_new(watching.host.loop, on_look, &watching);
	int64_t opened_ns = now_ns();
	loop_timer_set(watching.look, 0);
	must(loop_run(watching.host.loop, &err) == OK, "loop");
	if (prefix) /* few pages: the time until the first is part of it */
		watching.started_ns = opened_ns;
	replayer_stop(&watching.replayer);
	loop_timer_free(watching.look);
	host_close(&watching.host);
	double seconds = (double)(watching.ended_ns - watching.started_ns) / 1e9;
	(void)printf(
		"{\"bench\":\"bus\",\"metric\":\"replay%s_per_s\",\"value\":%.0f,\"events\":%llu,\"looked_at\":%llu,"
		"\"seconds\":%.3f}\n",
		prefix ? "_filtered" : "", (double)looked_at / seconds, (unsigned long long)wanted,
		(unsigned long long)looked_at, seconds);
	for (size_t i = 0; i < MARKS; i++)
		(void)printf(
			"{\"bench\":\"bus\",\"metric\":\"replay%s_mib_at_%u\",\"value\":%.1f,\"client_mib\":%.1f}\n",
			prefix ? "_filtered" : "", marks_percent[i], (double)watching.host_kb[i] / 1024,
			(double)watching.client_kb[i] / 1024);
	(void)fflush(stdout);
}

void bench_replay(const struct setup *base, const char *log_folder, uint64_t events, bool is_filtered)
{
	char topic[64];
	(void)row_topic(0, topic);
	if (is_filtered)
		measure(base, log_folder, topic, events, events / ROW_TOPICS);
	else
		measure(base, log_folder, NULL, events, events);
}
