/* A connection to SQLite: opened, set up, its errors put into words. Nothing here knows what is stored. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <stdint.h>

#include "error.h"

struct sqlite3;

#define DATABASE_VALUE 128

/* The file must exist unless it is ":memory:". Used by one thread at a time. */
enum status database_open(const char *path, struct sqlite3 **out, struct error *err);
/* The same for reading only; the file must be open for writing elsewhere in this process. */
enum status database_open_reader(const char *path, struct sqlite3 **out, struct error *err);
void database_close(struct sqlite3 *db); /* NULL is fine */

enum status database_exec(struct sqlite3 *db, const char *sql, struct error *err);
/* First column of the first row as text, cut to fit; "" when there is no row. */
enum status database_value(struct sqlite3 *db, const char *sql, char out[DATABASE_VALUE], struct error *err);
enum status database_number(struct sqlite3 *db, const char *sql, int64_t *out, struct error *err);

/* What went wrong last on this connection, as E_STORE. */
enum status database_error(struct sqlite3 *db, struct error *err);
bool database_in_transaction(struct sqlite3 *db);
int64_t database_inserted_id(struct sqlite3 *db);
int64_t database_changes(struct sqlite3 *db); /* rows of the last statement */

/* From now on each commit writes the number of pages in the write-ahead log to *out_pages, which must outlive the
 * connection. Takes the place of automatic checkpoints. */
void database_count_log(struct sqlite3 *db, int *out_pages);
/* A PASSIVE checkpoint: waits for nobody. *out_left: pages that could not be copied yet. */
enum status database_checkpoint(struct sqlite3 *db, int *out_left, int *out_copied, struct error *err);

#endif
