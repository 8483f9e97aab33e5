/* Times and numbers as people read them: in their own time zone, with thousands separators. */
#ifndef RENDER_WHEN_H
#define RENDER_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "out.h"

/* RFC 3339, or a date (its start, UTC). *out_is_date: no time of day is known: it was a date, or midnight UTC to the
 * millisecond, which is how a date comes over the wire. */
bool when_parse(const char *text, int64_t *out_ms, bool *out_is_date);
/* "2021-10-08 14:02" in local time; "2021-10-08" when no time of day is known; "?" for nonsense. */
void when_text(struct out *out, const char *rfc3339);
/* "12 min ago", "in 3 h"; "never" for nothing. */
void when_ago(struct out *out, const char *rfc3339, int64_t now_ms);
/* A place to begin: "2h", "3d" before now, a date or a time (local unless it says), as milliseconds since 1970. */
bool when_since(const char *text, int64_t now_ms, int64_t *out_ms);
int64_t when_now_ms(void);

void number_text(struct out *out, double number); /* 28000 -> "28,000"; 0.25 -> "0.25" */

#endif
