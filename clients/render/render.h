/* An event for people: one line, or everything. The command and the forwarder show events in the same words. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <policywatch/policywatch.h>
#include <stdbool.h>
#include <stddef.h>

#include "out.h"

struct render_style {
	size_t columns; /* of the terminal; 0: no limit */
	bool is_color;
};

/* Without a line end. At 80 columns and more: values are never cut, the text that they belong to is. */
void render_line(struct out *out, const struct pw_value *event, const struct render_style *style);
/* Several lines, each ended. */
void render_full(struct out *out, const struct pw_value *event, const struct render_style *style);
/* For a subject: "us-mexico figure: Mexico has deployed …: 12,000 → 28,000". */
void render_subject(struct out *out, const struct pw_value *event, size_t columns);

/* A value of a slot, of a fact or of a change: "28,000", "in-force", "MX, US". */
void render_value(struct out *out, const struct pw_value *value);
/* "28,000 security personnel (at least)", "25 % a year" */
void render_figure(struct out *out, const struct pw_value *figure);

enum render_color { COLOR_OLD, COLOR_NEW, COLOR_STRONG, COLOR_FAINT, COLOR_WARN };
/* Begins a colour if the style has them; NULL-safe ends are render_plain(). */
void render_color(struct out *out, const struct render_style *style, enum render_color color);
void render_plain(struct out *out, const struct render_style *style);

#endif
