/* The log: one line for people, with fields for machines.
 *
 * Layers below app/ return errors and log at most at debug. app/ logs once, with fields, and says what
 * happens next. Untrusted text goes through LOG_TEXT fields, which are quoted, escaped and cut. The sink
 * (standard error by default) is the one global of the program. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "error.h"
#include "sv.h"

struct buf;

/* Values are those of syslog, which the journal uses as well. */
enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

struct log_field {
	const char *name; /* "SOURCE", "STATUS": upper case, as in the journal */
	struct sv value;
};

typedef void log_sink(enum log_level level, struct sv message, const struct log_field *fields, size_t n);

void log_set_sink(log_sink *sink); /* NULL: back to standard error */
/* Fields as the line for people has them, for other sinks: ` NAME="value"`, quoted, escaped and cut. */
void log_append_fields(struct buf *line, const struct log_field *fields, size_t n);
void log_set_level(enum log_level most_verbose);
enum log_level log_level_from_name(struct sv name, bool *out_known);
/* fields may be NULL when n is 0. */
void log_write(enum log_level level, const struct log_field *fields, size_t n, const char *format, ...)
	PRINTF_LIKE(4, 5);
#define log_error(...) log_write(LOG_LEVEL_ERROR, NULL, 0, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, NULL, 0, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, NULL, 0, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, NULL, 0, __VA_ARGS__)
/* One field: log_with(LOG_LEVEL_WARNING, "SOURCE", source->id, "…") */
#define log_with(level, field, value, ...) log_write(level, &(struct log_field){ field, value }, 1, __VA_ARGS__)

#endif
