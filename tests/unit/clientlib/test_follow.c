#include "follow_test.h"

static void hands_out_live_events_in_order_without_replay(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 20; i++)
		(void)fake_publish(fake, i % 2 ? A : B);
	for (uint64_t seq = 1; seq <= 20; seq++)
		expect(fake, client, seq);
	assert_int_equal(fake->replays, 0);
	pw_close(client);
	fake_free(fake);
}

static void replays_what_was_there_before_in_pages(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	for (int i = 0; i < 35; i++)
		(void)fake_append(fake, A);
	struct pw_client *client = join_from(fake, NULL, 0);
	for (uint64_t seq = 1; seq <= 35; seq++)
		expect(fake, client, seq);
	assert_int_equal(fake->replays, 4);
	pw_close(client);
	fake_free(fake);
}

static void repairs_a_gap_by_replay(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	(void)fake_append(fake, A); /* lost */
	(void)fake_append(fake, B); /* lost */
	(void)fake_publish(fake, A);
	for (uint64_t seq = 1; seq <= 4; seq++)
		expect(fake, client, seq);
	assert_int_equal(fake->replays, 1);
	pw_close(client);
	fake_free(fake);
}

static void finds_a_lost_tail_by_the_heartbeat(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_append(fake, A);
	(void)fake_append(fake, A);
	fake_heartbeat(fake);
	expect(fake, client, 1);
	expect(fake, client, 2);
	pw_close(client);
	fake_free(fake);
}

static void drops_duplicates(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	fake_send(fake, 1);
	(void)fake_publish(fake, A);
	fake_send(fake, 1);
	fake_send(fake, 2);
	(void)fake_publish(fake, A);
	for (uint64_t seq = 1; seq <= 3; seq++)
		expect(fake, client, seq);
	expect_nothing(fake, client);
	pw_close(client);
	fake_free(fake);
}

static void a_filter_makes_no_false_gaps(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/us-mexico", NULL };
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, topics, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	(void)fake_publish(fake, B);
	(void)fake_publish(fake, D);
	(void)fake_publish(fake, C);
	expect(fake, client, 1);
	expect(fake, client, 4);
	expect_nothing(fake, client);
	assert_int_equal(fake->replays, 0);
	pw_close(client);
	fake_free(fake);
}

static void a_filtered_gap_is_found_by_the_level_subscribed_to(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/us-mexico/", NULL };
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, topics, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	(void)fake_append(fake, C); /* lost */
	(void)fake_publish(fake, D);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	expect(fake, client, 2);
	expect(fake, client, 4);
	pw_close(client);
	fake_free(fake);
}

static void several_topics_keep_the_order_of_the_log_when_one_loses(void **state)
{
	(void)state;
	static const char *const topics[] = { "source/", "fact/us-mexico/", NULL };
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, topics, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	(void)fake_append(fake, B); /* lost: must still come before what follows */
	(void)fake_publish(fake, D);
	(void)fake_publish(fake, A);
	(void)fake_publish(fake, B);
	static const uint64_t want[] = { 1, 2, 4, 5 };
	for (size_t i = 0; i < 4; i++)
		expect(fake, client, want[i]);
	pw_close(client);
	fake_free(fake);
}

static void garbage_is_ignored(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	(void)zmq_send(fake->events, A, strlen(A), 0);
	(void)zmq_send(fake->events, A, strlen(A), ZMQ_SNDMORE);
	(void)zmq_send(fake->events, "PW", 2, 0);
	(void)zmq_send(fake->events, "", 0, ZMQ_SNDMORE);
	(void)zmq_send(fake->events, "", 0, ZMQ_SNDMORE);
	(void)zmq_send(fake->events, "", 0, 0);
	(void)zmq_send(fake->events, "!hb", 3, ZMQ_SNDMORE);
	(void)zmq_send(fake->events, "not a record of any version at all", 34, 0);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	expect(fake, client, 2);
	assert_int_equal(fake->replays, 0);
	pw_close(client);
	fake_free(fake);
}

static void asks_again_when_a_replay_is_nonsense_or_refused(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	(void)fake_append(fake, A);
	fake->spoiled_pages = 2;
	fake->refuse = PW_WIRE_BUSY;
	fake->refusals = 1;
	struct pw_client *client = join_from(fake, NULL, 0);
	expect(fake, client, 1);
	assert_int_equal(fake->replays, 3);
	pw_close(client);
	fake_free(fake);
}

static void asks_again_when_no_answer_comes(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	(void)fake_append(fake, A);
	fake->is_silent = true;
	struct pw_client *client = join_from(fake, NULL, 0);
	for (int i = 0; i < ROUNDS && !pw_error(client)[0]; i++) {
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	assert_non_null(strstr(pw_error(client), "no answer"));
	fake->is_silent = false;
	expect(fake, client, 1);
	pw_close(client);
	fake_free(fake);
}

static void survives_a_daemon_that_dies_and_comes_back(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	fake->interval_ms = 20;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	fake_unbind(fake);
	(void)fake_append(fake, A);
	wait_for_state(fake, client, PW_STALE);
	fake_bind(fake);
	expect(fake, client, 2);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	fake_free(fake);
}

/* Half of all messages are lost, at random; each filter still sees its events once, in order. */
static void random_losses_lose_nothing(void **state)
{
	(void)state;
	static const char *const all[] = { A, B, C, D };
	static const char *const two[] = { "fact/us-mexico/personnel", "source/", NULL };
	static const char *const one[] = { "fact/us-mexico", NULL };
	const char *const *const filters[] = { NULL, two, one };
	unsigned seed = 1;
	for (size_t f = 0; f < 3; f++) {
		struct fake *fake = fake_new();
		fake->page_rows = 60;
		struct pw_client *client = join_from(fake, filters[f], PW_FROM_NOW);
		wait_for_state(fake, client, PW_LIVE);
		uint64_t want = 0;
		for (int round = 0; round < 40; round++) {
			for (int i = 0; i < 10; i++) {
				uint64_t seq = fake_append(fake, all[(unsigned)rand_r(&seed) % 4]);
				if (rand_r(&seed) % 2)
					fake_send(fake, seq);
			}
			if (rand_r(&seed) % 2)
				fake_heartbeat(fake);
			fake_serve(fake);
			if (round < 39)
				continue;
			fake_heartbeat(fake);
		}
		for (uint64_t seq = 1; seq <= fake->head; seq++) {
			const char *topic = fake->rows[seq].topic;
			bool is_wanted = f == 0 || (f == 2 && strstr(topic, "fact/us-mexico/")) ||
				(f == 1 && (strstr(topic, "personnel/") || strstr(topic, "source/")));
			if (is_wanted)
				expect(fake, client, seq);
			want += is_wanted;
		}
		assert_true(want > 100);
		expect_nothing(fake, client);
		pw_close(client);
		fake_free(fake);
	}
}

/* Catching up after joining is no fault of the bus; a hole in what a client that had everything reads is. */
static void a_gap_is_told_to_the_daemon_once_and_only_when_the_bus_lost_it(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/us-mexico/", NULL };
	struct fake *fake = fake_new();
	for (int i = 0; i < 15; i++)
		(void)fake_append(fake, A);
	struct pw_client *client = join_from(fake, NULL, 0);
	for (uint64_t seq = 1; seq <= 15; seq++)
		expect(fake, client, seq);
	wait_for_state(fake, client, PW_LIVE);
	assert_int_equal(fake->gaps, 0);
	wait_for_state(fake, client, PW_LIVE);
	fake_heartbeat(fake);
	expect_nothing(fake, client);
	for (int i = 0; i < 25; i++)
		(void)fake_append(fake, A); /* lost: three pages */
	(void)fake_publish(fake, A);
	for (uint64_t seq = 16; seq <= 41; seq++)
		expect(fake, client, seq);
	assert_int_equal(fake->gaps, 1);
	pw_close(client);
	client = join_from(fake, topics, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, D); /* none of its own: what a heartbeat makes it ask for is no gap */
	fake_heartbeat(fake);
	expect_nothing(fake, client);
	(void)fake_publish(fake, A);
	expect(fake, client, 43);
	assert_int_equal(fake->gaps, 1);
	(void)fake_append(fake, A);
	(void)fake_publish(fake, A);
	expect(fake, client, 44);
	expect(fake, client, 45);
	assert_int_equal(fake->gaps, 2);
	pw_close(client);
	fake_free(fake);
}

/* Greeted, and nothing else heard yet: what is missing then went by before the subscription was there. */
static void what_was_missed_while_joining_is_no_gap(void **state)
{
	(void)state;
	for (int by_heartbeat = 0; by_heartbeat < 2; by_heartbeat++) {
		struct fake *fake = fake_new();
		struct pw_event *event;
		struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
		for (int i = 0; i < ROUNDS && pw_client_state(client) != PW_LIVE; i++) {
			fake_serve(fake);
			assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
		}
		assert_int_equal(pw_client_state(client), PW_LIVE);
		(void)fake_append(fake, A);
		(void)fake_append(fake, A);
		if (by_heartbeat)
			fake_heartbeat(fake);
		else
			fake_send(fake, 2);
		expect(fake, client, 1);
		expect(fake, client, 2);
		assert_int_equal(fake->replays, 1);
		assert_int_equal(fake->gaps, 0);
		pw_close(client);
		fake_free(fake);
	}
}

static void a_daemon_that_beats_is_left_in_peace(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	fake->interval_ms = 60;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 60; i++) { /* 300 ms, twice as long as silence may last */
		fake_heartbeat(fake);
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
		assert_int_equal(pw_client_state(client), PW_LIVE);
	}
	assert_int_equal(fake->hellos, 1);
	pw_close(client);
	fake_free(fake);
}

static void noise_on_the_bus_is_no_sign_of_life(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	fake->interval_ms = 20;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < ROUNDS && pw_client_state(client) != PW_STALE; i++) {
		fake_serve(fake);
		(void)zmq_send(fake->events, "!hb", 3, ZMQ_SNDMORE);
		(void)zmq_send(fake->events, "noise", 5, 0);
		assert_int_equal(pw_next(client, 2, &event), PW_TIMEOUT);
	}
	assert_int_equal(pw_client_state(client), PW_STALE);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	fake_free(fake);
}

/* The watchdog waits 2.5 intervals, then twice as long each time, so that a daemon without a bus is not pestered. */
static void subscriptions_that_hear_nothing_are_renewed_ever_more_seldom(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	fake->interval_ms = 20;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	fake->hellos = 0;
	fake_unbind(fake);
	fake->interval_ms = 20;
	fake->query = zmq_socket(fake->context, ZMQ_ROUTER);
	fake->events = zmq_socket(fake->context, ZMQ_XPUB); /* bound to nothing */
	assert_int_equal(zmq_bind(fake->query, fake->query_endpoint), 0);
	for (int i = 0; i < 200; i++) { /* about a second: 50, 100, 200, 400 ms */
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	assert_in_range(fake->hellos, 2, 6);
	pw_close(client);
	fake_free(fake);
}

static void a_connection_cut_and_made_again_between_two_looks_loses_nothing(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	fake->interval_ms = 60000; /* the watchdog sleeps */
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	fake_unbind(fake);
	(void)fake_append(fake, A); /* no heartbeat will tell: the greeting must */
	fake_bind(fake);
	expect(fake, client, 2);
	assert_int_equal(fake->gaps, 0);
	pw_close(client);
	fake_free(fake);
}

/* While a client asks, what is published waits in its queue and is not looked at. */
static void events_published_during_a_replay_come_after_it_once(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	for (int i = 0; i < 30; i++)
		(void)fake_append(fake, A);
	struct pw_client *client = join_from(fake, NULL, 0);
	expect(fake, client, 1);
	for (int i = 0; i < 30; i++) {
		(void)fake_publish(fake, A);
		expect(fake, client, (uint64_t)i + 2);
	}
	for (uint64_t seq = 32; seq <= 60; seq++)
		expect(fake, client, seq);
	expect_nothing(fake, client);
	pw_close(client);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_live_events_in_order_without_replay),
		cmocka_unit_test(replays_what_was_there_before_in_pages),
		cmocka_unit_test(repairs_a_gap_by_replay),
		cmocka_unit_test(finds_a_lost_tail_by_the_heartbeat),
		cmocka_unit_test(drops_duplicates),
		cmocka_unit_test(a_filter_makes_no_false_gaps),
		cmocka_unit_test(a_filtered_gap_is_found_by_the_level_subscribed_to),
		cmocka_unit_test(several_topics_keep_the_order_of_the_log_when_one_loses),
		cmocka_unit_test(garbage_is_ignored),
		cmocka_unit_test(asks_again_when_a_replay_is_nonsense_or_refused),
		cmocka_unit_test(asks_again_when_no_answer_comes),
		cmocka_unit_test(survives_a_daemon_that_dies_and_comes_back),
		cmocka_unit_test(random_losses_lose_nothing),
		cmocka_unit_test(a_gap_is_told_to_the_daemon_once_and_only_when_the_bus_lost_it),
		cmocka_unit_test(what_was_missed_while_joining_is_no_gap),
		cmocka_unit_test(a_daemon_that_beats_is_left_in_peace),
		cmocka_unit_test(noise_on_the_bus_is_no_sign_of_life),
		cmocka_unit_test(subscriptions_that_hear_nothing_are_renewed_ever_more_seldom),
		cmocka_unit_test(a_connection_cut_and_made_again_between_two_looks_loses_nothing),
		cmocka_unit_test(events_published_during_a_replay_come_after_it_once),
	};
	return RUN(tests);
}
