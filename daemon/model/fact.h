/* Facts: what is held to be true, with the slots that statements can move. */
#ifndef MODEL_FACT_H
#define MODEL_FACT_H

#include "arena.h"
#include "calendar.h"

enum fact_kind { FACT_COMMITMENT, FACT_AGREEMENT, FACT_BODY, FACT_MEASURE, FACT_FIGURE, FACT_POSITION };
#define FACT_KINDS 6
/* proposed → announced → agreed → in-force → fulfilled; aside delayed, suspended; at the end the rest. */
enum fact_status {
	STATUS_PROPOSED,
	STATUS_ANNOUNCED,
	STATUS_AGREED,
	STATUS_IN_FORCE,
	STATUS_FULFILLED,
	STATUS_DELAYED,
	STATUS_SUSPENDED,
	STATUS_WITHDRAWN,
	STATUS_EXPIRED,
	STATUS_REJECTED
};
#define FACT_STATUSES 10
enum bound { BOUND_EXACT, BOUND_AT_LEAST, BOUND_AT_MOST, BOUND_ABOUT };
#define BOUNDS 4
enum direction { DIRECTION_NONE, DIRECTION_UP, DIRECTION_DOWN };
#define DIRECTIONS 3

struct figure {
	bool is_set;
	double value;
	struct sv unit; /* "percent", an ISO 4217 code, or a noun phrase: "security personnel" */
	enum bound bound;
	enum direction direction;
	struct sv per; /* "year", "month", … or empty */
};

/* Where something was written by a person; file empty: nowhere. */
struct place {
	struct sv file;
	unsigned line;
};

struct fact {
	struct sv id; /* "<beat>.<slug>" */
	struct sv beat;
	enum fact_kind kind;
	enum fact_status status;
	struct sv text;         /* one sentence that says it */
	struct sv_list parties; /* ISO 3166 alpha-2 codes for states, names for others */
	struct date as_of;      /* date of the statement behind it; what is older is history */
	struct date deadline;   /* unset: none */
	struct figure figure;
	struct sv_list aliases; /* phrases by which texts name it */
	struct place place;     /* of its declaration */
};
struct fact_list {
	struct fact *items;
	size_t n, cap;
};

/* withdrawn, expired, rejected, fulfilled: no deadline can pass any more. */
bool fact_status_is_final(enum fact_status status);
/* A deep copy into the arena. */
struct fact fact_copy(struct arena *arena, const struct fact *fact);
bool fact_eq(const struct fact *a, const struct fact *b);

const char *fact_kind_name(enum fact_kind kind);
const char *fact_status_name(enum fact_status status); /* "in-force" */
const char *bound_name(enum bound bound);              /* "at-least" */
const char *direction_name(enum direction direction);  /* "", "up", "down" */
bool fact_kind_parse(struct sv v, enum fact_kind *out);
bool fact_status_parse(struct sv v, enum fact_status *out);
bool bound_parse(struct sv v, enum bound *out);
bool direction_parse(struct sv v, enum direction *out); /* "up", "down" */

#endif
