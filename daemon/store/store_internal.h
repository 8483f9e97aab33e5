/* What the files of the store share. Not for other layers. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "checkpoint.h"
#include "database.h"
#include "query.h"
#include "recent.h"
#include "store.h"
#include "topics.h"

/* 16 MiB. The thread cannot get to the end of a log to which pages are added all the time, and only a log that was
 * copied to its end starts anew; past this length the writer finishes what the thread has left, when that is short. */
#define LOG_PAGES_MAX 4096
#define LEFT_PAGES_MAX 2048
/* 64 MiB. The log cannot start anew while a snapshot is read; past this length snapshots end. */
#define SNAPSHOT_LOG_PAGES 16384
#define UNIT_SEPARATOR '\x1f'

/* In-memory state that a job may change, as it was at some moment. */
struct mark {
	struct topics_mark topics;
	struct store_counts counts;
	int64_t reached;
	uint64_t topics_saved;
};

struct store {
	struct sqlite3 *db;
	struct query_cache queries;
	char *path; /* of the database file */
	int lock_fd;

	bool in_transaction; /* BEGIN was said and neither COMMIT nor ROLLBACK */
	bool in_job, has_savepoint;
	bool is_dirty;  /* jobs were kept and wait for a commit */
	bool is_lost;   /* SQLite rolled the transaction back by itself */
	bool is_failed; /* kept jobs were lost or a commit failed: nothing is written any more */
	char failure[sizeof((struct error *)0)->text];
	struct mark at_job, at_commit;

	uint64_t epoch, oldest;
	struct topics topics;  /* last sequence numbers; level 0 is the log itself */
	uint64_t topics_saved; /* up to here the last numbers are in the file */
	struct recent recent;  /* newest records */
	int64_t reached;       /* latest time of recording in the log */
	struct store_counts counts, written_counts;

	struct store_snapshot *snapshots, *idle_snapshots; /* held; closed ones whose connection is kept */
	size_t n_snapshots, n_idle_snapshots;

	int log_pages; /* in the write-ahead log after the last commit */
	struct checkpointer *checkpointer;
};

/* ---- lock.c ---- */
/* Makes the folder when only its last part is missing, and takes the lock that keeps a second daemon out. */
enum status lock_take(const char *dir, int *out_fd, struct error *err);

/* ---- migrate.c ---- */
enum status migrate(struct sqlite3 *db, struct error *err);
enum status migrate_with(struct sqlite3 *db, const char *const *steps, size_t n, struct error *err);

/* ---- job.c ---- */
/* E_STORE outside a job or after a failure. */
enum status job_must_be_open(const struct store *store, struct error *err);
/* Every function that writes with SQL says this first: the job gets its transaction and its savepoint. */
enum status job_write(struct store *store, struct error *err);
/* What memory holds is what the file holds. */
void job_settle(struct store *store);

/* ---- events.c ---- */
enum status events_load(struct store *store, struct error *err);
uint64_t events_last(const struct store *store);                  /* with what is not committed */
enum status events_write(struct store *store, struct error *err); /* those that wait, in the open transaction */
/* Now, and not only when there are many. While no event waits. */
enum status events_save_topics(struct store *store, struct error *err);

/* ---- snapshot.c ---- */
/* After each commit: a log past SNAPSHOT_LOG_PAGES is worth more than those who read an old state of it. */
void snapshots_note(struct store *store);
bool snapshots_are_held(const struct store *store);
void snapshots_done(struct store *store);

/* ---- compress.c ---- */
struct sv compress(struct arena *arena, struct sv text);
enum status decompress(struct arena *arena, struct sv packed, struct sv *out, struct error *err);

/* ---- fact_row.c ---- */
struct sv pack_list(struct arena *arena, const struct sv_list *list);
struct sv_list unpack_list(struct arena *arena, struct sv packed);
/* The columns FACT_COLUMNS of an entry of history h and its fact f, in this order. */
#define FACT_COLUMNS                                                                                 \
	"f.id, h.beat, h.kind, h.status, h.text, h.parties, h.as_of, h.deadline, h.figure, h.unit, " \
	"h.bound, h.direction, h.per, h.aliases"
void put_fact(struct query *q, struct arena *arena, const struct fact *fact); /* all but the id */
enum status take_fact(struct query *q, struct arena *arena, struct fact *out, struct error *err);
/* FACT_COLUMNS, then these. */
#define ENTRY_COLUMNS "h.seq, h.recorded, h.said, h.origin, h.change, h.statement, h.speaker, h.url"
enum status take_entry(struct query *q, struct arena *arena, struct fact_entry *out, struct error *err);

/* ---- facts.c ---- */
/* A fact that is not retired, by its row. */
struct fact_place {
	int64_t key, entry, state;
	bool is_retired;
};
enum status fact_place_find(struct store *store, struct sv id, struct fact_place *out, struct error *err);
enum status fact_heard(struct store *store, int64_t key, struct wall_ms when, struct error *err);

#endif
