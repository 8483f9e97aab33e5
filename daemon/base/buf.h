/* Growing bytes that are born with their maximum.
 *
 * A write past the maximum leaves the buffer as it was and returns E_LIMIT, and every later write does the
 * same, so a series of writes needs one check at its end (buf_check). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "error.h"
#include "sv.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool is_over; /* a write did not fit */
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_done(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory, forgets is_over */
enum status buf_append(struct buf *buf, struct sv bytes);
enum status buf_char(struct buf *buf, char c);
enum status buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
enum status buf_check(const struct buf *buf, struct error *err);
struct sv buf_sv(const struct buf *buf); /* lives until the next write */

#endif
