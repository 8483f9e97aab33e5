#include "follow_test.h"

/* In the order of bytes. */
#define F1 "fact/uk-rwanda/flights/state/"
#define F2 "fact/us-mexico-2/other/state/"
#define F3 "fact/us-mexico/border/state/"
#define F4 "fact/us-mexico/personnel/state/"
#define F5 "fact/us-mexico/task-force/state/"

static struct fake *fake_with_facts(void)
{
	struct fake *fake = fake_new();
	static const char *const topics[] = { F1, F2, F3, F4, F5 };
	for (size_t i = 0; i < 5; i++)
		fake_fact(fake, topics[i]);
	for (int i = 0; i < 3; i++)
		(void)fake_append(fake, A);
	return fake;
}

static struct pw_event *expect_state(struct fake *fake, struct pw_client *client, const char *topic)
{
	struct pw_event *event = NULL;
	enum pw_status st = next(fake, client, &event);
	if (st != PW_OK)
		fail_msg("no state of %s: %s (%s)", topic, pw_status_text(st), pw_error(client));
	assert_string_equal(pw_event_topic(event), topic);
	assert_true(pw_event_is_state(event));
	assert_string_equal(pw_event_text(event, "type"), "policywatch.fact.state.v1");
	return event;
}

static void expect_states(struct fake *fake, struct pw_client *client, const char *const *topics)
{
	for (size_t i = 0; topics[i]; i++) {
		struct pw_event *event = expect_state(fake, client, topics[i]);
		assert_int_equal(pw_ack(client, event), PW_OK);
		pw_event_free(event);
	}
}

static const char *const all[] = { F1, F2, F3, F4, F5, NULL };

static void facts_come_first_then_each_event_after_them_once(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_SNAPSHOT);
	struct pw_event *event = expect_state(fake, client, F1); /* the view is taken: what comes now is after it */
	pw_event_free(event);
	(void)fake_publish(fake, A);
	(void)fake_append(fake, C);
	expect_states(fake, client, all + 1);
	expect(fake, client, 4);
	expect(fake, client, 5);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, B);
	expect(fake, client, 6);
	expect_nothing(fake, client);
	assert_int_equal(fake->snapshots, 3);
	pw_close(client);
	fake_free(fake);
}

static void a_page_is_asked_for_when_the_one_before_was_taken(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_SNAPSHOT);
	pw_event_free(expect_state(fake, client, F1));
	fake_serve(fake);
	assert_int_equal(fake->snapshots, 1);
	pw_event_free(expect_state(fake, client, F2));
	fake_serve(fake);
	assert_int_equal(fake->snapshots, 1);
	pw_event_free(expect_state(fake, client, F3));
	assert_int_equal(fake->snapshots, 2);
	pw_close(client);
	fake_free(fake);
}

static void topics_choose_the_facts(void **state)
{
	(void)state;
	static const char *const beat[] = { "fact/us-mexico/", NULL };
	static const char *const change[] = { "fact/us-mexico/personnel/figure/", "fact/uk-rwanda/", NULL };
	static const char *const sources[] = { "source/", NULL };
	static const char *const of_beat[] = { F3, F4, F5, NULL }, *const of_change[] = { F1, F4, NULL };
	struct fake *fake = fake_with_facts();
	struct pw_client *client = join_from(fake, beat, PW_FROM_SNAPSHOT);
	expect_states(fake, client, of_beat);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	client = join_from(fake, change, PW_FROM_SNAPSHOT);
	expect_states(fake, client, of_change);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	client = join_from(fake, sources, PW_FROM_SNAPSHOT);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	(void)fake_publish(fake, B);
	expect(fake, client, 5);
	pw_close(client);
	fake_free(fake);
}

/* The daemon no longer holds the view: the rest comes from a later one, and events from the first one on. */
static void a_caller_that_was_too_slow_gets_the_rest_from_a_later_view(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_SNAPSHOT);
	expect_states(fake, client, (const char *const[]){ F1, F2, NULL });
	(void)fake_append(fake, A);
	fake->snapshot_id = 0;
	expect_states(fake, client, all + 2);
	expect(fake, client, 4);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	fake_free(fake);
}

static void a_crash_before_the_last_fact_begins_anew(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	char cursor[64];
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = options_of(fake);
	options.cursor_file = cursor;
	options.from_seq = PW_FROM_SNAPSHOT;
	struct pw_client *client = join_with(&options);
	expect_states(fake, client, (const char *const[]){ F1, F2, F3, F4, NULL });
	struct pw_event *last = expect_state(fake, client, F5); /* not handled */
	pw_event_free(last);
	for (int i = 0; i < 3; i++) {
		fake_heartbeat(fake);
		expect_nothing(fake, client);
	}
	pw_close(client);
	assert_int_equal(access(cursor, F_OK), -1);
	client = join_with(&options);
	expect_states(fake, client, all);
	assert_int_equal(access(cursor, F_OK), 0);
	pw_close(client);
	(void)fake_append(fake, A);
	client = join_with(&options); /* the cursor wins */
	expect(fake, client, 4);
	pw_close(client);
	fake_free(fake);
}

static void an_event_handled_after_the_facts_settles_them(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	char cursor[64];
	(void)snprintf(cursor, sizeof cursor, "%s/cursor", fake->folder);
	struct pw_options options = options_of(fake);
	options.cursor_file = cursor;
	options.from_seq = PW_FROM_SNAPSHOT;
	struct pw_client *client = join_with(&options);
	for (size_t i = 0; i < 5; i++)
		pw_event_free(expect_state(fake, client, all[i]));
	(void)fake_append(fake, A);
	expect(fake, client, 4);
	pw_close(client);
	(void)fake_append(fake, A);
	client = join_with(&options);
	expect(fake, client, 5);
	pw_close(client);
	fake_free(fake);
}

static void facts_follow_another_log_when_the_caller_chose_so(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	struct pw_event *event;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_NOW);
	wait_for_state(fake, client, PW_LIVE);
	fake_recreate(fake, 8);
	assert_int_equal(next(fake, client, &event), PW_EPOCH);
	assert_int_equal(pw_resume(client, PW_FROM_SNAPSHOT), PW_OK);
	expect_states(fake, client, all);
	(void)fake_append(fake, A);
	expect(fake, client, 1);
	pw_close(client);
	fake_free(fake);
}

static void a_log_recreated_amid_the_facts_begins_with_its_own(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_SNAPSHOT);
	struct pw_event *event = expect_state(fake, client, F1);
	fake_recreate(fake, 8);
	pw_event_free(expect_state(fake, client, F2)); /* came with the first */
	expect_states(fake, client, all);
	assert_int_equal(pw_ack(client, event), PW_OK); /* late, and of no effect */
	pw_event_free(event);
	wait_for_state(fake, client, PW_LIVE);
	pw_close(client);
	fake_free(fake);
}

static void a_daemon_without_facts_goes_live(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_client *client = join_from(fake, NULL, PW_FROM_SNAPSHOT);
	wait_for_state(fake, client, PW_LIVE);
	(void)fake_publish(fake, A);
	expect(fake, client, 1);
	pw_close(client);
	fake_free(fake);
}

static void a_daemon_that_does_not_know_snapshots_is_an_error_with_its_reason(void **state)
{
	(void)state;
	struct fake *fake = fake_with_facts();
	struct pw_event *event;
	fake->is_old = true;
	struct pw_client *client = join_from(fake, NULL, PW_FROM_SNAPSHOT);
	assert_int_equal(next(fake, client, &event), PW_FAILED);
	assert_non_null(strstr(pw_error(client), "no snapshot"));
	expect_nothing(fake, client);
	assert_int_equal(fake->snapshots, 1);
	pw_close(client);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_come_first_then_each_event_after_them_once),
		cmocka_unit_test(a_page_is_asked_for_when_the_one_before_was_taken),
		cmocka_unit_test(topics_choose_the_facts),
		cmocka_unit_test(a_caller_that_was_too_slow_gets_the_rest_from_a_later_view),
		cmocka_unit_test(a_crash_before_the_last_fact_begins_anew),
		cmocka_unit_test(an_event_handled_after_the_facts_settles_them),
		cmocka_unit_test(facts_follow_another_log_when_the_caller_chose_so),
		cmocka_unit_test(a_log_recreated_amid_the_facts_begins_with_its_own),
		cmocka_unit_test(a_daemon_without_facts_goes_live),
		cmocka_unit_test(a_daemon_that_does_not_know_snapshots_is_an_error_with_its_reason),
	};
	return RUN(tests);
}
