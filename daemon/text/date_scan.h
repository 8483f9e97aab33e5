/* Parts of reading dates that dates.c is made of. Not for others. */
#ifndef TEXT_DATE_SCAN_H
#define TEXT_DATE_SCAN_H

#include "date_words.h"
#include "dates.h"
#include "number.h"

struct date_scan {
	const struct token_list *tokens;
	const struct language *language;
	const struct date_words *words;
	struct date published; /* set: relative dates can be worked out */
	bool looks_ahead;      /* a word like "will" went before in the clause */
	bool has_lead;         /* a word like "in" or "by" stands right before */
};

/* A point or span of time as said. */
struct date_point {
	struct date start, date; /* date: the end of a span */
	bool is_relative;
	bool is_limit; /* "within 90 days": a deadline even without a lead */
	size_t end;    /* token behind it */
};

/* The date at token i, without what leads to it. */
bool date_point_at(const struct date_scan *s, size_t i, struct date_point *out);

/* ---- calendar: dates with numbers and month names (date_calendar.c) ---- */
bool date_calendar_at(const struct date_scan *s, size_t i, struct date_point *out);
/* A year of four digits that is no count. */
bool date_year_at(const struct date_scan *s, size_t i, struct date_point *out);
/* The year of a month or day that was said without one. */
struct date date_guess_year(const struct date_scan *s, int month, int day);
/* The entry of the words table at i. */
const struct phrase *date_word_at(const struct date_scan *s, size_t i, size_t *out_n);
/* Skips at most three of the, of, de; the token behind them. */
size_t date_skip_fillers(const struct date_scan *s, size_t i);
/* A month name that may stand at i with the rights it has there. */
bool date_month_at(const struct date_scan *s, size_t i, bool beside_number, int *out_month, size_t *out_n);

/* ---- spans of time (date_span.c) ---- */
struct date_point date_of_unit(const struct date_scan *s, enum date_unit unit, int64_t shift);
struct date date_shift(struct date d, enum date_unit unit, int64_t count);

#endif
