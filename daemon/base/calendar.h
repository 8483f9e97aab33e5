/* Times and dates.
 *
 * Wall time and monotonic time are different types so that mixing them does not compile; both in
 * milliseconds. Wall time is UTC since 1970; WALL_NONE says "unknown". A calendar date may be known to the
 * year or month only (month 0, day 0): it then stands for its last day when compared. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "sv.h"

struct wall_ms {
	int64_t v;
};
struct mono_ms {
	int64_t v;
};
#define WALL_NONE ((struct wall_ms){ INT64_MIN })

struct wall_ms wall_now(void);
struct mono_ms mono_now(void);
bool wall_is_known(struct wall_ms t);

struct date {
	int16_t year; /* 0: no date */
	uint8_t month, day;
};

bool date_is_set(struct date d);
bool date_is_valid(struct date d);                          /* set, month and day in range for what is given */
int date_compare(struct date a, struct date b);             /* by last day; both set */
bool date_eq(struct date a, struct date b);                 /* the same, with the same precision */
struct date date_last_day(struct date d);                   /* 2026 -> 2026-12-31 */
struct date date_add_days(struct date d, int64_t days);     /* on date_last_day(d) */
struct date date_add_months(struct date d, int64_t months); /* day clamped to the month; keeps precision */
int date_weekday(struct date d);                            /* 0 Monday .. 6 Sunday */
int date_days_in_month(int year, int month);
int64_t date_to_days(struct date d); /* days since 1970-01-01, by last day */
struct date date_from_days(int64_t days);
struct date date_from_wall(struct wall_ms t); /* UTC; unset for WALL_NONE */
struct wall_ms date_to_wall(struct date d);   /* start of its first day, UTC; WALL_NONE when unset */

/* "2026", "2026-06", "2026-06-30". */
bool date_parse(struct sv v, struct date *out);
#define DATE_TEXT 16
const char *date_format(struct date d, char out[DATE_TEXT]); /* "" when unset */

/* RFC 3339, with any offset on input ("2026-06-30T12:00:00+02:00", also a bare date), ".mmmZ" on output. */
bool wall_parse(struct sv v, struct wall_ms *out);
#define WALL_TEXT 32
const char *wall_format(struct wall_ms t, char out[WALL_TEXT]); /* "" when unknown */

#endif
