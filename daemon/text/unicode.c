/* The forms of text: squeezed for showing, folded for comparing. ASCII goes by table, the rest by ICU. */
#include "unicode.h"

#include <string.h>

#include "bytes.h"
#include "icu.h"

/* Letters of U+00C0..U+017F without accents and case; a space means: ask ICU. */
static const char latin[] = "aaaaaa ceeeeiiiidnooooo ouuuuy  aaaaaa ceeeeiiii nooooo ouuuuy y"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii  jjkkklllllll"
			    "lllnnnnnn nnoooooo  rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* What has another form for comparing than its base letter. Sorted. */
static const struct {
	int32_t from;
	const char *to;
} replacements[] = {
	{ 0xA0, " " },
	{ 0xAA, "a" },
	{ 0xAB, "\"" },
	{ 0xB4, "'" },
	{ 0xBA, "o" },
	{ 0xBB, "\"" },
	{ 0xC6, "ae" },
	{ 0xDE, "th" },
	{ 0xDF, "ss" },
	{ 0xE6, "ae" },
	{ 0xF0, "d" },
	{ 0xFE, "th" },
	{ 0x132, "ij" },
	{ 0x133, "ij" },
	{ 0x149, "'n" },
	{ 0x152, "oe" },
	{ 0x153, "oe" },
	{ 0x1E9E, "ss" },
	{ 0x2010, "-" },
	{ 0x2011, "-" },
	{ 0x2012, "-" },
	{ 0x2013, "-" },
	{ 0x2014, "-" },
	{ 0x2015, "-" },
	{ 0x2018, "'" },
	{ 0x2019, "'" },
	{ 0x201A, "'" },
	{ 0x201B, "'" },
	{ 0x201C, "\"" },
	{ 0x201D, "\"" },
	{ 0x201E, "\"" },
	{ 0x201F, "\"" },
	{ 0x2026, "..." },
	{ 0x2032, "'" },
	{ 0x2033, "\"" },
	{ 0x2039, "'" },
	{ 0x203A, "'" },
	{ 0x2212, "-" },
	{ 0xFB01, "fi" },
	{ 0xFB02, "fl" },
};

static const char *replacement_of(int32_t c)
{
	size_t low = 0, high = sizeof replacements / sizeof *replacements;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (replacements[middle].from == c)
			return replacements[middle].to;
		if (replacements[middle].from < c)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void fold_character(struct bytes *out, int32_t c)
{
	if (c >= 0xC0 && c < 0x180 && latin[c - 0xC0] != ' ') {
		bytes_put(out, latin[c - 0xC0]);
		return;
	}
	const char *replacement = replacement_of(c);
	if (replacement)
		bytes_add(out, sv_of(replacement));
	else if (text_is_space(c))
		bytes_put(out, ' ');
	else if (!icu_is_mark(c) && !icu_is_ignorable(c))
		bytes_put(out, text_lower(icu_base(c)));
}

struct sv text_fold(struct arena *arena, struct sv text)
{
	struct bytes out = bytes_in(arena, text.n);
	for (size_t at = 0; at < text.n;) {
		uint8_t byte = (uint8_t)text.p[at];
		if (byte >= 0x80) {
			fold_character(&out, text_next(text, &at));
			continue;
		}
		bytes_put(&out, text_lower(byte));
		at++;
	}
	return bytes_sv(&out);
}

static bool is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

static bool is_plain(char c)
{
	return c > 0x20 && c < 0x7F;
}

/* End of a run of plain ASCII with single spaces inside, which is squeezed as it is. */
static size_t plain_end(struct sv v, size_t at)
{
	while (at < v.n && (is_plain(v.p[at]) || (v.p[at] == ' ' && at + 1 < v.n && is_plain(v.p[at + 1]))))
		at++;
	return at;
}

struct sv text_squeeze(struct arena *arena, struct sv text)
{
	struct bytes out = bytes_in(arena, text.n);
	bool owes_space = false;
	for (size_t at = 0; at < text.n;) {
		size_t start = at;
		int32_t c = text_next(text, &at);
		if (text_is_space(c)) {
			owes_space = out.n > 0;
			continue;
		}
		if (is_control(c) || icu_is_ignorable(c))
			continue;
		if (owes_space)
			bytes_put(&out, ' ');
		owes_space = false;
		if (c < 0x80)
			at = plain_end(text, at);
		if (c == 0xFFFD)
			bytes_put(&out, c);
		else
			bytes_add(&out, sv_slice(text, start, at));
	}
	return icu_nfc(arena, bytes_sv(&out));
}
