#include "enumerate.h"

enum { LONGEST_LABEL = 4 };

static const char *const roman_numerals[] = { "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi",
	"xii" };

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t bullet_length(struct sv v)
{
	static const char *const bullets[] = { "\u2022", "\u2043", "\u2023", "\u00B7", "-" };
	for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
		if (sv_starts(v, sv_of(bullets[i])))
			return sv_of(bullets[i]).n;
	return 0;
}

static void read_label(struct sv label, struct marker *out)
{
	uint64_t number;
	if (sv_to_u64(label, 999, &number))
		out->number = (uint16_t)number;
	char c = label.p[0];
	if (label.n == 1 && c >= 'a' && c <= 'z')
		out->letter = (uint16_t)(c - 'a' + 1);
	if (label.n == 1 && c >= 'A' && c <= 'Z')
		out->letter = (uint16_t)(c - 'A' + 1);
	for (size_t i = 0; i < sizeof roman_numerals / sizeof *roman_numerals; i++)
		if (sv_eq_nocase(label, sv_of(roman_numerals[i])))
			out->roman = (uint16_t)(i + 1);
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct marker marker_at(struct sv v)
{
	struct marker none = { .shape = MARKER_NONE }, marker = none;
	size_t at = bullet_length(v);
	bool opens = at < v.n && v.p[at] == '(';
	at += opens;
	size_t from = at;
	while (at < v.n && at - from < LONGEST_LABEL && is_alphanumeric(v.p[at]))
		at++;
	if (at == from || at + 1 >= v.n || !is_space(v.p[at + 1]))
		return none;
	struct sv label = sv_slice(v, from, at);
	if (v.p[at] == ')')
		marker.shape = opens ? MARKER_PARENS : MARKER_PAREN;
	else if (v.p[at] == '.' && !opens && !(label.p[0] >= 'A' && label.p[0] <= 'Z'))
		marker.shape = MARKER_DOT;
	else
		return none;
	read_label(label, &marker);
	marker.length = at + 1;
	return marker.number || marker.letter || marker.roman ? marker : none;
}

static bool comes_after(const struct marker *later, const struct marker *first)
{
	if (later->shape != first->shape)
		return false;
	return (first->number && later->number == first->number + 1) ||
		(first->letter && later->letter == first->letter + 1) ||
		(first->roman && later->roman == first->roman + 1);
}

size_t marker_next(struct sv v, size_t from, const struct marker *first)
{
	for (size_t at = from; at < v.n; at++) {
		if (at == 0 || !is_space(v.p[at - 1]) || is_space(v.p[at]))
			continue;
		struct marker marker = marker_at(sv_slice(v, at, v.n));
		if (marker.shape != MARKER_NONE && comes_after(&marker, first))
			return at;
	}
	return SIZE_MAX;
}
