/* Spans of time around the day of publication: weeks begin on Monday, "the end of the decade" is the year that
 * ends in 0. */
#include "date_scan.h"

enum { COUNT_MAX = 100000 };

static struct date add_workdays(struct date d, int64_t count)
{
	int64_t step = count < 0 ? -1 : 1;
	for (int64_t left = count < 0 ? -count : count; left > 0 && left < 1000;) {
		d = date_add_days(d, step);
		left -= date_weekday(d) < 5;
	}
	return d;
}

struct date date_shift(struct date d, enum date_unit unit, int64_t count)
{
	if (count > COUNT_MAX || count < -COUNT_MAX)
		return (struct date){ 0 };
	switch (unit) {
	case UNIT_OF_DAYS: return date_add_days(d, count);
	case UNIT_OF_WORKDAYS: return add_workdays(d, count);
	case UNIT_OF_WEEKS:
	case UNIT_OF_WEEKENDS: return date_add_days(d, 7 * count);
	case UNIT_OF_MONTHS: return date_add_months(d, count);
	case UNIT_OF_QUARTERS: return date_add_months(d, 3 * count);
	case UNIT_OF_HALVES: return date_add_months(d, 6 * count);
	case UNIT_OF_YEARS: return date_add_months(d, 12 * count);
	case UNIT_OF_DECADES: return date_add_months(d, 120 * count);
	case UNIT_OF_CENTURIES: return date_add_months(d, 1200 * count);
	}
	return (struct date){ 0 };
}

static struct date_point span(struct date start, struct date end)
{
	return (struct date_point){ .start = start, .date = end, .is_relative = true };
}

/* Months from the one that contains the date, `size` months to a span. */
static struct date_point months(struct date d, int size, int64_t shift)
{
	struct date start = { d.year, (uint8_t)((d.month - 1) / size * size + 1), 0 };
	start = date_add_months(start, shift * size);
	return span(start, date_add_months(start, size - 1));
}

struct date_point date_of_unit(const struct date_scan *s, enum date_unit unit, int64_t shift)
{
	struct date d = s->published;
	switch (unit) {
	case UNIT_OF_DAYS:
	case UNIT_OF_WORKDAYS: d = date_shift(d, unit, shift); return span(d, d);
	case UNIT_OF_WEEKS: d = date_add_days(d, 7 * shift - date_weekday(d)); return span(d, date_add_days(d, 6));
	case UNIT_OF_WEEKENDS:
		d = date_add_days(d, 7 * shift - date_weekday(d) + 5);
		return span(d, date_add_days(d, 1));
	case UNIT_OF_MONTHS: return months(d, 1, shift);
	case UNIT_OF_QUARTERS: return months(d, 3, shift);
	case UNIT_OF_HALVES: return months(d, 6, shift);
	case UNIT_OF_YEARS: d = (struct date){ (int16_t)(d.year + shift), 0, 0 }; return span(d, d);
	case UNIT_OF_DECADES:
		d = (struct date){ (int16_t)(d.year / 10 * 10 + 10 * shift), 0, 0 };
		return span(d, (struct date){ (int16_t)(d.year + 9), 0, 0 });
	case UNIT_OF_CENTURIES:
		d = (struct date){ (int16_t)(d.year / 100 * 100 + 100 * shift), 0, 0 };
		return span(d, (struct date){ (int16_t)(d.year + 99), 0, 0 });
	}
	return span(d, d);
}
