/* Durable appends through the store against bare SQLite that writes the same rows, in one run.
 *
 * The bare one has the table that anybody would make (seq, topic, time, record; WAL, synchronous FULL, automatic
 * checkpoints) and a prepared INSERT; the store keeps topics, an index by topic, last numbers of all prefixes,
 * the newest records in memory, and a savepoint for every event. Rounds of both alternate; the median of 5 counts.
 *
 *	bench_store [FOLDER]        default: the current one; a disk and not a memory file system says something
 */
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

enum { ROUNDS = 5, RECORD_BYTES = 600, TOPICS = 200, PAGE = 1000 };

struct plan {
	const char *name;
	int per_commit, events;
};

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench_store: %s: %s\n", what, why);
	exit(1);
}

static double seconds(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static struct sv topic_of(int i, char out[64])
{
	(void)snprintf(out, 64, "fact/us-mexico/commitment-%d/figure/", i * 7 % TOPICS);
	return sv_of(out);
}

static struct sv record_of(int i, char out[RECORD_BYTES])
{
	memset(out, 'a' + i % 26, RECORD_BYTES);
	return (struct sv){ out, RECORD_BYTES };
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

/* ---- bare ---- */

static void exec(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sql, sqlite3_errmsg(db));
}

static double bare(const char *dir, const struct plan *plan)
{
	char path[256], topic[64], record[RECORD_BYTES];
	sqlite3 *db;
	sqlite3_stmt *insert;
	(void)snprintf(path, sizeof path, "%s/bare.db", dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		die(path, sqlite3_errmsg(db));
	exec(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE event (seq INTEGER PRIMARY KEY,"
		" topic TEXT NOT NULL, recorded INTEGER NOT NULL, record BLOB NOT NULL)");
	if (sqlite3_prepare_v2(db, "INSERT INTO event VALUES (?1, ?2, ?3, ?4)", -1, &insert, NULL) != SQLITE_OK)
		die("prepare", sqlite3_errmsg(db));
	double start = seconds();
	for (int i = 0; i < plan->events; i++) {
		if (i % plan->per_commit == 0)
			exec(db, "BEGIN IMMEDIATE");
		struct sv t = topic_of(i, topic), r = record_of(i, record);
		(void)sqlite3_bind_int64(insert, 1, i + 1);
		(void)sqlite3_bind_text(insert, 2, t.p, (int)t.n, SQLITE_STATIC);
		(void)sqlite3_bind_int64(insert, 3, i);
		(void)sqlite3_bind_blob(insert, 4, r.p, (int)r.n, SQLITE_STATIC);
		if (sqlite3_step(insert) != SQLITE_DONE)
			die("insert", sqlite3_errmsg(db));
		(void)sqlite3_reset(insert);
		if ((i + 1) % plan->per_commit == 0)
			exec(db, "COMMIT");
	}
	double spent = seconds() - start;
	(void)sqlite3_finalize(insert);
	(void)sqlite3_close(db);
	return spent;
}

/* ---- the store ---- */

static void append(struct store *store, int i)
{
	char topic[64], record[RECORD_BYTES];
	struct event_slot slot;
	struct error err;
	struct sv t = topic_of(i, topic);
	if (store_job_begin(store, &err) || store_event_reserve(store, t, &slot, &err) ||
		store_event_append(store, &slot, t, (struct wall_ms){ i }, record_of(i, record), &err) ||
		store_job_end(store, true, &err))
		die("append", err.text);
}

static double through_store(const char *dir, const struct plan *plan, double *out_slowest)
{
	struct store *store;
	struct error err;
	double slowest = 0;
	if (store_open(dir, &store, &err))
		die("open", err.text);
	double start = seconds();
	for (int i = 0; i < plan->events; i++) {
		append(store, i);
		if ((i + 1) % plan->per_commit != 0)
			continue;
		double before = seconds();
		if (store_commit(store, &err))
			die("commit", err.text);
		double spent = seconds() - before;
		slowest = spent > slowest ? spent : slowest;
	}
	double spent = seconds() - start;
	store_close(store);
	*out_slowest = slowest;
	return spent;
}

static char *make_dir(const char *parent, char out[200])
{
	(void)snprintf(out, 200, "%s/bench-store-XXXXXX", parent);
	if (!mkdtemp(out))
		die(out, "cannot be made");
	return out;
}

static void compare_appends(const char *parent, const struct plan *plan)
{
	double bare_s[ROUNDS], store_s[ROUNDS], slowest[ROUNDS];
	for (int round = 0; round < ROUNDS; round++) {
		char dir[200];
		make_dir(parent, dir);
		bare_s[round] = bare(dir, plan);
		store_s[round] = through_store(dir, plan, &slowest[round]);
		(void)nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	}
	double b = median(bare_s), s = median(store_s);
	(void)printf("{\"bench\":\"store\",\"metric\":\"append_ratio_%s\",\"value\":%.3f,\"store_per_s\":%.0f,"
		     "\"bare_per_s\":%.0f,\"slowest_commit_ms\":%.2f}\n",
		plan->name, b / s, plan->events / s, plan->events / b, median(slowest) * 1e3);
}

/* ---- opening and reading a long log ---- */

static void read_all(struct store *store, struct sv prefix, const char *metric)
{
	struct arena *arena = arena_new(64 << 20);
	struct error err;
	double start = seconds(), slowest = 0;
	size_t n = 0, calls = 0;
	uint64_t head = store_log(store).head, scanned = 0;
	while (scanned < head) {
		struct event_rows rows = { 0 };
		double before = seconds();
		arena_reset(arena);
		if (store_events(store, arena, scanned + 1, prefix, PAGE, 256 << 10, &rows, &scanned, &err))
			die("read", err.text);
		double spent = seconds() - before;
		slowest = spent > slowest ? spent : slowest;
		n += rows.n;
		calls++;
	}
	double spent = seconds() - start;
	arena_free(arena);
	(void)printf("{\"bench\":\"store\",\"metric\":\"%s\",\"value\":%.0f,\"unit\":\"events/"
		     "s\",\"events\":%zu,\"calls\":%zu,"
		     "\"slowest_call_ms\":%.2f}\n",
		metric, (double)n / spent, n, calls, slowest * 1e3);
}

static void long_log(const char *parent)
{
	static const struct plan plan = { "", 1000, 1000000 };
	char dir[200];
	double slowest;
	struct store *store;
	struct error err;
	make_dir(parent, dir);
	(void)through_store(dir, &plan, &slowest);
	double start = seconds();
	if (store_open(dir, &store, &err))
		die("open", err.text);
	(void)printf("{\"bench\":\"store\",\"metric\":\"open_ms\",\"value\":%.2f,\"events\":%d,\"bytes\":%lld}\n",
		(seconds() - start) * 1e3, plan.events, (long long)store_bytes(store));
	read_all(store, SV(""), "read_all");
	read_all(store, SV("fact/us-mexico/commitment-7/"), "read_one_topic");
	read_all(store, SV("fact/us-mexico/commitment-1"), "read_many_topics");
	store_close(store);
	(void)nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
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
