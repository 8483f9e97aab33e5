/* Reads files and says what was read, for measuring: paths on standard input, one a line; JSON lines out, one a
 * document: {"file","title","author","published","lang","key","url","text","sentences":[…]}, or {"file","error"}.
 * With --statements each sentence is an object with speaker and flags. --kind NAME: how the source would be declared. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "limit.h"
#include "read.h"

static bool read_file(const char *path, char **out, size_t *out_n)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	char *bytes = malloc(LIMIT_FETCH_BYTES_MAX);
	size_t n = bytes ? fread(bytes, 1, LIMIT_FETCH_BYTES_MAX, file) : 0;
	(void)fclose(file);
	*out = bytes;
	*out_n = n;
	return bytes != NULL;
}

static struct json_t *statement_json(const struct statement *s)
{
	struct json_t *json = json_new_object();
	json_put_text(json, "text", s->text);
	json_put_text(json, "speaker", s->speaker);
	if (s->is_quote)
		json_put(json, "quote", json_new_bool(true));
	if (s->is_heading)
		json_put(json, "heading", json_new_bool(true));
	json_put(json, "block", json_new_integer(s->block));
	struct json_t *numbers = json_new_array(), *dates = json_new_array(), *actors = json_new_array();
	for (size_t i = 0; i < s->quantities.n; i++) {
		const struct quantity *q = &s->quantities.items[i];
		json_push(numbers, json_new_text(sv_slice(s->text, q->phrase.from, q->phrase.to)));
	}
	for (size_t i = 0; i < s->dates.n; i++) {
		char text[DATE_TEXT];
		json_push(dates, json_new_text(sv_of(date_format(s->dates.items[i].date, text))));
	}
	for (size_t i = 0; i < s->actors.n; i++)
		json_push(actors, json_new_text(s->actors.items[i].code));
	json_put(json, "quantities", numbers);
	json_put(json, "dates", dates);
	json_put(json, "actors", actors);
	return json;
}

static struct json_t *document_json(const char *path, const struct document *d, bool with_statements)
{
	struct json_t *json = json_new_object(), *sentences = json_new_array();
	char time[WALL_TEXT];
	json_put(json, "file", json_new_text(sv_of(path)));
	json_put_text(json, "key", d->key);
	json_put_text(json, "url", d->url);
	json_put_text(json, "title", d->title);
	json_put_text(json, "author", d->author);
	json_put_text(json, "published", sv_of(wall_format(d->published, time)));
	json_put_text(json, "lang", d->lang);
	json_put(json, "text", json_new_text(d->text));
	for (size_t i = 0; i < d->statements.n; i++)
		json_push(sentences,
			with_statements ? statement_json(&d->statements.items[i])
					: json_new_text(d->statements.items[i].text));
	json_put(json, "sentences", sentences);
	return json;
}

static void print(struct arena *arena, struct json_t *json)
{
	struct sv line = json_write(arena, json);
	(void)printf("%.*s\n", SV_ARG(line));
	json_free(json);
}

static void eval_file(struct arena *arena, const char *path, const struct read_options *options, bool with_statements)
{
	struct snapshot snapshot = { .url = options->url };
	struct reading reading = { 0 };
	struct error err = { 0 };
	char *bytes = NULL;
	if (!read_file(path, &bytes, &snapshot.body.n)) {
		(void)fprintf(stderr, "eval_read: cannot read %s\n", path);
		return;
	}
	snapshot.body.p = bytes;
	enum status st = read_snapshot(arena, &snapshot, options, &reading, &err);
	for (size_t i = 0; !st && i < reading.documents.n; i++) {
		st = read_statements(arena, &reading.documents.items[i], &err);
		if (!st)
			print(arena, document_json(path, &reading.documents.items[i], with_statements));
	}
	if (st) {
		struct json_t *json = json_new_object();
		json_put(json, "file", json_new_text(sv_of(path)));
		json_put(json, "error", json_new_text(sv_of(err.text)));
		print(arena, json);
	}
	for (size_t i = 0; i < reading.warnings.n; i++)
		(void)fprintf(stderr, "%s: %.*s\n", path, SV_ARG(reading.warnings.items[i]));
	free(bytes);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = { { "kind", required_argument, NULL, 'k' },
		{ "url", required_argument, NULL, 'u' }, { "selector", required_argument, NULL, 's' },
		{ "statements", no_argument, NULL, 'S' }, { NULL, 0, NULL, 0 } };
	struct read_options options = { .kind = SOURCE_PAGE };
	bool with_statements = false;
	for (int c = getopt_long(argc, argv, "", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "", long_options, NULL)) {
		if (c == 'k' && !source_kind_parse(sv_of(optarg), &options.kind))
			return 2;
		if (c == 'u')
			options.url = sv_of(optarg);
		if (c == 's')
			options.selector = sv_of(optarg);
		with_statements = with_statements || c == 'S';
		if (c == '?')
			return 2;
	}
	char path[4096];
	struct arena *arena = arena_new(LIMIT_READ_ARENA);
	while (fgets(path, sizeof path, stdin)) {
		path[strcspn(path, "\n")] = '\0';
		eval_file(arena, path, &options, with_statements);
		arena_reset(arena);
	}
	arena_free(arena);
	return 0;
}
