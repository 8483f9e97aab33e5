/* The wiring: one struct that holds the parts of a running daemon, and what joins them. */
#ifndef APP_APP_H
#define APP_APP_H

#include "bus.h"
#include "config.h"
#include "diff.h"
#include "http.h"
#include "loop.h"
#include "read.h"
#include "store.h"
#include "watch.h"

struct json_t;
struct keys;
struct source_notes; /* what the app remembers of each source between fetches */

struct app {
	struct loop *loop;
	struct config *config;
	struct store *store;
	struct fact_index *index;
	struct watch *watch;
	struct bus *bus;
	struct http *http; /* NULL: off */
	struct loop_timer *housekeeping, *watchdog;
	struct loop_timer *trimming, *cursor_saving;
	struct loop_signal *on_term, *on_int, *on_hup;
	struct source_notes *notes;
	struct wall_ms started, loaded;
	int generation;       /* of the configuration */
	int reload_failed;    /* 1 when the last reload was refused */
	int pending;          /* linked pages and other fetches under way */
	bool is_commit_due;   /* a commit is deferred to the end of this pass */
	bool is_once;         /* exit when every source was tried */
	bool is_pass_done;    /* of is_once */
	bool is_stopping;     /* fetches under way end now and are not taken */
	bool is_failed;       /* the store failed: stop, publish nothing */
	struct error failure; /* of is_failed */
	uint64_t suppressed;  /* changes below the confidence of an event */
	uint64_t trimmed;     /* events removed since the start */
	uint64_t trimmed_now; /* of which nothing was said yet */
	bool are_cursors_due; /* some moved and are not stored yet */
	uint64_t skipped;     /* documents that could not be taken */
};

/* ---- daemon.c ---- */
int daemon_main(int argc, char **argv);

/* ---- pipeline.c: source → snapshot → document → statement → change → event ---- */
/* Reads a snapshot and everything that follows from it. False when it could not be read (*out_failure says why). */
bool pipeline_take(struct app *app, const struct source *source, const struct snapshot *snapshot, bool is_baseline,
	struct error *out_failure);

/* ---- events.c: an event → its place in the log ---- */
enum status event_record(struct app *app, struct arena *arena, struct event *event, struct error *err);
/* A daemon or source notice in a job of its own. */
void event_notice(struct app *app, enum event_family family, struct sv subject, const char *what,
	enum severity severity, struct sv message);
/* Ends the job that is open: kept when `st` is OK, else undone. Returns the first of the two failures. */
enum status app_job_end(struct app *app, enum status st, struct error *err);
/* Commits what waits at the end of this pass, then publishes it. */
void app_commit_soon(struct app *app);
void app_commit_now(struct app *app);
/* The store failed: nothing more is published, the daemon stops and says why. */
void app_fail(struct app *app, const struct error *err);

/* ---- retention.c: what the log keeps, and for whom ---- */
enum status retention_start(struct app *app, struct error *err); /* the bus is there */
void retention_configure(struct app *app);                       /* after a reload */
void retention_on_ack(void *ctx);                                /* of the app */
void retention_save_cursors(struct app *app);                    /* those that moved */
void retention_stop(struct app *app);

/* ---- buslog.c: the log and the facts as the bus sees them ---- */
struct bus_log app_bus_log(struct app *app);

/* ---- knowledge.c: facts as declared by files, as stored, as indexed ---- */
/* Takes over the configuration's facts: new ones are stored, edited ones win over what was learned (with an
 * event), missing ones are retired; then the index holds where each fact stands. */
enum status knowledge_load(struct app *app, struct error *err);
/* Deadlines that have passed without the fact having ended are events, once. */
void knowledge_check_deadlines(struct app *app);
/* Stores a change of a fact with its evidence and moves the index. */
struct evidence {
	struct sv source_id, url;
	struct wall_ms said, recorded;
	const struct statement *statement; /* or NULL */
	const char *change;
	uint64_t seq;
};
enum status knowledge_put(struct app *app, const struct fact *fact, const struct evidence *evidence, struct error *err);

/* ---- health.c: how sources do ---- */
const struct watch_ops *health_watch_ops(struct app *app, struct watch_ops *ops);
void health_check_stale(struct app *app);
struct source_notes *source_notes_new(void);
void source_notes_free(struct source_notes *notes);
/* Where a source stands, as the app sees it. */
enum source_health health_of(const struct app *app, struct sv source_id);
/* What is remembered of a source, strings in the arena or until its next attempt. False: nothing. */
bool health_state(struct app *app, struct arena *arena, const struct source *source, struct source_state *out);
/* How push sources did in the last run; the watch stage asks for the others. */
void health_load_pushed(struct app *app);
/* A client handed something in. */
void health_pushed(struct app *app, const struct source *source);
/* What went wrong last, empty when nothing did. Lives until the next attempt. */
struct sv health_error_of(const struct app *app, struct sv source_id);

/* ---- control.c, learn.c, ingest.c: answers to clients ---- */
void control_on_call(void *ctx, const struct bus_call *call);
void control_ingest(struct app *app, const struct bus_call *call);
void control_learn(struct app *app, const struct bus_call *call);
struct json_t *control_facts_json(const struct fact_list *facts);

/* ---- security.c: keys and rights ---- */
/* The keys that the configuration names. Files that are left out are logged. */
enum status security_keys(const struct config *config, struct keys **out, struct error *err);
void security_on_warning(void *ctx, const char *text);
/* E_REFUSED, naming the right that is missing. */
enum status security_check(const struct bus_peer *peer, unsigned right, struct error *err);

/* ---- metrics.c ---- */
const struct http_ops *metrics_http_ops(struct app *app, struct http_ops *ops);

/* ---- reload.c ---- */
/* Loads the file again; on any mistake the old configuration stays and the mistakes are logged. */
enum status app_reload(struct app *app, struct error *err);
void log_issues(const struct config_issues *issues);
/* Has the sources of the configuration watched. */
enum status app_watch_sources(struct app *app, struct error *err);

/* ---- systemd.c ---- */
void systemd_log_to_journal(void); /* when the journal is our standard error */
/* Folders that the service manager gives, where the file names none. */
void systemd_use_folders(struct config *config);
void systemd_notify(const char *state);
void systemd_notify_reloading(void);
/* Starts the watchdog timer if the service manager asked for one: it is fed only while the loop turns and the store
 * can be written. */
void systemd_watchdog(struct app *app);
void systemd_status(struct app *app);

#endif
