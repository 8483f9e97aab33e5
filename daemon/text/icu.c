/* The one place that includes ICU, and so the one that knows UTF-16.
 *
 * Nearly all text is in NFC already, so that is what is tested, a character at a time: below U+0300 nothing needs
 * work. Where a character does, only the run around it goes through UTF-16: from the last ASCII character before
 * it to the next one after it, as nothing composes across the front of an ASCII character. */
#include "icu.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "bytes.h"
#include "unicode.h"

enum { FIRST_MARK = 0x300, ZERO_WIDTH_JOINER = 0x200D };

/* ---- characters ---- */

bool text_is_letter(int32_t code_point)
{
	if (code_point < 0x80)
		return (code_point >= 'a' && code_point <= 'z') || (code_point >= 'A' && code_point <= 'Z');
	return u_isalpha(code_point) || icu_is_mark(code_point);
}

bool text_is_upper(int32_t code_point)
{
	if (code_point < 0x80)
		return code_point >= 'A' && code_point <= 'Z';
	return u_isupper(code_point) || u_istitle(code_point);
}

bool text_is_space(int32_t code_point)
{
	if (code_point < 0x80)
		return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
	return u_isUWhiteSpace(code_point);
}

int32_t text_lower(int32_t code_point)
{
	if (code_point < 0x80)
		return code_point >= 'A' && code_point <= 'Z' ? code_point + ('a' - 'A') : code_point;
	return u_tolower(code_point);
}

bool icu_is_mark(int32_t code_point)
{
	return code_point >= FIRST_MARK && (U_GET_GC_MASK(code_point) & U_GC_M_MASK) != 0;
}

bool icu_is_ignorable(int32_t code_point)
{
	return code_point >= 0xAD && code_point != ZERO_WIDTH_JOINER &&
		u_hasBinaryProperty(code_point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* ICU's macros for this do not pass -Wsign-conversion. */
static int32_t next_utf16(const UChar *units, int32_t *at, int32_t n)
{
	int32_t c = units[(*at)++];
	if ((c & 0xF800) != 0xD800)
		return c;
	if ((c & 0x400) || *at >= n || (units[*at] & 0xFC00) != 0xDC00)
		return 0xFFFD;
	return 0x10000 + ((c & 0x3FF) << 10) + (units[(*at)++] & 0x3FF);
}

static const UNormalizer2 *nfc(void)
{
	UErrorCode code = U_ZERO_ERROR;
	return unorm2_getNFCInstance(&code); /* ICU's own, made once */
}

int32_t icu_base(int32_t code_point)
{
	enum { FIRST_HANGUL = 0xAC00, LAST_HANGUL = 0xD7A3 };
	if (code_point >= FIRST_HANGUL && code_point <= LAST_HANGUL)
		return code_point; /* its parts are letters, not accents */
	UChar decomposed[32];
	UErrorCode code = U_ZERO_ERROR;
	int32_t n = unorm2_getDecomposition(nfc(), code_point, decomposed, 32, &code);
	if (n <= 0 || U_FAILURE(code))
		return code_point;
	int32_t at = 0;
	return next_utf16(decomposed, &at, n);
}

/* ---- composition ---- */

static bool is_settled(int32_t c)
{
	if (c < FIRST_MARK || (c >= 0x2010 && c <= 0x205E) || (c >= 0x4E00 && c <= 0x9FFF))
		return true;
	return u_getIntPropertyValue(c, UCHAR_NFC_QUICK_CHECK) == UNORM_YES && u_getCombiningClass(c) == 0;
}

/* Offset of the first character at or after `at` that may need composing, or SIZE_MAX. */
static size_t find_unsettled(struct sv v, size_t at)
{
	while (at < v.n) {
		/* Lead bytes below 0xCC and what follows them are below U+0300. */
		while (at < v.n && (uint8_t)v.p[at] < 0xCC)
			at++;
		size_t start = at;
		int32_t c = text_next(v, &at);
		if (c >= 0 && !is_settled(c))
			return start;
	}
	return SIZE_MAX;
}

static void add_utf16(struct bytes *out, const UChar *units, int32_t n)
{
	bytes_reserve(out, (size_t)n);
	for (int32_t at = 0; at < n;)
		bytes_put(out, next_utf16(units, &at, n));
}

static void add_composed(struct bytes *out, struct sv run)
{
	UChar *units = arena_array(out->arena, UChar, run.n + 1);
	UErrorCode code = U_ZERO_ERROR;
	int32_t n = 0;
	u_strFromUTF8WithSub(units, (int32_t)run.n, &n, run.p, (int32_t)run.n, 0xFFFD, NULL, &code);
	int32_t cap = n * 3 + 1; /* NFC grows no further in UTF-16 */
	UChar *composed = arena_array(out->arena, UChar, (size_t)cap);
	int32_t composed_n = U_FAILURE(code) ? 0 : unorm2_normalize(nfc(), units, n, composed, cap, &code);
	if (U_FAILURE(code))
		bytes_add(out, run);
	else
		add_utf16(out, composed, composed_n);
}

struct sv icu_nfc(struct arena *arena, struct sv v)
{
	size_t trouble = find_unsettled(v, 0);
	if (trouble == SIZE_MAX)
		return v;
	struct bytes out = bytes_in(arena, v.n);
	size_t done = 0;
	while (trouble != SIZE_MAX) {
		size_t from = trouble, to = trouble;
		while (from > done && (uint8_t)v.p[from] >= 0x80)
			from--;
		while (to < v.n && (uint8_t)v.p[to] >= 0x80)
			to++;
		bytes_add(&out, sv_slice(v, done, from));
		add_composed(&out, sv_slice(v, from, to));
		done = to;
		trouble = find_unsettled(v, done);
	}
	bytes_add(&out, sv_slice(v, done, v.n));
	return bytes_sv(&out);
}

/* ---- charsets ---- */

static void close_converter(UConverter **converter)
{
	ucnv_close(*converter); /* NULL is fine */
}

bool icu_convert(struct arena *arena, struct sv bytes, const char *name, struct sv *out)
{
	enum { CHUNK = 8192 };
	UErrorCode code = U_ZERO_ERROR;
	CLEANUP(close_converter) UConverter *converter = ucnv_open(name, &code);
	if (U_FAILURE(code))
		return false;
	struct bytes text = bytes_in(arena, bytes.n + bytes.n / 2);
	const char *from = bytes.p, *end = bytes.p + bytes.n;
	UChar units[CHUNK] = { 0 };
	int32_t kept = 0; /* the first half of a pair whose second half comes in the next round */
	do {
		UChar *to = units + kept;
		code = U_ZERO_ERROR;
		ucnv_toUnicode(converter, &to, units + CHUNK, &from, end, NULL, true, &code);
		int32_t n = (int32_t)(to - units);
		kept = code == U_BUFFER_OVERFLOW_ERROR && n > 0 && (units[n - 1] & 0xFC00) == 0xD800;
		add_utf16(&text, units, n - kept);
		if (kept)
			units[0] = units[n - 1];
	} while (code == U_BUFFER_OVERFLOW_ERROR);
	*out = bytes_sv(&text);
	return true;
}

static void close_detector(UCharsetDetector **detector)
{
	ucsdet_close(*detector); /* NULL is fine */
}

const char *icu_guess_charset(struct arena *arena, struct sv sample, int *out_confidence)
{
	UErrorCode code = U_ZERO_ERROR;
	CLEANUP(close_detector) UCharsetDetector *detector = ucsdet_open(&code);
	ucsdet_setText(detector, sample.p, (int32_t)sample.n, &code);
	(void)ucsdet_enableInputFilter(detector, true);
	const UCharsetMatch *match = ucsdet_detect(detector, &code);
	if (U_FAILURE(code) || !match)
		return NULL;
	const char *name = ucsdet_getName(match, &code);
	*out_confidence = ucsdet_getConfidence(match, &code);
	return U_FAILURE(code) ? NULL : arena_cstr(arena, sv_of(name));
}
