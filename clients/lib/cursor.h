/* The place of a client in a log, in a file of one line: "pw1 <epoch, 16 hex digits> <seq>". */
#ifndef LIB_CURSOR_H
#define LIB_CURSOR_H

#include <policywatch/policywatch.h>
#include <stdint.h>

struct cursor {
	uint64_t epoch, seq; /* everything up to seq was handled */
};

/* PW_NOT_FOUND: no such file. PW_INVALID: it holds something else, and is left alone. PW_SYSTEM: errno. */
enum pw_status cursor_read(const char *path, struct cursor *out);
/* The file holds the old place or the new one at any time, also after a crash. PW_SYSTEM: errno. */
enum pw_status cursor_write(const char *path, struct cursor cursor);

#endif
