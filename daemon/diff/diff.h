/* Statements against facts, and document version against version.
 *
 * The index holds copies of all facts and finds the few that a statement can touch (an inverted index of stems,
 * aliases, actors and units with rarity weights). Each candidate is compared slot by slot. Pure: no clock, no I/O. */
#ifndef DIFF_DIFF_H
#define DIFF_DIFF_H

#include "change.h"

struct fact_index;

struct fact_index *fact_index_new(void);
void fact_index_free(struct fact_index *index);
/* Adds or replaces by id. Cheap: never rebuilds. */
void fact_index_put(struct fact_index *index, const struct fact *fact);
void fact_index_remove(struct fact_index *index, struct sv fact_id);
const struct fact *fact_index_get(const struct fact_index *index, struct sv fact_id); /* NULL: none */
size_t fact_index_size(const struct fact_index *index);
size_t fact_index_bytes(const struct fact_index *index); /* memory held, for metrics and benchmarks */
/* The fact is lent for the visit. */
void fact_index_each(const struct fact_index *index, void (*visit)(void *ctx, const struct fact *fact), void *ctx);

struct diff_context {
	const struct sv_list *beats;         /* beats the source may touch; NULL or empty: all */
	struct date published;               /* of the document; unset: unknown, then no fact changes */
	struct sv title;                     /* of the document: words that name its topic */
	const struct statement_list *around; /* the document's statements, or NULL: what pronouns point at */
};

/* What the statement does to the facts, strongest first. Changes of facts whose as_of is later than `published`
 * do not come out (the statement is history). Texts in `out` live in `arena`. */
enum status diff_statement(const struct fact_index *index, struct arena *arena, const struct statement *statement,
	const struct diff_context *context, struct change_list *out, struct error *err);

/* All statements of a document at once: the same, with repeats of one change inside the document dropped. */
enum status diff_document(const struct fact_index *index, struct arena *arena, const struct document *document,
	const struct diff_context *context, struct change_list *out, struct error *err);

/* What was edited between two versions: statements paired by likeness, so that a moved or untouched one gives
 * nothing. White space, quotation marks and case do not count. */
enum status diff_versions(struct arena *arena, const struct statement_list *old, const struct statement_list *new,
	struct edit_list *out, struct error *err);

#endif
