/* When and how to get bytes: schedule, HTTP, files, folders.
 *
 * Each source is fetched when due, with jitter, conditionally (ETag, Last-Modified), within its limits of time,
 * size and redirects. Files and folders are read at once when they change (inotify). Results go to the owner by
 * callbacks, on the loop thread. Polling never gives up: failures back off, with jitter, up to 6 hours. */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "document.h"
#include "loop.h"
#include "source.h"

struct watch;

struct watch_failure {
	struct error error;
	int http_status; /* 0: never got that far */
	bool is_blocked; /* 401, 403, 429, challenge page */
};

struct watch_ops {
	void *ctx;
	/* Bytes arrived. watch_state() still shows the failures before it. Returns true when they could be read: only
	 * then are ETag and Last-Modified kept (else the next
	 * fetch is unconditional). For a folder: once a changed file, snapshot->url names the file. */
	bool (*on_snapshot)(void *ctx, const struct source *source, const struct snapshot *snapshot);
	void (*on_unchanged)(void *ctx, const struct source *source); /* 304 or same bytes; a folder: a scan is over */
	/* watch_state() counts this failure already. */
	void (*on_failure)(void *ctx, const struct source *source, const struct watch_failure *failure);
	/* The state of a source as of the last run, and each time it changed. */
	void (*load_state)(void *ctx, const struct source *source, struct arena *arena, struct source_state *out);
	/* After an attempt, at most once. ETag, Last-Modified, times, failures, last_error and has_baseline are ours;
	 * health is what load_state() or watch_set_health() gave. */
	void (*save_state)(void *ctx, const struct source *source, const struct source_state *state);
	/* Every source of the last watch_set() was tried once (used by --once); may be NULL. */
	void (*on_pass_done)(void *ctx);
};

struct watch_options {
	struct sv user_agent;
	int fetch_limit, fetch_limit_per_host;
	bool is_once; /* fetch everything now, once, without jitter */
};

enum status watch_new(struct loop *loop, const struct watch_ops *ops, struct watch **out, struct error *err);
/* Not within a callback of its own. Fetches of watch_fetch() that are under way end with a failure, "stopped". */
void watch_free(struct watch *watch);
/* Sets what is watched: new sources are scheduled, known ones (by id) keep their timers and state unless their
 * definition changed (then they are fetched at once, unconditionally), missing ones stop. The caller keeps `sources`
 * alive until the next call has returned. Push sources are left out. On an error (an id that is there twice, a file URL that names no file of this
 * machine) nothing has changed. */
enum status watch_set(struct watch *watch, const struct source *sources, size_t n, const struct watch_options *options,
	struct error *err);
/* Fetches a source now. E_NOT_FOUND. */
enum status watch_poke(struct watch *watch, struct sv source_id, struct error *err);
const struct source_state *watch_state(const struct watch *watch, struct sv source_id); /* NULL: none */

/* The owner's part of the state: kept from now on and saved with the rest at the end of an attempt. */
void watch_set_health(struct watch *watch, struct sv source_id, enum source_health health);
/* The bytes of the last on_snapshot() turned out to be unreadable later: the next fetch is unconditional. */
void watch_forget(struct watch *watch, struct sv source_id);

/* Fetches one URL under the limits of `source` (which may be a temporary of the caller's; copied), for linked
 * pages and `learn`; a file only when the source is one as well. The callback comes exactly once, never before the
 * call returns. */
typedef void watch_fetched(void *ctx, const struct snapshot *snapshot, const struct watch_failure *failure);
enum status watch_fetch(struct watch *watch, const struct source *source, struct sv url, watch_fetched *callback,
	void *ctx, struct error *err);

/* Numbers for /metrics. */
struct watch_counts {
	uint64_t fetches, unchanged, failures, bytes;
	uint32_t in_flight, sources;
};
struct watch_counts watch_counts(const struct watch *watch);

#endif
