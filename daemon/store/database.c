#include "database.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MS = 1000 }; /* only a person with a shell on the file can be in the way */

static enum status open_with(const char *path, int flags, struct sqlite3 **out, struct error *err)
{
	struct sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		enum status st = db ? database_error(db, err) : error_set(err, E_STORE, "%s", sqlite3_errstr(rc));
		(void)sqlite3_close(db);
		return st;
	}
	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, BUSY_MS);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	*out = db;
	return OK;
}

enum status database_open(const char *path, struct sqlite3 **out, struct error *err)
{
	struct sqlite3 *db = NULL; /* the analyser does not know that errors are not 0 */
	enum status st = open_with(path, SQLITE_OPEN_READWRITE, &db, err);
	if (st)
		return st;
	if (sqlite3_db_readonly(db, "main") == 1) { /* SQLite falls back to it without a word */
		(void)sqlite3_close(db);
		return error_set(err, E_STORE, "may not be written");
	}
	*out = db;
	return OK;
}

enum status database_open_reader(const char *path, struct sqlite3 **out, struct error *err)
{
	return open_with(path, SQLITE_OPEN_READONLY, out, err);
}

void database_close(struct sqlite3 *db)
{
	(void)sqlite3_close_v2(db); /* statements were finalised before */
}

enum status database_exec(struct sqlite3 *db, const char *sql, struct error *err)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_error(db, err);
	return OK;
}

static int on_value(void *out, int n, char **values, char **names)
{
	(void)names;
	char *text = out;
	if (n > 0 && values[0] && text[0] == '\0')
		(void)snprintf(text, DATABASE_VALUE, "%s", values[0]);
	return 0;
}

enum status database_value(struct sqlite3 *db, const char *sql, char out[DATABASE_VALUE], struct error *err)
{
	char text[DATABASE_VALUE] = "";
	if (sqlite3_exec(db, sql, on_value, text, NULL) != SQLITE_OK)
		return database_error(db, err);
	memcpy(out, text, sizeof text);
	return OK;
}

enum status database_number(struct sqlite3 *db, const char *sql, int64_t *out, struct error *err)
{
	char text[DATABASE_VALUE];
	enum status st = database_value(db, sql, text, err);
	if (st)
		return st;
	*out = strtoll(text, NULL, 10); /* SQLite wrote it */
	return OK;
}

enum status database_error(struct sqlite3 *db, struct error *err)
{
	int code = sqlite3_errcode(db) & 0xff, sys = sqlite3_system_errno(db);
	if (code == SQLITE_FULL || (code == SQLITE_IOERR && sys == ENOSPC))
		return error_set(err, E_STORE, "disk full: %s", sqlite3_errmsg(db));
	if (code == SQLITE_NOTADB)
		return error_set(err, E_STORE, "is not a database, or is damaged");
	if (code == SQLITE_CORRUPT)
		return error_set(err, E_STORE, "is damaged: %s", sqlite3_errmsg(db));
	if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
		return error_sys(err, E_STORE, sys, "%s", sqlite3_errmsg(db));
	return error_set(err, E_STORE, "%s", sqlite3_errmsg(db));
}

bool database_in_transaction(struct sqlite3 *db)
{
	return sqlite3_get_autocommit(db) == 0;
}

int64_t database_inserted_id(struct sqlite3 *db)
{
	return sqlite3_last_insert_rowid(db);
}

int64_t database_changes(struct sqlite3 *db)
{
	return sqlite3_changes64(db);
}

static int on_wal(void *out_pages, struct sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	*(int *)out_pages = pages;
	return SQLITE_OK;
}

void database_count_log(struct sqlite3 *db, int *out_pages)
{
	(void)sqlite3_wal_hook(db, on_wal, out_pages);
}

enum status database_checkpoint(struct sqlite3 *db, int *out_left, int *out_copied, struct error *err)
{
	int in_log = 0, copied = 0;
	int rc = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
	if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) { /* somebody else is at it */
		*out_left = 1;
		*out_copied = 0;
		return OK;
	}
	if (rc != SQLITE_OK)
		return database_error(db, err);
	*out_left = in_log > copied ? in_log - copied : 0;
	*out_copied = copied > 0 ? copied : 0;
	return OK;
}
