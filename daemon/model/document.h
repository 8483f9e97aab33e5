/* Snapshot, document, statement: what was fetched and what was read out of it.
 *
 * Ownership: all strings and lists of a document live in the arena of the reading that made it; all text is
 * UTF-8 in NFC. Spans are byte offsets, [from, to). */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include "calendar.h"
#include "fact.h"

struct span {
	uint32_t from, to;
};
struct span_list {
	struct span *items;
	size_t n, cap;
};

/* The bytes of one fetch. */
struct snapshot {
	struct sv url;        /* after redirects */
	struct sv media_type; /* "text/html", lower case, without parameters; empty when not said */
	struct sv charset;    /* the parameter of Content-Type; empty when not said */
	struct sv etag, last_modified;
	struct wall_ms retrieved;
	int http_status; /* 0 for files */
	struct sv body;
};

/* ---- what a sentence holds ---- */

enum quantity_kind {
	QUANTITY_COUNT,
	QUANTITY_PERCENT,
	QUANTITY_MONEY,
	QUANTITY_ORDINAL,
	QUANTITY_MEASURE,
	QUANTITY_DURATION
};
/* What the sentence does with a number: states it, gives the value it replaced ("up from 10,000", "frente a
 * los 12 mil"), or says by how much something moved ("by 25 %"). */
enum quantity_role { ROLE_PLAIN, ROLE_OLD, ROLE_NEW, ROLE_DELTA };

struct quantity {
	enum quantity_kind kind;
	double value;
	double high; /* upper end of a range, else equal to value */
	enum bound bound;
	enum direction direction;
	enum quantity_role role;
	struct sv unit;     /* "percent", ISO 4217 code, "days", or the noun phrase counted, as written, lower case */
	struct sv per;      /* "month", "year", … or empty */
	struct span number; /* the digits or words of the number with its scale */
	struct span phrase; /* with bound words and unit */
};
struct quantity_list {
	struct quantity *items;
	size_t n, cap;
};

/* DATE_BY: a deadline ("by 2030", "a más tardar el 1 de mayo"); DATE_UNTIL: an end ("through March");
 * DATE_FROM: a start ("from 1 July", "takes effect on"); DATE_ON: any other mention; DATE_SINCE: the past. */
enum date_role { DATE_ON, DATE_BY, DATE_UNTIL, DATE_FROM, DATE_SINCE };

struct date_mention {
	struct date date;  /* precision as said: year, month or day; ranges: their end */
	struct date start; /* of a range, else equal to date */
	enum date_role role;
	bool is_relative; /* worked out from the publication date */
	struct span span;
};
struct date_list {
	struct date_mention *items;
	size_t n, cap;
};

/* A word or phrase that tells of a step in a fact's life. */
enum cue_kind {
	CUE_STATUS,
	CUE_JOIN,
	CUE_LEAVE,
	CUE_DENY,
	CUE_REAFFIRM,
	CUE_REPLACE,
	CUE_EXTEND,
	CUE_INCREASE,
	CUE_DECREASE
};
enum cue_mode { MODE_DONE, MODE_PLANNED, MODE_POSSIBLE, MODE_CONDITIONAL, MODE_URGED, MODE_ASKED };

struct cue {
	enum cue_kind kind;
	enum fact_status status; /* of CUE_STATUS */
	enum cue_mode mode;      /* will: planned; may: possible; if, would: conditional; urges: urged */
	bool negated;
	bool passive; /* "was suspended": the thing stands before the verb */
	struct span span;
};
struct cue_list {
	struct cue *items;
	size_t n, cap;
};

/* A state, institution or person by code (ISO 3166 alpha-2) or name. */
struct actor {
	struct sv code;
	struct span span;
};
struct actor_list {
	struct actor *items;
	size_t n, cap;
};

/* Spans inside a statement are relative to its text. */
struct statement {
	struct sv text;
	struct sv speaker; /* as written; empty: the document itself speaks */
	struct sv lang;    /* "en", "es" or empty */
	bool is_quote;     /* somebody's words in quotation marks */
	bool is_heading;
	struct span place;        /* in document.text */
	uint32_t block;           /* ordinal of its paragraph */
	struct sv prefix, suffix; /* up to LIMIT_CONTEXT_BYTES of the text around it */
	struct quantity_list quantities;
	struct date_list dates;
	struct cue_list cues;
	struct actor_list actors;
};
struct statement_list {
	struct statement *items;
	size_t n, cap;
};

struct document {
	struct sv key; /* identity within its source: item id, link, or the source's URL */
	struct sv url; /* where a reader finds it */
	struct sv title;
	struct sv author;
	struct sv lang;           /* "en", "es" or empty */
	struct wall_ms published; /* WALL_NONE when unknown */
	struct wall_ms updated;
	struct sv text; /* paragraphs, separated by "\n\n" */
	struct statement_list statements;
};
struct document_list {
	struct document *items;
	size_t n, cap;
};

#endif
