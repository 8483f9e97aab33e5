/* Digits with separators. One kind of mark seen twice groups thousands; of two kinds the last is the decimal
 * mark; a single mark before exactly three digits is the doubtful case, where the language decides. */
#include "lexicon.h"
#include "number.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct marks {
	size_t count, last; /* of any mark; place of the last */
	char first_mark, last_mark;
	size_t last_mark_count;
	bool groups_are_three; /* every stretch between two marks has three digits */
};

static bool find_marks(struct sv v, struct marks *out)
{
	struct marks m = { .groups_are_three = true };
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if (is_digit(c))
			continue;
		if ((c != '.' && c != ',' && c != '\'') || i + 1 == v.n || !is_digit(v.p[i + 1]))
			return false;
		if (i == 0 && c != '.') /* ".25" */
			return false;
		if (m.count > 0 && i - m.last != 4)
			m.groups_are_three = false;
		m.last_mark_count = m.count > 0 && c == m.last_mark ? m.last_mark_count + 1 : 1;
		if (m.count == 0)
			m.first_mark = c;
		m.last_mark = c;
		m.last = i;
		m.count++;
	}
	*out = m;
	return true;
}

/* Where the decimal mark stands; v.n when there is none; SIZE_MAX when the marks make no number. */
static size_t decimal_place(struct sv v, const struct marks *m, const struct language *language)
{
	if (m->count == 0)
		return v.n;
	size_t after = v.n - m->last - 1;
	if (m->count > 1 && m->first_mark != m->last_mark)
		return m->last_mark_count == 1 && m->groups_are_three ? m->last : SIZE_MAX;
	if (m->count > 1)
		return after == 3 && m->groups_are_three ? v.n : SIZE_MAX;
	if (m->last_mark == '\'')
		return after == 3 ? v.n : SIZE_MAX;
	if (after != 3 || m->last > 3 || m->last == 0 || v.p[0] == '0')
		return m->last;
	return m->last_mark == language->group_mark || m->last_mark == ',' ? v.n : m->last;
}

bool number_of_digits(struct sv digits, const struct language *language, double *out)
{
	struct marks marks;
	if (digits.n == 0 || !find_marks(digits, &marks))
		return false;
	size_t point = decimal_place(digits, &marks, language);
	if (point == SIZE_MAX)
		return false;
	double mantissa = 0, divisor = 1;
	for (size_t i = 0; i < digits.n; i++) {
		if (!is_digit(digits.p[i]))
			continue;
		if (mantissa < 1e17) { /* further decimals are below the precision of a double */
			mantissa = mantissa * 10 + (digits.p[i] - '0');
			divisor *= i > point ? 10 : 1;
		} else if (i < point) {
			mantissa *= 10;
		}
	}
	*out = mantissa / divisor;
	return true;
}
