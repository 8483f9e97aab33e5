/* Which charset some bytes are in: the ladder override, byte order mark, HTTP, document, detection; and what to do
 * when a rung is wrong, as on the web it often is:
 *
 * - The override is obeyed. An unknown one is an error.
 * - Bytes that are valid UTF-8 with characters beyond ASCII are UTF-8 whatever a single-byte label says: text in
 *   such a charset is next to never valid UTF-8 by chance, and servers send their default label with anything.
 *   A multi-byte label loses only when the bytes break its rules.
 * - A label utf-8 stands while most sequences beyond ASCII are well-formed (a cut or broken character becomes
 *   U+FFFD); else it is taken for a mistake and the next rung is asked.
 * - A label utf-16 on bytes that start as ASCII text does is a mistake: it could not have been read.
 * - Without a label, UTF-8 that is valid is UTF-8, then ICU's detector has its say, and windows-1252 is the last word.
 *
 * Well-formed UTF-8 in NFC, the usual case, is looked at once and copied once. */
#include <string.h>

#include "bytes.h"
#include "charset_labels.h"
#include "icu.h"
#include "unicode.h"

enum { BAD = 0xFFFD, SAMPLE_BYTES = 64 * 1024, SAMPLE_LEAD = 4096, CONFIDENT = 25 };
#define ALL_BYTES(b) (0x0101010101010101u * (b))

/* What a look at bytes as UTF-8 tells. */
struct survey {
	size_t good; /* well-formed sequences beyond ASCII */
	size_t bad;
	size_t controls;   /* other than white space */
	size_t unwanted;   /* NUL and non-characters */
	size_t characters; /* of all kinds, bad ones as well */
	size_t first_high; /* offset of the first byte beyond ASCII, or SIZE_MAX */
};

static bool is_unwanted(int32_t c)
{
	return c == 0 || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

/* Eight printable ASCII bytes: no high bit, none below space. */
static bool are_printable(const char *p)
{
	uint64_t eight;
	memcpy(&eight, p, sizeof eight);
	return ((eight | (eight - ALL_BYTES(0x20))) & ALL_BYTES(0x80)) == 0;
}

static struct survey survey_bytes(struct sv v)
{
	struct survey s = { .first_high = SIZE_MAX };
	size_t at = 0;
	while (at < v.n) {
		if (v.n - at >= 8 && are_printable(v.p + at)) {
			at += 8;
			s.characters += 8;
			continue;
		}
		size_t start = at;
		int32_t c = text_next(v, &at);
		s.characters++;
		if (c < 0x80) {
			s.controls += c < 0x20 && !text_is_space(c);
			s.unwanted += c == 0;
			continue;
		}
		if (s.first_high == SIZE_MAX)
			s.first_high = start;
		bool is_bad = c == BAD && !(at - start == 3 && memcmp(v.p + start, "\xEF\xBF\xBD", 3) == 0);
		s.bad += is_bad;
		s.good += !is_bad;
		s.unwanted += is_unwanted(c);
	}
	return s;
}

/* ---- from a charset to clean UTF-8 ---- */

static struct sv mend_utf8(struct arena *arena, struct sv v)
{
	struct bytes out = bytes_in(arena, v.n + v.n / 8);
	for (size_t at = 0; at < v.n;) {
		int32_t c = text_next(v, &at);
		if (!is_unwanted(c))
			bytes_put(&out, c);
	}
	return bytes_sv(&out);
}

/* True when the text is more noise than words. */
static bool is_binary(const struct survey *s, size_t replaced)
{
	return s->controls > s->characters / 20 || replaced > s->characters / 2;
}

static size_t count_replaced(struct sv text)
{
	size_t n = 0;
	for (size_t at = sv_find(text, SV("\xEF\xBF\xBD")); at != SIZE_MAX;) {
		n++;
		text = sv_slice(text, at + 3, text.n);
		at = sv_find(text, SV("\xEF\xBF\xBD"));
	}
	return n;
}

static enum status finish(struct arena *arena, struct sv bytes, const struct survey *as_utf8,
	const struct charset *charset, struct sv *out_text, struct sv *out_charset, struct error *err)
{
	struct sv text = bytes;
	struct survey survey = *as_utf8;
	if (strcmp(charset->name, "utf-8") != 0) {
		if (!icu_convert(arena, bytes, charset->converter, &text))
			return error_set(err, E_ENCODING, "cannot convert from charset '%s'", charset->name);
		survey = survey_bytes(text);
	}
	size_t replaced = survey.bad + (text.p == bytes.p ? 0 : count_replaced(text));
	if (is_binary(&survey, replaced))
		return error_set(err, E_ENCODING, "binary data: %zu control characters and %zu that are not %s in %zu",
			survey.controls, replaced, charset->name, survey.characters);
	if (survey.bad || survey.unwanted)
		text = mend_utf8(arena, text);
	text = icu_nfc(arena, text);
	*out_text = text.p == bytes.p ? arena_sv(arena, text) : text;
	*out_charset = sv_of(charset->name);
	return OK;
}

/* ---- choosing ---- */

static const struct charset *of_byte_order_mark(struct sv bytes, size_t *out_length)
{
	static const struct {
		const char *mark;
		size_t length;
		const char *label;
	} marks[] = { { "\xEF\xBB\xBF", 3, "utf-8" }, { "\xFE\xFF", 2, "utf-16be" }, { "\xFF\xFE", 2, "utf-16le" } };
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (sv_starts(bytes, (struct sv){ marks[i].mark, marks[i].length })) {
			*out_length = marks[i].length;
			return charset_find(sv_of(marks[i].label));
		}
	}
	*out_length = 0;
	return NULL;
}

/* UTF-16 of mostly Latin text, without a mark, has a NUL as every other byte. */
static const struct charset *of_nul_pattern(struct sv bytes)
{
	size_t nuls[2] = { 0, 0 }, n = bytes.n < SAMPLE_LEAD ? bytes.n : SAMPLE_LEAD;
	for (size_t i = 0; i < n; i++)
		nuls[i & 1] += bytes.p[i] == 0;
	size_t many = n / 5, few = n / 50;
	if (nuls[1] > many && nuls[0] <= few)
		return charset_find(SV("utf-16le"));
	if (nuls[0] > many && nuls[1] <= few)
		return charset_find(SV("utf-16be"));
	return NULL;
}

static bool is_utf16(const struct charset *charset)
{
	return strncmp(charset->name, "utf-16", 6) == 0;
}

static bool starts_as_ascii(struct sv bytes)
{
	return bytes.n >= 2 && bytes.p[0] && bytes.p[1] && ((uint8_t)bytes.p[0] | (uint8_t)bytes.p[1]) < 0x80;
}

static bool breaks_rules(struct arena *arena, struct sv bytes, const struct charset *charset)
{
	struct sv text;
	return !icu_convert(arena, bytes, charset->converter, &text) || count_replaced(text) > 0;
}

/* A label is believed unless the bytes speak against it. */
static const struct charset *believe(
	struct arena *arena, struct sv bytes, const struct survey *as_utf8, struct sv label)
{
	const struct charset *claimed = charset_find(label);
	const struct charset *utf8 = charset_find(SV("utf-8"));
	if (!claimed)
		return NULL;
	if (claimed == utf8)
		return as_utf8->bad > as_utf8->good ? NULL : utf8;
	if (is_utf16(claimed))
		return starts_as_ascii(bytes) ? NULL : claimed;
	if (as_utf8->bad || !as_utf8->good)
		return claimed;
	return !claimed->is_multi_byte || breaks_rules(arena, bytes, claimed) ? utf8 : claimed;
}

static const struct charset *detect(struct arena *arena, struct sv bytes, const struct survey *as_utf8)
{
	if (!as_utf8->bad)
		return charset_find(SV("utf-8"));
	size_t high = as_utf8->first_high, from = high > SAMPLE_LEAD ? high - SAMPLE_LEAD : 0;
	int confidence = 0;
	const char *guess = icu_guess_charset(arena, sv_slice(bytes, from, from + SAMPLE_BYTES), &confidence);
	const struct charset *found = guess && confidence >= CONFIDENT ? charset_find(sv_of(guess)) : NULL;
	return found ? found : charset_find(SV("windows-1252"));
}

static const struct charset *choose(
	struct arena *arena, struct sv bytes, const struct survey *as_utf8, const struct charset_hints *hints)
{
	const struct charset *charset = of_nul_pattern(bytes);
	if (!charset)
		charset = believe(arena, bytes, as_utf8, hints->http);
	if (!charset)
		charset = believe(arena, bytes, as_utf8, hints->document);
	return charset ? charset : detect(arena, bytes, as_utf8);
}

enum status text_decode(struct arena *arena, struct sv bytes, const struct charset_hints *hints, struct sv *out_text,
	struct sv *out_charset, struct error *err)
{
	if (bytes.n > INT32_MAX / 4)
		return error_set(err, E_LIMIT, "%zu bytes are too many to decode", bytes.n);
	size_t mark = 0;
	const struct charset *charset = NULL, *marked = of_byte_order_mark(bytes, &mark);
	if (hints->override.n) {
		charset = charset_find(hints->override);
		if (!charset)
			return error_set(err, E_ENCODING, "unknown charset '%.*s'", SV_ARG(hints->override));
	}
	if (marked && (!charset || charset == marked))
		bytes = sv_slice(bytes, mark, bytes.n);
	if (!charset)
		charset = marked;
	struct survey as_utf8 = survey_bytes(bytes);
	if (!charset)
		charset = choose(arena, bytes, &as_utf8, hints);
	return finish(arena, bytes, &as_utf8, charset, out_text, out_charset, err);
}
