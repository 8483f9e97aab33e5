/* All statements of a document. What several of them say counts once, by the statement that says it best: of one
 * change the surest, of one fact a change before its repetition, of one paragraph the surest `new`. */
#include "diff.h"

static bool same_names(const struct value *a, const struct value *b)
{
	if (a->names.n != b->names.n)
		return false;
	for (size_t i = 0; i < a->names.n; i++)
		if (!sv_eq(a->names.items[i], b->names.items[i]))
			return false;
	return true;
}

/* `b` adds nothing to `a`. */
static bool repeats(const struct change *a, const struct change *b)
{
	if (a->kind == CHANGE_NEW && b->kind == CHANGE_NEW)
		return sv_eq(a->beat, b->beat) && a->statement->block == b->statement->block;
	if (a->kind == CHANGE_NEW || b->kind == CHANGE_NEW || !sv_eq(a->fact_id, b->fact_id))
		return false;
	if (b->kind == CHANGE_REAFFIRMED)
		return true;
	/* One document gives a slot one value; of parties several may come and go. */
	return a->kind == b->kind && (a->kind != CHANGE_PARTIES || same_names(&a->new, &b->new));
}

static void merge(struct arena *arena, struct change_list *out, const struct change *change)
{
	for (size_t i = 0; i < out->n; i++) {
		struct change *known = &out->items[i];
		if (repeats(known, change)) {
			if (known->kind == change->kind && change->confidence > known->confidence)
				*known = *change;
			return;
		}
		if (repeats(change, known)) {
			*known = *change;
			return;
		}
	}
	*list_push(arena, out) = *change;
}

enum status diff_document(const struct fact_index *index, struct arena *arena, const struct document *document,
	const struct diff_context *context, struct change_list *out, struct error *err)
{
	struct diff_context here = *context;
	if (!here.around)
		here.around = &document->statements;
	if (here.title.n == 0)
		here.title = document->title;
	if (!date_is_set(here.published))
		here.published = date_from_wall(document->published);
	struct change_list merged = { 0 };
	for (size_t i = 0; i < document->statements.n; i++) {
		struct change_list one = { 0 };
		enum status st = diff_statement(index, arena, &document->statements.items[i], &here, &one, err);
		if (st)
			return error_wrap(err, "statement %zu", i + 1);
		for (size_t k = 0; k < one.n; k++)
			merge(arena, &merged, &one.items[k]);
	}
	for (size_t i = 0; i < merged.n; i++)
		*list_push(arena, out) = merged.items[i];
	return OK;
}
