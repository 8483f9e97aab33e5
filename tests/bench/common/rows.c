#include "rows.h"

#include <policywatch/wire.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

#define RECORD_MOST (PW_RECORD_FIXED + 8 * (PW_LEVELS_MAX + 1) + ROW_TEXT)

struct bare_db {
	sqlite3 *db;
	sqlite3_stmt *insert;
};

struct sv row_topic(uint64_t i, char out[64])
{
	(void)snprintf(out, 64, ROW_PREFIX "%u/figure/", (unsigned)(i * 7 % ROW_TOPICS));
	return sv_of(out);
}

/* The bare one knows no previous numbers, and has bytes in their place: both write the same lengths. */
static struct sv row_record(uint64_t i, const struct event_slot *slot, char out[RECORD_MOST])
{
	struct pw_record record = { .kind = PW_RECORD_EVENT,
		.encoding = PW_ENCODING_JSON,
		.nprev = (uint8_t)slot->nprev,
		.epoch = slot->epoch,
		.seq = slot->seq };
	memcpy(record.prev, slot->prev, sizeof record.prev);
	pw_record_head(&record, (uint8_t *)out);
	size_t head = pw_record_head_bytes(record.nprev);
	memset(out + head, 'a' + (int)(i % 26), ROW_TEXT);
	return (struct sv){ out, head + ROW_TEXT };
}

/* ---- the store ---- */

void rows_append(struct store *store, uint64_t i)
{
	char topic[64], record[RECORD_MOST];
	struct event_slot slot;
	struct error err;
	struct sv t = row_topic(i, topic);
	if (store_job_begin(store, &err) || store_event_reserve(store, t, &slot, &err) ||
		store_event_append(
			store, &slot, t, (struct wall_ms){ (int64_t)i }, row_record(i, &slot, record), &err) ||
		store_job_end(store, true, &err))
		die("append", err.text);
}

void rows_commit(struct store *store)
{
	struct error err;
	if (store_commit(store, &err))
		die("commit", err.text);
}

/* ---- bare ---- */

static void exec(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sql, sqlite3_errmsg(db));
}

struct bare_db *bare_db_open(const char *folder)
{
	char path[512];
	struct bare_db *bare = calloc(1, sizeof *bare);
	must(bare != NULL, "memory");
	(void)snprintf(path, sizeof path, "%s/bare.db", folder);
	if (sqlite3_open(path, &bare->db) != SQLITE_OK)
		die(path, sqlite3_errmsg(bare->db));
	exec(bare->db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE event (seq INTEGER PRIMARY KEY,"
		" topic TEXT NOT NULL, recorded INTEGER NOT NULL, record BLOB NOT NULL)");
	if (sqlite3_prepare_v2(bare->db, "INSERT INTO event VALUES (?1, ?2, ?3, ?4)", -1, &bare->insert, NULL) !=
		SQLITE_OK)
		die("prepare", sqlite3_errmsg(bare->db));
	return bare;
}

void bare_db_close(struct bare_db *bare)
{
	(void)sqlite3_finalize(bare->insert);
	(void)sqlite3_close(bare->db);
	free(bare);
}

void bare_db_begin(struct bare_db *bare)
{
	exec(bare->db, "BEGIN IMMEDIATE");
}

void bare_db_append(struct bare_db *bare, uint64_t i)
{
	char topic[64], bytes[RECORD_MOST];
	struct event_slot slot = { .seq = i + 1, .nprev = 5 };
	struct sv t = row_topic(i, topic), record = row_record(i, &slot, bytes);
	(void)sqlite3_bind_int64(bare->insert, 1, (int64_t)i + 1);
	(void)sqlite3_bind_text(bare->insert, 2, t.p, (int)t.n, SQLITE_STATIC);
	(void)sqlite3_bind_int64(bare->insert, 3, (int64_t)i);
	(void)sqlite3_bind_blob(bare->insert, 4, record.p, (int)record.n, SQLITE_STATIC);
	if (sqlite3_step(bare->insert) != SQLITE_DONE)
		die("insert", sqlite3_errmsg(bare->db));
	(void)sqlite3_reset(bare->insert);
}

void bare_db_commit(struct bare_db *bare)
{
	exec(bare->db, "COMMIT");
}
