/* One statement against one fact: how much they are about the same thing, and what each slot says.
 *
 * Each slot has one function. It looks at the statement through a `judge`, writes at most one change and returns
 * whether it did. Confidence is the product of what is known about the topic and about the slot. */
#ifndef DIFF_JUDGE_H
#define DIFF_JUDGE_H

#include "query.h"

/* How much statement and fact are about the same thing. Shares are 0..1, weighted by surprise. */
struct topic {
	double text;                      /* share of the fact's text in the statement */
	double around;                    /* the same with the surroundings */
	double alias;                     /* share of the best alias, with the surroundings at half weight */
	double named;                     /* the surprise of that alias, 1 for one rare word or two common ones */
	double bits;                      /* surprise of all words in common */
	double own;                       /* share of the surprise that stands in the statement itself */
	bool shares_actor, clashes_actor; /* actors agree; both name some and none agrees */
	bool unit;                        /* the statement counts what the fact counts */
	double score;                     /* 0..1, of all that */
};

#define TOPIC_CLASH 0.7 /* what is left of the score when the actors clash */

/* The fact's words in the statement, by place. */
struct hits {
	uint32_t *places; /* indexes into query->words, rising */
	size_t n;
	bool *named; /* by place: the word belongs to an alias of which at least half is there */
};

struct judge {
	struct arena *arena;
	const struct fact_index *index;
	const struct query *query;
	const struct statement *statement;
	const struct diff_context *context;
	const struct record *record;
	struct fact fact;
	struct topic topic;
	struct hits hits;
	struct sv_list why; /* of the topic */
};

void topic_read(struct judge *judge);

/* Slot functions. out_same: the statement repeats the slot. out_named: the change is tied to the slot by more than
 * its kind: the old value beside the new one, or a word that moves it. */
bool judge_figure(const struct judge *judge, struct change *out, bool *out_same, bool *out_named);
bool judge_status(const struct judge *judge, struct change *out, bool *out_same);
bool judge_deadline(
	const struct judge *judge, const struct change *status, struct change *out, bool *out_same, bool *out_named);
bool judge_parties(const struct judge *judge, struct change *out);
bool judge_denial(const struct judge *judge, struct change *out);
/* share: surprise of the statement's words that the beat's facts have; lead: over the next beat's, as a ratio. */
bool judge_new(
	struct arena *arena, const struct query *query, struct sv beat, double share, double lead, struct change *out);

/* ---- helpers of slots ---- */
struct change change_start(const struct judge *judge, enum change_kind kind, const char *slot, double confidence);
void change_because(struct arena *arena, struct change *change, const char *format, ...) PRINTF_LIKE(3, 4);
struct sv span_text(const struct judge *judge, struct span span);
/* Words between a place of the text and the nearest word of the fact, of its name if it is named; a large number
 * when there is none. */
size_t words_to_fact(const struct judge *judge, struct span span);
/* The cue is part of the fact's name ("suspension" of a Suspension Agreement) and tells nothing. */
bool cue_is_name(const struct judge *judge, const struct cue *cue);
bool cue_is_done(const struct cue *cue);
/* Has happened or is firmly said to come: done or planned, not negated. */
bool cue_is_firm(const struct cue *cue);
bool numbers_equal(double a, double b);
bool is_question(struct sv text);
/* Asked, supposed, possible or wished for, anywhere in the statement. */
bool is_open(const struct statement *statement);
/* The first date that lies ahead, preferring one that the statement looks ahead to; NULL: none. */
const struct date_mention *date_ahead(const struct judge *judge);
/* One of the words (folded, separated by spaces) stands among the `near` words before the span. */
bool word_before(const struct statement *statement, struct span span, size_t near, const char *words);
/* What somebody expects a number to be is no number yet. */
bool is_forecast(const struct statement *statement);

#endif
