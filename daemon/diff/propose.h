/* Facts proposed from statements: what `learn` shows, and what a `new` change becomes. */
#ifndef DIFF_PROPOSE_H
#define DIFF_PROPOSE_H

#include "document.h"
#include "fact.h"

/* The fact that a statement states, if it states one: a commitment, agreement, body, measure or figure, with kind,
 * slots, parties, aliases and an id made from its words. False when it states none. Strings live in the arena or in
 * the statement. */
bool propose_fact(
	struct arena *arena, const struct statement *statement, struct sv beat, struct wall_ms said, struct fact *out);
/* All facts of a document, each once. */
void propose_facts(struct arena *arena, const struct document *document, struct sv beat, struct wall_ms said,
	struct fact_list *out);

#endif
