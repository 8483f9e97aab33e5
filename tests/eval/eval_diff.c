/* pw_eval_diff [--chain] FACTS CASES > predictions
 *
 * FACTS and CASES are lines of JSON as the set policy-diff describes them. All facts are loaded; each case is read as
 * one document and judged on its own. With --chain, what a case changes is applied before the next one, as the
 * daemon does. Each line of output: {"id", "changes": [{"fact", "topic", "change", "old", "new", "confidence", "why"}]}. */
#include <string.h>

#include "diff.h"
#include "eval_lines.h"
#include "read.h"

#define ARENA_BYTES (64u << 20)

static struct sv_list texts_of(struct arena *arena, const struct json_t *array)
{
	struct sv_list list = { 0 };
	for (size_t i = 0; i < json_size(array); i++)
		*list_push(arena, &list) = json_text(json_at(array, i));
	return list;
}

static struct fact fact_of(struct arena *arena, const struct json_t *o)
{
	struct fact fact = { .id = json_text(json_get(o, "id")),
		.beat = json_text(json_get(o, "topic")),
		.text = json_text(json_get(o, "text")),
		.parties = texts_of(arena, json_get(o, "parties")),
		.aliases = texts_of(arena, json_get(o, "aliases")) };
	const struct json_t *figure = json_get(o, "figure");
	bool known = fact_kind_parse(json_text(json_get(o, "kind")), &fact.kind) &&
		fact_status_parse(json_text(json_get(o, "status")), &fact.status) &&
		date_parse(json_text(json_get(o, "as_of")), &fact.as_of);
	if (!known) {
		fprintf(stderr, "fact %.*s: kind, status or as_of is not known\n", SV_ARG(fact.id));
		exit(2);
	}
	if (json_is_text(json_get(o, "deadline")))
		(void)date_parse(json_text(json_get(o, "deadline")), &fact.deadline);
	if (json_is_object(figure)) {
		fact.figure.is_set = true;
		fact.figure.value = json_number(json_get(figure, "value"), 0);
		fact.figure.unit = json_text(json_get(figure, "unit"));
		fact.figure.per = json_text(json_get(figure, "per"));
		(void)bound_parse(json_text(json_get(figure, "bound")), &fact.figure.bound);
		(void)direction_parse(json_text(json_get(figure, "direction")), &fact.figure.direction);
	}
	return fact;
}

static struct json_t *json_of_value(const struct value *value)
{
	char date[DATE_TEXT];
	struct json_t *array;
	switch (value->kind) {
	case VALUE_NONE:
	case VALUE_TEXT: return json_new_null();
	case VALUE_NUMBER: return json_new_number(value->number);
	case VALUE_STATUS: return json_new_text(sv_of(fact_status_name(value->status)));
	case VALUE_DATE: return json_new_text(sv_of(date_format(value->date, date)));
	case VALUE_NAMES:
	case VALUE_NUMBERS: break;
	}
	array = json_new_array();
	for (size_t i = 0; i < value->names.n; i++)
		json_push(array, json_new_text(value->names.items[i]));
	return array;
}

static struct json_t *json_of_change(const struct change *change)
{
	struct json_t *o = json_new_object(), *why = json_new_array();
	json_put(o, "fact", change->kind == CHANGE_NEW ? json_new_null() : json_new_text(change->fact_id));
	json_put_text(o, "topic", change->beat);
	json_put_text(o, "change", sv_of(change_kind_name(change->kind)));
	json_put(o, "old", json_of_value(&change->old));
	json_put(o, "new", json_of_value(&change->new));
	json_put(o, "confidence", json_new_number(change->confidence));
	for (size_t i = 0; i < change->why.n; i++)
		json_push(why, json_new_text(change->why.items[i]));
	json_put(o, "why", why);
	return o;
}

static void apply(struct fact_index *index, const struct change *change, struct date published)
{
	const struct fact *known = fact_index_get(index, change->fact_id);
	if (!known)
		return;
	struct fact after = fact_apply(known, change);
	after.as_of = published;
	fact_index_put(index, &after);
}

static void judge_case(struct fact_index *index, const struct json_t *o, bool is_chain)
{
	struct error err = { 0 };
	CLEANUP(arena_freep) struct arena *arena = arena_new(ARENA_BYTES);
	struct document document = { .key = json_text(json_get(o, "id")),
		.lang = json_text(json_get(o, "lang")),
		.title = json_text(json_get(o, "title")),
		.text = json_text(json_get(o, "text")) };
	struct diff_context context = { 0 };
	struct sv published = json_text(json_get(o, json_is_text(json_get(o, "published")) ? "published" : "date"));
	if (!date_parse(sv_slice(published, 0, 10), &context.published)) {
		fprintf(stderr, "case %.*s: published is no date\n", SV_ARG(document.key));
		exit(2);
	}
	document.published = date_to_wall(context.published);
	struct change_list changes = { 0 };
	enum status st = read_statements(arena, &document, &err);
	if (!st)
		st = diff_document(index, arena, &document, &context, &changes, &err);
	if (st) {
		fprintf(stderr, "case %.*s: %s\n", SV_ARG(document.key), err.text);
		exit(1);
	}
	struct json_t *out = json_new_object(), *list = json_new_array();
	json_put_text(out, "id", document.key);
	for (size_t i = 0; i < changes.n; i++)
		json_push(list, json_of_change(&changes.items[i]));
	json_put(out, "changes", list);
	struct sv line = json_write(arena, out);
	printf("%.*s\n", SV_ARG(line));
	json_free(out);
	for (size_t i = 0; i < changes.n && is_chain; i++)
		apply(index, &changes.items[i], context.published);
}

int main(int argc, char **argv)
{
	bool is_chain = argc > 1 && strcmp(argv[1], "--chain") == 0;
	if (argc - is_chain != 3) {
		fprintf(stderr, "usage: %s [--chain] FACTS CASES\n", argv[0]);
		return 2;
	}
	struct fact_index *index = fact_index_new();
	struct lines lines = lines_open(argv[1 + is_chain]);
	for (struct json_t *o = lines_next(&lines); o; o = lines_next(&lines)) {
		CLEANUP(arena_freep) struct arena *arena = arena_new(ARENA_BYTES);
		struct fact fact = fact_of(arena, o);
		fact_index_put(index, &fact);
		json_free(o);
	}
	lines_close(&lines);
	lines = lines_open(argv[2 + is_chain]);
	for (struct json_t *o = lines_next(&lines); o; o = lines_next(&lines)) {
		judge_case(index, o, is_chain);
		json_free(o);
	}
	lines_close(&lines);
	fact_index_free(index);
	return 0;
}
