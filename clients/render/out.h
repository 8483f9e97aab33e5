/* Growing text for people. Without memory it goes on as if nothing was and says so at the end (out_take gives NULL). */
#ifndef RENDER_OUT_H
#define RENDER_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct out {
	char *p;
	size_t n, cap;
	bool is_failed;
};

void out_bytes(struct out *out, const char *p, size_t n);
void out_text(struct out *out, const char *text); /* as it is: for texts of ours */
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_spaces(struct out *out, size_t n);
/* The text, malloc'd and never NULL unless memory ran out; out is empty again. */
char *out_take(struct out *out);
void out_done(struct out *out);

#endif
