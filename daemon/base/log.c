#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"

enum { LINE_BYTES = 4096, FIELD_BYTES = 400 };

static struct {
	log_sink *sink;
	enum log_level level;
} the_log = { NULL, LOG_LEVEL_INFO };

static const struct {
	const char *name;
	enum log_level level;
} level_names[] = { { "error", LOG_LEVEL_ERROR }, { "warning", LOG_LEVEL_WARNING }, { "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG } };
enum { LEVELS = sizeof level_names / sizeof level_names[0] };

static const char *level_name(enum log_level level)
{
	for (size_t i = 0; i < LEVELS; i++)
		if (level_names[i].level == level)
			return level_names[i].name;
	return "info";
}

enum log_level log_level_from_name(struct sv name, bool *out_known)
{
	for (size_t i = 0; i < LEVELS; i++) {
		if (sv_eq(sv_of(level_names[i].name), name)) {
			*out_known = true;
			return level_names[i].level;
		}
	}
	*out_known = false;
	return LOG_LEVEL_INFO;
}

/* Text from outside, cut, with control characters as \xNN. */
static void append_quoted(struct buf *line, struct sv value)
{
	struct sv shown = sv_slice(value, 0, FIELD_BYTES);
	(void)buf_char(line, '"');
	for (size_t i = 0; i < shown.n; i++) {
		unsigned char c = (unsigned char)shown.p[i];
		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			(void)buf_printf(line, "\\x%02x", c);
		else
			(void)buf_char(line, (char)c);
	}
	(void)buf_append(line, shown.n < value.n ? SV("…\"") : SV("\""));
}

void log_append_fields(struct buf *line, const struct log_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)buf_printf(line, " %s=", fields[i].name);
		append_quoted(line, fields[i].value);
	}
}

static void write_stderr(enum log_level level, struct sv message, const struct log_field *fields, size_t n)
{
	struct buf line;
	buf_init(&line, LINE_BYTES);
	(void)buf_printf(&line, "policywatchd: %s: %.*s", level_name(level), SV_ARG(message));
	log_append_fields(&line, fields, n);
	(void)fprintf(stderr, "%.*s\n", SV_ARG(buf_sv(&line)));
	buf_done(&line);
}

void log_set_sink(log_sink *sink)
{
	the_log.sink = sink;
}

void log_set_level(enum log_level most_verbose)
{
	the_log.level = most_verbose;
}

void log_write(enum log_level level, const struct log_field *fields, size_t n, const char *format, ...)
{
	va_list args;
	char message[1024];
	if (level > the_log.level)
		return;
	va_start(args, format);
	(void)vsnprintf(message, sizeof message, format, args);
	va_end(args);
	(the_log.sink ? the_log.sink : write_stderr)(level, sv_of(message), fields, n);
}
