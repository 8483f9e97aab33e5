/* Opening, closing, counts.
 *
 * Order at open: lock, then look whether the file is ours and sound, and only then change anything in it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "id.h"
#include "store_internal.h"

/* After a crash a file up to this size is read through before it is used (about 0.2 s); SQLite's own recovery makes a
 * larger one consistent as well, only damage by the disk would be seen later. */
enum { CHECKED_BYTES_MAX = 64 << 20 };

static const char SQL_CHECK[] = "PRAGMA quick_check(1)";
static const char SQL_WAL[] = "PRAGMA journal_mode = WAL";
/* journal_size_limit: what a burst made of the log is given back at its next start. */
static const char SQL_SETUP[] = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;"
				"PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;"
				"PRAGMA cache_size = -8192; PRAGMA trusted_schema = OFF;";
static const char SQL_PAGES[] = "PRAGMA page_count";
static const char SQL_PAGE_BYTES[] = "PRAGMA page_size";
static const char SQL_LOG[] = "SELECT epoch, facts, documents, versions, statements, sightings FROM log";
static const char SQL_LOG_MAKE[] = "INSERT INTO log (epoch) VALUES (?1)";

static int64_t file_bytes(const char *path, const char *suffix)
{
	char name[PATH_MAX];
	struct stat st;
	if (snprintf(name, sizeof name, "%s%s", path, suffix) >= (int)sizeof name || stat(name, &st) != 0)
		return 0;
	return st.st_size;
}

/* Made here and not by SQLite, so that nobody else can read it; its companions take over the mode. */
static enum status make_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_sys(err, E_STORE, errno, "cannot be opened for writing");
	(void)close(fd);
	return OK;
}

static enum status check_after_crash(struct store *store, struct error *err)
{
	char answer[DATABASE_VALUE];
	if (file_bytes(store->path, "-wal") == 0 || file_bytes(store->path, "") > CHECKED_BYTES_MAX)
		return OK;
	enum status st = database_value(store->db, SQL_CHECK, answer, err);
	if (st)
		return st;
	if (strcmp(answer, "ok") != 0)
		return error_set(err, E_STORE, "is damaged: %s", answer);
	return OK;
}

static enum status set_up(struct store *store, bool in_memory, struct error *err)
{
	char mode[DATABASE_VALUE];
	enum status st = in_memory ? OK : check_after_crash(store, err);
	if (!st)
		st = migrate(store->db, err);
	if (!st)
		st = database_value(store->db, SQL_WAL, mode, err);
	if (!st)
		st = database_exec(store->db, SQL_SETUP, err);
	if (st)
		return st;
	if (!in_memory && strcmp(mode, "wal") != 0)
		return error_set(err, E_STORE, "cannot have a write-ahead log here (a network file system?)");
	database_count_log(store->db, &store->log_pages);
	return OK;
}

static enum status load_log_row(struct store *store, bool *out_found, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_LOG, &q, err);
	if (!st)
		st = query_next(&q, out_found, err);
	if (st || !*out_found)
		return st;
	store->epoch = take_u64(&q);
	store->counts.facts = take_i64(&q);
	store->counts.documents = take_i64(&q);
	store->counts.versions = take_i64(&q);
	store->counts.statements = take_i64(&q);
	store->counts.sightings = take_i64(&q);
	store->written_counts = store->counts;
	return OK;
}

static enum status make_log_row(struct store *store, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_LOG_MAKE, &q, err);
	if (st)
		return st;
	store->epoch = id_random();
	put_u64(&q, store->epoch);
	return query_run(&q, err);
}

static enum status load(struct store *store, struct error *err)
{
	bool found = false;
	enum status st = load_log_row(store, &found, err);
	if (!st && !found)
		st = make_log_row(store, err);
	if (!st)
		st = events_load(store, err);
	if (!st)
		job_settle(store);
	return st;
}

static enum status open_file(struct store *store, const char *dir, struct error *err)
{
	bool in_memory = strcmp(dir, ":memory:") == 0;
	enum status st = in_memory ? OK : lock_take(dir, &store->lock_fd, err);
	if (st)
		return st;
	if (asprintf(&store->path, in_memory ? "%s" : "%s/policywatch.db", dir) < 0)
		abort();
	st = in_memory ? OK : make_file(store->path, err);
	if (!st)
		st = database_open(store->path, &store->db, err);
	if (!st)
		st = set_up(store, in_memory, err);
	if (!st)
		st = load(store, err);
	if (!st && !in_memory)
		st = checkpointer_start(store->path, &store->checkpointer, err);
	return st ? error_wrap(err, "'%s'", store->path) : OK;
}

enum status store_open(const char *dir, struct store **out, struct error *err)
{
	struct store *store = calloc(1, sizeof *store);
	if (!store)
		abort();
	store->lock_fd = -1;
	store->reached = INT64_MIN;
	enum status st = open_file(store, dir, err);
	if (st) {
		store_close(store);
		return st;
	}
	*out = store;
	return OK;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	checkpointer_stop(store->checkpointer);
	snapshots_done(store);
	query_cache_done(&store->queries);
	database_close(store->db); /* rolls back what is open, checkpoints the rest */
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd);
	topics_done(&store->topics);
	recent_done(&store->recent);
	free(store->path);
	free(store);
}

int64_t store_bytes(const struct store *store)
{
	struct error ignored;
	int64_t pages = 0, page_bytes = 0;
	if (store->lock_fd >= 0)
		return file_bytes(store->path, "") + file_bytes(store->path, "-wal");
	if (database_number(store->db, SQL_PAGES, &pages, &ignored) ||
		database_number(store->db, SQL_PAGE_BYTES, &page_bytes, &ignored))
		return 0;
	return pages * page_bytes;
}

enum status store_counts(struct store *store, struct store_counts *out, struct error *err)
{
	(void)err;
	struct log_position log = store_log(store);
	*out = store->counts;
	out->events = log.head ? (int64_t)(log.head - log.oldest + 1) : 0;
	return OK;
}
