/* JSON written straight into a buf, member by member: no tree in between, as this runs for each event.
 *
 * key: name of the member, plain ASCII; NULL inside an array and at the top. The comma before a member is put by what
 * stands before it. Bytes that are no UTF-8, and NUL, become U+FFFD. Past the maximum of the buf: buf_check(). */
#ifndef PUBLISH_JSON_OUT_H
#define PUBLISH_JSON_OUT_H

#include "buf.h"

void json_out_open(struct buf *out, const char *key, char bracket); /* '{' or '[' */
void json_out_close(struct buf *out, char bracket);                 /* '}' or ']' */
/* At most max_bytes of the text; what is longer is cut at a character and ends in "…". max_bytes is at least 3. */
void json_out_text(struct buf *out, const char *key, struct sv text, size_t max_bytes);
/* As an integer when it is one; otherwise with as many digits as bring the same number back. */
void json_out_number(struct buf *out, const char *key, double v);
void json_out_null(struct buf *out, const char *key);

#endif
