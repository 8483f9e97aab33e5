/* What ICU does for this layer, without its types. Inside this layer only. */
#ifndef TEXT_ICU_H
#define TEXT_ICU_H

#include "arena.h"

/* In NFC: v itself when it is already. v is UTF-8. */
struct sv icu_nfc(struct arena *arena, struct sv v);
/* Bytes in the converter's charset to UTF-8 with U+FFFD for what is not allowed. False: no such converter. */
bool icu_convert(struct arena *arena, struct sv bytes, const char *converter, struct sv *out);
/* The charset a sample is most likely in, with a confidence of 0..100. NULL when there is no idea. */
const char *icu_guess_charset(struct arena *arena, struct sv sample, int *out_confidence);
/* The first character of its canonical decomposition: the letter without its accents. */
int32_t icu_base(int32_t code_point);
bool icu_is_mark(int32_t code_point);      /* a combining mark */
bool icu_is_ignorable(int32_t code_point); /* shows nothing: soft hyphen, zero-width space, direction marks */

#endif
