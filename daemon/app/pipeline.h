/* Inside app/: one document on its way through the stages. */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "app.h"
#include "id.h"

/* One snapshot being worked on; `stored`, `said` and `told` are of the document in hand. */
struct visit {
	struct app *app;
	const struct source *source;
	const struct snapshot *snapshot;
	struct arena *arena;
	char sha256[DIGEST_HEX];
	bool is_baseline;
	bool has_followed; /* linked pages are under way */
	struct stored_document stored;
	struct wall_ms said;
	struct sv_list told; /* texts of statements that became an event of a fact */
};

enum status visit_document(struct visit *visit, struct document *document, struct error *err);
/* A document that could not be kept: logged, or the daemon stops when it was the store that failed. */
void visit_failed(struct visit *visit, const struct document *document, const struct error *err);
/* The start of a text from outside, for a log line. */
struct sv text_for_log(struct sv v);

/* ---- changes.c ---- */
/* A change becomes knowledge, a sighting and, where it is news, an event. */
enum status change_take(struct visit *visit, const struct document *document, struct change *change, struct error *err);
/* An edit of a page becomes an event when the statement carried a fact, or when the source tracks all edits. */
enum status edit_take(struct visit *visit, const struct document *document, const struct stored_document *before,
	const struct edit *edit, struct error *err);

#endif
