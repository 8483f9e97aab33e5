/* One date as said: each kind of first word has its own reader. Relative dates need a day of publication; months
 * and days without a year take the nearest one. */
#include "date_scan.h"

enum { RECENT = 6, COUNT_MAX = 10000 };

static bool is_set(const struct date_point *p)
{
	return date_is_set(p->date) && date_is_set(p->start);
}

static bool give(struct date_point p, size_t end, struct date_point *out)
{
	if (!is_set(&p) || p.date.year < 1 || p.start.year < 1)
		return false;
	p.end = end;
	*out = p;
	return true;
}

static struct date_point day_point(struct date d)
{
	return (struct date_point){ .start = d, .date = d, .is_relative = true };
}

/* ---- next, last, this ---- */

/* The shift that a modifier says: next 1, last -1, this 0. */
static bool shift_of(const struct phrase *word, int *out)
{
	if (!word || (word->what != DATE_WORD_NEXT && word->what != DATE_WORD_LAST && word->what != DATE_WORD_THIS))
		return false;
	*out = word->what == DATE_WORD_NEXT ? 1 : word->what == DATE_WORD_LAST ? -1 : 0;
	return true;
}

static struct date weekday_near(const struct date_scan *s, int weekday, bool ahead)
{
	int back = (date_weekday(s->published) - weekday + 7) % 7;
	return date_add_days(s->published, ahead && back ? 7 - back : -back);
}

static struct date shifted_weekday(const struct date_scan *s, int weekday, int shift)
{
	int64_t monday = date_to_days(s->published) - date_weekday(s->published);
	struct date d = date_from_days(monday + weekday);
	if (shift > 0)
		return date_add_days(d, 7);
	if (shift < 0)
		return date_add_days(d, date_compare(d, s->published) < 0 ? 0 : -7);
	return d;
}

static struct date shifted_month(const struct date_scan *s, int month, int shift)
{
	struct date d = { s->published.year, (uint8_t)month, 0 };
	if (shift > 0 && month <= s->published.month)
		d.year++;
	if (shift < 0 && month >= s->published.month)
		d.year--;
	return d;
}

static bool shifted(const struct date_scan *s, const struct phrase *word, int shift, size_t end, struct date_point *out)
{
	switch (word->what) {
	case DATE_WORD_UNIT: return give(date_of_unit(s, (enum date_unit)(int)word->value, shift), end, out);
	case DATE_WORD_WEEKDAY: return give(day_point(shifted_weekday(s, (int)word->value, shift)), end, out);
	case DATE_WORD_MONTH: return give(day_point(shifted_month(s, (int)word->value, shift)), end, out);
	default: return false;
	}
}

/* "the next 90 days", "the past two years" */
static bool counted_span(const struct date_scan *s, size_t i, int direction, struct date_point *out)
{
	struct number number;
	size_t n;
	if (!number_at(s->tokens, i, s->language, NUMBER_DEFAULT, &number) || number.value > COUNT_MAX ||
		number.is_ordinal)
		return false;
	const struct phrase *unit = date_word_at(s, i + number.n, &n);
	if (!unit || unit->what != DATE_WORD_UNIT)
		return false;
	struct date far = date_shift(s->published, (enum date_unit)(int)unit->value, direction * (int64_t)number.value);
	struct date_point p = day_point(far);
	p.start = direction > 0 ? s->published : far;
	p.date = direction > 0 ? far : s->published;
	return give(p, i + number.n + n, out);
}

static bool modifier_first(const struct date_scan *s, size_t i, int shift, struct date_point *out)
{
	size_t n;
	const struct phrase *word = date_word_at(s, i, &n);
	if (word && shifted(s, word, shift, i + n, out))
		return true;
	return shift != 0 && counted_span(s, i, shift, out);
}

/* "lunes próximo", "mes pasado", "año en curso" */
static bool modifier_behind(const struct date_scan *s, const struct phrase *word, size_t i, struct date_point *out)
{
	size_t n;
	int shift;
	if (!s->words->has_ago_before || !shift_of(date_word_at(s, i, &n), &shift))
		return false;
	return shifted(s, word, shift, i + n, out);
}

/* ---- counts ---- */

/* The count and unit at i. */
static bool count_at(const struct date_scan *s, size_t i, double *out_count, enum date_unit *out_unit, size_t *out_end)
{
	struct number number;
	size_t n;
	if (!number_at(s->tokens, i, s->language, NUMBER_DEFAULT, &number) || number.is_ordinal)
		return false;
	bool is_hyphenated = token_is(s->tokens, i + number.n, "-");
	const struct phrase *unit = date_word_at(s, i + number.n + is_hyphenated, &n);
	if (!unit || unit->what != DATE_WORD_UNIT || number.value > COUNT_MAX)
		return false;
	*out_count = number.value;
	*out_unit = (enum date_unit)(int)unit->value;
	*out_end = i + number.n + is_hyphenated + n;
	return true;
}

static struct date count_from(const struct date_scan *s, enum date_unit unit, double count)
{
	if (count != (double)(int64_t)count && unit == UNIT_OF_YEARS)
		return date_shift(s->published, UNIT_OF_MONTHS, (int64_t)(count * 12));
	return date_shift(s->published, unit, (int64_t)count);
}

/* "first in 17 years", "the highest in months" look back. */
static bool looks_back(const struct date_scan *s, size_t i)
{
	for (size_t back = 1; back <= RECENT && back <= i; back++) {
		const struct token *token = &s->tokens->items[i - back];
		struct number number;
		if (sv_ends(token->folded, SV("est")) || token_is(s->tokens, i - back, "most"))
			return true;
		if (number_at(s->tokens, i - back, s->language, NUMBER_NO_AND, &number) && number.is_ordinal)
			return true;
	}
	return false;
}

static bool counted(const struct date_scan *s, size_t i, const struct phrase *word, size_t n, struct date_point *out)
{
	double count;
	enum date_unit unit;
	size_t end;
	if (!count_at(s, i + n, &count, &unit, &end))
		return false;
	if (word->what == DATE_WORD_AGO)
		count = -count;
	bool is_short = n == 1; /* "in", "en" */
	if (word->what == DATE_WORD_IN && is_short && (!s->looks_ahead || looks_back(s, i)))
		return false;
	struct date_point p = day_point(count_from(s, unit, count));
	p.is_limit = word->what == DATE_WORD_WITHIN ||
		(word->what == DATE_WORD_IN && s->words->has_ago_before && !is_short);
	return give(p, end, out);
}

/* "two weeks ago", "three days from now" */
static bool count_ago(const struct date_scan *s, size_t i, struct date_point *out)
{
	double count;
	enum date_unit unit;
	size_t end, n;
	if (s->words->has_ago_before || !count_at(s, i, &count, &unit, &end))
		return false;
	const struct phrase *ago = date_word_at(s, end, &n);
	if (!ago || (ago->what != DATE_WORD_AGO && ago->what != DATE_WORD_HENCE))
		return false;
	return give(day_point(count_from(s, unit, ago->what == DATE_WORD_AGO ? -count : count)), end + n, out);
}

/* ---- parts ---- */

/* The year that a quarter or half belongs to: "of 2025", "of next year", or else the present one. */
static bool year_behind(const struct date_scan *s, size_t end, struct date_point *out)
{
	size_t at = date_skip_fillers(s, end), n;
	int shift;
	struct date_scan led = *s;
	led.has_lead = at > end;
	if (led.has_lead && date_year_at(&led, at, out))
		return true;
	if (!date_is_set(s->published))
		return false;
	bool has_modifier = led.has_lead && shift_of(date_word_at(s, at, &n), &shift);
	if (has_modifier && modifier_first(s, at + n, shift, out) && out->date.month == 0)
		return true;
	*out = (struct date_point){ .date = { s->published.year, 0, 0 }, .is_relative = true, .end = end };
	return true;
}

/* "first quarter of 2025", "segundo semestre" */
static bool ordinal_part(const struct date_scan *s, size_t i, int ordinal, size_t end, struct date_point *out)
{
	size_t n;
	int size;
	struct date_point year;
	const struct phrase *unit = date_word_at(s, i, &n);
	if (!unit || unit->what != DATE_WORD_UNIT)
		return false;
	if ((int)unit->value == UNIT_OF_QUARTERS)
		size = 3;
	else if ((int)unit->value == UNIT_OF_HALVES)
		size = 6;
	else
		return false;
	if (ordinal < 1 || ordinal > 12 / size)
		return false;
	end = i + n;
	if (!year_behind(s, end, &year))
		return false;
	struct date first = { year.date.year, (uint8_t)((ordinal - 1) * size + 1), 0 };
	struct date_point p = {
		.start = first, .date = date_add_months(first, size - 1), .is_relative = year.is_relative
	};
	return give(p, year.end, out);
}

static void apply_part(enum date_part part, struct date_point *p)
{
	bool is_year = p->date.month == 0, is_month = !is_year && p->date.day == 0;
	switch (part) {
	case PART_START:
		if (is_year)
			p->date = (struct date){ p->start.year, 1, 0 };
		else
			p->date = (struct date){ p->start.year, p->start.month, is_month ? 1 : p->start.day };
		p->start = p->date;
		return;
	case PART_MIDDLE:
		if (is_year)
			p->date.month = 6;
		else if (is_month)
			p->date.day = 15;
		p->start = p->date;
		return;
	case PART_END:
		if (is_year && p->date.year - p->start.year > 8)
			p->date.year++; /* a decade or century closes with the year that names the next */
		p->start = p->date;
		return;
	case PART_EARLY:
	case PART_LATE: return;
	}
}

/* "end of 2026", "finales de año", "mid-2025", "the end of next month" */
static bool part_first(const struct date_scan *s, size_t i, enum date_part part, size_t n, struct date_point *out)
{
	size_t at = date_skip_fillers(s, i + n), unit_n;
	struct date_scan led = *s;
	struct date_point p;
	led.has_lead = true;
	const struct phrase *unit = date_word_at(s, at, &unit_n);
	if (unit && unit->what == DATE_WORD_PART) /* "end of early"? no chains */
		return false;
	if (!date_point_at(&led, at, &p)) {
		bool is_definite = at > i + n || s->words->has_ago_before;
		if (!unit || unit->what != DATE_WORD_UNIT || !is_definite || !date_is_set(s->published))
			return false;
		p = date_of_unit(s, (enum date_unit)(int)unit->value, 0);
		p.end = at + unit_n;
	}
	apply_part(part, &p);
	return give(p, p.end, out);
}

/* ---- the rest ---- */

/* "martes 11", "Monday 13th": the month nearest to publication in which that day falls so. */
static bool weekday_with_day(const struct date_scan *s, int weekday, size_t i, struct date_point *out)
{
	struct number number;
	if (!date_is_set(s->published) || !number_at(s->tokens, i, s->language, NUMBER_DEFAULT, &number))
		return false;
	bool is_day = number.has_digits && number.value >= 1 && number.value <= 31 && number.n <= 2 &&
		(number.is_ordinal || (number.is_plain && s->words->has_ago_before));
	if (!is_day)
		return false;
	for (int step = 0; step < 13; step++) {
		int shift = step % 2 ? (step + 1) / 2 : -step / 2;
		struct date month = date_add_months((struct date){ s->published.year, s->published.month, 0 }, shift);
		struct date d = { month.year, month.month, (uint8_t)number.value };
		if (!date_is_valid(d) || date_weekday(d) != weekday ||
			(s->looks_ahead && date_compare(d, s->published) < 0))
			continue;
		return give(day_point(d), i + number.n, out);
	}
	return false;
}

static bool weekday_first(
	const struct date_scan *s, const struct phrase *word, size_t i, size_t n, struct date_point *out)
{
	size_t at = i + n + (token_is(s->tokens, i + n, ",") ? 1 : 0);
	size_t behind = date_skip_fillers(s, at);
	if (date_calendar_at(s, at, out) || (behind != at && behind - at < 2 && date_calendar_at(s, behind, out)))
		return true;
	if (weekday_with_day(s, (int)word->value, i + n, out))
		return true;
	if (word->name && !(s->has_lead && s->tokens->items[i].is_capital && token_is(s->tokens, i + n, ".")))
		return false;
	if (!date_is_set(s->published))
		return false;
	if (modifier_behind(s, word, i + n, out))
		return true;
	return give(day_point(weekday_near(s, (int)word->value, s->looks_ahead)), i + n, out);
}

static bool quarter(const struct date_scan *s, int number, size_t end, struct date_point *out)
{
	struct date_point year;
	if (!year_behind(s, end, &year))
		return false;
	struct date first = { year.date.year, (uint8_t)((number - 1) * 3 + 1), 0 };
	struct date_point p = { .start = first, .date = date_add_months(first, 2), .is_relative = year.is_relative };
	return give(p, year.end, out);
}

static bool relative_word(
	const struct date_scan *s, const struct phrase *word, size_t i, size_t n, struct date_point *out)
{
	int shift;
	if (!date_is_set(s->published))
		return false;
	if (shift_of(word, &shift))
		return modifier_first(s, i + n, shift, out);
	switch ((enum date_word)word->what) {
	case DATE_WORD_UNIT: return modifier_behind(s, word, i + n, out);
	case DATE_WORD_DAY: return give(day_point(date_add_days(s->published, (int64_t)word->value)), i + n, out);
	case DATE_WORD_IN:
	case DATE_WORD_WITHIN:
	case DATE_WORD_AGO: return counted(s, i, word, n, out);
	case DATE_WORD_COMING: return counted_span(s, i + n, 1, out);
	case DATE_WORD_PAST: return counted_span(s, i + n, -1, out);
	case DATE_WORD_HOLIDAY:
		return give(day_point(date_guess_year(s, (int)word->value / 100, (int)word->value % 100)), i + n, out);
	case DATE_WORD_YEAR_END: return give(day_point((struct date){ s->published.year, 0, 0 }), i + n, out);
	case DATE_WORD_MONTH:
	case DATE_WORD_WEEKDAY:
	case DATE_WORD_NEXT:
	case DATE_WORD_LAST:
	case DATE_WORD_THIS:
	case DATE_WORD_PART:
	case DATE_WORD_HENCE:
	case DATE_WORD_QUARTER: return false;
	}
	return false;
}

/* Only month names with a modifier: "marzo próximo". */
static bool month_with_modifier(
	const struct date_scan *s, const struct phrase *word, size_t i, size_t n, struct date_point *out)
{
	return word->what == DATE_WORD_MONTH && date_is_set(s->published) && modifier_behind(s, word, i + n, out);
}

bool date_point_at(const struct date_scan *s, size_t i, struct date_point *out)
{
	struct number number;
	size_t n;
	if (i >= s->tokens->n || s->tokens->items[i].kind == TOKEN_PUNCT)
		return false;
	const struct phrase *word = date_word_at(s, i, &n);
	if (word && month_with_modifier(s, word, i, n, out))
		return true;
	if (date_calendar_at(s, i, out) || date_year_at(s, i, out))
		return true;
	if (word && word->what == DATE_WORD_PART && part_first(s, i, (enum date_part)(int)word->value, n, out))
		return true;
	if (word && word->what == DATE_WORD_WEEKDAY)
		return weekday_first(s, word, i, n, out);
	if (word && word->what == DATE_WORD_QUARTER)
		return quarter(s, (int)word->value, i + n, out);
	if (word && relative_word(s, word, i, n, out))
		return true;
	if (date_is_set(s->published) && count_ago(s, i, out))
		return true;
	if (number_at(s->tokens, i, s->language, NUMBER_DEFAULT, &number) && number.is_ordinal && number.value < 5)
		return ordinal_part(s, i + number.n, (int)number.value, i + number.n, out);
	return false;
}
