/* The schema, as the steps that led to it. PRAGMA user_version counts the steps that were taken; each is one
 * transaction. A step that was released is never edited: what changes is a new step at the end.
 *
 * Times are milliseconds since 1970 or NULL; dates and enums are text as in the configuration, so that the file can be
 * read without this program. Lists are joined with the unit separator (0x1f). */
#include "store_internal.h"

/* 0x50574348, "PWCH": a file that is somebody else's database is left alone. */
static const char SQL_APPLICATION[] = "PRAGMA application_id";
static const char SQL_VERSION[] = "PRAGMA user_version";
static const char SQL_TABLES[] = "SELECT count(*) FROM sqlite_schema";
static const char SQL_BEGIN[] = "BEGIN IMMEDIATE";
static const char SQL_COMMIT[] = "COMMIT";
static const char SQL_ROLLBACK[] = "ROLLBACK";
enum { APPLICATION_ID = 0x50574348 };

static const char SQL_STEP_1[] =
	"PRAGMA application_id = 0x50574348;"
	/* One row: what names the log, and counts that would be slow to count. */
	"CREATE TABLE log (epoch INTEGER NOT NULL, facts INTEGER NOT NULL DEFAULT 0, documents INTEGER NOT NULL "
	"DEFAULT 0,"
	" versions INTEGER NOT NULL DEFAULT 0, statements INTEGER NOT NULL DEFAULT 0,"
	" sightings INTEGER NOT NULL DEFAULT 0, topics_saved INTEGER NOT NULL DEFAULT 0) STRICT;"

	"CREATE TABLE source (id TEXT PRIMARY KEY, etag TEXT NOT NULL, last_modified TEXT NOT NULL, last_attempt "
	"INTEGER,"
	" last_success INTEGER, last_change INTEGER, next_due INTEGER, health TEXT NOT NULL, failures INTEGER NOT NULL,"
	" fetches INTEGER NOT NULL, last_error TEXT NOT NULL, has_baseline INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE document (id INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT "
	"NULL,"
	" sha256 TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL, lang TEXT NOT NULL,"
	" published INTEGER, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, is_removed INTEGER NOT NULL "
	"DEFAULT 0,"
	" UNIQUE (source, key)) STRICT;"
	"CREATE TABLE version (id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document,"
	" version INTEGER NOT NULL, recorded INTEGER NOT NULL, sha256 TEXT NOT NULL, title TEXT NOT NULL,"
	" text BLOB NOT NULL, UNIQUE (document, version)) STRICT;" /* text: zstd */
	"CREATE TABLE statement (id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document,"
	" version INTEGER NOT NULL, ordinal INTEGER NOT NULL, place_from INTEGER NOT NULL, place_to INTEGER NOT NULL,"
	" block INTEGER NOT NULL, is_quote INTEGER NOT NULL, is_heading INTEGER NOT NULL, speaker TEXT NOT NULL,"
	" lang TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (document, version, ordinal)) STRICT;"

	/* fact.entry points at where it stands; fact.state at the entry from which its slots are as they are now. */
	"CREATE TABLE fact (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, beat TEXT NOT NULL,"
	" entry INTEGER REFERENCES fact_history, state INTEGER, is_retired INTEGER NOT NULL DEFAULT 0,"
	" last_heard INTEGER) STRICT;"
	"CREATE INDEX fact_by_beat ON fact (beat, id);"
	"CREATE TABLE fact_history (entry INTEGER PRIMARY KEY, fact INTEGER NOT NULL REFERENCES fact, seq INTEGER NOT "
	"NULL,"
	" recorded INTEGER NOT NULL, said INTEGER, origin TEXT NOT NULL, change TEXT NOT NULL, beat TEXT NOT NULL,"
	" kind TEXT NOT NULL, status TEXT NOT NULL, text TEXT NOT NULL, parties TEXT NOT NULL, as_of TEXT NOT NULL,"
	" deadline TEXT NOT NULL, figure REAL, unit TEXT NOT NULL, bound TEXT NOT NULL, direction TEXT NOT NULL,"
	" per TEXT NOT NULL, aliases TEXT NOT NULL, statement TEXT NOT NULL, speaker TEXT NOT NULL, url TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX fact_history_by_fact ON fact_history (fact);"
	"CREATE TABLE declaration (fact TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE sighting (id INTEGER PRIMARY KEY, fact INTEGER NOT NULL REFERENCES fact, state INTEGER NOT NULL,"
	" source TEXT NOT NULL, document INTEGER REFERENCES document, url TEXT NOT NULL, statement TEXT NOT NULL,"
	" speaker TEXT NOT NULL, said INTEGER, recorded INTEGER NOT NULL, UNIQUE (fact, state, source)) STRICT;"
	/* Which sentences of a document carried which facts; sentences by digest. */
	"CREATE TABLE carried (document INTEGER NOT NULL REFERENCES document, statement TEXT NOT NULL,"
	" fact INTEGER NOT NULL REFERENCES fact, PRIMARY KEY (document, statement, fact)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE overdue (fact TEXT NOT NULL, deadline TEXT NOT NULL, PRIMARY KEY (fact, deadline)) STRICT, "
	"WITHOUT ROWID;"

	/* topic.last: of its events up to log.topics_saved. event.reached: the latest time of recording up to this event,
	 * so that it never falls and time can be sought. The index grows at its end only; one by topic would
	 * write a page for every topic of a commit. */
	"CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL DEFAULT 0) "
	"STRICT;"
	"CREATE TABLE event (seq INTEGER PRIMARY KEY, topic INTEGER NOT NULL, reached INTEGER NOT NULL,"
	" record BLOB NOT NULL) STRICT;"
	"CREATE INDEX event_topic ON event (seq, topic);"
	"PRAGMA user_version = 1;";

/* A snapshot walks the facts that stand, in order of id; cursors are where registered clients said they are. */
static const char SQL_STEP_2[] = "CREATE INDEX fact_standing ON fact (id) WHERE is_retired = 0;"
				 "CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, acked INTEGER NOT "
				 "NULL) STRICT, WITHOUT ROWID;"
				 "PRAGMA user_version = 2;";

static const char *const STEPS[] = { SQL_STEP_1, SQL_STEP_2 };

static enum status take_step(struct sqlite3 *db, const char *step, struct error *err)
{
	struct error ignored;
	enum status st = database_exec(db, SQL_BEGIN, err);
	if (!st)
		st = database_exec(db, step, err);
	if (!st)
		st = database_exec(db, SQL_COMMIT, err);
	if (st && database_in_transaction(db))
		(void)database_exec(db, SQL_ROLLBACK, &ignored); /* the first error is the one to tell */
	return st;
}

enum status migrate_with(struct sqlite3 *db, const char *const *steps, size_t n, struct error *err)
{
	int64_t application, version, tables;
	enum status st = database_number(db, SQL_APPLICATION, &application, err);
	if (!st)
		st = database_number(db, SQL_VERSION, &version, err);
	if (!st)
		st = database_number(db, SQL_TABLES, &tables, err);
	if (st)
		return st;
	if (application != APPLICATION_ID && (tables > 0 || version != 0))
		return error_set(err, E_STORE, "is the database of another program");
	if (version < 0 || (uint64_t)version > n)
		return error_set(err, E_STORE, "was written by a newer policywatch (schema %lld, this one knows %zu)",
			(long long)version, n);
	for (size_t i = (size_t)version; i < n; i++) {
		st = take_step(db, steps[i], err);
		if (st)
			return error_wrap(err, "schema step %zu", i + 1);
	}
	return OK;
}

enum status migrate(struct sqlite3 *db, struct error *err)
{
	return migrate_with(db, STEPS, sizeof STEPS / sizeof *STEPS, err);
}
