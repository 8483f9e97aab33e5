/* Lines of JSON in, for the programs of this folder. A line that is not JSON ends the program with its number. */
#ifndef EVAL_LINES_H
#define EVAL_LINES_H

#include <stdio.h>
#include <stdlib.h>

#include "json.h"

struct lines {
	FILE *file;
	const char *name;
	char *line;
	size_t cap, number;
};

static inline struct lines lines_open(const char *name)
{
	struct lines lines = { .name = name, .file = fopen(name, "re") };
	if (!lines.file) {
		perror(name);
		exit(2);
	}
	return lines;
}

/* The next value, owned by the caller, or NULL at the end. */
static inline struct json_t *lines_next(struct lines *lines)
{
	ssize_t n;
	do {
		n = getline(&lines->line, &lines->cap, lines->file);
		lines->number++;
	} while (n >= 0 && sv_trim((struct sv){ lines->line, (size_t)n }).n == 0);
	if (n < 0)
		return NULL;
	struct json_t *value = NULL;
	struct error err = { 0 };
	if (json_read(sv_trim((struct sv){ lines->line, (size_t)n }), &value, &err)) {
		fprintf(stderr, "%s:%zu: %s\n", lines->name, lines->number, err.text);
		exit(2);
	}
	return value;
}

static inline void lines_close(struct lines *lines)
{
	fclose(lines->file);
	free(lines->line);
}

#endif
