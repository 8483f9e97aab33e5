#include "test.h"

#include "calendar.h"

static struct date day(int year, int month, int day_of_month)
{
	return (struct date){ (int16_t)year, (uint8_t)month, (uint8_t)day_of_month };
}

static void days_and_dates_are_inverse(void **state)
{
	(void)state;
	for (int64_t days = -800000; days < 800000; days += 97) {
		struct date d = date_from_days(days);
		assert_true(date_is_valid(d) || d.year == 0);
		if (d.year != 0)
			assert_int_equal(date_to_days(d), days);
	}
	assert_int_equal(date_to_days(day(1970, 1, 1)), 0);
	assert_int_equal(date_to_days(day(2000, 3, 1)), 11017);
}

static void bare_year_stands_for_its_last_day(void **state)
{
	(void)state;
	assert_int_equal(date_compare(day(2026, 0, 0), day(2026, 12, 31)), 0);
	assert_int_equal(date_compare(day(2024, 2, 0), day(2024, 2, 29)), 0);
	assert_false(date_eq(day(2026, 0, 0), day(2026, 12, 31)));
}

static void refuses_dates_that_do_not_exist(void **state)
{
	(void)state;
	struct date d;
	assert_false(date_parse(SV("2023-02-29"), &d));
	assert_false(date_parse(SV("2023-13"), &d));
	assert_false(date_parse(SV("2023-1-1"), &d));
	assert_true(date_parse(SV("2024-02-29"), &d));
	assert_true(date_eq(d, day(2024, 2, 29)));
}

static void reads_and_writes_rfc3339_with_offsets(void **state)
{
	(void)state;
	struct wall_ms t;
	char text[WALL_TEXT];
	assert_true(wall_parse(SV("2021-06-08T14:30:00.250+02:00"), &t));
	assert_string_equal(wall_format(t, text), "2021-06-08T12:30:00.250Z");
	assert_true(wall_parse(SV("2021-06-08"), &t));
	assert_string_equal(wall_format(t, text), "2021-06-08T00:00:00.000Z");
	assert_true(wall_parse(SV("2021-06-08T14:30:00+0200"), &t));
	assert_string_equal(wall_format(t, text), "2021-06-08T12:30:00.000Z");
	assert_false(wall_parse(SV("2021-06-08T14:30:00+2"), &t));
	assert_false(wall_parse(SV("2021-06-08Tx"), &t));
}

static void adds_months_with_the_day_clamped(void **state)
{
	(void)state;
	assert_true(date_eq(date_add_months(day(2024, 1, 31), 1), day(2024, 2, 29)));
	assert_true(date_eq(date_add_months(day(2024, 3, 15), -3), day(2023, 12, 15)));
	assert_int_equal(date_weekday(day(2021, 6, 8)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_dates_are_inverse),
		cmocka_unit_test(bare_year_stands_for_its_last_day),
		cmocka_unit_test(refuses_dates_that_do_not_exist),
		cmocka_unit_test(reads_and_writes_rfc3339_with_offsets),
		cmocka_unit_test(adds_months_with_the_day_clamped),
	};
	return RUN(tests);
}
