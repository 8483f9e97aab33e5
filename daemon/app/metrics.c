/* What the daemon says of itself over HTTP: Prometheus metrics and two health checks. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app.h"

static void put(struct buf *out, const char *name, const char *type, const char *help, double value)
{
	(void)buf_printf(out, "# HELP policywatch_%s %s\n# TYPE policywatch_%s %s\npolicywatch_%s %.15g\n", name, help,
		name, type, name, value);
}

static void put_sources(struct app *app, struct buf *out)
{
	(void)buf_append(out,
		SV("# HELP policywatch_source_state 1 for the state a source is in\n"
		   "# TYPE policywatch_source_state gauge\n"));
	for (size_t i = 0; i < app->config->sources.n; i++) {
		struct sv id = app->config->sources.items[i].id;
		(void)buf_printf(out, "policywatch_source_state{source=\"%.*s\",state=\"%s\"} 1\n", SV_ARG(id),
			source_health_name(health_of(app, id)));
	}
	(void)buf_append(out,
		SV("# HELP policywatch_source_last_success_timestamp_seconds When a source was last read\n"
		   "# TYPE policywatch_source_last_success_timestamp_seconds gauge\n"));
	for (size_t i = 0; i < app->config->sources.n; i++) {
		struct sv id = app->config->sources.items[i].id;
		const struct source_state *state = watch_state(app->watch, id);
		if (state && wall_is_known(state->last_success) && state->last_success.v > 0)
			(void)buf_printf(out,
				"policywatch_source_last_success_timestamp_seconds{source=\"%.*s\"} %.3f\n", SV_ARG(id),
				(double)state->last_success.v / 1000);
	}
}

static void put_cursors(struct app *app, struct buf *out)
{
	struct bus_cursor cursors[BUS_CURSORS];
	struct log_position log = store_log(app->store);
	size_t n = bus_cursors(app->bus, cursors, BUS_CURSORS);
	(void)buf_append(out,
		SV("# HELP policywatch_cursor_lag_events Events that a registered cursor has not passed\n"
		   "# TYPE policywatch_cursor_lag_events gauge\n"));
	for (size_t i = 0; i < n; i++)
		(void)buf_printf(out, "policywatch_cursor_lag_events{cursor=\"%.*s\"} %llu\n", SV_ARG(cursors[i].name),
			(unsigned long long)(cursors[i].seq < log.head ? log.head - cursors[i].seq : 0));
	(void)buf_append(out,
		SV("# HELP policywatch_cursor_last_ack_timestamp_seconds When a cursor was heard of last\n"
		   "# TYPE policywatch_cursor_last_ack_timestamp_seconds gauge\n"));
	for (size_t i = 0; i < n; i++)
		(void)buf_printf(out, "policywatch_cursor_last_ack_timestamp_seconds{cursor=\"%.*s\"} %.3f\n",
			SV_ARG(cursors[i].name), (double)cursors[i].acked.v / 1000);
}

static void put_connections(const struct bus_counts *bus, struct buf *out)
{
	static const char *const reasons[] = { "no_detail", "protocol", "auth" };
	(void)buf_printf(out,
		"# HELP policywatch_connections Clients connected\n# TYPE policywatch_connections gauge\n"
		"policywatch_connections{socket=\"events\"} %u\npolicywatch_connections{socket=\"query\"} %u\n"
		"# HELP policywatch_handshake_failures_total Clients refused: no handshake, one that broke off, key\n"
		"# TYPE policywatch_handshake_failures_total counter\n",
		bus->connections_events, bus->connections_query);
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		(void)buf_printf(out, "policywatch_handshake_failures_total{reason=\"%s\"} %llu\n", reasons[i],
			(unsigned long long)bus->refused[i]);
	put(out, "denied_total", "counter", "Requests without the right for them", (double)bus->denied);
	put(out, "subscribers_slow", "gauge", "Subscribers that have not read for 5 s", bus->slow);
	put(out, "subscribers_cut_total", "counter", "Subscribers cut off as they had not read for 30 s",
		(double)bus->cut);
	put(out, "gaps_repaired_total", "counter", "Replays by which clients repaired a gap", (double)bus->gaps);
}

static void put_lag(struct app *app, struct buf *out)
{
	static const char *const edges[] = { "0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "+Inf" };
	struct loop_lag lag = loop_lag(app->loop);
	uint64_t sum = 0;
	(void)buf_append(out,
		SV("# HELP policywatch_loop_lag_seconds How long one pass of the event loop took\n"
		   "# TYPE policywatch_loop_lag_seconds histogram\n"));
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		sum += lag.bucket[i];
		(void)buf_printf(out, "policywatch_loop_lag_seconds_bucket{le=\"%s\"} %llu\n", edges[i],
			(unsigned long long)sum);
	}
	(void)buf_printf(out, "policywatch_loop_lag_seconds_sum %.6f\npolicywatch_loop_lag_seconds_count %llu\n",
		(double)lag.sum_us / 1e6, (unsigned long long)lag.passes);
}

static void put_process(struct buf *out)
{
	struct rusage usage;
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file) {
		if (fscanf(file, "%*s %ld", &pages) != 1) /* NOLINT(cert-err34-c): digits from the kernel */
			pages = 0;
		(void)fclose(file);
	}
	(void)getrusage(RUSAGE_SELF, &usage);
	double cpu = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	(void)buf_printf(out,
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %.0f\n"
		"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.3f\n",
		(double)pages * (double)sysconf(_SC_PAGESIZE), cpu);
}

static void write_metrics(void *ctx, struct buf *out)
{
	struct app *app = ctx;
	struct watch_counts watch = watch_counts(app->watch);
	struct bus_counts bus = bus_counts(app->bus);
	struct log_position log = store_log(app->store);
	(void)buf_printf(
		out, "# TYPE policywatch_build_info gauge\npolicywatch_build_info{version=\"" PW_VERSION "\"} 1\n");
	put(out, "config_generation", "gauge", "Times a configuration was taken over", app->generation);
	put(out, "config_last_reload_successful", "gauge", "0 after a refused reload", !app->reload_failed);
	put(out, "facts", "gauge", "Facts held", (double)fact_index_size(app->index));
	put(out, "sources", "gauge", "Sources watched", watch.sources);
	put(out, "fetches_total", "counter", "Fetches made", (double)watch.fetches);
	put(out, "fetches_unchanged_total", "counter", "Fetches that found nothing new", (double)watch.unchanged);
	put(out, "fetch_failures_total", "counter", "Fetches that failed", (double)watch.failures);
	put(out, "fetch_bytes_total", "counter", "Bytes fetched", (double)watch.bytes);
	put(out, "fetches_in_flight", "gauge", "Fetches under way", watch.in_flight);
	put(out, "log_head", "gauge", "Sequence number of the last event", (double)log.head);
	put(out, "log_oldest", "gauge", "Sequence number of the oldest event kept", (double)log.oldest);
	put(out, "events_trimmed_total", "counter", "Old events removed since the start", (double)app->trimmed);
	put(out, "snapshots_total", "counter", "Snapshots of facts begun for clients", (double)bus.snapshots);
	put(out, "events_published_total", "counter", "Events sent since the start", (double)bus.published);
	put(out, "events_replayed_total", "counter", "Events sent again on request", (double)bus.replayed);
	put(out, "events_suppressed_total", "counter", "Changes below the confidence of an event",
		(double)app->suppressed);
	put(out, "documents_skipped_total", "counter", "Documents that could not be taken", (double)app->skipped);
	put(out, "calls_total", "counter", "Calls of clients answered", (double)bus.calls);
	put(out, "bad_requests_total", "counter", "Requests that could not be read", (double)bus.bad_requests);
	put(out, "subscriptions", "gauge", "Topics subscribed to", bus.subscriptions);
	put(out, "store_bytes", "gauge", "Size of the store", (double)store_bytes(app->store));
	put_connections(&bus, out);
	put_sources(app, out);
	put_cursors(app, out);
	put_lag(app, out);
	put_process(out);
}

static bool is_healthy(void *ctx, struct buf *out_reason)
{
	struct app *app = ctx;
	if (!app->is_failed)
		return true;
	(void)buf_printf(out_reason, "store: %s", app->failure.text);
	return false;
}

const struct http_ops *metrics_http_ops(struct app *app, struct http_ops *ops)
{
	*ops = (struct http_ops){
		.ctx = app, .metrics = write_metrics, .is_healthy = is_healthy, .is_ready = is_healthy
	};
	return ops;
}
