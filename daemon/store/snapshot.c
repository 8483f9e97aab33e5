/* Snapshots: a connection that only reads and holds one read transaction from open to close, so that every page shows the
 * facts as they stood at the same commit, while the writer goes on.
 *
 * The place in the log is read inside that transaction: facts and events of one commit are seen together or not at all. A
 * held transaction keeps the write-ahead log from starting anew. Its cost is bounded here by the length of the log, in the layer
 * above by time: past SNAPSHOT_LOG_PAGES the transactions end, and whoever reads on is told so.
 *
 * A few connections are kept for the next reader, as opening one costs more than a page. */
#include <stdlib.h>

#include "store_internal.h"

enum { IDLE_MAX = 2 };

static const char SQL_SETUP[] = "PRAGMA query_only = ON; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;"
				"PRAGMA trusted_schema = OFF;";
static const char SQL_BEGIN[] = "BEGIN";
static const char SQL_END[] = "ROLLBACK";
static const char SQL_POSITION[] =
	"SELECT epoch, (SELECT ifnull(max(seq), 0) FROM event), (SELECT ifnull(min(seq), 0) FROM event) FROM log";
/* Bounds are texts just below and above the ids wanted, so that the walk is one range of the index. */
static const char SQL_STANDING[] =
	"SELECT " FACT_COLUMNS ", " ENTRY_COLUMNS
	", (SELECT count(*) FROM sighting s WHERE s.fact = f.key AND s.state = f.state)"
	" FROM fact f INDEXED BY fact_standing CROSS JOIN fact_history h ON h.entry = f.entry"
	" WHERE f.is_retired = 0 AND f.id >= ?1 AND f.id < ?2 ORDER BY f.id";

struct store_snapshot {
	struct store *store;
	struct sqlite3 *db;
	struct query_cache queries;
	bool is_held; /* the transaction is open */
	struct log_position log;
	struct store_snapshot *next;
};

static void destroy(struct store_snapshot *snapshot)
{
	query_cache_done(&snapshot->queries);
	database_close(snapshot->db);
	free(snapshot);
}

static void let_go(struct store_snapshot *snapshot)
{
	struct error ignored;
	if (snapshot->is_held && database_exec(snapshot->db, SQL_END, &ignored)) {
		query_cache_done(&snapshot->queries); /* closing lets go as well */
		database_close(snapshot->db);
		snapshot->db = NULL;
	}
	snapshot->is_held = false;
}

static enum status connect(struct store *store, struct store_snapshot **out, struct error *err)
{
	struct store_snapshot *snapshot = store->idle_snapshots;
	if (snapshot) {
		store->idle_snapshots = snapshot->next;
		store->n_idle_snapshots--;
		*out = snapshot;
		return OK;
	}
	snapshot = calloc(1, sizeof *snapshot);
	if (!snapshot)
		abort();
	snapshot->store = store;
	enum status st = database_open_reader(store->path, &snapshot->db, err);
	if (!st)
		st = database_exec(snapshot->db, SQL_SETUP, err);
	if (st) {
		destroy(snapshot);
		return st;
	}
	*out = snapshot;
	return OK;
}

static enum status read_position(struct store_snapshot *snapshot, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	bool has_row = false;
	enum status st = query_open_reader(snapshot->db, &snapshot->queries, SQL_POSITION, &q, err);
	if (!st)
		st = query_next(&q, &has_row, err);
	if (st)
		return st;
	if (!has_row)
		return error_set(err, E_STORE, "is damaged: the log has no epoch");
	snapshot->log.epoch = take_u64(&q);
	snapshot->log.head = take_u64(&q);
	snapshot->log.oldest = take_u64(&q);
	return OK;
}

enum status store_snapshot_open(struct store *store, struct store_snapshot **out, struct error *err)
{
	struct store_snapshot *snapshot;
	if (store->lock_fd < 0)
		return error_set(err, E_STORE, "a store in memory has no snapshots");
	if (store->n_snapshots >= LIMIT_SNAPSHOTS)
		return error_set(err, E_LIMIT, "%d snapshots are being read", LIMIT_SNAPSHOTS);
	enum status st = connect(store, &snapshot, err);
	if (st)
		return st;
	st = database_exec(snapshot->db, SQL_BEGIN, err);
	snapshot->is_held = !st;
	if (!st)
		st = read_position(snapshot, err); /* the first read is what fixes the moment */
	if (st) {
		let_go(snapshot);
		destroy(snapshot);
		return st;
	}
	snapshot->next = store->snapshots;
	store->snapshots = snapshot;
	store->n_snapshots++;
	*out = snapshot;
	return OK;
}

struct log_position store_snapshot_log(const struct store_snapshot *snapshot)
{
	return snapshot->log;
}

static struct sv joined(struct arena *arena, struct sv text, const char *end)
{
	return arena_printf(arena, "%.*s%s", SV_ARG(text), end);
}

/* Ids hold no byte below "\x02" and none above "\x7e". */
static struct sv lower_bound(struct arena *arena, const struct fact_range *range)
{
	bool goes_on = range->after.n && sv_compare(range->after, range->prefix) >= 0;
	return goes_on ? joined(arena, range->after, "\x01") : range->prefix;
}

enum status store_snapshot_read(struct store_snapshot *snapshot, struct arena *arena, const struct fact_range *range,
	fact_visit *visit, void *ctx, bool *out_more, struct error *err)
{
	CLEANUP(query_close) struct query q = { 0 };
	if (!snapshot->is_held)
		return error_set(err, E_NOT_FOUND, "the snapshot has ended");
	enum status st = query_open_reader(snapshot->db, &snapshot->queries, SQL_STANDING, &q, err);
	if (st)
		return st;
	put_sv(&q, lower_bound(arena, range));
	put_sv(&q, joined(arena, range->prefix, range->is_whole ? "\x01" : "\x7f"));
	bool goes_on = true;
	while (goes_on) {
		bool has_row;
		struct fact_entry entry = { 0 };
		st = query_next(&q, &has_row, err);
		if (!st && has_row)
			st = take_entry(&q, arena, &entry, err);
		if (st)
			return st;
		if (!has_row)
			break;
		goes_on = visit(ctx, &entry, (uint32_t)take_i64(&q));
	}
	*out_more = !goes_on;
	return OK;
}

static void unlink_held(struct store_snapshot *snapshot)
{
	struct store_snapshot **at = &snapshot->store->snapshots;
	while (*at != snapshot)
		at = &(*at)->next;
	*at = snapshot->next;
	snapshot->store->n_snapshots--;
}

void store_snapshot_close(struct store_snapshot *snapshot)
{
	if (!snapshot)
		return;
	struct store *store = snapshot->store;
	unlink_held(snapshot);
	let_go(snapshot);
	if (!snapshot->db || store->n_idle_snapshots >= IDLE_MAX) {
		destroy(snapshot);
		return;
	}
	snapshot->next = store->idle_snapshots;
	store->idle_snapshots = snapshot;
	store->n_idle_snapshots++;
}

void snapshots_note(struct store *store)
{
	if (store->log_pages <= SNAPSHOT_LOG_PAGES)
		return;
	for (struct store_snapshot *snapshot = store->snapshots; snapshot; snapshot = snapshot->next)
		let_go(snapshot);
}

bool snapshots_are_held(const struct store *store)
{
	const struct store_snapshot *snapshot = store->snapshots;
	while (snapshot && !snapshot->is_held)
		snapshot = snapshot->next;
	return snapshot != NULL;
}

static void destroy_all(struct store_snapshot *snapshot)
{
	while (snapshot) {
		struct store_snapshot *next = snapshot->next;
		let_go(snapshot);
		destroy(snapshot);
		snapshot = next;
	}
}

void snapshots_done(struct store *store)
{
	destroy_all(store->snapshots);
	destroy_all(store->idle_snapshots);
	store->snapshots = store->idle_snapshots = NULL;
	store->n_snapshots = store->n_idle_snapshots = 0;
}
