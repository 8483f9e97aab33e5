/* Settings by table: one entry says a field's name, type, range and place, so that reading, checking and the
 * suggestion for a misspelt name come from one source. Reading never stops at a mistake. */
#include "reader.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "limit.h"

static void add_issue(struct reader *reader, unsigned line, const char *text)
{
	if (reader->issues->n >= LIMIT_CONFIG_ERRORS)
		return;
	struct config_issue *issue = list_push(reader->issues->arena, reader->issues);
	issue->file = arena_sv(reader->issues->arena, reader->file);
	issue->line = line;
	issue->text = arena_sv(reader->issues->arena, sv_of(text));
}

void report_at(struct reader *reader, unsigned line, const char *format, ...)
{
	va_list args;
	char text[512];
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_issue(reader, line, text);
}

void report(struct reader *reader, const struct config_setting_t *setting, const char *format, ...)
{
	va_list args;
	char text[512];
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_issue(reader, setting ? config_setting_source_line(setting) : 0, text);
}

/* Edits (insert, delete, replace, swap) between two short names. */
static size_t edit_distance(struct sv a, struct sv b)
{
	enum { MOST = 40 };
	size_t rows[3][MOST + 1];
	if (a.n > MOST || b.n > MOST)
		return MOST;
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *before2 = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = before[j - 1] + (a.p[i - 1] != b.p[j - 1]);
			if (before[j] + 1 < best)
				best = before[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
				before2[j - 2] + 1 < best)
				best = before2[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[a.n % 3][b.n];
}

const char *suggest(struct sv wrong, const struct field *fields, size_t n)
{
	const char *best = NULL;
	size_t best_distance = wrong.n / 3 + 2; /* farther is no misspelling but another word */
	for (size_t i = 0; i < n; i++) {
		size_t distance = edit_distance(wrong, sv_of(fields[i].name));
		if (distance < best_distance) {
			best_distance = distance;
			best = fields[i].name;
		}
	}
	return best;
}

static bool get_text(struct reader *reader, const config_setting_t *setting, struct sv *out)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING) {
		report(reader, setting, "'%s' must be a text in quotation marks", config_setting_name(setting));
		return false;
	}
	*out = arena_sv(reader->arena, sv_of(config_setting_get_string(setting)));
	return true;
}

static bool get_number(const config_setting_t *setting, double *out)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: *out = (double)config_setting_get_int64(setting); return true;
	case CONFIG_TYPE_FLOAT: *out = config_setting_get_float(setting); return true;
	default: return false;
	}
}

static void read_texts(struct reader *reader, const config_setting_t *setting, struct sv_list *out)
{
	const char *name = config_setting_name(setting);
	if (config_setting_type(setting) != CONFIG_TYPE_ARRAY && config_setting_type(setting) != CONFIG_TYPE_LIST) {
		report(reader, setting, "'%s' must be a list of texts: [\"…\", \"…\"]", name);
		return;
	}
	int n = config_setting_length(setting);
	for (int i = 0; i < n; i++) {
		const config_setting_t *item = config_setting_get_elem(setting, (unsigned)i);
		const char *text = config_setting_get_string(item);
		if (text)
			*list_push(reader->arena, out) = arena_sv(reader->arena, sv_of(text));
		else
			report(reader, setting, "'%s': item %d is not a text in quotation marks", name, i + 1);
	}
}

static void read_duration(struct reader *reader, const config_setting_t *setting, const struct field *field, void *at)
{
	struct sv text;
	int64_t ms;
	if (!get_text(reader, setting, &text))
		return;
	if (!config_parse_duration(text, &ms))
		report(reader, setting,
			"'%s' must be a time span such as \"30s\", \"10m\", \"1h30m\" or \"2d\", not \"%.*s\"",
			field->name, SV_ARG(text));
	else if ((double)ms < field->min || (double)ms > field->max)
		report(reader, setting, "'%s' = \"%.*s\" is out of range: %.0f s to %.0f s", field->name, SV_ARG(text),
			field->min / 1000, field->max / 1000);
	else
		*(int64_t *)at = ms;
}

static void read_size(struct reader *reader, const config_setting_t *setting, const struct field *field, void *at)
{
	struct sv text;
	size_t bytes;
	if (!get_text(reader, setting, &text))
		return;
	if (!config_parse_size(text, &bytes))
		report(reader, setting, "'%s' must be a size such as \"512k\" or \"8M\", not \"%.*s\"", field->name,
			SV_ARG(text));
	else if ((double)bytes < field->min || (double)bytes > field->max)
		report(reader, setting, "'%s' = \"%.*s\" is out of range: %.0f to %.0f bytes", field->name,
			SV_ARG(text), field->min, field->max);
	else
		*(size_t *)at = bytes;
}

static void read_number(struct reader *reader, const config_setting_t *setting, const struct field *field, void *at)
{
	double value;
	if (!get_number(setting, &value))
		report(reader, setting, "'%s' must be a number", field->name);
	else if (field->min < field->max && (value < field->min || value > field->max))
		report(reader, setting, "'%s' = %g is out of range: %g to %g", field->name, value, field->min,
			field->max);
	else if (field->type == FIELD_INT)
		*(int *)at = (int)value;
	else
		*(double *)at = value;
}

/* A bare year may be written as a number. */
static void read_date(struct reader *reader, const config_setting_t *setting, const struct field *field, void *at)
{
	struct sv text;
	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		text = arena_printf(reader->arena, "%d", config_setting_get_int(setting));
	else if (!get_text(reader, setting, &text))
		return;
	if (!date_parse(text, at))
		report(reader, setting,
			"'%s' must be a date such as \"2026-06-30\", \"2026-06\" or \"2026\", not \"%.*s\"",
			field->name, SV_ARG(text));
}

static void read_field(struct reader *reader, config_setting_t *setting, const struct field *field, void *base)
{
	void *at = (char *)base + field->offset;
	struct sv text;
	switch (field->type) {
	case FIELD_TEXT: (void)get_text(reader, setting, at); break;
	case FIELD_TEXTS: read_texts(reader, setting, at); break;
	case FIELD_BOOL:
		if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
			report(reader, setting, "'%s' must be true or false", field->name);
		else
			*(bool *)at = config_setting_get_bool(setting) != 0;
		break;
	case FIELD_INT:
	case FIELD_NUMBER: read_number(reader, setting, field, at); break;
	case FIELD_DURATION: read_duration(reader, setting, field, at); break;
	case FIELD_SIZE: read_size(reader, setting, field, at); break;
	case FIELD_DATE: read_date(reader, setting, field, at); break;
	case FIELD_NAME:
		if (get_text(reader, setting, &text) && !field->parse(text, at))
			report(reader, setting, "'%s' must be %s, not \"%.*s\"", field->name, field->names,
				SV_ARG(text));
		break;
	case FIELD_GROUP:
		if (!config_setting_is_group(setting))
			report(reader, setting, "'%s' must be a group: { … }", field->name);
		else
			read_group(reader, setting, field->fields, field->n_fields, at);
		break;
	case FIELD_ANY: break;
	}
}

static const struct field *find_field(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

void read_group(struct reader *reader, config_setting_t *group, const struct field *fields, size_t n, void *base)
{
	int members = config_setting_length(group);
	for (int i = 0; i < members; i++) {
		config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting);
		const struct field *field = find_field(fields, n, name);
		const char *near = field ? NULL : suggest(sv_of(name), fields, n);
		if (field)
			read_field(reader, setting, field, base);
		else if (near)
			report(reader, setting, "unknown key '%s' (did you mean '%s'?)", name, near);
		else
			report(reader, setting, "unknown key '%s'", name);
	}
	for (size_t i = 0; i < n; i++)
		if (fields[i].is_required && !config_setting_get_member(group, fields[i].name))
			report(reader, group, "'%s' is missing", fields[i].name);
}
