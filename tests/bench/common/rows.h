/* The same rows written durably through the store and by bare SQLite.
 *
 * The bare one has the table that anybody would make (seq, topic, time, record; WAL, synchronous FULL, automatic
 * checkpoints) and a prepared INSERT; the store keeps topics, an index by topic, last numbers of all prefixes, the newest
 * records in memory, and a savepoint for every job that writes SQL. Topics go round among 200; a record is as an event
 * on the wire: header and 600 bytes of text. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "store.h"

#define ROW_TEXT 600
#define ROW_TOPICS 200
#define ROW_PREFIX "fact/us-mexico/commitment-"

struct sv row_topic(uint64_t i, char out[64]);

/* One event in a job of its own, not yet committed. */
void rows_append(struct store *store, uint64_t i);
void rows_commit(struct store *store);

struct bare_db;
struct bare_db *bare_db_open(const char *folder);
void bare_db_close(struct bare_db *bare);
void bare_db_begin(struct bare_db *bare);
void bare_db_append(struct bare_db *bare, uint64_t i);
void bare_db_commit(struct bare_db *bare);

#endif
