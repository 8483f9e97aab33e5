/* The store: facts, history, documents, events, sources, sightings, cursors in one SQLite file.
 *
 * One writer: the loop thread. WAL, synchronous=FULL; a helper thread with its own connection checkpoints.
 * Work for one document runs between store_job_begin() and store_job_end(): all of it happens or nothing.
 * Jobs gather in one transaction until store_commit() (group commit); what is not committed does not exist, and
 * nothing may be published before. A failed commit is fatal to the caller: stop publishing. Every function that
 * writes (save, put, touch, remove, retire, declare, add, mark, reserve, append) belongs inside a job; outside it is E_STORE.
 * A full disk fails the job that met it; if jobs were waiting for their commit, it fails that commit as well.
 * Strings that come out live in the arena given, those that go in are only read. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "change.h"

struct store;

/* Opens or creates <dir>/policywatch.db, locks it against a second daemon, migrates the schema, or says why not
 * (read-only folder, newer schema, in use, damaged). ":memory:" for tests. */
enum status store_open(const char *dir, struct store **out, struct error *err);
void store_close(struct store *store);          /* commits nothing that is open */
int64_t store_bytes(const struct store *store); /* on disk */

enum status store_job_begin(struct store *store, struct error *err);
enum status store_job_end(struct store *store, bool keep, struct error *err);
enum status store_commit(struct store *store, struct error *err);
bool store_is_dirty(const struct store *store); /* jobs are waiting for a commit */

/* ---- sources ---- */
enum status store_source_load(struct store *store, struct arena *arena, struct sv id, struct source_state *out,
	struct error *err); /* zeroed state for a new one */
enum status store_source_save(struct store *store, struct sv id, const struct source_state *state, struct error *err);

/* Documents that a source has. */
enum status store_source_documents(struct store *store, struct sv id, int64_t *out, struct error *err);

/* ---- documents ---- */
struct stored_document {
	int64_t id;
	uint32_t version;
	struct sv sha256; /* of its text */
	struct sv title;
	struct wall_ms published, first_seen, last_seen;
	bool was_removed;
};
/* E_NOT_FOUND when the source never had the key. */
enum status store_document_find(struct store *store, struct arena *arena, struct sv source, struct sv key,
	struct stored_document *out, struct error *err);
/* A new document or a new version of one: text (zstd) and statements are kept. */
enum status store_document_put(struct store *store, struct sv source, const struct document *document, struct sv sha256,
	struct wall_ms now, struct stored_document *out, struct error *err);
/* Seen again as it was. E_NOT_FOUND. */
enum status store_document_touch(struct store *store, int64_t id, struct wall_ms now, struct error *err);
/* The source no longer has it. All versions stay; the next put or touch brings it back. */
enum status store_document_remove(struct store *store, int64_t id, struct error *err);
/* Statements of the newest version, as texts with speaker, lang and place (quantities etc. empty). */
enum status store_statements(
	struct store *store, struct arena *arena, int64_t document, struct statement_list *out, struct error *err);
enum status store_document_text(struct store *store, struct arena *arena, int64_t document, uint32_t version,
	struct sv *out, struct error *err);

/* ---- facts: where each stands, and what was believed when ---- */
/* One entry of a fact's history: the fact as it stood after `event`. */
struct fact_entry {
	struct fact fact;
	uint64_t seq;                              /* of the event, 0: declared by configuration */
	struct wall_ms recorded;                   /* when we learned it */
	struct wall_ms said;                       /* when it was said */
	struct sv origin;                          /* "config" or the source id */
	struct sv statement, speaker, url, change; /* evidence; change: "figure", "declared", … */
};
struct fact_entry_list {
	struct fact_entry *items;
	size_t n, cap;
};
/* Where the fact stands; E_NOT_FOUND, also when it was retired. */
enum status store_fact_find(
	struct store *store, struct arena *arena, struct sv id, struct fact *out, struct error *err);
/* Adds an entry to its history, which is then where it stands. */
enum status store_fact_put(struct store *store, const struct fact_entry *entry, struct error *err);
/* A fact taken out of the configuration is retired, never deleted: its history ends with an entry "retired", its
 * declaration is forgotten. The next put brings it back. */
enum status store_fact_retire(struct store *store, struct sv id, struct wall_ms now, struct error *err);
/* Digest of the declaration last loaded from a file, to see a person's edit; empty when none. */
enum status store_fact_declared(
	struct store *store, struct arena *arena, struct sv id, struct sv *out_digest, struct error *err);
enum status store_fact_declare(struct store *store, struct sv id, struct sv digest, struct error *err);
/* Facts in order of id, of one beat (empty: all), after `after` (empty: from the start), at most `max`.
 * as_of: as believed at that time (recorded); WALL_NONE: now. Retired ones are left out. */
enum status store_facts(struct store *store, struct arena *arena, struct sv beat, struct sv after, size_t max,
	struct wall_ms as_of, struct fact_list *out, struct error *err);
enum status store_fact_history(struct store *store, struct arena *arena, struct sv id, struct fact_entry_list *out,
	struct error *err); /* oldest first */

/* ---- sightings: statements that support a fact as it stands ---- */
struct sighting {
	struct sv fact_id, source, url, statement, speaker;
	int64_t document;
	struct wall_ms said, recorded;
};
/* Supports the fact as it stands (its slots; an entry that only moves as_of keeps the count). E_NOT_FOUND: no such fact.
 * Counts one; a repeat by the same source of the same state of the fact does not count again (*out_is_new). */
enum status store_sighting_add(
	struct store *store, const struct sighting *sighting, bool *out_is_new, uint32_t *out_count, struct error *err);
enum status store_sightings(struct store *store, struct arena *arena, struct sv fact_id, struct sighting **out,
	size_t *out_n, struct error *err);
/* Newest time at which a sighting or a learned entry (origin not "config") was said, or else recorded. WALL_NONE: never. */
struct wall_ms store_fact_last_heard(struct store *store, struct sv fact_id);
/* Facts that this text of this document carried, by its sightings, counted or not: its removal or rewording matters. */
enum status store_statement_facts(struct store *store, struct arena *arena, int64_t document, struct sv statement,
	struct sv_list *out_fact_ids, struct error *err);
enum status store_overdue_mark(
	struct store *store, struct sv fact_id, struct date deadline, bool *out_is_first, struct error *err);

/* ---- events: the log ---- */
struct log_position {
	uint64_t epoch;
	uint64_t head;   /* last committed sequence number, 0: none yet */
	uint64_t oldest; /* oldest one kept, 0: none yet */
};
struct log_position store_log(const struct store *store);
/* The log gets another epoch and keeps its events and numbers, outside of jobs; commits. For a store that came back from a
 * backup: what was numbered after the backup was made is gone, and its numbers will be used again. */
enum status store_new_epoch(struct store *store, struct error *err);

/* A place in the log for one event: its number and the previous numbers that share the first k topic levels. */
struct event_slot {
	uint64_t epoch, seq;
	size_t nprev;
	uint64_t prev[9];
};
enum status store_event_reserve(struct store *store, struct sv topic, struct event_slot *out, struct error *err);
/* Stores the record for the slot just reserved (one at a time, inside a job). The record is what is sent. */
enum status store_event_append(struct store *store, const struct event_slot *slot, struct sv topic,
	struct wall_ms recorded, struct sv record, struct error *err);

struct event_row {
	uint64_t seq;
	struct sv topic, record;
};
struct event_rows {
	struct event_row *items;
	size_t n, cap;
};
/* Committed events from `from` on whose topic starts with `prefix`, at most max_rows and about max_bytes.
 * *out_scanned_to: everything up to it was looked at (equals head when there is no more). Records of the newest events are
 * the store's own, borrowed until the next append; other records live in the arena, topics as long as the store. */
enum status store_events(struct store *store, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct event_rows *out, uint64_t *out_scanned_to, struct error *err);
/* First event recorded at or after a time; head + 1 when there is none. */
enum status store_event_at(struct store *store, struct wall_ms at, uint64_t *out_seq, struct error *err);
uint64_t store_last_seq(
	const struct store *store, struct sv prefix); /* last committed with whole levels as prefix, 0 */

/* Removes events before `before` from the front of the log, the newest one never, for about max_ms; commits. Call it again
 * until *out_trimmed is 0. Numbers of topics whose events are gone stay known. E_STORE while jobs wait for their commit. */
enum status store_events_trim(
	struct store *store, uint64_t before, int64_t max_ms, uint64_t *out_trimmed, struct error *err);

/* ---- cursors: where registered clients said they are ---- */
struct stored_cursor {
	struct sv name;
	uint64_t seq; /* of the last event it has handled */
	struct wall_ms acked;
};
struct cursor_list {
	struct stored_cursor *items;
	size_t n, cap;
};
enum status store_cursors(struct store *store, struct arena *arena, struct cursor_list *out, struct error *err);
/* These and no others, inside a job. */
enum status store_cursors_put(struct store *store, const struct cursor_list *cursors, struct error *err);

/* ---- snapshots: the facts as they stood at one committed moment, over several pages ---- */
struct store_snapshot;
/* Holds a read transaction on a connection of its own until it is closed. E_LIMIT: LIMIT_SNAPSHOTS are open. A store in
 * memory has none (E_STORE). */
enum status store_snapshot_open(struct store *store, struct store_snapshot **out, struct error *err);
/* The last event of which the facts know; events after it are what the reader has to see next. */
struct log_position store_snapshot_log(const struct store_snapshot *snapshot);

/* Which facts: ids that start with `prefix`, or the one that is it; after `after` (empty: from the first). */
struct fact_range {
	struct sv prefix, after;
	bool is_whole;
};
/* Lent for the call. False: enough, and this one was not taken. */
typedef bool fact_visit(void *ctx, const struct fact_entry *standing, uint32_t sightings);
/* Visits in order of id. *out_more: the visitor had enough before the end. E_NOT_FOUND: the snapshot was ended because
 * the write-ahead log grew too long over it. */
enum status store_snapshot_read(struct store_snapshot *snapshot, struct arena *arena, const struct fact_range *range,
	fact_visit *visit, void *ctx, bool *out_more, struct error *err);
void store_snapshot_close(struct store_snapshot *snapshot); /* NULL is fine */

/* ---- counts, for status and metrics ---- */
struct store_counts {
	int64_t facts, documents, versions, statements, events, sightings;
};
enum status store_counts(struct store *store, struct store_counts *out, struct error *err);

#endif
