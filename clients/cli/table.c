#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "cli.h"

#define GAP 2
#define LAST_LEAST 12 /* columns that the last column has, however narrow the terminal is */

struct cell {
	char *text; /* NULL: no memory */
	size_t columns;
	int color; /* -1: none */
};

struct table {
	size_t columns, n, cap;
	const char *const *heads;
	struct cell *cells;
};

struct table *table_new(size_t columns, const char *const *heads)
{
	struct table *table = calloc(1, sizeof *table);
	if (!table)
		return NULL;
	table->columns = columns;
	table->heads = heads;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

static void add(struct table *table, const char *text, int color)
{
	struct out clean = { 0 };
	if (table->n == table->cap) {
		size_t cap = table->cap ? table->cap * 2 : 64;
		struct cell *cells = realloc(table->cells, cap * sizeof *cells);
		if (!cells)
			return;
		table->cells = cells;
		table->cap = cap;
	}
	size_t columns = clean_text(&clean, text, CLEAN_NO_LIMIT);
	table->cells[table->n++] = (struct cell){ out_take(&clean), columns, color };
}

void table_cell(struct table *table, const char *text)
{
	add(table, text, -1);
}

void table_cell_color(struct table *table, const char *text, enum render_color color)
{
	add(table, text, (int)color);
}

void table_cell_out(struct table *table, struct out *text)
{
	add(table, text->p ? text->p : "", -1);
	out_done(text);
}

static size_t width_of(const struct table *table, size_t column)
{
	size_t width = strlen(table->heads[column]);
	for (size_t i = column; i < table->n; i += table->columns) {
		if (table->cells[i].columns > width)
			width = table->cells[i].columns;
	}
	return width;
}

static void write_cell(struct out *out, const struct cell *cell, size_t width, bool is_last, size_t room,
	const struct render_style *style)
{
	const char *text = cell->text ? cell->text : "";
	if (cell->color >= 0)
		render_color(out, style, (enum render_color)cell->color);
	if (is_last)
		(void)clean_text(out, text, room);
	else
		out_text(out, text);
	if (cell->color >= 0)
		render_plain(out, style);
	if (!is_last)
		out_spaces(out, width - cell->columns + GAP);
	else
		out_text(out, "\n");
}

void table_write(const struct table *table, struct out *out, const struct render_style *style)
{
	size_t before_last = 0, room = CLEAN_NO_LIMIT;
	for (size_t c = 0; c + 1 < table->columns; c++)
		before_last += width_of(table, c) + GAP;
	if (style->columns)
		room = style->columns > before_last + LAST_LEAST ? style->columns - before_last : LAST_LEAST;
	for (size_t c = 0; c < table->columns; c++) {
		size_t n = strlen(table->heads[c]);
		struct cell head = { NULL, n, COLOR_FAINT };
		render_color(out, style, COLOR_FAINT);
		out_text(out, table->heads[c]);
		render_plain(out, style);
		if (c + 1 < table->columns)
			out_spaces(out, width_of(table, c) - head.columns + GAP);
	}
	out_text(out, "\n");
	for (size_t i = 0; table->columns > 0 && i < table->n; i++) {
		size_t column = i % table->columns;
		write_cell(out, &table->cells[i], width_of(table, column), column + 1 == table->columns, room, style);
	}
}
