/* The proleptic Gregorian calendar by day numbers (the era algorithm: 400-year eras of 146,097 days, years
 * that begin in March so that the leap day is last). */
#include "calendar.h"

#include <stdio.h>
#include <time.h>

enum { DAY_MS = 86400000 };

struct wall_ms wall_now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (struct wall_ms){ (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 };
}

struct mono_ms mono_now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct mono_ms){ (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 };
}

bool wall_is_known(struct wall_ms t)
{
	return t.v != WALL_NONE.v;
}

bool date_is_set(struct date d)
{
	return d.year != 0;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && is_leap(year));
}

bool date_is_valid(struct date d)
{
	if (!date_is_set(d) || d.month > 12 || (d.month == 0 && d.day != 0))
		return false;
	return d.month == 0 || d.day <= date_days_in_month(d.year, d.month);
}

struct date date_last_day(struct date d)
{
	if (date_is_set(d) && d.month == 0) {
		d.month = 12;
		d.day = 31;
	} else if (date_is_set(d) && d.day == 0) {
		d.day = (uint8_t)date_days_in_month(d.year, d.month);
	}
	return d;
}

int64_t date_to_days(struct date d)
{
	d = date_last_day(d);
	int64_t year = d.year - (d.month <= 2);
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

struct date date_from_days(int64_t days)
{
	if (days < -11000000 || days > 11000000)
		return (struct date){ 0 };
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153;
	int64_t month = shifted + (shifted < 10 ? 3 : -9);
	return (struct date){ (int16_t)(year_of_era + era * 400 + (month <= 2)), (uint8_t)month,
		(uint8_t)(day_of_year - (153 * shifted + 2) / 5 + 1) };
}

int date_compare(struct date a, struct date b)
{
	int64_t x = date_to_days(a), y = date_to_days(b);
	return (x > y) - (x < y);
}

bool date_eq(struct date a, struct date b)
{
	return a.year == b.year && a.month == b.month && a.day == b.day;
}

struct date date_add_days(struct date d, int64_t days)
{
	int64_t sum;
	if (__builtin_add_overflow(date_to_days(d), days, &sum))
		return (struct date){ 0 };
	return date_from_days(sum);
}

struct date date_add_months(struct date d, int64_t months)
{
	if (months < -120000 || months > 120000)
		return (struct date){ 0 };
	int64_t index = (int64_t)d.year * 12 + (d.month ? d.month - 1 : 11) + months;
	int64_t year = index / 12;
	if (year < 1 || year > 9999)
		return (struct date){ 0 };
	struct date sum = { (int16_t)year, (uint8_t)(index % 12 + 1), d.day };
	if (d.month == 0)
		sum.month = 0;
	else if (sum.day > date_days_in_month(sum.year, sum.month))
		sum.day = (uint8_t)date_days_in_month(sum.year, sum.month);
	return sum;
}

int date_weekday(struct date d)
{
	int64_t days = date_to_days(d) + 3; /* 1970-01-01 was a Thursday */
	return (int)(days % 7 + 7) % 7;
}

struct date date_from_wall(struct wall_ms t)
{
	if (!wall_is_known(t))
		return (struct date){ 0 };
	int64_t days = t.v / DAY_MS - (t.v % DAY_MS < 0);
	return date_from_days(days);
}

struct wall_ms date_to_wall(struct date d)
{
	if (!date_is_set(d))
		return WALL_NONE;
	if (d.month == 0)
		d.month = 1;
	if (d.day == 0)
		d.day = 1;
	return (struct wall_ms){ date_to_days(d) * DAY_MS };
}

/* Reads exactly `digits` digits off the front of *rest. */
static bool take_digits(struct sv *rest, size_t digits, int *out)
{
	uint64_t value;
	if (rest->n < digits || !sv_to_u64(sv_slice(*rest, 0, digits), 9999, &value))
		return false;
	*rest = sv_slice(*rest, digits, rest->n);
	*out = (int)value;
	return true;
}

static bool take_char(struct sv *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = sv_slice(*rest, 1, rest->n);
	return true;
}

static bool take_date(struct sv *rest, struct date *out)
{
	int year, month = 0, day = 0;
	if (!take_digits(rest, 4, &year))
		return false;
	if (take_char(rest, '-') && !take_digits(rest, 2, &month))
		return false;
	if (month && take_char(rest, '-') && !take_digits(rest, 2, &day))
		return false;
	struct date d = { (int16_t)year, (uint8_t)month, (uint8_t)day };
	if (!date_is_valid(d))
		return false;
	*out = d;
	return true;
}

bool date_parse(struct sv v, struct date *out)
{
	struct date d;
	if (!take_date(&v, &d) || v.n != 0)
		return false;
	*out = d;
	return true;
}

const char *date_format(struct date d, char out[DATE_TEXT])
{
	out[0] = 0;
	if (!date_is_set(d))
		return out;
	if (d.month == 0)
		(void)snprintf(out, DATE_TEXT, "%04d", d.year);
	else if (d.day == 0)
		(void)snprintf(out, DATE_TEXT, "%04d-%02d", d.year, d.month);
	else
		(void)snprintf(out, DATE_TEXT, "%04d-%02d-%02d", d.year, d.month, d.day);
	return out;
}

/* "Z", "+02:00", "+0200", "+02" or nothing (UTC). */
static bool take_offset(struct sv *rest, int *out_minutes)
{
	int hours = 0, minutes = 0;
	*out_minutes = 0;
	if (rest->n == 0 || take_char(rest, 'Z') || take_char(rest, 'z'))
		return true;
	int sign = take_char(rest, '-') ? -1 : 1;
	if (sign > 0 && !take_char(rest, '+'))
		return false;
	if (!take_digits(rest, 2, &hours) || hours > 23)
		return false;
	if (rest->n) {
		(void)take_char(rest, ':'); /* optional */
		if (!take_digits(rest, 2, &minutes) || minutes > 59)
			return false;
	}
	*out_minutes = sign * (hours * 60 + minutes);
	return true;
}

static bool take_time(struct sv *rest, int64_t *out_ms)
{
	int hour, minute, second = 0;
	int64_t fraction = 0;
	if (!take_digits(rest, 2, &hour) || !take_char(rest, ':') || !take_digits(rest, 2, &minute))
		return false;
	if (take_char(rest, ':') && !take_digits(rest, 2, &second))
		return false;
	if (take_char(rest, '.') || take_char(rest, ',')) {
		int64_t unit = 100;
		for (; rest->n && rest->p[0] >= '0' && rest->p[0] <= '9'; unit /= 10) {
			fraction += unit * (rest->p[0] - '0');
			*rest = sv_slice(*rest, 1, rest->n);
		}
	}
	if (hour > 24 || minute > 59 || second > 60)
		return false;
	*out_ms = ((int64_t)hour * 60 + minute) * 60000 + (int64_t)second * 1000 + fraction;
	return true;
}

bool wall_parse(struct sv v, struct wall_ms *out)
{
	struct date d;
	int64_t time_ms = 0;
	int offset = 0;
	v = sv_trim(v);
	if (!take_date(&v, &d))
		return false;
	if (v.n) {
		if (!take_char(&v, 'T') && !take_char(&v, 't') && !take_char(&v, ' '))
			return false;
		if (!take_time(&v, &time_ms))
			return false;
		v = sv_trim(v);
		if (!take_offset(&v, &offset) || v.n != 0)
			return false;
	}
	*out = (struct wall_ms){ date_to_wall(d).v + time_ms - (int64_t)offset * 60000 };
	return true;
}

const char *wall_format(struct wall_ms t, char out[WALL_TEXT])
{
	out[0] = 0;
	if (!wall_is_known(t))
		return out;
	struct date d = date_from_wall(t);
	int64_t ms = t.v % DAY_MS;
	if (ms < 0)
		ms += DAY_MS;
	(void)snprintf(out, WALL_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", d.year, d.month, d.day,
		(int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
	return out;
}
