/* Untrusted text for terminals and mails: valid UTF-8 without anything that acts on a terminal. */
#ifndef RENDER_CLEAN_H
#define RENDER_CLEAN_H

#include "out.h"

#define CLEAN_NO_LIMIT ((size_t)-1)

/* Appends text on one line: control characters, escape sequences and marks that change the direction of writing fall away, white space
 * becomes single spaces, broken bytes U+FFFD. At most `columns` wide; what is cut ends on "…". Returns the columns used. */
size_t clean_text(struct out *out, const char *text, size_t columns);
size_t clean_columns(const char *text); /* what clean_text() would use without limit */
/* The same, broken between words into lines of at most `columns` (0: not broken); lines after the first begin with
 * `indent` spaces. */
void clean_wrapped(struct out *out, const char *text, size_t columns, size_t indent);

/* Several lines as they are, but for what acts on a terminal, which falls away. */
void clean_block(struct out *out, const char *text);
/* JSON as it is, but for what acts on a terminal, which becomes "\\u009b": the same JSON in other letters. */
void clean_json(struct out *out, const char *json);

#endif
