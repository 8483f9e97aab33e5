/* Numbers as people read them, for error texts. */
#ifndef WATCH_SAY_H
#define WATCH_SAY_H

#include <stddef.h>
#include <stdint.h>

#define SAY_TEXT 40
const char *say_count(int64_t n, char out[SAY_TEXT]);     /* "12,345" */
const char *say_size(size_t bytes, char out[SAY_TEXT]);   /* "8 MiB", "1.5 MiB", "12,345 bytes" */
const char *say_duration(int64_t ms, char out[SAY_TEXT]); /* "30 s", "1.5 s", "250 ms" */

#endif
