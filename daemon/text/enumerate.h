/* Markers of list items in running text: "1.", "2)", "(a)", "iii)", and bullets. Inside this layer only. */
#ifndef TEXT_ENUMERATE_H
#define TEXT_ENUMERATE_H

#include "sv.h"

enum marker_shape { MARKER_NONE, MARKER_DOT, MARKER_PAREN, MARKER_PARENS, MARKER_BULLET };

struct marker {
	enum marker_shape shape;
	size_t length;   /* in bytes, with bullet and punctuation */
	uint16_t number; /* as a number; 0: none */
	uint16_t letter; /* as a letter, a is 1 */
	uint16_t roman;  /* as a Roman numeral */
	uint16_t bullet; /* which one stands in front, from 1 */
};

/* The marker at the start of v, before white space. Capitals before a dot are initials of a name and no markers. */
struct marker marker_at(struct sv v);
/* Offset in v of the marker that comes after `first`, at or after `from` and behind white space; or SIZE_MAX. */
size_t marker_next(struct sv v, size_t from, const struct marker *first);

#endif
