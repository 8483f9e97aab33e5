/* Dates of the calendar: "June 8, 2021", "8 de junio de 2021", "3-5 June", "2021-06-08", "08/06/2021", "June 2026", a bare
 * month and a bare year. */
#include "date_scan.h"
#include "number_words.h"

enum { YEAR_FIRST = 1900, YEAR_LAST = 2100, FILLERS = 3 };

const struct phrase *date_word_at(const struct date_scan *s, size_t i, size_t *out_n)
{
	return phrase_at(&s->words->words, s->tokens, i, out_n);
}

size_t date_skip_fillers(const struct date_scan *s, size_t i)
{
	size_t n;
	for (size_t k = 0; k < FILLERS && phrase_at(&s->words->fillers, s->tokens, i, &n); k++)
		i += n;
	return i;
}

static bool is_digits(struct sv v, size_t min, size_t max)
{
	if (v.n < min || v.n > max)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	return true;
}

static bool digits_at(const struct date_scan *s, size_t i, size_t min, size_t max, int *out)
{
	uint64_t value;
	if (!token_is_number(s->tokens, i) || !is_digits(s->tokens->items[i].text, min, max) ||
		!sv_to_u64(s->tokens->items[i].text, 9999, &value))
		return false;
	*out = (int)value;
	return true;
}

static bool plain_year_at(const struct date_scan *s, size_t i, int *out)
{
	int year;
	if (!digits_at(s, i, 4, 4, &year) || year < YEAR_FIRST || year > YEAR_LAST)
		return false;
	*out = year;
	return true;
}

/* A day of the month: "8", "8th", "1.º", "twenty nine", "primero". */
static bool day_at(const struct date_scan *s, size_t i, int *out, size_t *out_end)
{
	struct number number;
	if (!number_at(s->tokens, i, s->language, NUMBER_DEFAULT, &number) || number.is_part || number.scale != 1)
		return false;
	if (number.value < 1 || number.value > 31 || number.value != (int)number.value)
		return false;
	if (number.has_digits && !is_digits(s->tokens->items[i].text, 1, 2))
		return false;
	*out = (int)number.value;
	*out_end = i + number.n;
	return true;
}

/* "per cent" or a measure behind makes the number before it no day. */
static bool has_unit(const struct date_scan *s, size_t i)
{
	size_t n;
	const struct phrase *unit = phrase_at(&s->language->numbers->units, s->tokens, i, &n);
	const struct phrase *scale = phrase_at(&s->language->numbers->numerals, s->tokens, i, &n);
	return (unit && unit->what != UNIT_CLOCK) || phrase_at(&unit_symbols, s->tokens, i, &n) ||
		(scale && scale->what == NUMERAL_SCALE);
}

static int64_t distance(struct date a, struct date b)
{
	int64_t days = date_to_days(a) - date_to_days(b);
	return days < 0 ? -days : days;
}

struct date date_guess_year(const struct date_scan *s, int month, int day)
{
	struct date best = { 0 };
	for (int shift = -1; shift <= 1; shift++) {
		struct date d = { (int16_t)(s->published.year + shift), (uint8_t)month, (uint8_t)day };
		if (!date_is_valid(d))
			continue;
		if (s->looks_ahead && date_compare(d, s->published) < 0)
			continue;
		if (!date_is_set(best) || (!s->looks_ahead && distance(d, s->published) < distance(best, s->published)))
			best = d;
	}
	return best;
}

bool date_month_at(const struct date_scan *s, size_t i, bool beside_number, int *out_month, size_t *out_n)
{
	const struct phrase *word = date_word_at(s, i, out_n);
	if (!word || word->what != DATE_WORD_MONTH)
		return false;
	bool is_word_too = word->name != NULL;
	size_t next = i + *out_n;
	bool is_persons = !beside_number && !s->has_lead && s->tokens->items[i].is_capital &&
		token_is_word(s->tokens, next) && s->tokens->items[next].is_capital;
	if (is_persons) /* "Julio Berdegué" */
		return false;
	if (is_word_too && !beside_number && !(s->has_lead && s->tokens->items[i].is_capital))
		return false;
	*out_month = (int)word->value;
	return true;
}

/* The year behind a day and month, over "," or "de"; *end moves behind it. */
static bool take_year(const struct date_scan *s, size_t *end, int *out)
{
	size_t at = token_is(s->tokens, *end, ",") ? *end + 1 : *end;
	at = date_skip_fillers(s, at);
	if (token_is(s->tokens, at, "-") && token_is_glued(s->tokens, at) && token_is_glued(s->tokens, at + 1))
		at++; /* "05-Aug-2016" */
	if (plain_year_at(s, at, out)) {
		*end = at + 1;
		return true;
	}
	struct number number;
	if (!number_at(s->tokens, at, s->language, NUMBER_DEFAULT, &number) || number.scale != 1000 ||
		number.has_digits || number.value < YEAR_FIRST || number.value > YEAR_LAST)
		return false;
	*out = (int)number.value; /* "dos mil treinta y dos" */
	*end = at + number.n;
	return true;
}

static bool finish(const struct date_scan *s, int first_day, int day, int month, size_t end, struct date_point *out)
{
	struct date_point p = { .end = end };
	int year;
	if (take_year(s, &p.end, &year)) {
		p.date = (struct date){ (int16_t)year, (uint8_t)month, (uint8_t)day };
	} else {
		p.is_relative = true;
		if (!date_is_set(s->published))
			return false;
		p.date = date_guess_year(s, month, day);
	}
	p.start = p.date;
	p.start.day = (uint8_t)first_day;
	if (!date_is_valid(p.date) || !date_is_valid(p.start))
		return false;
	*out = p;
	return true;
}

/* "June 8, 2021", "June 3-5", "June 2021", "June" */
static bool month_first(const struct date_scan *s, size_t i, struct date_point *out)
{
	int month, day, last;
	size_t n, end, last_end;
	if (!date_month_at(s, i, true, &month, &n))
		return false;
	size_t at = i + n;
	size_t day_start = token_is(s->tokens, at, "the") ? at + 1 : at;
	if (day_at(s, day_start, &day, &end) && !has_unit(s, end)) {
		bool is_range = phrase_at(&s->words->to, s->tokens, end, &n) && day_at(s, end + n, &last, &last_end) &&
			last > day && !has_unit(s, last_end);
		if (is_range && finish(s, day, last, month, last_end, out)) /* NOLINT: from day to last */
			return true;
		return finish(s, day, day, month, end, out);
	}
	if (finish(s, 0, 0, month, at, out) && !out->is_relative)
		return true;
	return date_month_at(s, i, false, &month, &n) && finish(s, 0, 0, month, at, out);
}

/* "8 June 2021", "8th of June", "8 de junio de 2021", "1 al 5 de mayo" */
static bool day_first(const struct date_scan *s, size_t i, struct date_point *out)
{
	int first, day, month;
	size_t end, n, last_end;
	if (!day_at(s, i, &first, &end))
		return false;
	day = first;
	const struct phrase *to = phrase_at(&s->words->to, s->tokens, end, &n);
	if (!to)
		to = phrase_at(&s->words->and_words, s->tokens, end, &n);
	if (to && day_at(s, end + n, &day, &last_end) && day > first)
		end = last_end;
	else
		day = first;
	size_t at = date_skip_fillers(s, end);
	if (token_is(s->tokens, end, "-") && token_is_glued(s->tokens, end) && token_is_glued(s->tokens, end + 1))
		at = end + 1;
	if (token_is(s->tokens, end, ",") || !date_month_at(s, at, true, &month, &n))
		return false;
	return finish(s, first, day, month, at + n, out);
}

static bool is_separator(const struct date_scan *s, size_t i, const char *separator)
{
	return token_is(s->tokens, i, separator) && token_is_glued(s->tokens, i) && token_is_glued(s->tokens, i + 1);
}

static bool set_numeric(
	const struct date_scan *s, int a, int b, int c, bool year_first, size_t end, struct date_point *out)
{
	bool month_first = sv_starts(sv_of(s->language->locale), SV("en_US"));
	int year = year_first ? a : c < 100 ? c + 2000 : c;
	int month = year_first ? b : month_first ? a : b;
	int day = year_first ? c : month_first ? b : a;
	if (month > 12 && !year_first) {
		int swap = month;
		month = day;
		day = swap;
	}
	struct date d = { (int16_t)year, (uint8_t)month, (uint8_t)day };
	if (year < 1000 || month < 1 || month > 12 || day < 1 || day > 31 || !date_is_valid(d))
		return false;
	*out = (struct date_point){ .start = d, .date = d, .end = end };
	return true;
}

/* "08.06.2021" comes as one token. */
static bool dotted(const struct date_scan *s, size_t i, struct date_point *out)
{
	struct sv rest = s->tokens->items[i].text, piece[3];
	uint64_t part[3];
	for (size_t k = 0; k < 3; k++)
		if (!sv_split(&rest, '.', &piece[k]) || !is_digits(piece[k], 1, 4) ||
			!sv_to_u64(piece[k], 9999, &part[k]))
			return false;
	if (rest.n || (piece[2].n != 4 && piece[0].n != 4))
		return false;
	bool year_first = piece[0].n == 4;
	if (year_first)
		return set_numeric(s, (int)part[0], (int)part[1], (int)part[2], true, i + 1, out);
	struct date d = { (int16_t)part[2], (uint8_t)part[1], (uint8_t)part[0] }; /* dots are written day first */
	if (part[1] > 12 || part[0] > 31 || part[1] < 1 || part[0] < 1 || !date_is_valid(d))
		return false;
	*out = (struct date_point){ .start = d, .date = d, .end = i + 1 };
	return true;
}

static bool numeric(const struct date_scan *s, size_t i, struct date_point *out)
{
	static const char *const separators[] = { "-", "/" };
	int a, b, c;
	if (dotted(s, i, out))
		return true;
	for (size_t k = 0; k < 2; k++) {
		const char *separator = separators[k];
		if (!is_separator(s, i + 1, separator) || !digits_at(s, i + 2, 1, 2, &b))
			continue;
		bool year_first = digits_at(s, i, 4, 4, &a);
		if (!year_first && !digits_at(s, i, 1, 2, &a))
			continue;
		if (is_separator(s, i + 3, separator) &&
			digits_at(s, i + 4, year_first ? 1 : 2, year_first ? 2 : 4, &c) &&
			!is_separator(s, i + 5, separator))
			return set_numeric(s, a, b, c, year_first, i + 5, out);
		if (year_first && k == 0 && a >= YEAR_FIRST && a <= YEAR_LAST && b >= 1 && b <= 12 &&
			s->tokens->items[i + 2].text.n == 2 && !is_separator(s, i + 3, separator)) {
			struct date d = { (int16_t)a, (uint8_t)b, 0 };
			*out = (struct date_point){ .start = d, .date = d, .end = i + 3 };
			return true;
		}
	}
	return false;
}

bool date_calendar_at(const struct date_scan *s, size_t i, struct date_point *out)
{
	if (token_is_number(s->tokens, i) && numeric(s, i, out))
		return true;
	return month_first(s, i, out) || day_first(s, i, out);
}

/* Does a year-like number count the noun behind it? "sent 2000 troops", but "the 2019 deals". */
static bool counts_noun(const struct date_scan *s, size_t i)
{
	if (!token_is_word(s->tokens, i + 1) || s->has_lead)
		return false;
	const struct token *noun = &s->tokens->items[i + 1];
	if (noun->is_stop || noun->is_capital || phrase_of_word(&s->language->numbers->stops, noun->folded))
		return false;
	bool is_after_function_word = i > 0 && s->tokens->items[i - 1].is_stop;
	return !is_after_function_word && noun->folded.p[noun->folded.n - 1] == 's';
}

static bool is_count(const struct date_scan *s, size_t i)
{
	size_t n;
	if (has_unit(s, i + 1) || counts_noun(s, i))
		return true;
	if (i == 0)
		return false;
	const struct token *before = &s->tokens->items[i - 1];
	if (token_is(s->tokens, i - 1, "than") || phrase_of_word(&s->language->numbers->names, before->folded))
		return true;
	if (!s->has_lead && token_is(s->tokens, i - 1, "-") && token_is_glued(s->tokens, i) &&
		token_is_glued(s->tokens, i - 1))
		return true;
	const struct phrase *money = phrase_at(&unit_symbols, s->tokens, i - 1, &n);
	const struct phrase *bound = phrase_of_word(&s->language->numbers->before, before->folded);
	return (money && money->what == UNIT_MONEY) || (bound && bound->what == BEFORE_BOUND && !s->has_lead);
}

bool date_year_at(const struct date_scan *s, size_t i, struct date_point *out)
{
	int year, last;
	if (!plain_year_at(s, i, &year) || is_count(s, i) || is_separator(s, i + 1, ":"))
		return false;
	struct date d = { (int16_t)year, 0, 0 };
	*out = (struct date_point){ .start = d, .date = d, .end = i + 1 };
	bool is_decade = (token_is(s->tokens, i + 1, "s") || token_is(s->tokens, i + 1, "'s")) &&
		token_is_glued(s->tokens, i + 1) && year % 10 == 0;
	if (is_decade) {
		out->date.year = (int16_t)(year + 9);
		out->end = i + 2;
		return true;
	}
	bool is_joined = is_separator(s, i + 1, "-") || is_separator(s, i + 1, "/");
	if (is_joined && digits_at(s, i + 2, 2, 2, &last))
		last += year / 100 * 100;
	else if (!is_joined || !plain_year_at(s, i + 2, &last))
		return true;
	if (last > year) {
		out->date.year = (int16_t)last;
		out->end = i + 3;
	}
	return true;
}
