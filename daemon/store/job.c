/* Jobs and commits.
 *
 * The first job that writes says BEGIN; each that writes is a SAVEPOINT inside that transaction; store_commit() writes the
 * events that wait and says COMMIT. What a job changes in memory (numbers, newest records, counts) is taken back with it,
 * by marks.
 *
 * Invariants: outside a transaction, with no events waiting, memory and file agree. is_lost: SQLite has rolled back by
 * itself (disk full, I/O error); if jobs had been kept, their caller was promised what is gone, and the store fails for
 * good: only a new store_open() reads what is really there. */
#include <stdio.h>

#include "store_internal.h"

static const char SQL_BEGIN[] = "BEGIN IMMEDIATE";
static const char SQL_COMMIT[] = "COMMIT";
static const char SQL_ROLLBACK[] = "ROLLBACK";
static const char SQL_SAVEPOINT[] = "SAVEPOINT job";
static const char SQL_RELEASE[] = "RELEASE job";
static const char SQL_ROLLBACK_JOB[] = "ROLLBACK TO job";
static const char SQL_COUNTS[] =
	"UPDATE log SET facts = ?1, documents = ?2, versions = ?3, statements = ?4, sightings = ?5";

static enum status run(struct store *store, const char *sql, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, sql, &q, err);
	return st ? st : query_run(&q, err);
}

static struct mark mark_now(const struct store *store)
{
	return (struct mark){ topics_mark(&store->topics), store->counts, store->reached, store->topics_saved };
}

static void back_to(struct store *store, const struct mark *mark)
{
	topics_undo(&store->topics, mark->topics);
	store->counts = mark->counts;
	store->reached = mark->reached;
	store->topics_saved = mark->topics_saved;
	recent_cut(&store->recent, events_last(store) + 1);
}

static enum status failed_before(const struct store *store, struct error *err)
{
	return error_set(err, E_STORE, "the store failed and must be opened anew: %s", store->failure);
}

/* Leaves the transaction, whatever is left of it, and forgets what it changed. When not even that works, only a
 * new connection helps. */
static void abandon(struct store *store)
{
	struct error err;
	if (database_in_transaction(store->db) && run(store, SQL_ROLLBACK, &err)) {
		store->is_failed = true;
		(void)snprintf(store->failure, sizeof store->failure, "%s", err.text);
	}
	back_to(store, &store->at_commit);
	store->in_transaction = store->in_job = store->has_savepoint = store->is_dirty = store->is_lost = false;
}

static enum status fail_for_good(struct store *store, struct error *err)
{
	abandon(store);
	store->is_failed = true;
	(void)snprintf(store->failure, sizeof store->failure, "%s", err->text);
	return err->code;
}

enum status job_must_be_open(const struct store *store, struct error *err)
{
	if (store->is_failed)
		return failed_before(store, err);
	if (!store->in_job)
		return error_set(err, E_STORE, "written outside a job");
	if (store->is_lost)
		return error_set(err, E_STORE, "the transaction was lost");
	return OK;
}

void job_settle(struct store *store)
{
	topics_commit(&store->topics);
	store->written_counts = store->counts;
	store->at_commit = mark_now(store);
}

enum status store_job_begin(struct store *store, struct error *err)
{
	if (store->is_failed)
		return failed_before(store, err);
	if (store->in_job)
		return error_set(err, E_STORE, "a job is open already");
	store->in_job = true;
	store->at_job = mark_now(store);
	return OK;
}

/* A BEGIN that failed may have begun all the same; store_job_end() and store_commit() look after that. */
static enum status open_transaction(struct store *store, struct error *err)
{
	if (store->in_transaction)
		return OK;
	enum status st = run(store, SQL_BEGIN, err);
	store->in_transaction = database_in_transaction(store->db);
	return st;
}

enum status job_write(struct store *store, struct error *err)
{
	enum status st = job_must_be_open(store, err);
	if (st || store->has_savepoint)
		return st;
	st = open_transaction(store, err);
	if (!st)
		st = run(store, SQL_SAVEPOINT, err);
	if (!st)
		store->has_savepoint = true;
	return st;
}

static enum status end_lost(struct store *store, bool keep, struct error *err)
{
	bool had_kept_jobs = store->is_dirty;
	enum status st = error_set(err, E_STORE, "the transaction was lost with all its jobs");
	if (had_kept_jobs)
		return fail_for_good(store, err);
	abandon(store);
	return keep ? st : OK;
}

/* A savepoint that is kept is released, one that is not is rolled back first. */
static enum status end_savepoint(struct store *store, bool keep, struct error *err)
{
	enum status st = keep ? OK : run(store, SQL_ROLLBACK_JOB, err);
	return st ? st : run(store, SQL_RELEASE, err);
}

enum status store_job_end(struct store *store, bool keep, struct error *err)
{
	if (store->is_failed)
		return failed_before(store, err);
	if (!store->in_job)
		return error_set(err, E_STORE, "no job is open");
	if (store->is_lost)
		return end_lost(store, keep, err);
	enum status st = store->has_savepoint ? end_savepoint(store, keep, err) : OK;
	if (st)
		return fail_for_good(store, err);
	store->in_job = store->has_savepoint = false;
	if (keep) {
		store->is_dirty = true;
		return OK;
	}
	back_to(store, &store->at_job);
	if (!store->is_dirty)
		abandon(store); /* an empty transaction's snapshot would keep the write-ahead log from starting anew */
	return OK;
}

static bool counts_changed(const struct store_counts *a, const struct store_counts *b)
{
	return a->facts != b->facts || a->documents != b->documents || a->versions != b->versions ||
		a->statements != b->statements || a->sightings != b->sightings;
}

static enum status write_counts(struct store *store, struct error *err)
{
	if (!counts_changed(&store->counts, &store->written_counts))
		return OK;
	CLEANUP(query_close) struct query q = { 0 };
	enum status st = query_open(store, SQL_COUNTS, &q, err);
	if (st)
		return st;
	put_i64(&q, store->counts.facts);
	put_i64(&q, store->counts.documents);
	put_i64(&q, store->counts.versions);
	put_i64(&q, store->counts.statements);
	put_i64(&q, store->counts.sightings);
	return query_run(&q, err);
}

/* While a snapshot is read nobody gets to the end of the log. Afterwards the thread has the most to copy, and the writer waits
 * for it unless the log grows faster than it copies. */
static void after_commit(struct store *store)
{
	struct error ignored;
	int left, copied;
	if (!store->checkpointer)
		return;
	snapshots_note(store);
	bool can_finish = !snapshots_are_held(store);
	checkpointer_note(store->checkpointer, store->log_pages, can_finish);
	if (!can_finish || store->log_pages <= LOG_PAGES_MAX)
		return;
	left = store->log_pages - checkpointer_copied(store->checkpointer);
	if (left <= LEFT_PAGES_MAX || store->log_pages > 2 * SNAPSHOT_LOG_PAGES)
		(void)database_checkpoint(store->db, &left, &copied, &ignored); /* the next commit tries again */
}

static enum status write_and_commit(struct store *store, struct error *err)
{
	enum status st = open_transaction(store, err);
	if (!st)
		st = events_write(store, err);
	if (!st)
		st = write_counts(store, err);
	return st ? st : run(store, SQL_COMMIT, err);
}

enum status store_commit(struct store *store, struct error *err)
{
	if (store->is_failed)
		return failed_before(store, err);
	if (store->in_job)
		return error_set(err, E_STORE, "commit inside a job");
	if (!store->is_dirty)
		return OK;
	enum status st = write_and_commit(store, err);
	if (st)
		return fail_for_good(store, err);
	store->in_transaction = store->is_dirty = false;
	job_settle(store);
	if (!store->oldest && store_log(store).head)
		store->oldest = 1;
	after_commit(store);
	return OK;
}

bool store_is_dirty(const struct store *store)
{
	return store->is_dirty;
}
