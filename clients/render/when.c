#include "when.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS ((int64_t)86400000)
#define YEAR_MAX_MS ((int64_t)253402300799999) /* the end of 9999 */

static bool digits(const char **at, size_t n, int *out)
{
	int value = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)(*at)[i]))
			return false;
		value = value * 10 + ((*at)[i] - '0');
	}
	*at += n;
	*out = value;
	return true;
}

static bool take(const char **at, char c)
{
	bool is_there = **at == c;
	*at += is_there;
	return is_there;
}

struct parts {
	int year, month, day, hour, minute, second, ms;
	bool has_time, has_zone;
	int zone_minutes;
};

static bool read_zone(const char **at, struct parts *out)
{
	int sign = **at == '-' ? -1 : 1, hours, minutes;
	out->has_zone = **at != '\0';
	if (!**at)
		return true;
	if (take(at, 'Z') || take(at, 'z'))
		return **at == '\0';
	if (**at != '+' && **at != '-')
		return false;
	(*at)++;
	if (!digits(at, 2, &hours) || !take(at, ':') || !digits(at, 2, &minutes))
		return false;
	out->zone_minutes = sign * (hours * 60 + minutes);
	return **at == '\0' && hours < 24 && minutes < 60;
}

static void read_fraction(const char **at, struct parts *out)
{
	int place = 100;
	if (!take(at, '.'))
		return;
	for (; isdigit((unsigned char)**at); (*at)++) {
		out->ms += (**at - '0') * place;
		place /= 10;
	}
}

/* "2021", "2021-10", "2021-10-08", "2021-10-08T14:02[:00[.000]][Z|+02:00]", also with a space for the T. */
static bool read_parts(const char *at, struct parts *out)
{
	*out = (struct parts){ .month = 1, .day = 1 };
	if (!digits(&at, 4, &out->year) || (*at && (!take(&at, '-') || !digits(&at, 2, &out->month))))
		return false;
	if (*at && (!take(&at, '-') || !digits(&at, 2, &out->day)))
		return false;
	if (out->month < 1 || out->month > 12 || out->day < 1 || out->day > 31)
		return false;
	if (!*at)
		return true;
	if (!take(&at, 'T') && !take(&at, 't') && !take(&at, ' '))
		return false;
	if (!digits(&at, 2, &out->hour) || !take(&at, ':') || !digits(&at, 2, &out->minute))
		return false;
	if (take(&at, ':') && !digits(&at, 2, &out->second))
		return false;
	read_fraction(&at, out);
	out->has_time = true;
	return out->hour < 24 && out->minute < 60 && out->second <= 60 && read_zone(&at, out);
}

static struct tm broken_down(const struct parts *parts)
{
	return (struct tm){ .tm_year = parts->year - 1900,
		.tm_mon = parts->month - 1,
		.tm_mday = parts->day,
		.tm_hour = parts->hour,
		.tm_min = parts->minute,
		.tm_sec = parts->second,
		.tm_isdst = -1 };
}

bool when_parse(const char *text, int64_t *out_ms, bool *out_is_date)
{
	struct parts parts;
	if (!read_parts(text, &parts))
		return false;
	struct tm tm = broken_down(&parts);
	*out_ms = ((int64_t)timegm(&tm) - parts.zone_minutes * 60) * 1000 + parts.ms;
	*out_is_date = !parts.has_time || *out_ms % DAY_MS == 0;
	return true;
}

void when_text(struct out *out, const char *rfc3339)
{
	int64_t ms;
	bool is_date;
	struct tm tm;
	char text[32] = "?";
	if (when_parse(rfc3339, &ms, &is_date)) {
		time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
		bool is_known = is_date ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm);
		if (!is_known || !strftime(text, sizeof text, is_date ? "%Y-%m-%d" : "%Y-%m-%d %H:%M", &tm))
			(void)snprintf(text, sizeof text, "?");
	}
	out_text(out, text);
}

static const struct {
	const char *name, *letters;
	int64_t ms;
} units[] = { { "d", "dD", DAY_MS }, { "h", "hH", 3600000 }, { "min", "m", 60000 }, { "s", "s", 1000 },
	{ "w", "wW", 7 * DAY_MS } };

void when_ago(struct out *out, const char *rfc3339, int64_t now_ms)
{
	int64_t ms;
	bool is_date;
	if (!when_parse(rfc3339, &ms, &is_date)) {
		out_text(out, "never");
		return;
	}
	int64_t away_ms = ms > now_ms ? ms - now_ms : now_ms - ms;
	size_t unit = 0;
	/* Two of a unit at least, but for the smallest: "90 min" says more than "1 h". */
	while (unit < 3 && away_ms < 2 * units[unit].ms)
		unit++;
	out_printf(out, ms > now_ms ? "in %lld %s" : "%lld %s ago", (long long)(away_ms / units[unit].ms),
		units[unit].name);
}

static bool before_now(const char *text, int64_t now_ms, int64_t *out_ms)
{
	char *end = NULL;
	if (!isdigit((unsigned char)text[0]))
		return false;
	long long count = strtoll(text, &end, 10);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!end[0] || end[1] || !strchr(units[i].letters, end[0]))
			continue;
		int64_t ms;
		if (__builtin_mul_overflow((int64_t)count, units[i].ms, &ms) || ms > now_ms)
			return false;
		*out_ms = now_ms - ms;
		return true;
	}
	return false;
}

bool when_since(const char *text, int64_t now_ms, int64_t *out_ms)
{
	struct parts parts;
	if (before_now(text, now_ms, out_ms))
		return true;
	if (!read_parts(text, &parts))
		return false;
	struct tm tm = broken_down(&parts);
	int64_t seconds = parts.has_zone ? (int64_t)timegm(&tm) - parts.zone_minutes * 60 : (int64_t)mktime(&tm);
	int64_t ms = seconds * 1000 + parts.ms;
	if (ms <= 0 || ms > YEAR_MAX_MS)
		return false;
	*out_ms = ms;
	return true;
}

int64_t when_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void number_text(struct out *out, double number)
{
	char text[400];
	if (!isfinite(number) || fabs(number) >= 1e15) {
		out_printf(out, "%g", number);
		return;
	}
	(void)snprintf(text, sizeof text, "%.6f", number);
	size_t n = strlen(text);
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	text[n] = '\0';
	size_t point = strcspn(text, "."), from = text[0] == '-';
	for (size_t i = 0; i < n; i++) {
		if (i > from && i < point && (point - i) % 3 == 0)
			out_text(out, ",");
		out_bytes(out, text + i, 1);
	}
}
