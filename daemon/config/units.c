#include <stdint.h>

#include "config.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static bool take_number(struct sv *rest, uint64_t *out)
{
	size_t digits = 0;
	while (digits < rest->n && rest->p[digits] >= '0' && rest->p[digits] <= '9')
		digits++;
	if (!sv_to_u64(sv_slice(*rest, 0, digits), UINT64_MAX / 2, out))
		return false;
	*rest = sv_slice(*rest, digits, rest->n);
	return true;
}

static bool take_unit(struct sv *rest, const struct unit *units, size_t n, uint64_t *out_factor)
{
	size_t letters = 0;
	while (letters < rest->n && (rest->p[letters] < '0' || rest->p[letters] > '9'))
		letters++;
	struct sv name = sv_trim(sv_slice(*rest, 0, letters));
	for (size_t i = 0; i < n; i++) {
		if (sv_eq(name, sv_of(units[i].name))) {
			*out_factor = units[i].factor;
			*rest = sv_slice(*rest, letters, rest->n);
			return true;
		}
	}
	return false;
}

bool config_parse_duration(struct sv v, int64_t *out_ms)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "min", 60000 },
		{ "h", 3600000 }, { "d", 86400000 }, { "w", 604800000 } };
	uint64_t sum = 0, number, factor;
	v = sv_trim(v);
	if (v.n == 0)
		return false;
	while (v.n) {
		if (!take_number(&v, &number) || !take_unit(&v, units, sizeof units / sizeof units[0], &factor))
			return false;
		if (__builtin_mul_overflow(number, factor, &number) || __builtin_add_overflow(sum, number, &sum))
			return false;
	}
	if (sum > INT64_MAX)
		return false;
	*out_ms = (int64_t)sum;
	return true;
}

bool config_parse_size(struct sv v, size_t *out_bytes)
{
	static const struct unit units[] = { { "", 1 }, { "B", 1 }, { "k", 1 << 10 }, { "K", 1 << 10 },
		{ "kB", 1 << 10 }, { "KiB", 1 << 10 }, { "M", 1 << 20 }, { "MB", 1 << 20 }, { "MiB", 1 << 20 },
		{ "G", 1 << 30 }, { "GB", 1 << 30 }, { "GiB", 1 << 30 } };
	uint64_t number, factor;
	v = sv_trim(v);
	if (!take_number(&v, &number) || !take_unit(&v, units, sizeof units / sizeof units[0], &factor) || v.n)
		return false;
	if (__builtin_mul_overflow(number, factor, &number) || number > SIZE_MAX)
		return false;
	*out_bytes = (size_t)number;
	return true;
}
