#include <time.h>

#include "client_test.h"
#include "when.h"

static void is_text(void (*write)(struct out *, const char *), const char *in, const char *want)
{
	struct out out = { 0 };
	write(&out, in);
	char *got = out_take(&out);
	assert_string_equal(got, want);
	free(got);
}

static void times_are_shown_in_the_local_zone_and_dates_stay(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "EST5EDT", 1), 0);
	tzset();
	is_text(when_text, "2021-10-08T18:02:00.000Z", "2021-10-08 14:02");
	is_text(when_text, "2021-10-08T00:00:00.000Z", "2021-10-08");
	is_text(when_text, "2021-10-08", "2021-10-08");
	is_text(when_text, "yesterday", "?");
	is_text(when_text, "2021-13-01", "?");
	is_text(when_text, "", "?");
}

static void ago(const char *time, const char *want)
{
	struct out out = { 0 };
	when_ago(&out, time, 1633701720000); /* 2021-10-08T14:02:00Z */
	char *got = out_take(&out);
	assert_string_equal(got, want);
	free(got);
}

static void distances_are_in_the_largest_unit_that_says_enough(void **state)
{
	(void)state;
	ago("2021-10-08T14:01:18Z", "42 s ago");
	ago("2021-10-08T13:00:00Z", "62 min ago");
	ago("2021-10-08T10:00:00+02:00", "6 h ago");
	ago("2021-10-01T14:02:00Z", "7 d ago");
	ago("2021-10-08T14:12:00Z", "in 10 min");
	ago("", "never");
}

static void since(const char *text, int64_t want)
{
	int64_t ms = -1;
	if (!when_since(text, 1633701720000, &ms))
		ms = -1;
	assert_true(ms == want);
}

static void a_place_to_begin_is_read(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "EST5EDT", 1), 0);
	tzset();
	since("2h", 1633701720000 - 7200000);
	since("3d", 1633701720000 - 3 * 86400000);
	since("90s", 1633701720000 - 90000);
	since("1w", 1633701720000 - 7 * 86400000);
	since("2021-10-08T14:02:00Z", 1633701720000);
	since("2021-10-08T16:02+02:00", 1633701720000);
	since("2021-10-08 10:02", 1633701720000); /* local */
	since("2021-10-08", 1633665600000);       /* its start, local */
	since("h", -1);
	since("2x", -1);
	since("99999999999999999999d", -1);
	since("2021-10-08T25:00", -1);
	since("", -1);
}

static void number(double value, const char *want)
{
	struct out out = { 0 };
	number_text(&out, value);
	char *got = out_take(&out);
	assert_string_equal(got, want);
	free(got);
}

static void numbers_have_thousands_separators(void **state)
{
	(void)state;
	number(0, "0");
	number(999, "999");
	number(1000, "1,000");
	number(28000, "28,000");
	number(-1234567, "-1,234,567");
	number(-123, "-123");
	number(0.25, "0.25");
	number(1234.5, "1,234.5");
	number(1e20, "1e+20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_shown_in_the_local_zone_and_dates_stay),
		cmocka_unit_test(distances_are_in_the_largest_unit_that_says_enough),
		cmocka_unit_test(a_place_to_begin_is_read),
		cmocka_unit_test(numbers_have_thousands_separators),
	};
	return RUN(tests);
}
