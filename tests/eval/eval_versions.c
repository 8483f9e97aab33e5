/* pw_eval_versions PAIRS > edits
 *
 * PAIRS is lines of {"id", "lang", "old": ["paragraph", …], "new": [ … ]}; each line of output is {"id", "edits":
 * [{"change", "old", "new", "old_numbers", "new_numbers"}]}. Each paragraph is one statement. */
#include "diff.h"
#include "eval_lines.h"
#include "read.h"

#define ARENA_BYTES (256u << 20)

static struct statement_list statements_of(struct arena *arena, const struct json_t *array, struct sv lang)
{
	struct statement_list list = { 0 };
	for (size_t i = 0; i < json_size(array); i++) {
		struct statement *s = list_push(arena, &list);
		struct error err = { 0 };
		struct sv text = json_text(json_at(array, i));
		if (read_statement(arena, text, lang, (struct date){ 0 }, s, &err))
			*s = (struct statement){ .text = text, .lang = lang };
	}
	return list;
}

static struct json_t *json_of_texts(const struct sv_list *list)
{
	struct json_t *array = json_new_array();
	for (size_t i = 0; i < list->n; i++)
		json_push(array, json_new_text(list->items[i]));
	return array;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s PAIRS\n", argv[0]);
		return 2;
	}
	struct lines lines = lines_open(argv[1]);
	for (struct json_t *o = lines_next(&lines); o; o = lines_next(&lines)) {
		CLEANUP(arena_freep) struct arena *arena = arena_new(ARENA_BYTES);
		struct error err = { 0 };
		struct sv lang = json_text(json_get(o, "lang"));
		struct statement_list old = statements_of(arena, json_get(o, "old"), lang);
		struct statement_list new = statements_of(arena, json_get(o, "new"), lang);
		struct edit_list edits = { 0 };
		if (diff_versions(arena, &old, &new, &edits, &err)) {
			fprintf(stderr, "%s:%zu: %s\n", lines.name, lines.number, err.text);
			return 1;
		}
		struct json_t *out = json_new_object(), *list = json_new_array();
		json_put_text(out, "id", json_text(json_get(o, "id")));
		for (size_t i = 0; i < edits.n; i++) {
			const struct edit *edit = &edits.items[i];
			struct json_t *e = json_new_object();
			json_put_text(e, "change", sv_of(change_kind_name(edit->kind)));
			if (edit->old)
				json_put_text(e, "old", edit->old->text);
			if (edit->new)
				json_put_text(e, "new", edit->new->text);
			json_put(e, "old_numbers", json_of_texts(&edit->old_numbers));
			json_put(e, "new_numbers", json_of_texts(&edit->new_numbers));
			json_push(list, e);
		}
		json_put(out, "edits", list);
		struct sv line = json_write(arena, out);
		printf("%.*s\n", SV_ARG(line));
		json_free(out);
		json_free(o);
	}
	lines_close(&lines);
	return 0;
}
