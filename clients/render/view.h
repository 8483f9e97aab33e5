/* The parts of an event that a rendering shows, found once. Strings are borrowed from the event, uncleaned. */
#ifndef RENDER_VIEW_H
#define RENDER_VIEW_H

#include <policywatch/policywatch.h>
#include <stdbool.h>

#define VIEW_NAME 64

struct view {
	char family[VIEW_NAME], what[VIEW_NAME]; /* "fact", "figure" */
	const char *area;                        /* the beat, or what stands in its place */
	const char *headline;                    /* what it is about, in words */
	const char *time;                        /* when it was said, else stored */
	const char *speaker, *source;            /* "" when unknown */
	const struct pw_value *old, *new;        /* short values, or NULL */
	const char *unit;                        /* put behind numbers: "%" or "" */
	const char *between;                     /* " → " or " ≠ " */
	bool is_proposed, is_warning;
};

void view_of(const struct pw_value *event, struct view *out);

#endif
