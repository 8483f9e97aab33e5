/* Inside of watch/: a watched source with its state, and what the parts of the watch tell each other. */
#ifndef WATCH_ENTRY_H
#define WATCH_ENTRY_H

#include "fetch.h"
#include "file.h"
#include "folder.h"
#include "id.h"
#include "notify.h"
#include "schedule.h"
#include "watch.h"
#define uthash_fatal(message) abort()
#include <stdlib.h>
#include <uthash.h>

/* A source_state that owns its strings. */
struct memory {
	struct source_state state;
	char *etag, *last_modified, *last_error;
};

struct entry {
	struct watch *watch;
	const struct source *source; /* in the array of the last watch_set() */
	uint64_t seed;
	struct schedule_item due;
	struct memory memory;
	char digest[DIGEST_HEX];      /* of the last body that was read; "": none */
	struct fetch *fetch;          /* of a source that comes by HTTP, while it runs */
	struct folder *folder;        /* of a folder */
	char *path;                   /* of a file */
	struct notify_folder *notify; /* of a file: the folder that it is in */
	bool is_link;                 /* of a file: what it points to may move */
	struct file_stamp stamp;      /* of a file: as it was when it was read last */
	bool is_tried, is_gone;
	bool is_marked; /* by watch_set() */
	struct entry *next_gone;
	UT_hash_handle hh;
};

struct job;

struct watch {
	struct loop *loop;
	struct watch_ops ops;
	bool is_once, is_stopping;
	struct fetcher *fetcher;
	struct notify *notify;
	struct schedule schedule;
	struct loop_timer *timer; /* for the first of the schedule, for jobs and the end of a pass */
	struct entry *entries;    /* by source id */
	struct entry *gone;       /* no longer watched, to be freed */
	size_t untried;
	bool is_pass_open; /* on_pass_done is to come */
	struct job *jobs;
	struct buf body;       /* of a file */
	struct arena *scratch; /* of one call */
	struct watch_counts counts;
};

/* ---- memory.c ---- */
void memory_load(struct entry *entry);
void memory_save(struct entry *entry);
void memory_done(struct memory *memory);
void memory_set_validators(struct memory *memory, struct sv etag, struct sv last_modified);
void memory_set_error(struct memory *memory, struct sv text);

/* ---- attempt.c ---- */
/* Sets up what the kind of the source needs (a folder, a file's notification). Its URL was checked. */
void attempt_prepare(struct entry *entry);
void attempt_start(struct entry *entry);
void attempt_stop(struct entry *entry); /* drops what is under way and what was set up */

/* ---- job.c ---- */
void job_run_ready(struct watch *watch);
bool job_is_ready(const struct watch *watch);
void job_end_all(struct watch *watch);

/* ---- watch.c ---- */
void watch_arm(struct watch *watch);
void watch_tried(struct entry *entry);

#endif
