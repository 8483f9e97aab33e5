/* How long one answer about a long log, or one piece of work on it, holds the daemon's loop: pages of a replay whatever the filter,
 * pages of a snapshot, pieces of a trim. What is called is what the bus calls.
 *
 *	bench_log [--quick] [FOLDER]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "common/rows.h"
#include "common/tools.h"
#include "limit.h"

enum { TRIM_PAUSE_US = 50000 }; /* as the daemon has between two pieces */

struct sizes {
	uint64_t events;
	int facts;
};

/* Of one kind of call. */
struct spent {
	double *ms;
	size_t n, cap;
	uint64_t rows, bytes_most;
};

static void note(struct spent *spent, int64_t since)
{
	if (spent->n == spent->cap) {
		spent->cap = spent->cap ? 2 * spent->cap : 1024;
		spent->ms = realloc(spent->ms, spent->cap * sizeof *spent->ms);
		must(spent->ms != NULL, "memory");
	}
	spent->ms[spent->n++] = (double)(now_ns() - since) / 1e6;
}

static void print(const char *what, struct spent *spent)
{
	double total = 0;
	for (size_t i = 0; i < spent->n; i++)
		total += spent->ms[i];
	double p50 = quantile(spent->ms, spent->n, 0.5), most = quantile(spent->ms, spent->n, 1);
	(void)printf("{\"bench\":\"log\",\"metric\":\"%s_pass_ms\",\"value\":%.3f,\"p50_ms\":%.3f,\"calls\":%zu,"
		     "\"total_s\":%.3f,\"rows\":%llu,\"longest_page_bytes\":%llu}\n",
		what, most, p50, spent->n, total / 1e3, (unsigned long long)spent->rows,
		(unsigned long long)spent->bytes_most);
	free(spent->ms);
}

static void count(struct spent *spent, const struct bus_rows *rows)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < rows->n; i++)
		bytes += rows->items[i].topic.n + rows->items[i].record.n;
	spent->rows += rows->n;
	spent->bytes_most = bytes > spent->bytes_most ? bytes : spent->bytes_most;
}

static void replay(const struct bus_log *log, const char *what, const char *prefix)
{
	struct spent spent = { 0 };
	struct arena *arena = arena_new(4 << 20);
	struct error err;
	uint64_t epoch, head, oldest;
	log->position(log->ctx, &epoch, &head, &oldest);
	for (uint64_t from = oldest, to = 0; from <= head; from = to + 1) {
		struct bus_rows rows = { 0 };
		int64_t start = now_ns();
		arena_reset(arena);
		if (log->read(log->ctx, arena, from, sv_of(prefix), LIMIT_REPLAY_ROWS, LIMIT_REPLAY_BYTES, &rows, &to,
			    &err))
			die("replay", err.text);
		note(&spent, start);
		count(&spent, &rows);
		must(to >= from, "progress");
	}
	arena_free(arena);
	print(what, &spent);
}

static void write_events(struct store *store, uint64_t events)
{
	for (uint64_t i = 0; i < events; i++) {
		rows_append(store, i);
		if ((i + 1) % 1000 == 0)
			rows_commit(store);
	}
	rows_commit(store);
}

static void write_facts(struct store *store, int facts)
{
	struct error err;
	struct arena *arena = arena_new(256u << 20);
	for (int i = 0; i < facts; i++) {
		struct fact_entry entry = { .recorded = { 1633700000000 + i },
			.said = { 1633694400000 },
			.origin = SV("state-press"),
			.change = SV("figure"),
			.statement = SV(
				"The army now has 28,000 people on this mission in the south, the secretary said."),
			.speaker = SV("the secretary"),
			.url = SV("https://news.example/2021/10/08/deployment") };
		entry.fact = (struct fact){ .beat = SV("us-mexico"),
			.kind = FACT_FIGURE,
			.status = STATUS_IN_FORCE,
			.text = SV("Mexico has deployed more than 12,000 security personnel to its south."),
			.as_of = { 2021, 10, 8 },
			.figure = { .is_set = true, .value = i, .unit = SV("security personnel") } };
		entry.fact.id = arena_printf(arena, "us-mexico.fact-%07d", i);
		if (i % 1000 == 0 && store_job_begin(store, &err))
			die("job", err.text);
		if (store_fact_put(store, &entry, &err))
			die("fact", err.text);
		if (i % 1000 == 999 && store_job_end(store, true, &err))
			die("job", err.text);
		if (i % 1000 == 999)
			rows_commit(store);
	}
	arena_free(arena);
}

static void snapshot(const struct bus_log *log)
{
	struct spent spent = { 0 };
	struct arena *arena = arena_new(4 << 20);
	struct error err;
	struct bus_snapshot *held;
	uint64_t epoch, seq;
	char after[128] = "";
	bool has_more = true;
	int64_t start = now_ns();
	if (log->snapshot_open(log->ctx, &held, &epoch, &seq, &err))
		die("snapshot", err.text);
	note(&spent, start);
	while (has_more) {
		struct bus_rows rows = { 0 };
		struct bus_facts facts = { .after = sv_of(after) };
		start = now_ns();
		arena_reset(arena);
		if (log->snapshot_read(log->ctx, held, arena, &facts, LIMIT_REPLAY_BYTES, &rows, &has_more, &err))
			die("snapshot", err.text);
		note(&spent, start);
		count(&spent, &rows);
		struct sv topic = rows.items[rows.n - 1].topic; /* fact/us-mexico/fact-0000000/state/ */
		(void)snprintf(after, sizeof after, "us-mexico.%.*s", 12, topic.p + sizeof "fact/us-mexico/" - 1);
	}
	log->snapshot_close(log->ctx, held);
	arena_free(arena);
	print("snapshot", &spent);
}

static void trim(struct store *store, uint64_t before)
{
	struct spent spent = { 0 };
	struct error err;
	for (uint64_t n = 1; n; spent.rows += n) {
		int64_t start = now_ns();
		if (store_events_trim(store, before, LIMIT_TRIM_MS, &n, &err))
			die("trim", err.text);
		note(&spent, start);
		nap_us(TRIM_PAUSE_US);
	}
	print("trim", &spent);
}

static void measure(const char *folder, struct sizes sizes)
{
	struct error err;
	struct config config = { .instance = SV("policywatch://bench") };
	struct app app = { .config = &config };
	if (store_open(folder, &app.store, &err))
		die("open", err.text);
	write_facts(app.store, sizes.facts);
	write_events(app.store, sizes.events);
	store_close(app.store); /* nothing in memory but what opening reads */
	if (store_open(folder, &app.store, &err))
		die("open", err.text);
	struct bus_log log = app_bus_log(&app);
	replay(&log, "replay_all", "");
	replay(&log, "replay_one_in_200", ROW_PREFIX "7/");
	replay(&log, "replay_nothing", "nothing-starts-so");
	snapshot(&log);
	trim(app.store, sizes.events / 10);
	store_close(app.store);
}

int main(int argc, char **argv)
{
	struct sizes sizes = { 1000000, 100000 };
	char folder[BENCH_FOLDER];
	if (argc > 1 && strcmp(argv[1], "--quick") == 0) {
		sizes = (struct sizes){ 50000, 5000 };
		argv++;
		argc--;
	}
	folder_make(argc > 1 ? argv[1] : ".", folder);
	measure(folder, sizes);
	folder_remove(folder);
	return 0;
}
