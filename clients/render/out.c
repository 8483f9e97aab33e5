#include "out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void out_bytes(struct out *out, const char *p, size_t n)
{
	if (out->is_failed || n == 0)
		return;
	if (out->n + n + 1 > out->cap) {
		size_t cap = (out->cap ? out->cap : 256) * 2;
		while (cap < out->n + n + 1)
			cap *= 2;
		char *grown = realloc(out->p, cap);
		if (!grown) {
			out->is_failed = true;
			return;
		}
		out->p = grown;
		out->cap = cap;
	}
	memcpy(out->p + out->n, p, n);
	out->n += n;
	out->p[out->n] = '\0';
}

void out_text(struct out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

void out_printf(struct out *out, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		out->is_failed = true;
		return;
	}
	out_bytes(out, text, (size_t)n);
	free(text);
}

void out_spaces(struct out *out, size_t n)
{
	while (n--)
		out_bytes(out, " ", 1);
}

char *out_take(struct out *out)
{
	char *text = out->p;
	if (out->is_failed) {
		free(text);
		text = NULL;
	} else if (!text) {
		text = strdup("");
	}
	*out = (struct out){ 0 };
	return text;
}

void out_done(struct out *out)
{
	free(out->p);
	*out = (struct out){ 0 };
}
