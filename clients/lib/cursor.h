/* The places of a client, in a file of one line a log, the log used last first:
 *
 *	pw1 <epoch, 16 hex digits> <seq>[ <ms since 1970 when the last event handled was recorded>]
 *
 * So a client that changes between daemons goes on in each log where it left it. */
#ifndef LIB_CURSOR_H
#define LIB_CURSOR_H

#include <policywatch/policywatch.h>
#include <stddef.h>
#include <stdint.h>

#define CURSOR_LOGS 8
#define CURSOR_TEXT 576 /* 8 lines of at most 62 characters, and room to see that there are more */

struct place {
	uint64_t epoch, seq; /* everything up to seq was handled */
	int64_t time_ms;     /* 0: not known */
	uint64_t delivered;  /* handed out by this client; not in the file */
};

struct cursor {
	struct place logs[CURSOR_LOGS];
	size_t n;
};

const struct place *cursor_find(const struct cursor *cursor, uint64_t epoch); /* NULL: a log not known */
/* Puts a place first, in the stead of that in the same log; the one used longest ago may fall out. */
void cursor_set(struct cursor *cursor, struct place place);

/* PW_INVALID: it is not what cursor_print() writes, perhaps of a later time. */
enum pw_status cursor_parse(const char *text, size_t n, struct cursor *out);
size_t cursor_print(const struct cursor *cursor, char out[CURSOR_TEXT]);

/* PW_NOT_FOUND: no such file. PW_INVALID: it holds something else, and is left alone. PW_SYSTEM: errno. */
enum pw_status cursor_read(const char *path, struct cursor *out);
/* The file holds the old places or the new ones at any time, also after a crash. PW_SYSTEM: errno. */
enum pw_status cursor_write(const char *path, const struct cursor *cursor);

#endif
