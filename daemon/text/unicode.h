/* Bytes to UTF-8, and the forms of text. The only place that knows UTF-16 and ICU's converters. */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H

#include "arena.h"

/* What is known about the encoding of some bytes; each may be empty. */
struct charset_hints {
	struct sv override; /* the user's word, above all */
	struct sv http;     /* of Content-Type */
	struct sv document; /* of an XML declaration or <meta>, as found by the reader */
};

/* Decodes by the ladder override, BOM, HTTP, document, detection into UTF-8 (NFC, without BOM and NUL).
 * Bytes that the charset does not allow become U+FFFD. Labels are read as the WHATWG encoding standard does
 * ("iso-8859-1" means windows-1252). *out_charset is the name of the encoding used, in lower case. Where a label and
 * the bytes disagree, charset.c says who wins.
 * Fails with E_ENCODING when hardly anything decodes (binary data). */
enum status text_decode(struct arena *arena, struct sv bytes, const struct charset_hints *hints, struct sv *out_text,
	struct sv *out_charset, struct error *err);

bool text_is_utf8(struct sv v);
/* A copy in NFC; white space of every kind (also NBSP) runs together to one space, soft hyphens and
 * zero-width marks go, ends trimmed. */
struct sv text_squeeze(struct arena *arena, struct sv text);
/* Lower case, accents stripped, typographic quotes and dashes made ASCII: for comparing, never for showing.
 * Offsets are not kept. */
struct sv text_fold(struct arena *arena, struct sv text);
/* Code points, offsets: next code point at *at (advanced); U+FFFD for a bad byte; -1 at the end. */
int32_t text_next(struct sv text, size_t *at);
int32_t text_prev(struct sv text, size_t *at); /* the one that ends at *at (moved back); -1 at the start */
void text_put(char out[4], int32_t code_point, size_t *out_n);
bool text_is_letter(int32_t code_point);
bool text_is_upper(int32_t code_point);
bool text_is_digit(int32_t code_point); /* ASCII digits */
bool text_is_space(int32_t code_point);
int32_t text_lower(int32_t code_point);
/* At most max_bytes of v, cut at a character. */
struct sv text_cut(struct sv v, size_t max_bytes);

#endif
