/* A client and a daemon that is none, for tests of what a client follows. */
#ifndef SUPPORT_FOLLOW_TEST_H
#define SUPPORT_FOLLOW_TEST_H

#include <policywatch/policywatch.h>

#include "client_test.h"
#include "fake_daemon.h"

#define ROUNDS 1000 /* of 5 ms: far more than anything here takes */
#define A "fact/us-mexico/personnel/figure/"
#define B "source/sre-press/failing/"
#define C "fact/us-mexico/task-force/new/"
#define D "fact/uk-rwanda/flights/status/"

static inline struct pw_options options_of(const struct fake *fake)
{
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.request_timeout_ms = 100;
	return options;
}

static inline struct pw_client *join_with(const struct pw_options *options)
{
	struct pw_client *client;
	enum pw_status st = pw_connect(options, &client);
	if (st)
		fail_msg("connect: %s", pw_error(client));
	return client;
}

static inline struct pw_client *join_from(struct fake *fake, const char *const *topics, uint64_t from)
{
	struct pw_options options = options_of(fake);
	options.topics = topics;
	options.from_seq = from;
	return join_with(&options);
}

/* What pw_next() says at last, with the daemon at work. */
static inline enum pw_status next(struct fake *fake, struct pw_client *client, struct pw_event **out)
{
	enum pw_status st = PW_TIMEOUT;
	for (int i = 0; i < ROUNDS && st == PW_TIMEOUT; i++) {
		if (fake->events)
			fake_serve(fake);
		st = pw_next(client, 5, out);
	}
	return st;
}

static inline void expect(struct fake *fake, struct pw_client *client, uint64_t seq)
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
static inline void expect_nothing(struct fake *fake, struct pw_client *client)
{
	struct pw_event *event = NULL;
	for (int i = 0; i < 4; i++) {
		fake_serve(fake);
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	}
}

static inline void wait_for_state(struct fake *fake, struct pw_client *client, enum pw_state state)
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

#endif
