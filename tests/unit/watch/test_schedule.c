#include "test.h"

#include "limit.h"
#include "schedule.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static void gives_items_in_order_of_their_time(void **state)
{
	enum { N = 500 };
	static struct schedule_item items[N];
	struct schedule schedule = { 0 };
	(void)state;
	for (int i = 0; i < N; i++)
		schedule_put(&schedule, &items[i], (struct mono_ms){ i * 7919 % 1009 });
	for (int i = 0; i < N; i += 3) /* moved, to both sides */
		schedule_put(&schedule, &items[i], (struct mono_ms){ i * 104729 % 1013 });
	for (int i = 0; i < N; i += 5)
		schedule_remove(&schedule, &items[i]);
	schedule_remove(&schedule, &items[0]); /* twice does no harm */
	int64_t last = -1;
	int n = 0;
	for (struct schedule_item *item; (item = schedule_first(&schedule)) != NULL; n++) {
		assert_true(item->due.v >= last);
		last = item->due.v;
		schedule_remove(&schedule, item);
	}
	assert_int_equal(n, N - N / 5);
	schedule_done(&schedule);
}

static void interval_stays_within_a_tenth_and_the_same_for_a_source(void **state)
{
	int64_t least = INT64_MAX, most = 0;
	(void)state;
	for (uint64_t seed = 0; seed < 1000; seed++) {
		int64_t interval = schedule_interval_ms(10 * MINUTE, seed);
		assert_int_equal(interval, schedule_interval_ms(10 * MINUTE, seed));
		least = interval < least ? interval : least;
		most = interval > most ? interval : most;
	}
	assert_true(least >= 9 * MINUTE && least < 9 * MINUTE + 5000);
	assert_true(most <= 11 * MINUTE && most > 11 * MINUTE - 5000);
	assert_int_equal(schedule_interval_ms(5, 1), 5);
}

static void transient_failures_are_tried_again_soon_and_back_off_to_six_hours(void **state)
{
	(void)state;
	int64_t first = schedule_backoff_ms(HOUR, 1, true, 0, 7);
	assert_true(first > 45 * 1000 - 1 && first <= MINUTE);
	int64_t before = 0;
	for (int failures = 1; failures <= 8; failures++) {
		int64_t delay = schedule_backoff_ms(HOUR, failures, true, 0, 7);
		assert_true(delay > before);
		before = delay;
	}
	for (int failures = 12; failures < 100000; failures = failures * 2) {
		int64_t delay = schedule_backoff_ms(HOUR, failures, true, 0, 7);
		assert_true(delay > LIMIT_BACKOFF_MS * 3 / 4 - 1 && delay <= LIMIT_BACKOFF_MS);
	}
}

static void lasting_failures_keep_the_pace_of_the_source(void **state)
{
	(void)state;
	int64_t first = schedule_backoff_ms(10 * MINUTE, 1, false, 0, 7);
	assert_true(first > 10 * MINUTE * 3 / 4 - 1 && first <= 10 * MINUTE);
	/* One that is asked once a week is not asked four times a day because it fails. */
	int64_t weekly = schedule_backoff_ms(7 * 24 * (int64_t)HOUR, 3, false, 0, 7);
	assert_true(weekly > 5 * 24 * (int64_t)HOUR);
}

static void failures_of_different_sources_do_not_meet(void **state)
{
	int same = 0;
	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++)
		same += schedule_backoff_ms(HOUR, 3, true, 0, seed) == schedule_backoff_ms(HOUR, 3, true, 0, seed + 1);
	assert_true(same < 3);
}

static void waits_as_long_as_the_server_asks_but_no_longer_than_six_hours(void **state)
{
	(void)state;
	assert_int_equal(schedule_backoff_ms(MINUTE, 1, false, HOUR, 7), HOUR);
	assert_int_equal(schedule_backoff_ms(MINUTE, 1, false, 100 * (int64_t)HOUR, 7), LIMIT_BACKOFF_MS);
	assert_true(schedule_backoff_ms(HOUR, 1, false, 5, 7) > HOUR / 2);
}

static void restart_honours_what_was_planned(void **state)
{
	const struct wall_ms now = { 1700000000000 };
	(void)state;
	assert_int_equal(
		schedule_resume_ms((struct wall_ms){ now.v + 8 * MINUTE }, now, 10 * MINUTE, 1, 7), 8 * MINUTE);
	/* Written by a clock that was years ahead. */
	int64_t delay = schedule_resume_ms((struct wall_ms){ now.v + 9000 * (int64_t)HOUR }, now, 10 * MINUTE, 1, 7);
	assert_int_equal(delay, LIMIT_BACKOFF_MS);
}

static void overdue_sources_are_spread_over_a_few_seconds(void **state)
{
	const struct wall_ms now = { 1700000000000 };
	int early = 0;
	(void)state;
	for (uint64_t seed = 0; seed < 1000; seed++) {
		int64_t delay = schedule_resume_ms((struct wall_ms){ now.v - HOUR }, now, 10 * MINUTE, 1000, seed);
		assert_true(delay >= 0 && delay < LIMIT_SPREAD_MS);
		early += delay < LIMIT_SPREAD_MS / 2;
	}
	assert_true(early > 400 && early < 600);
	assert_true(schedule_resume_ms(WALL_NONE, now, 10 * MINUTE, 1, 7) < 10);
	assert_int_equal(schedule_resume_ms(WALL_NONE, now, 10 * MINUTE, 0, 7), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_items_in_order_of_their_time),
		cmocka_unit_test(interval_stays_within_a_tenth_and_the_same_for_a_source),
		cmocka_unit_test(transient_failures_are_tried_again_soon_and_back_off_to_six_hours),
		cmocka_unit_test(lasting_failures_keep_the_pace_of_the_source),
		cmocka_unit_test(failures_of_different_sources_do_not_meet),
		cmocka_unit_test(waits_as_long_as_the_server_asks_but_no_longer_than_six_hours),
		cmocka_unit_test(restart_honours_what_was_planned),
		cmocka_unit_test(overdue_sources_are_spread_over_a_few_seconds),
	};
	return RUN(tests);
}
