/* UTF-8 by hand: what is needed of every character of every document.
 *
 * A bad sequence is one U+FFFD for its longest well-formed beginning, as the encoding standard of the web has it,
 * so that every reader counts the same. */
#include <string.h>

#include "unicode.h"

enum { BAD = 0xFFFD };

/* The lead byte says how long a sequence is and which range its second byte must be in: that excludes overlong
 * forms, surrogates and what lies past U+10FFFF. */
struct lead {
	uint8_t length, low, high;
};

static struct lead lead_of(uint8_t byte)
{
	if (byte < 0xC2 || byte > 0xF4)
		return (struct lead){ 0, 0, 0 };
	if (byte < 0xE0)
		return (struct lead){ 2, 0x80, 0xBF };
	if (byte < 0xF0)
		return (struct lead){ 3, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF };
	return (struct lead){ 4, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF };
}

int32_t text_next(struct sv text, size_t *at)
{
	if (*at >= text.n)
		return -1;
	const uint8_t *p = (const uint8_t *)text.p + *at;
	size_t left = text.n - *at;
	(*at)++;
	if (p[0] < 0x80)
		return p[0];
	struct lead lead = lead_of(p[0]);
	if (!lead.length || left < 2 || p[1] < lead.low || p[1] > lead.high)
		return BAD;
	int32_t c = ((p[0] & (0x7F >> lead.length)) << 6) | (p[1] & 0x3F);
	(*at)++;
	for (size_t i = 2; i < lead.length; i++) {
		if (i >= left || (p[i] & 0xC0) != 0x80)
			return BAD;
		c = (c << 6) | (p[i] & 0x3F);
		(*at)++;
	}
	return c;
}

int32_t text_prev(struct sv text, size_t *at)
{
	if (*at == 0 || *at > text.n)
		return -1;
	size_t start = *at - 1;
	while (start > 0 && *at - start < 4 && ((uint8_t)text.p[start] & 0xC0) == 0x80)
		start--;
	size_t end = start;
	int32_t c = text_next((struct sv){ text.p, *at }, &end);
	if (end != *at) { /* the last byte stands alone */
		(*at)--;
		return BAD;
	}
	*at = start;
	return c;
}

void text_put(char out[4], int32_t code_point, size_t *out_n)
{
	uint32_t c = (uint32_t)code_point;
	if (code_point < 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
		c = BAD;
	if (c < 0x80) {
		out[0] = (char)c;
		*out_n = 1;
	} else if (c < 0x800) {
		out[0] = (char)(0xC0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3F));
		*out_n = 2;
	} else if (c < 0x10000) {
		out[0] = (char)(0xE0 | (c >> 12));
		out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		*out_n = 3;
	} else {
		out[0] = (char)(0xF0 | (c >> 18));
		out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
		out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
		out[3] = (char)(0x80 | (c & 0x3F));
		*out_n = 4;
	}
}

bool text_is_utf8(struct sv v)
{
	size_t at = 0;
	while (at < v.n) {
		uint64_t eight;
		while (v.n - at >= sizeof eight) {
			memcpy(&eight, v.p + at, sizeof eight);
			if (eight & 0x8080808080808080u)
				break;
			at += sizeof eight;
		}
		size_t start = at;
		/* A real U+FFFD is three bytes long and starts with its own lead byte. */
		if (text_next(v, &at) == BAD && !(at - start == 3 && memcmp(v.p + start, "\xEF\xBF\xBD", 3) == 0))
			return false;
	}
	return true;
}

struct sv text_cut(struct sv v, size_t max_bytes)
{
	if (v.n <= max_bytes)
		return v;
	size_t n = max_bytes;
	while (n > 0 && ((uint8_t)v.p[n] & 0xC0) == 0x80)
		n--;
	return sv_slice(v, 0, n);
}

bool text_is_digit(int32_t code_point)
{
	return code_point >= '0' && code_point <= '9';
}
