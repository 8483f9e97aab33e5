/* Topics as people write them. */
#ifndef RENDER_TOPIC_H
#define RENDER_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#define TOPIC_BYTES 256

/* "us-mexico" is short for "fact/us-mexico", "us-mexico.x" for "fact/us-mexico/x"; what begins with a family
 * ("source/sre-press") stays. False: too long. */
bool topic_expand(const char *text, char out[TOPIC_BYTES]);

#endif
