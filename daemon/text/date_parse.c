/* Dates as metadata holds them. The text is cut into fields (numbers, words, marks); a field is taken for what only
 * it can be: four digits a year, a known word a month or zone, "12:30:05" a time. What is left over are the
 * day and perhaps a month by number. Weekdays and unknown words say nothing and are passed over, so that all the
 * forms of RFC 822 in the wild are one case. */
#include <string.h>

#include "date_words.h"
#include "dates.h"
#include "lexicon.h"
#include "unicode.h"

enum { TEXT_MAX = 80, NUMBERS_MAX = 3, MINUTE_MS = 60000, YEAR_MIN = 1000, PIVOT = 69 };

struct zone {
	const char *name;
	int minutes;
};
static const struct zone zones[] = { { "acst", 570 }, { "adt", -180 }, { "aedt", 660 }, { "aest", 600 },
	{ "akdt", -480 }, { "akst", -540 }, { "ast", -240 }, { "bst", 60 }, { "cdt", -300 }, { "cest", 120 },
	{ "cet", 60 }, { "cst", -360 }, { "edt", -240 }, { "eest", 180 }, { "eet", 120 }, { "est", -300 },
	{ "et", -300 }, { "gmt", 0 }, { "hst", -600 }, { "ist", 330 }, { "jst", 540 }, { "mdt", -360 }, { "msk", 180 },
	{ "mst", -420 }, { "nzdt", 780 }, { "nzst", 720 }, { "pdt", -420 }, { "pst", -480 }, { "pt", -480 },
	{ "sgt", 480 }, { "ut", 0 }, { "utc", 0 }, { "west", 60 }, { "wet", 0 }, { "z", 0 } };

struct fields {
	uint64_t numbers[NUMBERS_MAX];
	size_t digits[NUMBERS_MAX];
	size_t count;
	int month, month_at; /* numbers seen before the month name */
	int hour, minute, second, offset;
	bool has_time, has_offset, is_pm, is_am, is_bad, is_slashed;
	bool month_first; /* of 08/06/2021 */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_at(struct sv v, size_t at)
{
	size_t n = 0;
	while (at + n < v.n && is_digit(v.p[at + n]))
		n++;
	return n;
}

static bool number_in(struct sv v, size_t at, size_t n, int max, int *out)
{
	uint64_t value;
	if (!sv_to_u64(sv_slice(v, at, at + n), (uint64_t)max, &value))
		return false;
	*out = (int)value;
	return true;
}

/* "12:30", "12:30:05.250"; the place behind it, 0 when it is none. */
static size_t take_time(struct sv v, size_t at, struct fields *f)
{
	size_t n = digits_at(v, at), m = digits_at(v, at + n + 1);
	if (f->has_time || n < 1 || n > 2 || m != 2 || at + n >= v.n || v.p[at + n] != ':')
		return 0;
	if (!number_in(v, at, n, 24, &f->hour) || !number_in(v, at + n + 1, m, 59, &f->minute)) {
		f->is_bad = true;
		return 0;
	}
	f->has_time = true;
	at += n + 1 + m;
	if (at < v.n && v.p[at] == ':' && digits_at(v, at + 1) == 2) {
		if (!number_in(v, at + 1, 2, 60, &f->second))
			f->is_bad = true;
		at += 3;
		if (at + 1 < v.n && (v.p[at] == '.' || v.p[at] == ',') && is_digit(v.p[at + 1]))
			at += 1 + digits_at(v, at + 1);
	}
	return at;
}

/* "+0200", "-05:00", "+2" behind a time. */
static size_t take_offset(struct sv v, size_t at, struct fields *f)
{
	int hours = 0, minutes = 0;
	size_t n = digits_at(v, at + 1);
	if (!f->has_time || (v.p[at] != '+' && v.p[at] != '-') || n < 1 || n > 4 || n == 3)
		return 0;
	size_t hour_digits = n == 4 ? 2 : n;
	size_t end = at + 1 + n;
	if (!number_in(v, at + 1, hour_digits, 23, &hours) || (n == 4 && !number_in(v, at + 3, 2, 59, &minutes)))
		return 0;
	if (n < 4 && end < v.n && v.p[end] == ':' && digits_at(v, end + 1) == 2) {
		if (!number_in(v, end + 1, 2, 59, &minutes))
			return 0;
		end += 3;
	}
	f->offset = (hours * 60 + minutes) * (v.p[at] == '-' ? -1 : 1);
	f->has_offset = true;
	return end;
}

static bool month_of(struct sv word, const struct language *language, int *out)
{
	const struct phrase *entry = phrase_of_word(&language->dates->words, word);
	if (!entry || entry->what != DATE_WORD_MONTH)
		return false;
	*out = (int)entry->value;
	return true;
}

static bool find_month(struct sv word, const struct language *preferred, int *out)
{
	static const char *const tags[] = { "en", "es" };
	if (preferred && month_of(word, preferred, out))
		return true;
	for (size_t k = 0; k < sizeof tags / sizeof *tags; k++) {
		const struct language *language = language_find(sv_of(tags[k]));
		if (language && month_of(word, language, out))
			return true;
	}
	return false;
}

static void take_word(struct sv word, const struct language *language, struct fields *f)
{
	int month;
	if (f->month == 0 && find_month(word, language, &month)) {
		f->month = month;
		f->month_at = (int)f->count;
		return;
	}
	f->is_pm = f->is_pm || sv_eq(word, SV("pm")) || sv_eq(word, SV("p"));
	f->is_am = f->is_am || sv_eq(word, SV("am")) || sv_eq(word, SV("a"));
	for (size_t k = 0; k < sizeof zones / sizeof *zones; k++) {
		if (f->has_offset || !f->has_time || !sv_eq(word, sv_of(zones[k].name)))
			continue;
		f->offset = zones[k].minutes;
		f->has_offset = sv_compare(word, SV("gmt")) != 0 &&
			sv_compare(word, SV("utc")) != 0; /* "GMT+2" follows */
	}
}

static size_t word_length(struct sv v, size_t at)
{
	size_t n = 0;
	while (at + n < v.n && v.p[at + n] >= 'a' && v.p[at + n] <= 'z')
		n++;
	return n;
}

static size_t take_number(struct sv v, size_t at, struct fields *f)
{
	size_t n = digits_at(v, at);
	if (f->count == NUMBERS_MAX || n > 4) {
		f->is_bad = true;
		return at + n;
	}
	f->digits[f->count] = n;
	if (!sv_to_u64(sv_slice(v, at, at + n), 9999, &f->numbers[f->count]))
		f->is_bad = true;
	f->count++;
	f->is_slashed = f->is_slashed || (at + n < v.n && strchr("/.-", v.p[at + n]) != NULL);
	return at + n;
}

/* "9 pm" has a time without minutes. */
static size_t take_hour(struct sv v, size_t at, struct fields *f)
{
	size_t n = digits_at(v, at), end = at + n;
	if (end < v.n && v.p[end] == ' ')
		end++;
	bool is_hour = !f->has_time && n <= 2 && end + 1 < v.n && (v.p[end] == 'a' || v.p[end] == 'p') &&
		v.p[end + 1] == 'm' && word_length(v, end) == 2;
	if (!is_hour || !number_in(v, at, n, 12, &f->hour))
		return 0;
	f->has_time = true;
	return end;
}

static void read_fields(struct sv v, const struct language *language, struct fields *f)
{
	for (size_t at = 0; at < v.n && !f->is_bad;) {
		size_t end = 0, n = word_length(v, at);
		if (is_digit(v.p[at])) {
			end = take_time(v, at, f);
			if (!end)
				end = take_hour(v, at, f);
			at = end ? end : take_number(v, at, f);
			continue;
		}
		if (n) {
			take_word(sv_slice(v, at, at + n), language, f);
			at += n;
			continue;
		}
		end = take_offset(v, at, f);
		at = end ? end : at + 1;
	}
}

static int full_year(uint64_t year, size_t digits)
{
	if (digits > 2)
		return (int)year;
	return (int)year + (year < PIVOT ? 2000 : 1900);
}

static struct date named_month(const struct fields *f)
{
	struct date d = { .month = (uint8_t)f->month };
	if (f->count == 1) {
		if (f->digits[0] < 4)
			return (struct date){ 0 };
		d.year = (int16_t)f->numbers[0]; /* "June 2021" */
		return d;
	}
	if (f->count != 2)
		return (struct date){ 0 };
	size_t year = f->digits[0] == 4 ? 0 : 1;
	d.year = (int16_t)full_year(f->numbers[year], f->digits[year]);
	if (f->numbers[1 - year] > 31)
		return (struct date){ 0 };
	d.day = (uint8_t)f->numbers[1 - year];
	return d;
}

static struct date only_numbers(const struct fields *f)
{
	uint64_t a = f->numbers[0], b = f->numbers[1], c = f->numbers[2];
	if (f->count == 1)
		return f->digits[0] == 4 ? (struct date){ (int16_t)a, 0, 0 } : (struct date){ 0 };
	if (f->digits[0] == 4) {
		if (b > 12 || (f->count == 3 && c > 31))
			return (struct date){ 0 };
		return (struct date){ (int16_t)a, (uint8_t)b, (uint8_t)(f->count == 3 ? c : 0) };
	}
	if (f->count != 3 || !f->is_slashed || a > 31 || b > 31)
		return (struct date){ 0 };
	bool swap = f->month_first ? b <= 31 && a <= 12 : b > 12;
	return (struct date){ (int16_t)full_year(c, f->digits[2]), (uint8_t)(swap ? a : b), (uint8_t)(swap ? b : a) };
}

static int64_t time_ms(const struct fields *f)
{
	int hour = f->hour;
	if (f->is_pm && hour < 12)
		hour += 12;
	if (f->is_am && !f->is_pm && hour == 12)
		hour = 0;
	return ((int64_t)hour * 60 + f->minute - f->offset) * MINUTE_MS + (int64_t)f->second * 1000;
}

bool text_date_parse(struct sv v, const struct language *language, struct wall_ms *out)
{
	char buffer[TEXT_MAX * 4];
	struct fields f = { .month_first = language && sv_eq(sv_of(language->locale), SV("en_US")) };
	v = sv_trim(v);
	if (v.n == 0 || v.n > TEXT_MAX)
		return false;
	if (wall_parse(v, out))
		return true;
	struct sv folded = { buffer, 0 };
	for (size_t at = 0; at < v.n;) {
		int32_t c = text_next(v, &at);
		buffer[folded.n++] = c < 0x80 ? (char)text_lower(c) : ' '; /* months of both languages are ASCII */
	}
	read_fields(folded, language, &f);
	if (f.is_bad || f.count == 0)
		return false;
	struct date d = f.month ? named_month(&f) : only_numbers(&f);
	if (d.year < YEAR_MIN || !date_is_valid(d))
		return false;
	*out = (struct wall_ms){ date_to_wall(d).v + (f.has_time ? time_ms(&f) : 0) };
	return true;
}
