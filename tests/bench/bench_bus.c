/* bench_bus [ROUNDS]: the bus against a bare XPUB loop that sends the same frames, and the way from disk to a subscriber.
 *
 * Fan-out: the publisher sends in batches, as after a group commit, and never gets further ahead of the slowest subscriber
 * than WINDOW, so that nothing is dropped and what is timed ends when the last subscriber has the last event. Bare
 * and bus take turns in one process; each is the median of ROUNDS (3). Latency: one event a commit of the real store,
 * paced; from the end of the commit to the subscriber's receive. Subscribers are processes of their own. Prints JSON lines. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "../support/fake_log.h"
#include "store.h"

#define BATCH 100
#define WINDOW 4000 /* libzmq learns of what was read in steps of half the queue */
#define QUEUE 10000
#define MAX_SUBSCRIBERS 10
#define MAX_ROUNDS 9
#define LATENCY_EVENTS 1000
#define PACE_US 1000
#define TOPIC "fact/us-mexico/security-personnel/figure/"

/* Between the processes. */
struct shared {
	_Atomic uint64_t received[MAX_SUBSCRIBERS];
	_Atomic int ready;
	int64_t arrived_ns[LATENCY_EVENTS + 1];
};

struct bench {
	char folder[64], endpoint[96], query[96];
	struct shared *shared;
	pid_t children[MAX_SUBSCRIBERS];
	size_t subscribers;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static void nap_us(long us)
{
	const struct timespec pause = { .tv_nsec = us * 1000 };
	(void)nanosleep(&pause, NULL);
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench_bus: %s failed\n", what);
	exit(1);
}

/* ---- subscribers ---- */

static _Noreturn void subscribe(const struct bench *bench, size_t number)
{
	int hwm = QUEUE;
	void *context = zmq_ctx_new();
	void *sub = zmq_socket(context, ZMQ_SUB);
	zmq_msg_t frame;
	(void)zmq_setsockopt(sub, ZMQ_RCVHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "fact/", 5);
	must(zmq_connect(sub, bench->endpoint) == 0, "connect");
	(void)zmq_msg_init(&frame);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		must(zmq_msg_recv(&frame, sub, 0) >= 0 && zmq_msg_recv(&frame, sub, 0) >= 0, "receive");
		uint64_t seq = pw_get_u64((const uint8_t *)zmq_msg_data(&frame) + 16);
		if (seq <= LATENCY_EVENTS)
			bench->shared->arrived_ns[seq] = now_ns();
		atomic_fetch_add_explicit(&bench->shared->received[number], 1, memory_order_release);
	}
}

/* Before any socket of this process is made, as a context does not survive a fork. */
static void start_subscribers(struct bench *bench, size_t n)
{
	bench->subscribers = n;
	for (size_t i = 0; i < n; i++) {
		bench->shared->received[i] = 0;
		bench->children[i] = fork();
		must(bench->children[i] >= 0, "fork");
		if (bench->children[i] == 0)
			subscribe(bench, i);
	}
}

static void stop_subscribers(struct bench *bench)
{
	for (size_t i = 0; i < bench->subscribers; i++) {
		(void)kill(bench->children[i], SIGKILL);
		(void)waitpid(bench->children[i], NULL, 0);
	}
}

static void wait_received(const struct bench *bench, uint64_t at_least)
{
	for (size_t i = 0; i < bench->subscribers; i++)
		while (atomic_load_explicit(&bench->shared->received[i], memory_order_acquire) < at_least)
			nap_us(20);
}

/* ---- fan-out ---- */

/* Events a second until the last subscriber had the last one; CPU of the publishing thread an event, which other
 * work on the machine disturbs less. */
struct result {
	double rate, cpu_ns;
};

struct stopwatch {
	int64_t wall_ns, cpu_ns;
};

static struct stopwatch start_watch(void)
{
	return (struct stopwatch){ now_ns(), clock_ns(CLOCK_THREAD_CPUTIME_ID) };
}

static struct result stop_watch(struct stopwatch started, uint64_t events)
{
	double n = (double)events;
	return (struct result){ n * 1e9 / (double)(now_ns() - started.wall_ns),
		(double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - started.cpu_ns) / n };
}

static struct result run_bare(struct bench *bench, const struct fake_log *log)
{
	int hwm = QUEUE, verboser = 1, linger = 0;
	start_subscribers(bench, bench->subscribers);
	void *context = zmq_ctx_new();
	void *pub = zmq_socket(context, ZMQ_XPUB);
	(void)zmq_setsockopt(pub, ZMQ_SNDHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(pub, ZMQ_XPUB_VERBOSER, &verboser, sizeof verboser);
	(void)zmq_setsockopt(pub, ZMQ_LINGER, &linger, sizeof linger);
	must(zmq_bind(pub, bench->endpoint) == 0, "bind");
	for (size_t i = 0; i < bench->subscribers; i++) {
		char subscription[16];
		must(zmq_recv(pub, subscription, sizeof subscription, 0) > 0, "subscription");
	}
	struct stopwatch watch = start_watch();
	for (uint64_t seq = 1; seq <= log->rows.n; seq++) {
		const struct bus_row *row = &log->rows.items[seq - 1];
		(void)zmq_send(pub, row->topic.p, row->topic.n, ZMQ_DONTWAIT | ZMQ_SNDMORE);
		(void)zmq_send(pub, row->record.p, row->record.n, ZMQ_DONTWAIT);
		if (seq % BATCH == 0 && seq > WINDOW)
			wait_received(bench, seq - WINDOW);
	}
	wait_received(bench, log->rows.n);
	struct result result = stop_watch(watch, log->rows.n);
	stop_subscribers(bench);
	(void)zmq_close(pub);
	(void)zmq_ctx_term(context);
	return result;
}

struct waiting {
	struct loop *loop;
	struct bus *bus;
	struct loop_timer *timer;
	uint32_t wanted;
};

static void on_wait(void *ctx)
{
	struct waiting *waiting = ctx;
	if (bus_counts(waiting->bus).subscriptions >= waiting->wanted)
		loop_stop(waiting->loop);
	else
		loop_timer_set(waiting->timer, 1);
}

static void wait_subscribed(struct loop *loop, struct bus *bus, size_t subscribers)
{
	struct error err;
	struct waiting waiting = { .loop = loop, .bus = bus, .wanted = (uint32_t)subscribers };
	waiting.timer = loop_timer_new(loop, on_wait, &waiting);
	loop_timer_set(waiting.timer, 0);
	must(loop_run(loop, &err) == OK, "loop");
	loop_timer_free(waiting.timer);
}

static struct bus *open_bus(const struct bench *bench, struct loop *loop, const struct bus_log *log)
{
	struct sv events = sv_of(bench->endpoint), query = sv_of(bench->query);
	struct bus_options options = { .events_endpoints = { &events, 1, 1 },
		.query_endpoints = { &query, 1, 1 },
		.heartbeat_ms = 1000,
		.instance = SV("bench") };
	struct bus *bus;
	struct error err;
	must(bus_new(loop, &options, log, &(struct bus_ops){ 0 }, &bus, &err) == OK, "bus_new");
	return bus;
}

/* The log grows by a batch before each bus_publish(), as a commit would make it. */
static struct result run_bus(struct bench *bench, struct fake_log *log)
{
	struct loop *loop;
	struct error err;
	size_t all = log->rows.n;
	struct bus_log bus_log = fake_log_as_bus_log(log);
	start_subscribers(bench, bench->subscribers);
	must(loop_new(&loop, &err) == OK, "loop_new");
	log->rows.n = 0;
	struct bus *bus = open_bus(bench, loop, &bus_log);
	wait_subscribed(loop, bus, bench->subscribers);
	struct stopwatch watch = start_watch();
	while (log->rows.n < all) {
		log->rows.n += BATCH;
		bus_publish(bus);
		if (log->rows.n > WINDOW)
			wait_received(bench, log->rows.n - WINDOW);
	}
	wait_received(bench, all);
	struct result result = stop_watch(watch, all);
	stop_subscribers(bench);
	bus_free(bus);
	loop_free(loop);
	return result;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(double *values, size_t n, double q)
{
	qsort(values, n, sizeof *values, compare);
	return values[(size_t)((double)(n - 1) * q)];
}

static void bench_fanout(struct bench *bench, size_t subscribers, size_t bytes, size_t events, size_t rounds)
{
	struct fake_log log;
	double bare_rate[MAX_ROUNDS], bus_rate[MAX_ROUNDS], bare_cpu[MAX_ROUNDS], bus_cpu[MAX_ROUNDS];
	char payload[1024] = { 0 };
	fake_log_init(&log);
	memset(payload, 'x', sizeof payload);
	for (size_t i = 0; i < events; i++)
		fake_log_append(&log, SV(TOPIC), (struct sv){ payload, bytes - pw_record_head_bytes(1) });
	bench->subscribers = subscribers;
	for (size_t i = 0; i < rounds; i++) {
		struct result bare = run_bare(bench, &log), bus = run_bus(bench, &log);
		bare_rate[i] = bare.rate;
		bare_cpu[i] = bare.cpu_ns;
		bus_rate[i] = bus.rate;
		bus_cpu[i] = bus.cpu_ns;
	}
	fake_log_done(&log);
	double bare = quantile(bare_rate, rounds, 0.5), bus = quantile(bus_rate, rounds, 0.5);
	(void)printf("{\"bench\":\"bus\",\"metric\":\"fanout_ratio\",\"subscribers\":%zu,\"bytes\":%zu,\"value\":%.3f,"
		     "\"bus_events_per_s\":%.0f,\"bare_events_per_s\":%.0f,\"bus_cpu_ns\":%.0f,\"bare_cpu_ns\":%.0f,"
		     "\"rounds\":%zu}\n",
		subscribers, bytes, bus / bare, bus, bare, quantile(bus_cpu, rounds, 0.5),
		quantile(bare_cpu, rounds, 0.5), rounds);
	(void)fflush(stdout);
}

/* ---- latency ---- */

static void store_position(void *ctx, uint64_t *epoch, uint64_t *head, uint64_t *oldest)
{
	struct log_position at = store_log(ctx);
	*epoch = at.epoch;
	*head = at.head;
	*oldest = at.oldest;
}

static enum status store_read(void *ctx, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct bus_rows *out, uint64_t *out_scanned_to, struct error *err)
{
	struct event_rows rows = { 0 };
	enum status st = store_events(ctx, arena, from, prefix, max_rows, max_bytes, &rows, out_scanned_to, err);
	for (size_t i = 0; !st && i < rows.n; i++)
		*list_push(
			arena, out) = (struct bus_row){ rows.items[i].seq, rows.items[i].topic, rows.items[i].record };
	return st;
}

static void commit_one(struct store *store)
{
	struct event_slot slot;
	struct error err;
	char payload[200];
	uint8_t bytes[PW_RECORD_FIXED + 8 * 9 + sizeof payload];
	memset(payload, 'x', sizeof payload);
	must(store_job_begin(store, &err) == OK && store_event_reserve(store, SV(TOPIC), &slot, &err) == OK, "reserve");
	struct pw_record record = { .kind = PW_RECORD_EVENT,
		.encoding = PW_ENCODING_JSON,
		.nprev = (uint8_t)slot.nprev,
		.epoch = slot.epoch,
		.seq = slot.seq };
	memcpy(record.prev, slot.prev, sizeof record.prev);
	pw_record_head(&record, bytes);
	size_t head = pw_record_head_bytes(record.nprev);
	memcpy(bytes + head, payload, sizeof payload);
	struct sv text = { (const char *)bytes, head + sizeof payload };
	must(store_event_append(store, &slot, SV(TOPIC), wall_now(), text, &err) == OK &&
			store_job_end(store, true, &err) == OK && store_commit(store, &err) == OK,
		"append");
}

static void bench_latency(struct bench *bench)
{
	struct loop *loop;
	struct store *store;
	struct error err;
	char folder[96];
	static double us[LATENCY_EVENTS];
	start_subscribers(bench, 1);
	(void)snprintf(folder, sizeof folder, "%s/store", bench->folder);
	must(store_open(folder, &store, &err) == OK, err.text);
	must(loop_new(&loop, &err) == OK, "loop_new");
	struct bus_log log = { .ctx = store, .position = store_position, .read = store_read };
	struct bus *bus = open_bus(bench, loop, &log);
	wait_subscribed(loop, bus, 1);
	for (size_t i = 0; i < LATENCY_EVENTS; i++) {
		commit_one(store);
		int64_t committed_ns = now_ns();
		bus_publish(bus);
		wait_received(bench, i + 1);
		us[i] = (double)(bench->shared->arrived_ns[i + 1] - committed_ns) / 1000;
		nap_us(PACE_US);
	}
	stop_subscribers(bench);
	bus_free(bus);
	loop_free(loop);
	store_close(store);
	(void)printf(
		"{\"bench\":\"bus\",\"metric\":\"commit_to_subscriber_us\",\"p50\":%.0f,\"p99\":%.0f,\"events\":%d}\n",
		quantile(us, LATENCY_EVENTS, 0.5), quantile(us, LATENCY_EVENTS, 0.99), LATENCY_EVENTS);
}

int main(int argc, char **argv)
{
	struct bench bench = { .folder = "/tmp/pw-bench-bus-XXXXXX" };
	size_t rounds = argc > 1 ? (size_t)atoi(argv[1]) : 3;
	rounds = rounds < 1 ? 1 : rounds > MAX_ROUNDS ? MAX_ROUNDS : rounds;
	must(mkdtemp(bench.folder) != NULL, "mkdtemp");
	(void)snprintf(bench.endpoint, sizeof bench.endpoint, "ipc://%s/events", bench.folder);
	(void)snprintf(bench.query, sizeof bench.query, "ipc://%s/query", bench.folder);
	bench.shared = mmap(NULL, sizeof *bench.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(bench.shared != MAP_FAILED, "mmap");
	bench_fanout(&bench, 1, 200, 400000, rounds);
	bench_fanout(&bench, 1, 1024, 150000, rounds);
	bench_fanout(&bench, 10, 200, 100000, rounds);
	bench_fanout(&bench, 10, 1024, 50000, rounds);
	bench_latency(&bench);
	return 0;
}
