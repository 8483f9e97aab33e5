#include "sv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sv sv_of(const char *c_string)
{
	return (struct sv){ c_string, c_string ? strlen(c_string) : 0 };
}

struct sv sv_slice(struct sv v, size_t from, size_t to)
{
	if (to > v.n)
		to = v.n;
	if (from > to)
		from = to;
	return (struct sv){ v.p ? v.p + from : NULL, to - from };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool bytes_eq_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool sv_eq(struct sv a, struct sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); /* NOLINT: p is set where n is not 0 */
}

bool sv_eq_nocase(struct sv a, struct sv b)
{
	return a.n == b.n && bytes_eq_nocase(a.p, b.p, a.n);
}

int sv_compare(struct sv a, struct sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool sv_starts(struct sv v, struct sv prefix)
{
	return v.n >= prefix.n && sv_eq(sv_slice(v, 0, prefix.n), prefix);
}

bool sv_starts_nocase(struct sv v, struct sv prefix)
{
	return v.n >= prefix.n && bytes_eq_nocase(v.p, prefix.p, prefix.n);
}

bool sv_ends(struct sv v, struct sv suffix)
{
	return v.n >= suffix.n && sv_eq(sv_slice(v, v.n - suffix.n, v.n), suffix);
}

size_t sv_find(struct sv haystack, struct sv needle)
{
	if (needle.n == 0)
		return 0;
	if (haystack.n < needle.n)
		return SIZE_MAX;
	const char *hit = memmem(haystack.p, haystack.n, needle.p, needle.n);
	return hit ? (size_t)(hit - haystack.p) : SIZE_MAX;
}

size_t sv_find_nocase(struct sv haystack, struct sv needle)
{
	for (size_t at = 0; at + needle.n <= haystack.n; at++)
		if (bytes_eq_nocase(haystack.p + at, needle.p, needle.n))
			return at;
	return SIZE_MAX;
}

size_t sv_find_char(struct sv v, char c)
{
	const char *hit = v.n ? memchr(v.p, c, v.n) : NULL;
	return hit ? (size_t)(hit - v.p) : SIZE_MAX;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct sv sv_trim(struct sv v)
{
	while (v.n && is_space(v.p[0]))
		v = sv_slice(v, 1, v.n);
	while (v.n && is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

bool sv_split(struct sv *rest, char separator, struct sv *out_piece)
{
	if (!rest->p)
		return false;
	size_t at = sv_find_char(*rest, separator);
	if (at == SIZE_MAX) {
		*out_piece = *rest;
		*rest = (struct sv){ 0 };
		return true;
	}
	*out_piece = sv_slice(*rest, 0, at);
	*rest = sv_slice(*rest, at + 1, rest->n);
	return true;
}

bool sv_to_u64(struct sv v, uint64_t max, uint64_t *out)
{
	uint64_t sum = 0;
	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10u, &sum) ||
			__builtin_add_overflow(sum, (uint64_t)(v.p[i] - '0'), &sum) || sum > max)
			return false;
	}
	*out = sum;
	return true;
}

bool sv_to_i64(struct sv v, int64_t *out)
{
	bool is_negative = sv_starts(v, SV("-"));
	uint64_t magnitude;
	if (!sv_to_u64(sv_slice(v, is_negative, v.n), (uint64_t)INT64_MAX + is_negative, &magnitude))
		return false;
	*out = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

bool sv_to_double(struct sv v, double *out)
{
	/* No locale is ever set in this program, so strtod reads the C locale. */
	char text[64];
	char *end;
	if (v.n == 0 || v.n >= sizeof text || is_space(v.p[0]))
		return false;
	memcpy(text, v.p, v.n);
	text[v.n] = 0;
	double value = strtod(text, &end);
	if (end != text + v.n || !isfinite(value))
		return false;
	*out = value;
	return true;
}

uint64_t sv_hash(struct sv v)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < v.n; i++)
		hash = (hash ^ (uint8_t)v.p[i]) * 1099511628211u;
	return hash;
}
