/* The configuration: files to one immutable struct.
 *
 * A load reads the main file, then sources.d/ and facts.d/ beside it (or where the file says) in sorted order,
 * checks everything and reports every mistake at once, each with file:line. A config is counted: jobs in flight
 * hold a reference while a reload swaps the pointer. Unknown keys are errors with a suggestion. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "endpoint.h"
#include "fact.h"
#include "source.h"

struct source_list {
	struct source *items;
	size_t n, cap;
};

#define CONFIG_KEEP_FOREVER 0

struct config {
	struct arena *arena;
	int refs;
	struct sv file;     /* the main file */
	struct sv instance; /* names this daemon: "policywatch://<host>/<name>" unless set */

	/* daemon { … } */
	struct sv state_dir;  /* the store lives in it */
	struct sv user_agent; /* "policywatch/<version> (+contact)" */
	int log_level;        /* enum log_level */
	int fetch_limit;      /* fetches at the same time */
	int fetch_limit_per_host;

	/* bus { … } */
	struct sv_list events_endpoints; /* XPUB: "ipc:///run/policywatchd/events", "tcp://127.0.0.1:5560" */
	struct sv_list query_endpoints;  /* ROUTER */
	int64_t heartbeat_ms;
	int ipc_mode;        /* 0660 */
	struct sv ipc_group; /* name; empty: that of the daemon */
	unsigned ipc_gid;    /* of ipc_group */
	enum plain_tcp plain_tcp;
	struct sv server_key;  /* path of the daemon's secret key; empty: none, and nothing needs one */
	struct sv client_keys; /* folder; empty: nothing is encrypted */
	bool has_client_keys;  /* the folder was named, and so must be there */

	/* log { … } */
	int64_t log_keep_ms;        /* events older than this go; CONFIG_KEEP_FOREVER: none */
	int64_t log_keep_unread_ms; /* those that a registered cursor has not passed stay so much longer */

	/* http { … } */
	struct sv http_listen; /* "127.0.0.1:9464"; empty: no HTTP */

	/* diff { … } */
	double apply_confidence; /* below: proposed instead of applied */
	double event_confidence; /* below: no event */
	int64_t reaffirm_ms;     /* a repeat is an event only when the fact was not heard of for so long */

	struct sv sources_dir, facts_dir; /* as written; empty: beside the main file */
	struct source_list sources;
	struct fact_list facts;
};

/* One mistake. file:line may be empty:0 for what belongs to no place. */
struct config_issue {
	struct sv file;
	unsigned line;
	struct sv text; /* "unknown key 'evry' (did you mean 'every'?)" */
};
struct config_issues {
	struct config_issue *items;
	size_t n, cap;
	struct arena *arena; /* of the caller, owns the texts */
};

/* On any mistake: E_CONFIG, all of them in `issues` (at most LIMIT_CONFIG_ERRORS), *out untouched. */
enum status config_load(const char *file, struct config **out, struct config_issues *issues, struct error *err);
/* The same for facts alone, from memory, as in a file of facts.d/ (for `learn` round trips and tests). */
enum status config_read_facts(struct arena *arena, struct sv text, const char *name, struct fact_list *out,
	struct config_issues *issues, struct error *err);
/* Facts in the syntax of facts.d/, ready to paste. */
struct sv config_write_facts(struct arena *arena, const struct fact_list *facts);

struct config *config_ref(struct config *config);
void config_unref(struct config *config); /* NULL is fine */

/* "10m", "1h30m", "90s", "2d", "500ms"; "8M", "64k", "512". False on anything else or overflow. */
bool config_parse_duration(struct sv v, int64_t *out_ms);
bool config_parse_size(struct sv v, size_t *out_bytes);

#endif
