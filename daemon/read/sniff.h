/* What some bytes are, by their look. */
#ifndef READ_SNIFF_H
#define READ_SNIFF_H

#include "read.h"

/* The encoding that the bytes claim for themselves: XML declaration or <meta>. Empty: none. */
struct sv sniff_charset(struct sv bytes);
/* "a PDF", "a ZIP archive", … for what is no text at all; NULL when it may be text. */
const char *sniff_binary(struct sv bytes);
/* The format of decoded text; *out_from is where it starts (junk before a feed is passed over). */
enum read_format sniff_format(struct sv text, size_t *out_from);

#endif
