#include "clean.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

struct range {
	uint32_t from, to;
};

/* Marks that turn the direction of what follows, and invisible ones: a way to show another text than there is. */
static const struct range dropped[] = { { 0x00, 0x08 }, { 0x0e, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
	{ 0x61c, 0x61c }, { 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff } };
static const struct range spaces[] = { { 0x09, 0x0d }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xa0, 0xa0 },
	{ 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 } };
static const struct range combining[] = { { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a },
	{ 0x64b, 0x65f }, { 0x900, 0x902 }, { 0x93c, 0x93c }, { 0x941, 0x948 }, { 0x94d, 0x94d }, { 0xe31, 0xe31 },
	{ 0xe34, 0xe3a }, { 0xe47, 0xe4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f } };
static const struct range wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
	{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd } };

#define IS_IN(table, c) is_in((table), sizeof(table) / sizeof *(table), (c))
static bool is_in(const struct range *table, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= table[i].from && c <= table[i].to)
			return true;
	}
	return false;
}

/* One character; *n bytes were read, at least one. Broken ones are U+FFFD, a byte at a time. */
static uint32_t decode(const unsigned char *p, size_t *n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 0;
	*n = 1;
	if (length <= 1)
		return length ? p[0] : REPLACEMENT;
	uint32_t c = p[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return REPLACEMENT;
	*n = length;
	return c;
}

/* Bytes of what follows an escape: a control string up to its end, a sequence with parameters, or one character. */
static size_t escape_bytes(const unsigned char *p)
{
	size_t i = 1;
	if (p[0] && strchr("]PX^_", p[0])) {
		while (p[i] && p[i] != 0x07 && !(p[i] == 0x1b && p[i + 1] == '\\'))
			i++;
		return p[i] == 0x07 ? i + 1 : p[i] ? i + 2 : i;
	}
	if (p[0] != '[')
		return p[0] >= 0x20 && p[0] < 0x7f ? 1 : 0;
	while (p[i] >= 0x20 && p[i] < 0x40)
		i++;
	return p[i] >= 0x40 && p[i] < 0x7f ? i + 1 : i;
}

struct reader {
	const unsigned char *at;
};
struct glyph {
	const unsigned char *p; /* NULL at the end */
	size_t n, columns;
	bool is_space; /* one or several */
};

static const unsigned char space_bytes[] = " ", replacement_bytes[] = "\xef\xbf\xbd";

/* The next character that is shown. */
static struct glyph next(struct reader *reader)
{
	bool is_space = false;
	while (*reader->at) {
		size_t n;
		const unsigned char *p = reader->at;
		uint32_t c = decode(p, &n);
		if (IS_IN(spaces, c)) {
			is_space = true;
			reader->at += n;
			continue;
		}
		bool is_escape = c == 0x1b;
		if (is_escape || c == 0x9b || IS_IN(dropped, c)) {
			reader->at += n;
			if (is_escape)
				reader->at += escape_bytes(reader->at);
			continue;
		}
		if (is_space)
			break;
		reader->at += n;
		size_t columns = IS_IN(combining, c) ? 0 : IS_IN(wide, c) ? 2 : 1;
		if (c == REPLACEMENT)
			return (struct glyph){ replacement_bytes, 3, 1, false };
		return (struct glyph){ p, n, columns, false };
	}
	if (is_space)
		return (struct glyph){ space_bytes, 1, 1, true };
	return (struct glyph){ 0 };
}

/* Text without white space around it, so that widths don't depend on it. */
static struct reader reader_of(const char *text)
{
	struct reader reader = { (const unsigned char *)text };
	struct reader ahead = reader;
	struct glyph glyph = next(&ahead);
	return glyph.p && glyph.is_space ? ahead : reader;
}

size_t clean_columns(const char *text)
{
	struct reader reader = reader_of(text);
	size_t columns = 0, pending = 0;
	for (struct glyph glyph = next(&reader); glyph.p; glyph = next(&reader)) {
		if (!glyph.is_space) {
			columns += pending + glyph.columns;
			pending = 0;
		} else {
			pending = 1;
		}
	}
	return columns;
}

static void put(struct out *out, struct glyph glyph)
{
	const void *bytes = glyph.p;
	out_bytes(out, bytes, glyph.n);
}

size_t clean_text(struct out *out, const char *text, size_t columns)
{
	struct reader reader = reader_of(text);
	bool is_cut = columns != CLEAN_NO_LIMIT && clean_columns(text) > columns;
	size_t room = is_cut && columns > 0 ? columns - 1 : columns, used = 0, pending = 0;
	for (struct glyph glyph = next(&reader); glyph.p; glyph = next(&reader)) {
		if (glyph.is_space) {
			pending = 1;
			continue;
		}
		if (used + pending + glyph.columns > room)
			break;
		out_spaces(out, pending);
		put(out, glyph);
		used += pending + glyph.columns;
		pending = 0;
	}
	if (!is_cut || columns == 0)
		return used;
	out_text(out, "…");
	return used + 1;
}

void clean_wrapped(struct out *out, const char *text, size_t columns, size_t indent)
{
	struct reader reader = reader_of(text);
	size_t used = indent;
	bool is_line_start = true;
	for (;;) {
		struct out word = { 0 };
		size_t word_columns = 0;
		struct glyph glyph = next(&reader);
		for (; glyph.p && !glyph.is_space; glyph = next(&reader)) {
			put(&word, glyph);
			word_columns += glyph.columns;
		}
		bool is_break = columns && !is_line_start && word.n && used + 1 + word_columns > columns;
		if (is_break) {
			out_text(out, "\n");
			out_spaces(out, indent);
			used = indent;
		} else if (!is_line_start && word.n) {
			out_text(out, " ");
			used++;
		}
		if (word.n) {
			out_bytes(out, word.p, word.n);
			used += word_columns;
			is_line_start = false;
		}
		out->is_failed = out->is_failed || word.is_failed;
		out_done(&word);
		if (!glyph.p)
			return;
	}
}

void clean_block(struct out *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	while (*at) {
		size_t n;
		uint32_t c = decode(at, &n);
		struct glyph glyph = { c == REPLACEMENT ? replacement_bytes : at, c == REPLACEMENT ? 3 : n, 1, false };
		if (!IS_IN(dropped, c) && c != '\r' && c != '\v' && c != '\f')
			put(out, glyph);
		at += n;
	}
}

void clean_json(struct out *out, const char *json)
{
	const unsigned char *at = (const unsigned char *)json;
	while (*at) {
		size_t n;
		uint32_t c = decode(at, &n);
		struct glyph glyph = { at, n, 1, false };
		if (!IS_IN(dropped, c))
			put(out, glyph);
		else if (c < 0x10000)
			out_printf(out, "\\u%04x", (unsigned)c);
		else
			out_printf(
				out, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(c >> 10), 0xdc00u + (unsigned)(c & 0x3ff));
		at += n;
	}
}
