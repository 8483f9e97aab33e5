#include "enumerate.h"

enum { LONGEST_LABEL = 4 };

static const char *const roman_numerals[] = { "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi",
	"xii" };

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *const bullets[] = { "-", "\u2022", "\u2043", "\u2023", "\u25AA", "\u25CF" };
enum { BULLETS = sizeof bullets / sizeof *bullets };

/* Which bullet v starts with, from 1; 0: none. */
static uint16_t bullet_at(struct sv v)
{
	for (size_t i = 0; i < BULLETS; i++)
		if (sv_starts(v, sv_of(bullets[i])))
			return (uint16_t)(i + 1);
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

/* "1.", "1)", "1.)", "(1)" behind a bullet or none. */
static struct marker label_at(struct sv v, size_t at)
{
	struct marker none = { .shape = MARKER_NONE }, marker = none;
	bool opens = at < v.n && v.p[at] == '(';
	at += opens;
	size_t from = at;
	while (at < v.n && at - from < LONGEST_LABEL && is_alphanumeric(v.p[at]))
		at++;
	struct sv label = sv_slice(v, from, at);
	if (label.n == 0 || at >= v.n)
		return none;
	size_t dot = v.p[at] == '.' ? 1 : 0;
	if (at + dot < v.n && v.p[at + dot] == ')') {
		marker.shape = opens ? MARKER_PARENS : MARKER_PAREN;
		at += dot;
	} else if (dot && !opens && !(label.p[0] >= 'A' && label.p[0] <= 'Z')) {
		marker.shape = MARKER_DOT;
	} else {
		return none;
	}
	read_label(label, &marker);
	marker.length = at + 1;
	bool is_label = marker.number || marker.letter || marker.roman;
	return is_label && marker.length < v.n && is_space(v.p[marker.length]) ? marker : none;
}

struct marker marker_at(struct sv v)
{
	uint16_t bullet = bullet_at(v);
	size_t at = bullet ? sv_of(bullets[bullet - 1]).n : 0;
	bool is_apart = bullet && at < v.n && is_space(v.p[at]);
	struct marker marker = label_at(v, at + is_apart);
	/* A dash alone is punctuation. */
	if (marker.shape == MARKER_NONE && is_apart && bullet > 1)
		marker = (struct marker){ .shape = MARKER_BULLET, .length = at };
	marker.bullet = bullet;
	return marker;
}

static bool comes_after(const struct marker *later, const struct marker *first)
{
	if (later->shape != first->shape || later->bullet != first->bullet)
		return false;
	if (later->shape == MARKER_BULLET)
		return true;
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
