/* Changes: what a statement does to a fact, what an edit does to a document, what time does. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "document.h"
#include "source.h"

enum change_kind {
	CHANGE_FIGURE,
	CHANGE_STATUS,
	CHANGE_DEADLINE,
	CHANGE_PARTIES,
	CHANGE_CONTRADICTED,
	CHANGE_REAFFIRMED,
	CHANGE_NEW,
	CHANGE_REMOVED,
	CHANGE_REWORDED,
	CHANGE_ADDED,
	CHANGE_OVERDUE
};
#define CHANGE_KINDS 11
const char *change_kind_name(enum change_kind kind);
bool change_kind_parse(struct sv v, enum change_kind *out);

/* The value of a slot before or after. */
enum value_kind { VALUE_NONE, VALUE_NUMBER, VALUE_TEXT, VALUE_STATUS, VALUE_DATE, VALUE_NAMES, VALUE_NUMBERS };
struct value {
	enum value_kind kind;
	double number;
	struct sv text;
	enum fact_status status;
	struct date date;
	struct sv_list names; /* also of VALUE_NUMBERS: each number as written */
};

struct change {
	enum change_kind kind;
	struct sv fact_id; /* empty for CHANGE_NEW and for edits that carried no fact */
	struct sv beat;
	const char *slot; /* "figure", "status", "deadline", "parties", "text" or "" */
	struct value old, new;
	enum bound new_bound;              /* of a figure */
	double confidence;                 /* 0..1 */
	const struct statement *statement; /* the evidence; of a removal, the statement that went */
	struct sv_list why;                /* "matched: task force", "old value 12,000 stands beside the new one" */
};
struct change_list {
	struct change *items;
	size_t n, cap;
};

/* An edit between two versions of one document. */
struct edit {
	enum change_kind kind;                   /* CHANGE_ADDED, CHANGE_REMOVED, CHANGE_REWORDED */
	const struct statement *old, *new;       /* NULL where there is none */
	struct sv_list old_numbers, new_numbers; /* numbers that differ, as written, in order; reworded only */
	struct sv_list why;                      /* in words, as of a change */
};
struct edit_list {
	struct edit *items;
	size_t n, cap;
};

/* The fact after a change. Strings are borrowed from both. */
struct fact fact_apply(const struct fact *fact, const struct change *change);

enum severity { SEVERITY_INFO, SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_CRITICAL };
#define SEVERITIES 4
const char *severity_name(enum severity severity);
bool severity_parse(struct sv v, enum severity *out);

/* An event before it is encoded. */
enum event_family { EVENT_FACT, EVENT_DOCUMENT, EVENT_SOURCE, EVENT_DAEMON };
struct event {
	enum event_family family;
	struct sv what;          /* last part of its type: a change name, a health name, "started" … */
	struct sv subject;       /* fact id, source id, or the beat for `new` */
	struct wall_ms time;     /* when it was said */
	struct wall_ms recorded; /* when we stored it */
	struct sv causation;     /* id of the event it revises or cancels, or empty */
	enum severity severity;
	bool is_proposed;                /* change.state is "proposed", not "applied" */
	const struct fact *fact;         /* after the change, or NULL */
	const struct change *change;     /* or NULL */
	const struct edit *edit;         /* or NULL */
	bool is_state;                   /* no event of the log: where the fact stands, at `seq` of a snapshot */
	const struct statement *said;    /* what it stands on, of a state; or NULL */
	const struct document *document; /* or NULL */
	struct sv source_id;             /* or empty */
	uint32_t version;                /* of the document */
	struct wall_ms retrieved;
	struct sv sha256; /* of the snapshot, hex */
	uint32_t sightings;
	struct sv message; /* for people, of source and daemon events */
	uint64_t seq;      /* once it is in the log */
};

#endif
