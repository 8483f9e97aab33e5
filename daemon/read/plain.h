/* Plain text and simple Markdown → one document. */
#ifndef READ_PLAIN_H
#define READ_PLAIN_H

#include "read.h"

enum status plain_read(struct arena *arena, struct sv text, const struct read_options *options, struct reading *out,
	struct error *err);

#endif
