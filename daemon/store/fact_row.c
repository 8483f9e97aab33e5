/* A fact to columns and back. Enums go by name, so that the file stays readable when their order changes. */
#include "store_internal.h"

struct sv pack_list(struct arena *arena, const struct sv_list *list)
{
	size_t n = 0, at = 0;
	for (size_t i = 0; i < list->n; i++)
		n += list->items[i].n + 1;
	char *packed = arena_alloc(arena, n);
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			packed[at++] = UNIT_SEPARATOR;
		for (size_t k = 0; k < list->items[i].n; k++) {
			packed[at] = list->items[i].p[k];
			if (packed[at] == UNIT_SEPARATOR)
				packed[at] = ' ';
			at++;
		}
	}
	return (struct sv){ packed, at };
}

struct sv_list unpack_list(struct arena *arena, struct sv packed)
{
	struct sv_list list = { 0 };
	struct sv rest = packed, piece;
	while (rest.n && sv_split(&rest, UNIT_SEPARATOR, &piece))
		*list_push(arena, &list) = piece;
	return list;
}

static void put_figure(struct query *q, const struct figure *figure)
{
	if (figure->is_set)
		put_double(q, figure->value);
	else
		put_null(q);
	put_sv(q, figure->unit);
	put_sv(q, sv_of(bound_name(figure->bound)));
	put_sv(q, sv_of(direction_name(figure->direction)));
	put_sv(q, figure->per);
}

void put_fact(struct query *q, struct arena *arena, const struct fact *fact)
{
	put_sv(q, fact->beat);
	put_sv(q, sv_of(fact_kind_name(fact->kind)));
	put_sv(q, sv_of(fact_status_name(fact->status)));
	put_sv(q, fact->text);
	put_sv(q, pack_list(arena, &fact->parties));
	put_date(q, fact->as_of);
	put_date(q, fact->deadline);
	put_figure(q, &fact->figure);
	put_sv(q, pack_list(arena, &fact->aliases));
}

static bool take_figure(struct query *q, struct arena *arena, struct figure *out)
{
	out->is_set = !take_is_null(q);
	out->value = take_double(q);
	out->unit = take_sv(q, arena);
	bool known = bound_parse(take_view(q), &out->bound);
	struct sv direction = take_view(q);
	known = known && (direction.n == 0 || direction_parse(direction, &out->direction));
	out->per = take_sv(q, arena);
	return known;
}

enum status take_fact(struct query *q, struct arena *arena, struct fact *out, struct error *err)
{
	struct fact fact = { 0 };
	fact.id = take_sv(q, arena);
	fact.beat = take_sv(q, arena);
	bool known = fact_kind_parse(take_view(q), &fact.kind);
	known = fact_status_parse(take_view(q), &fact.status) && known;
	fact.text = take_sv(q, arena);
	fact.parties = unpack_list(arena, take_sv(q, arena));
	fact.as_of = take_date(q);
	fact.deadline = take_date(q);
	known = take_figure(q, arena, &fact.figure) && known;
	fact.aliases = unpack_list(arena, take_sv(q, arena));
	if (!known)
		return error_set(err, E_STORE, "is damaged: unknown word in fact '%.*s'", SV_ARG(fact.id));
	*out = fact;
	return OK;
}

enum status take_entry(struct query *q, struct arena *arena, struct fact_entry *out, struct error *err)
{
	enum status st = take_fact(q, arena, &out->fact, err);
	if (st)
		return st;
	out->seq = take_u64(q);
	out->recorded = take_wall(q);
	out->said = take_wall(q);
	out->origin = take_sv(q, arena);
	out->change = take_sv(q, arena);
	out->statement = take_sv(q, arena);
	out->speaker = take_sv(q, arena);
	out->url = take_sv(q, arena);
	return OK;
}
