#include "follow_test.h"

struct pair {
	struct fake *first, *second;
	char events[160], query[160], cursor[64];
};

static struct pair pair_new(void)
{
	struct pair pair = { fake_new(), fake_new(), "", "", "" };
	pair.second->epoch = 9;
	fake_recreate(pair.second, 9);
	(void)snprintf(
		pair.events, sizeof pair.events, "%s, %s", pair.first->events_endpoint, pair.second->events_endpoint);
	(void)snprintf(pair.query, sizeof pair.query, "%s,%s", pair.first->query_endpoint, pair.second->query_endpoint);
	(void)snprintf(pair.cursor, sizeof pair.cursor, "%s/cursor", pair.first->folder);
	pair.first->interval_ms = pair.second->interval_ms = 40;
	return pair;
}

static void pair_free(struct pair *pair)
{
	fake_free(pair->first);
	fake_free(pair->second);
}

static struct pw_client *pair_join(const struct pair *pair, uint64_t from)
{
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = pair->events;
	options.query = pair->query;
	options.cursor_file = pair->cursor;
	options.request_timeout_ms = 100;
	options.from_seq = from;
	return join_with(&options);
}

static void pair_turn(struct pair *pair)
{
	struct fake *const both[] = { pair->first, pair->second };
	for (size_t i = 0; i < 2; i++) {
		if (!both[i]->events)
			continue;
		fake_serve(both[i]);
		if (!both[i]->is_silent)
			fake_heartbeat(both[i]);
	}
}

static enum pw_status pair_next(struct pair *pair, struct pw_client *client, struct pw_event **out)
{
	enum pw_status st = PW_TIMEOUT;
	for (int i = 0; i < ROUNDS && st == PW_TIMEOUT; i++) {
		pair_turn(pair);
		st = pw_next(client, 5, out);
	}
	return st;
}

static void pair_expect(struct pair *pair, struct pw_client *client, uint64_t epoch, uint64_t seq)
{
	struct pw_event *event = NULL;
	enum pw_status st = pair_next(pair, client, &event);
	if (st != PW_OK)
		fail_msg("no event %d: %s (%s)", (int)seq, pw_status_text(st), pw_error(client));
	assert_int_equal(pw_event_epoch(event), epoch);
	assert_int_equal(pw_event_seq(event), seq);
	assert_int_equal(pw_ack(client, event), PW_OK);
	pw_event_free(event);
}

static void pair_wait(struct pair *pair, struct pw_client *client, enum pw_state state, const struct fake *fake)
{
	struct pw_event *event = NULL;
	for (int i = 0; i < ROUNDS; i++) {
		if (pw_client_state(client) == state && strcmp(pw_daemon(client), fake->events_endpoint) == 0)
			return;
		pair_turn(pair);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	fail_msg("%s at %s", pw_state_text(pw_client_state(client)), pw_daemon(client));
}

static void the_first_that_answers_is_used(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	fake_unbind(pair.first);
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	pair_wait(&pair, client, PW_LIVE, pair.second);
	(void)fake_publish(pair.second, A);
	pair_expect(&pair, client, 9, 1);
	pw_close(client);
	pair_free(&pair);
}

static void a_client_stays_with_the_first_while_it_answers(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	pair_wait(&pair, client, PW_LIVE, pair.first);
	assert_int_equal(pair.second->hellos, 0);
	pw_close(client);
	pair_free(&pair);
}

/* There and back, each log goes on where it was left, and only the unknown log is asked about. */
static void each_log_goes_on_where_it_was_left(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	struct pw_event *event;
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	pair_wait(&pair, client, PW_LIVE, pair.first);
	(void)fake_publish(pair.first, A);
	pair_expect(&pair, client, 7, 1);
	(void)fake_append(pair.second, A);
	fake_unbind(pair.first);
	assert_int_equal(pair_next(&pair, client, &event), PW_EPOCH);
	assert_int_equal(pw_client_state(client), PW_HALTED);
	assert_string_equal(pw_daemon(client), pair.second->events_endpoint);
	assert_int_equal(pw_last_time(client), 1000);
	assert_int_equal(pw_resume(client, 0), PW_OK);
	pair_expect(&pair, client, 9, 1);
	(void)fake_append(pair.first, A); /* while nobody looks */
	fake_bind(pair.first);
	fake_unbind(pair.second);
	pair_expect(&pair, client, 7, 2);
	pair_wait(&pair, client, PW_LIVE, pair.first);
	fake_bind(pair.second);
	(void)fake_append(pair.second, B);
	(void)fake_append(pair.second, A);
	fake_unbind(pair.first);
	pair_expect(&pair, client, 9, 2);
	pair_expect(&pair, client, 9, 3);
	pw_close(client);
	fake_bind(pair.first);
	(void)fake_append(pair.first, A); /* the same after a new start, by the file */
	client = pair_join(&pair, PW_FROM_NOW);
	pair_expect(&pair, client, 7, 3);
	pw_close(client);
	pair_free(&pair);
}

static void an_event_taken_before_the_change_can_be_acknowledged_after_it(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	struct pw_event *event, *later;
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	pair_wait(&pair, client, PW_LIVE, pair.first);
	(void)fake_publish(pair.first, A);
	assert_int_equal(pair_next(&pair, client, &event), PW_OK);
	fake_unbind(pair.first);
	assert_int_equal(pair_next(&pair, client, &later), PW_EPOCH);
	assert_int_equal(pw_ack(client, event), PW_OK);
	pw_event_free(event);
	assert_int_equal(pw_resume(client, PW_FROM_NOW), PW_OK);
	pair_wait(&pair, client, PW_LIVE, pair.second);
	(void)fake_append(pair.first, A);
	fake_bind(pair.first);
	fake_unbind(pair.second);
	pair_expect(&pair, client, 7, 2); /* 1 was handled */
	pw_close(client);
	pair_free(&pair);
}

static void a_daemon_whose_bus_is_silent_is_left(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	struct pw_event *event;
	for (int i = 0; i < ROUNDS && strcmp(pw_daemon(client), pair.second->events_endpoint) != 0; i++) {
		fake_serve(pair.first); /* answers, and never beats */
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	assert_string_equal(pw_daemon(client), pair.second->events_endpoint);
	pw_close(client);
	pair_free(&pair);
}

static void a_daemon_that_answers_noise_is_left(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	pair.first->is_garbage = true;
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	pair_wait(&pair, client, PW_LIVE, pair.second);
	pw_close(client);
	pair_free(&pair);
}

static void denial_by_all_is_told_and_by_one_is_not(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	struct pw_event *event;
	pair.first->refuse = pair.second->refuse = PW_WIRE_DENIED;
	pair.first->hello_refusals = 1;
	struct pw_client *client = pair_join(&pair, PW_FROM_NOW);
	pair_wait(&pair, client, PW_LIVE, pair.second);
	pw_close(client);
	pair.first->hello_refusals = pair.second->hello_refusals = 100;
	client = pair_join(&pair, PW_FROM_NOW);
	assert_int_equal(pair_next(&pair, client, &event), PW_DENIED);
	pw_close(client);
	pair_free(&pair);
}

/* 100 ms, 200 ms, 400 ms between rounds: in one second of nothing but silence, few questions. */
static void rounds_without_an_answer_come_ever_more_seldom(void **state)
{
	(void)state;
	struct pair pair = pair_new();
	struct pw_options options = PW_OPTIONS_INIT;
	struct pw_event *event;
	options.events = pair.events;
	options.query = pair.query;
	options.request_timeout_ms = 10;
	struct pw_client *client = join_with(&options);
	int first = 0, asked = 0;
	const char *daemon_before = pw_daemon(client);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
		asked += pw_daemon(client) != daemon_before;
		daemon_before = pw_daemon(client);
		first = i == 99 ? asked : first;
	}
	assert_in_range(asked, 4, 14);
	assert_true(asked - first < first);
	pw_close(client);
	pair_free(&pair);
}

static void lists_that_do_not_match_are_refused(void **state)
{
	(void)state;
	struct pw_options options = PW_OPTIONS_INIT;
	struct pw_client *client;
	options.events = "ipc:///tmp/a,ipc:///tmp/b";
	options.query = "ipc:///tmp/a";
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	assert_non_null(strstr(pw_error(client), "as many endpoints"));
	pw_close(client);
	options.query = "ipc:///tmp/a,";
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	assert_non_null(strstr(pw_error(client), "empty"));
	pw_close(client);
	options.query = options.events;
	options.server_key = "/a,/b,/c";
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	assert_non_null(strstr(pw_error(client), "one key of a daemon"));
	pw_close(client);
	options.events = options.query = "a,b,c,d,e,f,g,h,i";
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	pw_close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_answers_is_used),
		cmocka_unit_test(a_client_stays_with_the_first_while_it_answers),
		cmocka_unit_test(each_log_goes_on_where_it_was_left),
		cmocka_unit_test(an_event_taken_before_the_change_can_be_acknowledged_after_it),
		cmocka_unit_test(a_daemon_whose_bus_is_silent_is_left),
		cmocka_unit_test(a_daemon_that_answers_noise_is_left),
		cmocka_unit_test(denial_by_all_is_told_and_by_one_is_not),
		cmocka_unit_test(rounds_without_an_answer_come_ever_more_seldom),
		cmocka_unit_test(lists_that_do_not_match_are_refused),
	};
	return RUN(tests);
}
