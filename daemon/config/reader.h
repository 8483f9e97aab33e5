/* Inside config/: reading groups of settings by tables of fields. */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "config.h"

struct config_setting_t; /* libconfig's */
struct config_t;

/* Where the bus is told what to bind, for mistakes that show only when all is read. 0: not written. */
struct bus_lines {
	unsigned events, query, server_key, ipc_group;
};

struct reader {
	struct arena *arena; /* owns what is read */
	struct config_issues *issues;
	struct sv file;
	struct bus_lines *bus_lines; /* of the main file, to be noted; or NULL */
};

enum field_type {
	FIELD_TEXT,     /* struct sv */
	FIELD_TEXTS,    /* struct sv_list */
	FIELD_BOOL,     /* bool */
	FIELD_INT,      /* int, within min..max */
	FIELD_NUMBER,   /* double, within min..max */
	FIELD_DURATION, /* int64_t milliseconds, within min..max */
	FIELD_SIZE,     /* size_t bytes, within min..max */
	FIELD_DATE,     /* struct date */
	FIELD_NAME,     /* an enum, by `parse` from a list of `names` */
	FIELD_GROUP,    /* a group of its own, by `fields` */
	FIELD_ANY,      /* read by somebody else; only its name is known here */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	bool is_required;
	double min, max;
	bool (*parse)(struct sv v, void *out); /* of FIELD_NAME */
	const char *names;                     /* for the message: "feed, page, file, folder" */
	const struct field *fields;            /* of FIELD_GROUP, at the same base + offset */
	size_t n_fields;
};

/* Fills `base` from a group. Every unknown, misspelt, mistyped or missing setting becomes an issue. */
void read_group(
	struct reader *reader, struct config_setting_t *group, const struct field *fields, size_t n, void *base);

/* Notes a mistake at a line (0: at the file). */
void report_at(struct reader *reader, unsigned line, const char *format, ...) PRINTF_LIKE(3, 4);
/* Notes a mistake at a setting (NULL: at the file). */
void report(struct reader *reader, const struct config_setting_t *setting, const char *format, ...) PRINTF_LIKE(3, 4);

/* The name among `fields` most like a misspelt one, or NULL when none is near. */
const char *suggest(struct sv wrong, const struct field *fields, size_t n);

/* The parts of a file. */
void read_sources(struct reader *reader, struct config_setting_t *list, struct source_list *out);
void read_facts(struct reader *reader, struct config_setting_t *list, struct fact_list *out);

void note_bus_lines(struct reader *reader, const struct config_t *file);
/* Fills in what the bus was not told, and checks what it was: endpoints, keys, group. */
void finish_bus(struct reader *reader, struct config *config, const struct bus_lines *lines);
/* A path that is written relative to the main file. */
struct sv config_beside(const struct config *config, struct sv path);

#endif
