/* Text is written in runs: the longest stretch that needs no escape goes out in one piece. */
#include "json_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unicode.h"

#define BIGGEST_EXACT 9007199254740992.0 /* 2^53: below it every whole number is a double */

static void begin_member(struct buf *out, const char *key)
{
	bool is_first = out->n == 0 || out->p[out->n - 1] == '{' || out->p[out->n - 1] == '[';
	if (!is_first)
		(void)buf_char(out, ',');
	if (!key)
		return;
	(void)buf_char(out, '"');
	(void)buf_append(out, sv_of(key));
	(void)buf_append(out, SV("\":"));
}

void json_out_open(struct buf *out, const char *key, char bracket)
{
	begin_member(out, key);
	(void)buf_char(out, bracket);
}

void json_out_close(struct buf *out, char bracket)
{
	(void)buf_char(out, bracket);
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One character that is not plain ASCII, at *at, which moves past it. */
static void put_special(struct buf *out, struct sv text, size_t *at)
{
	static const struct {
		char c, name;
	} short_escapes[] = { { '"', '"' }, { '\\', '\\' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' } };
	char c = text.p[*at];
	for (size_t i = 0; i < sizeof short_escapes / sizeof short_escapes[0]; i++) {
		if (short_escapes[i].c == c) {
			(void)buf_append(out, (struct sv){ (char[]){ '\\', short_escapes[i].name }, 2 });
			++*at;
			return;
		}
	}
	int32_t code_point = text_next(text, at);
	if (code_point > 0 && code_point < 0x20) {
		(void)buf_printf(out, "\\u%04x", (unsigned)code_point);
		return;
	}
	char bytes[4];
	size_t n;
	text_put(bytes, code_point > 0 ? code_point : 0xfffd, &n);
	(void)buf_append(out, (struct sv){ bytes, n });
}

static void put_escaped(struct buf *out, struct sv text)
{
	size_t at = 0;
	while (at < text.n && !out->is_over) {
		size_t from = at;
		while (at < text.n && is_plain(text.p[at]))
			at++;
		(void)buf_append(out, sv_slice(text, from, at));
		if (at < text.n)
			put_special(out, text, &at);
	}
}

void json_out_text(struct buf *out, const char *key, struct sv text, size_t max_bytes)
{
	begin_member(out, key);
	(void)buf_char(out, '"');
	if (text.n <= max_bytes) {
		put_escaped(out, text);
	} else {
		put_escaped(out, text_cut(text, max_bytes - 3));
		(void)buf_append(out, SV("…"));
	}
	(void)buf_char(out, '"');
}

void json_out_number(struct buf *out, const char *key, double v)
{
	begin_member(out, key);
	if (!isfinite(v)) {
		(void)buf_append(out, SV("null"));
		return;
	}
	if (fabs(v) < BIGGEST_EXACT && !(trunc(v) < v) && !(trunc(v) > v)) {
		(void)buf_printf(out, "%lld", (long long)v);
		return;
	}
	char digits[32];
	(void)snprintf(digits, sizeof digits, "%.15g", v);
	double back = strtod(digits, NULL);
	if (back < v || back > v)
		(void)snprintf(digits, sizeof digits, "%.17g", v);
	(void)buf_append(out, sv_of(digits));
}

void json_out_null(struct buf *out, const char *key)
{
	begin_member(out, key);
	(void)buf_append(out, SV("null"));
}
