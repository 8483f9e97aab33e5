#include <policywatch/policywatch.h>
#include <time.h>

#include "client_test.h"
#include "fake_daemon.h"

#define ROUNDS 1000 /* of 5 ms: far more than anything here takes */
#define A "fact/us-mexico/personnel/figure/"
#define B "source/sre-press/failing/"
#define C "fact/us-mexico/task-force/new/"
#define D "fact/uk-rwanda/flights/status/"

static struct pw_client *join_from(struct fake *fake, const char *const *topics, uint64_t from)
{
	struct pw_client *client;
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.topics = topics;
	options.from_seq = from;
	options.request_timeout_ms = 100;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	return client;
}

/* What pw_next() says at last, with the daemon at work. */
static enum pw_status next(struct fake *fake, struct pw_client *client, struct pw_event **out)
{
	enum pw_status st = PW_TIMEOUT;
	for (int i = 0; i < ROUNDS && st == PW_TIMEOUT; i++) {
		if (fake->events)
			fake_serve(fake);
		st = pw_next(client, 5, out);
	}
	return st;
}

static void expect(struct fake *fake, struct pw_client *client, uint64_t seq)
{
	struct pw_event *event = NULL;
	enum pw_status st = next(fake, client, &event);
	if (st != PW_OK)
		fail_msg("no event %d: %s (%s)", (int)seq, pw_status_text(st), pw_error(client));
	assert_int_equal(pw_event_seq(event), seq);
	assert_int_equal(pw_integer(pw_get(pw_event_value(event), "sequence")), (int64_t)seq);
	assert_int_equal(pw_ack(client, event), PW_OK);
	pw_event_free(event);
}

/* Nothing comes although the daemon beats and serves. */
static void expect_nothing(struct fake *fake, struct pw_client *client)
{
	struct pw_event *event = NULL;
	for (int i = 0; i < 4; i++) {
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
}

static void wait_for_state(struct fake *fake, struct pw_client *client, enum pw_state state)
{
	struct pw_event *event = NULL;
	for (int i = 0; i < ROUNDS && pw_client_state(client) != state; i++) {
		if (fake->events) {
			fake_heartbeat(fake);
			fake_serve(fake);
		}
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	assert_string_equal(pw_state_text(pw_client_state(client)), pw_state_text(state));
}

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

static void goes_on_from_the_cursor_file(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	char cursor[64];
	struct pw_event *event;
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.cursor_file = cursor;
	options.from_seq = 0;
	for (int i = 0; i < 5; i++)
		(void)fake_append(fake, A);
	struct pw_client *client;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	expect(fake, client, 1);
	expect(fake, client, 2);
	assert_int_equal(next(fake, client, &event), PW_OK); /* 3, not handled */
	pw_event_free(event);
	pw_close(client);
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	for (uint64_t seq = 3; seq <= 5; seq++)
		expect(fake, client, seq);
	pw_close(client);
	fake_free(fake);
}

static void what_came_while_away_is_not_lost_before_the_first_event(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	char cursor[64];
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.cursor_file = cursor;
	(void)fake_append(fake, A);
	struct pw_client *client;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	(void)fake_append(fake, A);
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	expect(fake, client, 2);
	pw_close(client);
	fake_free(fake);
}

static void a_quiet_topic_does_not_leave_the_cursor_behind(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/us-mexico/", NULL };
	struct fake *fake = fake_new();
	char cursor[64];
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.topics = topics;
	options.cursor_file = cursor;
	struct pw_client *client;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 30; i++)
		(void)fake_publish(fake, D);
	fake_heartbeat(fake);
	expect_nothing(fake, client);
	pw_close(client);
	fake->oldest = 31; /* all of them trimmed: none was ours */
	(void)fake_append(fake, A);
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	expect(fake, client, 31);
	pw_close(client);
	fake_free(fake);
}

static void says_when_the_log_is_another_one(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	fake_unbind(fake);
	fake->epoch = 8;
	fake->head = 0;
	memset(fake->rows, 0, sizeof fake->rows);
	fake_bind(fake);
	(void)fake_append(fake, C);
	for (int i = 0; i < ROUNDS && pw_next(client, 5, &event) != PW_EPOCH; i++) {
		fake_heartbeat(fake);
		fake_serve(fake);
	}
	assert_int_equal(next(fake, client, &event), PW_EPOCH); /* and goes on saying so */
	assert_int_equal(pw_resume(client, 0), PW_OK);
	expect(fake, client, 1);
	pw_close(client);
	fake_free(fake);
}

static void says_when_the_log_went_back(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	for (int i = 0; i < 5; i++)
		(void)fake_publish(fake, A);
	for (uint64_t seq = 1; seq <= 5; seq++)
		expect(fake, client, seq);
	fake_unbind(fake);
	fake->head = 3; /* an old copy of the store under the same epoch */
	fake_bind(fake);
	assert_int_equal(next(fake, client, &event), PW_EPOCH);
	assert_non_null(strstr(pw_error(client), "went back"));
	pw_close(client);
	fake_free(fake);
}

static void says_when_events_are_gone_and_resumes_from_the_oldest(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event;
	for (int i = 0; i < 9; i++)
		(void)fake_append(fake, A);
	fake->oldest = 5;
	struct pw_client *client = join_from(fake, NULL, 2);
	assert_int_equal(next(fake, client, &event), PW_GONE);
	assert_int_equal(pw_resume(client, 0), PW_OK);
	for (uint64_t seq = 5; seq <= 9; seq++)
		expect(fake, client, seq);
	pw_close(client);
	fake_free(fake);
}

static void starts_at_a_time(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	for (int i = 0; i < 9; i++)
		(void)fake_append(fake, A);
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.from_time_ms = 6500;
	struct pw_client *client;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	for (uint64_t seq = 7; seq <= 9; seq++)
		expect(fake, client, seq);
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

static void tells_the_daemon_how_far_it_got(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.cursor_name = "forward-mail";
	struct pw_client *client;
	struct pw_event *event;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	for (int i = 0; i < ROUNDS && fake->acked != 1; i++) {
		fake_heartbeat(fake);
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	assert_int_equal(fake->acked, 1);
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

static void refuses_topics_and_cursors_that_are_none(void **state)
{
	(void)state;
	static const char *const topics[] = { "Fact/US/", NULL };
	struct pw_client *client;
	struct pw_options options = PW_OPTIONS_INIT;
	options.topics = topics;
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	assert_non_null(strstr(pw_error(client), "'Fact/US/' is no topic"));
	pw_close(client);
	options.topics = NULL;
	options.cursor_file = "/proc/version";
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	assert_non_null(strstr(pw_error(client), "not a cursor"));
	pw_close(client);
}

/* A program compiled against the first release hands in the shorter struct; behind it may lie anything. */
static void options_of_an_earlier_release_are_taken(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_options options = PW_OPTIONS_INIT;
	struct pw_client *client;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.size = offsetof(struct pw_options, key_file);
	void *earlier = malloc(options.size);
	assert_non_null(earlier);
	memcpy(earlier, &options, options.size);
	assert_int_equal(pw_connect(earlier, &client), PW_OK);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	free(earlier);
	options.size--;
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
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
		cmocka_unit_test(goes_on_from_the_cursor_file),
		cmocka_unit_test(what_came_while_away_is_not_lost_before_the_first_event),
		cmocka_unit_test(a_quiet_topic_does_not_leave_the_cursor_behind),
		cmocka_unit_test(says_when_the_log_is_another_one),
		cmocka_unit_test(says_when_the_log_went_back),
		cmocka_unit_test(says_when_events_are_gone_and_resumes_from_the_oldest),
		cmocka_unit_test(starts_at_a_time),
		cmocka_unit_test(garbage_is_ignored),
		cmocka_unit_test(asks_again_when_a_replay_is_nonsense_or_refused),
		cmocka_unit_test(asks_again_when_no_answer_comes),
		cmocka_unit_test(survives_a_daemon_that_dies_and_comes_back),
		cmocka_unit_test(tells_the_daemon_how_far_it_got),
		cmocka_unit_test(random_losses_lose_nothing),
		cmocka_unit_test(refuses_topics_and_cursors_that_are_none),
		cmocka_unit_test(options_of_an_earlier_release_are_taken),
	};
	return RUN(tests);
}
