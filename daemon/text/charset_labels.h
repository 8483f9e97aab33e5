/* The labels of the WHATWG encoding standard. Inside this layer only. */
#ifndef TEXT_CHARSET_LABELS_H
#define TEXT_CHARSET_LABELS_H

#include "sv.h"

struct charset {
	const char *name;      /* the standard's, in lower case */
	const char *converter; /* ICU's name of what the standard means by it */
	bool is_multi_byte;
};

/* NULL when the label is unknown. Case and white space around it do not matter. */
const struct charset *charset_find(struct sv label);

#endif
