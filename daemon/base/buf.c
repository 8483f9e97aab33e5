#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max_bytes)
{
	*buf = (struct buf){ .max = max_bytes };
}

void buf_done(struct buf *buf)
{
	free(buf->p);
	buf->p = NULL;
	buf->n = buf->cap = 0;
}

void buf_clear(struct buf *buf)
{
	buf->n = 0;
	buf->is_over = false;
}

/* Room for n more bytes and a NUL that printf writes. */
static enum status reserve(struct buf *buf, size_t n)
{
	if (buf->is_over || n > buf->max - buf->n) {
		buf->is_over = true;
		return E_LIMIT;
	}
	if (buf->n + n < buf->cap)
		return OK;
	size_t cap = buf->cap ? buf->cap : 64;
	while (cap <= buf->n + n)
		cap *= 2;
	char *p = realloc(buf->p, cap);
	if (!p) {
		(void)fputs("policywatch: out of memory\n", stderr);
		abort();
	}
	buf->p = p;
	buf->cap = cap;
	return OK;
}

enum status buf_append(struct buf *buf, struct sv bytes)
{
	enum status st = reserve(buf, bytes.n);
	if (st)
		return st;
	if (bytes.n)
		memcpy(buf->p + buf->n, bytes.p, bytes.n);
	buf->n += bytes.n;
	return OK;
}

enum status buf_char(struct buf *buf, char c)
{
	return buf_append(buf, (struct sv){ &c, 1 });
}

enum status buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	enum status st = n < 0 ? E_LIMIT : reserve(buf, (size_t)n);
	if (!st) {
		(void)vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
		buf->n += (size_t)n;
	}
	va_end(again);
	return st;
}

enum status buf_check(const struct buf *buf, struct error *err)
{
	if (!buf->is_over)
		return OK;
	return error_set(err, E_LIMIT, "longer than %zu bytes", buf->max);
}

struct sv buf_sv(const struct buf *buf)
{
	return (struct sv){ buf->p, buf->n };
}
