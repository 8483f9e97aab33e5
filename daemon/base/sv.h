/* A string view: bytes with a length, owned by somebody else.
 *
 * Views are passed by value. They are not NUL-terminated; to hand one to a C API use arena_cstr().
 * After text/ has decoded it, a view of text is valid UTF-8 (NFC). An empty view may have p == NULL.
 * "nocase" functions fold ASCII letters only; for words of a language use text_fold(). */
#ifndef BASE_SV_H
#define BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sv {
	const char *p;
	size_t n;
};

/* A view of a string literal, of a C string (NULL gives the empty view), of a part. */
#define SV(literal) ((struct sv){ "" literal, sizeof(literal) - 1 })
struct sv sv_of(const char *c_string);
struct sv sv_slice(struct sv v, size_t from, size_t to); /* clamped to the view */

/* printf("%.*s", SV_ARG(v)) */
#define SV_ARG(v) (int)(v).n, ((v).n ? (v).p : "")

bool sv_eq(struct sv a, struct sv b);
bool sv_eq_nocase(struct sv a, struct sv b);
int sv_compare(struct sv a, struct sv b); /* bytewise, as memcmp with the shorter first */
bool sv_starts(struct sv v, struct sv prefix);
bool sv_starts_nocase(struct sv v, struct sv prefix);
bool sv_ends(struct sv v, struct sv suffix);
/* Offset of the first occurrence, or SIZE_MAX. */
size_t sv_find(struct sv haystack, struct sv needle);
size_t sv_find_nocase(struct sv haystack, struct sv needle);
size_t sv_find_char(struct sv v, char c);
struct sv sv_trim(struct sv v); /* ASCII white space off both ends */
/* Cuts the next piece off *rest at a separator. False when nothing is left. "a,,b" has three pieces. */
bool sv_split(struct sv *rest, char separator, struct sv *out_piece);

/* Whole-view numbers with a ceiling. False (output untouched) on anything else than digits in range. */
bool sv_to_u64(struct sv v, uint64_t max, uint64_t *out);
bool sv_to_i64(struct sv v, int64_t *out);
bool sv_to_double(struct sv v, double *out); /* C locale, finite only */

/* FNV-1a, for hash tables of ours that hold no untrusted keys in bulk. */
uint64_t sv_hash(struct sv v);

#endif
