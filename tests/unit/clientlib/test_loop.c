/* The descriptor for a loop of the caller's: readable when there is something to do, and only then. */
#include <poll.h>
#include <pthread.h>

#include "follow_test.h"

struct taken {
	uint64_t last;
	int n;
};

static void on_event(struct pw_client *client, struct pw_event *event, void *ctx)
{
	struct taken *taken = ctx;
	taken->n++;
	assert_int_equal(pw_event_seq(event), taken->last + 1);
	taken->last = pw_event_seq(event);
	assert_int_equal(pw_ack(client, event), PW_OK);
	pw_event_free(event);
}

static bool is_readable(const struct pw_client *client, int wait_ms)
{
	struct pollfd fd = { .fd = pw_fd(client), .events = POLLIN };
	assert_true(poll(&fd, 1, wait_ms) >= 0);
	return fd.revents != 0;
}

/* A loop that knows nothing but the descriptor, until `n` events came; how often it woke. */
static int loop(struct fake *fake, struct pw_client *client, size_t max, struct taken *taken, int n)
{
	int wakes = 0;
	for (int i = 0; i < ROUNDS && taken->n < n; i++) {
		if (fake->events)
			fake_serve(fake);
		if (!is_readable(client, 5))
			continue;
		enum pw_status st = pw_dispatch(client, max, on_event, taken);
		assert_true(st == PW_OK || st == PW_TIMEOUT);
		wakes++;
	}
	assert_int_equal(taken->n, n);
	return wakes;
}

static int wakes_within(struct fake *fake, struct pw_client *client, int ms)
{
	struct taken taken = { 0 };
	int wakes = 0;
	for (int i = 0; i < ms; i++) {
		fake_serve(fake);
		if (!is_readable(client, 1))
			continue;
		(void)pw_dispatch(client, 100, on_event, &taken);
		wakes++;
	}
	return wakes;
}

static void a_loop_needs_nothing_but_the_descriptor(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct taken taken = { 0 };
	for (int i = 0; i < 25; i++)
		(void)fake_append(fake, A);
	struct pw_client *client = join_from(fake, NULL, 0);
	(void)loop(fake, client, 100, &taken, 25);
	for (int i = 0; i < 25; i++)
		(void)fake_publish(fake, i % 2 ? A : B);
	(void)loop(fake, client, 100, &taken, 50);
	pw_close(client);
	fake_free(fake);
}

/* What max leaves must be told of, although no socket has news any more. */
static void leftovers_keep_it_readable(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct taken taken = { 0 };
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	assert_true(pw_fd(client) >= 0);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 30; i++)
		(void)fake_publish(fake, A);
	int wakes = loop(fake, client, 1, &taken, 30);
	assert_in_range(wakes, 30, 60);
	pw_close(client);
	fake_free(fake);
}

static void an_event_read_with_next_keeps_it_readable_until_time_out(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	assert_true(pw_fd(client) >= 0);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 3; i++)
		(void)fake_publish(fake, A);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(next(fake, client, &event), PW_OK);
		pw_event_free(event);
		assert_true(is_readable(client, 0));
	}
	assert_int_equal(pw_next(client, 0, &event), PW_TIMEOUT);
	assert_false(is_readable(client, 0));
	pw_close(client);
	fake_free(fake);
}

/* No socket says anything when nobody is there: the time-outs must come through the descriptor too. */
static void time_outs_come_through_it(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct taken taken = { 0 };
	fake->interval_ms = 20;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	for (int i = 0; i < ROUNDS && pw_client_state(client) != PW_LIVE; i++) {
		fake_heartbeat(fake);
		fake_serve(fake);
		if (is_readable(client, 5))
			(void)pw_dispatch(client, 10, on_event, &taken);
	}
	fake_unbind(fake);
	(void)fake_append(fake, A);
	for (int i = 0; i < ROUNDS && pw_client_state(client) != PW_STALE; i++) {
		if (is_readable(client, 5))
			(void)pw_dispatch(client, 10, on_event, &taken);
	}
	assert_int_equal(pw_client_state(client), PW_STALE);
	fake_bind(fake);
	(void)loop(fake, client, 10, &taken, 1);
	pw_close(client);
	fake_free(fake);
}

static void a_quiet_client_sleeps(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	expect_nothing(fake, client);
	assert_in_range(wakes_within(fake, client, 300), 0, 5);
	pw_close(client);
	fake_free(fake);
}

static void a_silent_daemon_keeps_nobody_busy(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	fake->is_silent = true;
	struct pw_client *client = join_from(fake, NULL, 0);
	assert_in_range(wakes_within(fake, client, 400), 1, 30);
	pw_close(client);
	fake_free(fake);
}

static void a_daemon_that_is_not_there_keeps_nobody_busy(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_options options = options_of(fake);
	char nowhere[80];
	(void)snprintf(nowhere, sizeof nowhere, "ipc://%s/nowhere", fake->folder);
	options.events = options.query = nowhere;
	struct pw_client *client = join_with(&options);
	assert_in_range(wakes_within(fake, client, 400), 1, 60);
	pw_close(client);
	fake_free(fake);
}

static void a_daemon_that_answers_noise_keeps_nobody_busy(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	fake->is_garbage = true;
	struct pw_client *client = join_from(fake, NULL, 0);
	assert_in_range(wakes_within(fake, client, 400), 1, 30);
	pw_close(client);
	fake_free(fake);
}

static void a_busy_daemon_keeps_nobody_busy(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	(void)fake_append(fake, A);
	fake->refuse = PW_WIRE_BUSY;
	fake->refusals = 1 << 20;
	struct pw_client *client = join_from(fake, NULL, 0);
	assert_in_range(wakes_within(fake, client, 400), 1, 30);
	assert_in_range((1 << 20) - fake->refusals, 1, 5);
	pw_close(client);
	fake_free(fake);
}

/* HELLO says one log, REPLAY and the bus another. */
static void a_daemon_that_contradicts_itself_is_asked_ever_more_seldom(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	(void)fake_append(fake, A);
	fake->refuse = PW_WIRE_EPOCH;
	fake->refusals = 1 << 20;
	struct pw_client *client = join_from(fake, NULL, 0);
	(void)wakes_within(fake, client, 600);
	assert_in_range(fake->hellos, 2, 6);
	pw_close(client);
	fake->refusals = 0;
	client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	fake->hellos = 0;
	for (int i = 0; i < 300; i++) {
		struct pw_event *event;
		fake->epoch = 8; /* the bus */
		fake_heartbeat(fake);
		fake->epoch = 7;
		fake_serve(fake);
		assert_int_equal(pw_next(client, 2, &event), PW_TIMEOUT);
	}
	assert_in_range(fake->hellos, 1, 7);
	pw_close(client);
	fake_free(fake);
}

static void who_must_choose_is_told_once_and_sleeps(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	for (int i = 0; i < 9; i++)
		(void)fake_append(fake, A);
	fake->oldest = 5;
	struct pw_client *client = join_from(fake, NULL, 2);
	assert_int_equal(next(fake, client, &event), PW_GONE);
	assert_int_equal(pw_client_state(client), PW_HALTED);
	assert_true(pw_fd(client) >= 0);
	for (int i = 0; i < 10; i++) {
		(void)fake_publish(fake, A);
		assert_in_range(wakes_within(fake, client, 20), 0, 2);
	}
	assert_int_equal(fake->subscribers, 0); /* for nobody would read it */
	pw_close(client);
	fake_free(fake);
}

static void *answer_a_call(void *ctx)
{
	struct fake *fake = ctx;
	for (int i = 0; i < ROUNDS && fake->calls == 0; i++) {
		fake_serve(fake);
		(void)usleep(1000);
	}
	return NULL;
}

/* A connection for calls that nobody uses may still have news, such as an answer that comes twice. */
static void a_call_leaves_no_noise_behind(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_reply *reply = NULL;
	pthread_t server;
	struct pw_options options = options_of(fake);
	options.request_timeout_ms = 3000;
	struct pw_client *client = join_with(&options);
	wait_for_state(fake, client, PW_LIVE);
	assert_int_equal(pthread_create(&server, NULL, answer_a_call, fake), 0);
	enum pw_status st = pw_call(client, "facts", NULL, NULL, 0, &reply);
	assert_int_equal(pthread_join(server, NULL), 0);
	assert_int_equal(st, PW_OK);
	pw_reply_free(reply);
	(void)zmq_send(fake->query, fake->message.bytes[0], fake->message.n[0], ZMQ_SNDMORE);
	(void)zmq_send(fake->query, "late", 4, 0);
	assert_in_range(wakes_within(fake, client, 200), 0, 10);
	pw_close(client);
	fake_free(fake);
}

/* Over tcp each connection tells of its handshakes too, also those of a connection that nobody uses. */
static void connections_made_again_wake_nobody_for_long(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_reply *reply = NULL;
	struct pw_event *event;
	pthread_t server;
	fake_use_tcp(fake);
	struct pw_options options = options_of(fake);
	options.request_timeout_ms = 3000;
	struct pw_client *client = join_with(&options);
	wait_for_state(fake, client, PW_LIVE);
	assert_int_equal(pthread_create(&server, NULL, answer_a_call, fake), 0);
	enum pw_status st = pw_call(client, "facts", NULL, NULL, 0, &reply);
	assert_int_equal(pthread_join(server, NULL), 0);
	assert_int_equal(st, PW_OK);
	pw_reply_free(reply);
	for (int is_halted = 0; is_halted < 2; is_halted++) {
		if (is_halted)
			fake_recreate(fake, 8);
		else
			fake_recreate(fake, 7);
		for (int i = 0; i < 60; i++) { /* 600 ms: all three connections are made again within 400 */
			fake_heartbeat(fake);
			fake_serve(fake);
			(void)pw_next(client, 10, &event);
			(void)usleep(is_halted ? 10000 : 0);
		}
		assert_int_equal(pw_client_state(client), is_halted ? PW_HALTED : PW_LIVE);
		assert_in_range(wakes_within(fake, client, 200), 0, 10);
	}
	pw_close(client);
	fake_free(fake);
}

/* A flood of what is not ours must not keep a call with a time-out for ever. */
static void a_flood_of_other_topics_leaves_the_caller_its_turn(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/uk-rwanda/", "source/x/", NULL };
	struct fake *fake = fake_new();
	struct taken taken = { 0 };
	struct pw_client *client = join_from(fake, topics, PW_FROM_NOW);
	assert_true(pw_fd(client) >= 0);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 3000; i++)
		(void)fake_publish(fake, A);
	(void)fake_publish(fake, D);
	taken.last = 3000;
	int wakes = loop(fake, client, 10, &taken, 1);
	assert_true(wakes >= 3);
	pw_close(client);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_needs_nothing_but_the_descriptor),
		cmocka_unit_test(leftovers_keep_it_readable),
		cmocka_unit_test(an_event_read_with_next_keeps_it_readable_until_time_out),
		cmocka_unit_test(time_outs_come_through_it),
		cmocka_unit_test(a_quiet_client_sleeps),
		cmocka_unit_test(a_silent_daemon_keeps_nobody_busy),
		cmocka_unit_test(a_daemon_that_is_not_there_keeps_nobody_busy),
		cmocka_unit_test(a_daemon_that_answers_noise_keeps_nobody_busy),
		cmocka_unit_test(a_busy_daemon_keeps_nobody_busy),
		cmocka_unit_test(a_daemon_that_contradicts_itself_is_asked_ever_more_seldom),
		cmocka_unit_test(who_must_choose_is_told_once_and_sleeps),
		cmocka_unit_test(a_call_leaves_no_noise_behind),
		cmocka_unit_test(connections_made_again_wake_nobody_for_long),
		cmocka_unit_test(a_flood_of_other_topics_leaves_the_caller_its_turn),
	};
	return RUN(tests);
}
