/* Reads JSON lines {"lang", "text"} and writes JSON lines {"spans": [[from, to], ...]}: the sentences, in code
 * points. Blank lines part paragraphs, as they do in a document. Without "lang" the language is detected. */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "segment.h"
#include "unicode.h"

enum { MAX_BYTES = 1 << 28 };

/* Code points up to a place, counted onwards from the place asked for before. */
struct counter {
	struct sv text;
	size_t at;
	int64_t count;
};

static int64_t count_to(struct counter *c, size_t to)
{
	while (c->at < to) {
		(void)text_next(c->text, &c->at);
		c->count++;
	}
	return c->count;
}

static size_t paragraph_end(struct sv text, size_t from)
{
	for (size_t at = from; at < text.n; at++) {
		size_t next = at + 1;
		while (text.p[at] == '\n' && next < text.n &&
			(text.p[next] == ' ' || text.p[next] == '\t' || text.p[next] == '\r'))
			next++;
		if (text.p[at] == '\n' && next < text.n && text.p[next] == '\n')
			return at;
	}
	return text.n;
}

static struct json_t *spans_of(struct arena *arena, struct sv text, const struct language *language)
{
	struct json_t *list = json_new_array();
	struct counter counter = { .text = text };
	for (size_t from = 0, to; from < text.n; from = to + 1) {
		struct span_list spans;
		to = paragraph_end(text, from);
		text_sentences(arena, sv_slice(text, from, to), language, &spans);
		for (size_t i = 0; i < spans.n; i++) {
			struct json_t *pair = json_new_array();
			json_push(pair, json_new_integer(count_to(&counter, from + spans.items[i].from)));
			json_push(pair, json_new_integer(count_to(&counter, from + spans.items[i].to)));
			json_push(list, pair);
		}
	}
	return list;
}

static enum status answer(struct sv line, struct error *err)
{
	struct json_t *input = NULL;
	CLEANUP(arena_freep) struct arena *arena = arena_new(MAX_BYTES);
	enum status st = json_read(line, &input, err);
	if (st)
		return st;
	struct sv text = json_text(json_get(input, "text")), tag = json_text(json_get(input, "lang"));
	const struct language *language = language_find(tag);
	struct json_t *output = json_new_object();
	json_put(output, "spans", spans_of(arena, text, language ? language : language_detect(text, tag)));
	struct sv written = json_write(arena, output);
	(void)printf("%.*s\n", SV_ARG(written));
	json_free(output);
	json_free(input);
	return OK;
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	int failed = 0;
	for (ssize_t n = getline(&line, &cap, stdin); n >= 0; n = getline(&line, &cap, stdin)) {
		struct error err;
		if (answer((struct sv){ line, (size_t)n }, &err)) {
			(void)fprintf(stderr, "pw_eval_segment: %s\n", err.text);
			failed = 1;
			break;
		}
	}
	free(line);
	return failed;
}
