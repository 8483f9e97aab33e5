/* Durable appends through the store against bare SQLite that writes the same rows (common/rows.h), in one run; then how fast a
 * long log opens and reads. Rounds of both alternate; the median of 5 counts.
 *
 *	bench_store [FOLDER]        default: the current one; a disk and not a memory file system says something
 */
#include <stdio.h>

#include "common/rows.h"
#include "common/tools.h"

enum { ROUNDS = 5, PAGE = 1000 };

struct plan {
	const char *name;
	uint64_t per_commit, events;
};

static double seconds_since(int64_t start_ns)
{
	return (double)(now_ns() - start_ns) / 1e9;
}

static double bare(const char *folder, const struct plan *plan)
{
	struct bare_db *db = bare_db_open(folder);
	int64_t start = now_ns();
	for (uint64_t i = 0; i < plan->events; i++) {
		if (i % plan->per_commit == 0)
			bare_db_begin(db);
		bare_db_append(db, i);
		if ((i + 1) % plan->per_commit == 0)
			bare_db_commit(db);
	}
	double spent = seconds_since(start);
	bare_db_close(db);
	return spent;
}

static double through_store(const char *folder, const struct plan *plan, double *out_slowest)
{
	struct store *store;
	struct error err;
	double slowest = 0;
	if (store_open(folder, &store, &err))
		die("open", err.text);
	int64_t start = now_ns();
	for (uint64_t i = 0; i < plan->events; i++) {
		rows_append(store, i);
		if ((i + 1) % plan->per_commit != 0)
			continue;
		int64_t before = now_ns();
		rows_commit(store);
		double spent = seconds_since(before);
		slowest = spent > slowest ? spent : slowest;
	}
	double spent = seconds_since(start);
	store_close(store);
	*out_slowest = slowest;
	return spent;
}

static void compare_appends(const char *parent, const struct plan *plan)
{
	double bare_s[ROUNDS], store_s[ROUNDS], slowest[ROUNDS];
	for (int round = 0; round < ROUNDS; round++) {
		char folder[BENCH_FOLDER];
		folder_make(parent, folder);
		bare_s[round] = bare(folder, plan);
		store_s[round] = through_store(folder, plan, &slowest[round]);
		folder_remove(folder);
	}
	double b = quantile(bare_s, ROUNDS, 0.5), s = quantile(store_s, ROUNDS, 0.5);
	(void)printf("{\"bench\":\"store\",\"metric\":\"append_ratio_%s\",\"value\":%.3f,\"store_per_s\":%.0f,"
		     "\"bare_per_s\":%.0f,\"slowest_commit_ms\":%.2f}\n",
		plan->name, b / s, (double)plan->events / s, (double)plan->events / b,
		quantile(slowest, ROUNDS, 0.5) * 1e3);
}

/* ---- opening and reading a long log ---- */

static void read_all(struct store *store, struct sv prefix, const char *metric)
{
	struct arena *arena = arena_new(64 << 20);
	struct error err;
	int64_t start = now_ns();
	double slowest = 0;
	size_t n = 0, calls = 0;
	uint64_t head = store_log(store).head, scanned = 0;
	while (scanned < head) {
		struct event_rows rows = { 0 };
		int64_t before = now_ns();
		arena_reset(arena);
		if (store_events(store, arena, scanned + 1, prefix, PAGE, 256 << 10, &rows, &scanned, &err))
			die("read", err.text);
		double spent = seconds_since(before);
		slowest = spent > slowest ? spent : slowest;
		n += rows.n;
		calls++;
	}
	double spent = seconds_since(start);
	arena_free(arena);
	(void)printf("{\"bench\":\"store\",\"metric\":\"%s\",\"value\":%.0f,\"unit\":\"events/"
		     "s\",\"events\":%zu,\"calls\":%zu,"
		     "\"slowest_call_ms\":%.2f}\n",
		metric, (double)n / spent, n, calls, slowest * 1e3);
}

static void long_log(const char *parent)
{
	static const struct plan plan = { "", 1000, 1000000 };
	char folder[BENCH_FOLDER];
	double slowest;
	struct store *store;
	struct error err;
	folder_make(parent, folder);
	(void)through_store(folder, &plan, &slowest);
	int64_t start = now_ns();
	if (store_open(folder, &store, &err))
		die("open", err.text);
	(void)printf("{\"bench\":\"store\",\"metric\":\"open_ms\",\"value\":%.2f,\"events\":%d,\"bytes\":%lld}\n",
		seconds_since(start) * 1e3, (int)plan.events, (long long)store_bytes(store));
	read_all(store, SV(""), "read_all");
	read_all(store, SV(ROW_PREFIX "7/"), "read_one_topic");
	read_all(store, SV(ROW_PREFIX "1"), "read_many_topics");
	store_close(store);
	folder_remove(folder);
}

int main(int argc, char **argv)
{
	static const struct plan plans[] = { { "1", 1, 2000 }, { "100", 100, 50000 }, { "1000", 1000, 100000 } };
	const char *parent = argc > 1 ? argv[1] : ".";
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
		compare_appends(parent, &plans[i]);
	long_log(parent);
	return 0;
}
