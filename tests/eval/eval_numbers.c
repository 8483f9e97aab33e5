/* Reads sentences as JSON lines { "id", "lang", "published", "text" } and writes what was understood of each:
 * { "id", "quantities": […], "dates": […], "cues": […] }. The scores are counted by tests/eval/sets/num.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cue.h"
#include "dates.h"
#include "json.h"
#include "quantity.h"

static const char *const kinds[] = { "count", "percent", "money", "ordinal", "measure", "duration" };
static const char *const roles[] = { "plain", "old", "new", "delta" };
static const char *const date_roles[] = { "on", "by", "until", "from", "since" };
static const char *const cue_kinds[] = { "status", "join", "leave", "deny", "reaffirm", "replace", "extend", "increase",
	"decrease" };
static const char *const modes[] = { "done", "planned", "possible", "conditional", "urged", "asked" };

static struct sv part(struct sv text, struct span span)
{
	return sv_slice(text, span.from, span.to);
}

static struct json_t *quantity_json(const struct quantity *q, struct sv text)
{
	struct json_t *object = json_new_object();
	json_put_text(object, "kind", sv_of(kinds[q->kind]));
	json_put(object, "value", json_new_number(q->value));
	if (q->high != q->value)
		json_put(object, "high", json_new_number(q->high));
	json_put_text(object, "bound", sv_of(bound_name(q->bound)));
	json_put_text(object, "direction", sv_of(direction_name(q->direction)));
	json_put_text(object, "role", sv_of(roles[q->role]));
	json_put_text(object, "unit", q->unit);
	json_put_text(object, "per", q->per);
	json_put_text(object, "number", part(text, q->number));
	json_put_text(object, "phrase", part(text, q->phrase));
	return object;
}

static struct json_t *date_json(const struct date_mention *d, struct sv text)
{
	char date[DATE_TEXT], start[DATE_TEXT];
	struct json_t *object = json_new_object();
	json_put_text(object, "date", sv_of(date_format(d->date, date)));
	json_put_text(object, "start", sv_of(date_format(d->start, start)));
	json_put_text(object, "role", sv_of(date_roles[d->role]));
	json_put(object, "relative", json_new_bool(d->is_relative));
	json_put_text(object, "text", part(text, d->span));
	return object;
}

static struct json_t *cue_json(const struct cue *c, struct sv text)
{
	struct json_t *object = json_new_object();
	json_put_text(object, "kind", sv_of(cue_kinds[c->kind]));
	if (c->kind == CUE_STATUS)
		json_put_text(object, "status", sv_of(fact_status_name(c->status)));
	json_put_text(object, "mode", sv_of(modes[c->mode]));
	if (c->negated)
		json_put(object, "negated", json_new_bool(true));
	if (c->passive)
		json_put(object, "passive", json_new_bool(true));
	json_put_text(object, "text", part(text, c->span));
	return object;
}

static struct json_t *understand(struct arena *arena, const struct json_t *line)
{
	struct sv text = json_text(json_get(line, "text"));
	const struct language *language = language_find(json_text(json_get(line, "lang")));
	struct date published = { 0 };
	struct token_list tokens = { 0 };
	struct quantity_list quantities = { 0 };
	struct date_list dates = { 0 };
	struct cue_list cues = { 0 };
	struct json_t *out = json_new_object(), *array;
	if (!language)
		language = language_detect(text, (struct sv){ 0 });
	(void)date_parse(json_text(json_get(line, "published")), &published); /* stays unset */
	text_tokens(arena, text, language, &tokens);
	text_quantities(arena, text, &tokens, language, &quantities);
	text_dates(arena, text, &tokens, language, published, &dates);
	text_cues(arena, text, &tokens, language, &cues);
	json_put_text(out, "id", json_text(json_get(line, "id")));
	array = json_new_array();
	for (size_t i = 0; i < quantities.n; i++)
		json_push(array, quantity_json(&quantities.items[i], text));
	json_put(out, "quantities", array);
	array = json_new_array();
	for (size_t i = 0; i < dates.n; i++)
		json_push(array, date_json(&dates.items[i], text));
	json_put(out, "dates", array);
	array = json_new_array();
	for (size_t i = 0; i < cues.n; i++)
		json_push(array, cue_json(&cues.items[i], text));
	json_put(out, "cues", array);
	return out;
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	struct arena *arena = arena_new(1u << 26);
	for (ssize_t n = getline(&line, &size, stdin); n > 0; n = getline(&line, &size, stdin)) {
		struct json_t *in = NULL;
		struct error err = { 0 };
		enum status st = json_read((struct sv){ line, (size_t)n }, &in, &err);
		if (st) {
			(void)fprintf(stderr, "pw_eval_numbers: %s\n", err.text);
			return 1;
		}
		struct json_t *out = understand(arena, in);
		struct sv written = json_write(arena, out);
		(void)printf("%.*s\n", SV_ARG(written));
		json_free(out);
		json_free(in);
		arena_reset(arena);
	}
	arena_free(arena);
	free(line);
	return 0;
}
