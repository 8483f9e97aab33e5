#include "follow_test.h"

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

static void read_file(const char *path, char out[600])
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	out[fread(out, 1, 599, file)] = '\0';
	assert_int_equal(fclose(file), 0);
}

static void the_choice_after_another_log_is_kept_at_once(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	char cursor[64], text[600];
	struct pw_event *event;
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = options_of(fake);
	options.cursor_file = cursor;
	options.from_seq = 0;
	(void)fake_append(fake, A);
	struct pw_client *client = join_with(&options);
	expect(fake, client, 1);
	pw_close(client);
	fake_recreate(fake, 8);
	for (int i = 0; i < 5; i++)
		(void)fake_append(fake, A);
	client = join_with(&options);
	assert_int_equal(next(fake, client, &event), PW_EPOCH);
	assert_int_equal(pw_client_state(client), PW_HALTED);
	assert_int_equal(pw_last_time(client), 1000); /* by the file: this client handled nothing yet */
	assert_int_equal(pw_resume_time(client, 2500), PW_OK);
	assert_int_equal(next(fake, client, &event), PW_OK);
	assert_int_equal(pw_event_seq(event), 3);
	pw_event_free(event);
	read_file(cursor, text);
	assert_string_equal(text, "pw1 0000000000000008 2\npw1 0000000000000007 1 1000\n");
	pw_close(client); /* as if it died */
	client = join_with(&options);
	expect(fake, client, 3);
	read_file(cursor, text);
	assert_string_equal(text, "pw1 0000000000000008 3 3000\npw1 0000000000000007 1 1000\n");
	pw_close(client);
	fake_free(fake);
}

static void the_choice_after_a_trimmed_log_is_kept_at_once(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	char cursor[64], text[600];
	struct pw_event *event;
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = options_of(fake);
	options.cursor_file = cursor;
	options.from_seq = 0;
	(void)fake_append(fake, A);
	struct pw_client *client = join_with(&options);
	expect(fake, client, 1);
	pw_close(client);
	for (int i = 0; i < 8; i++)
		(void)fake_append(fake, A);
	fake->oldest = 6;
	client = join_with(&options);
	assert_int_equal(next(fake, client, &event), PW_GONE);
	assert_int_equal(pw_client_state(client), PW_HALTED);
	assert_int_equal(pw_resume_time(client, pw_last_time(client)), PW_OK);
	assert_int_equal(next(fake, client, &event), PW_OK);
	assert_int_equal(pw_event_seq(event), 6);
	read_file(cursor, text);
	assert_string_equal(text, "pw1 0000000000000007 5 1000\n");
	assert_int_equal(pw_ack(client, event), PW_OK);
	pw_event_free(event);
	pw_close(client);
	fake_free(fake);
}

static void an_event_of_before_the_choice_can_still_be_acknowledged(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_event *event, *later;
	(void)fake_append(fake, A);
	struct pw_client *client = join_from(fake, NULL, 0);
	assert_int_equal(next(fake, client, &event), PW_OK);
	wait_for_state(fake, client, PW_LIVE);
	fake_recreate(fake, 8);
	assert_int_equal(next(fake, client, &later), PW_EPOCH);
	assert_int_equal(pw_resume(client, 0), PW_OK);
	assert_int_equal(pw_ack(client, event), PW_OK);
	(void)fake_append(fake, A);
	expect(fake, client, 1);
	assert_int_equal(pw_ack(client, event), PW_OK);
	pw_event_free(event);
	pw_close(client);
	fake_free(fake);
}

static void a_cursor_of_a_later_form_is_refused_and_left_alone(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	char cursor[64], text[600];
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	FILE *file = fopen(cursor, "w");
	assert_non_null(file);
	assert_true(fputs("pw2 0000000000000007 1 1000 more\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	struct pw_options options = options_of(fake);
	struct pw_client *client;
	options.cursor_file = cursor;
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	pw_close(client);
	read_file(cursor, text);
	assert_string_equal(text, "pw2 0000000000000007 1 1000 more\n");
	fake_free(fake);
}

/* A client whose topics are quiet must not hold back what the daemon may forget. */
static void a_quiet_client_does_not_seem_to_lag(void **state)
{
	(void)state;
	static const char *const topics[] = { "fact/us-mexico/", NULL };
	struct fake *fake = fake_new();
	struct pw_options options = options_of(fake);
	options.topics = topics;
	options.cursor_name = "quiet";
	for (int i = 0; i < 9; i++)
		(void)fake_append(fake, D);
	struct pw_client *client = join_with(&options);
	for (int i = 0; i < ROUNDS && fake->acked != 9; i++) {
		struct pw_event *event;
		fake_heartbeat(fake);
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
	assert_int_equal(fake->acked, 9);
	assert_int_equal(fake->acks, 1);
	pw_close(client);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_from_the_cursor_file),
		cmocka_unit_test(what_came_while_away_is_not_lost_before_the_first_event),
		cmocka_unit_test(a_quiet_topic_does_not_leave_the_cursor_behind),
		cmocka_unit_test(says_when_the_log_is_another_one),
		cmocka_unit_test(says_when_the_log_went_back),
		cmocka_unit_test(says_when_events_are_gone_and_resumes_from_the_oldest),
		cmocka_unit_test(starts_at_a_time),
		cmocka_unit_test(tells_the_daemon_how_far_it_got),
		cmocka_unit_test(refuses_topics_and_cursors_that_are_none),
		cmocka_unit_test(options_of_an_earlier_release_are_taken),
		cmocka_unit_test(the_choice_after_another_log_is_kept_at_once),
		cmocka_unit_test(the_choice_after_a_trimmed_log_is_kept_at_once),
		cmocka_unit_test(an_event_of_before_the_choice_can_still_be_acknowledged),
		cmocka_unit_test(a_cursor_of_a_later_form_is_refused_and_left_alone),
		cmocka_unit_test(a_quiet_client_does_not_seem_to_lag),
	};
	return RUN(tests);
}
