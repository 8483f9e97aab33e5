#include <policywatch/policywatch.h>
#include <pthread.h>
#include <stdatomic.h>

#include "client_test.h"
#include "fake_daemon.h"

/* pw_call() waits, so here the daemon serves from a thread of its own. */
struct served {
	struct fake *fake;
	pthread_t thread;
	atomic_bool is_over;
};

static void *serve(void *arg)
{
	struct served *served = arg;
	while (!served->is_over) {
		zmq_pollitem_t item = { .socket = served->fake->query, .events = ZMQ_POLLIN };
		(void)zmq_poll(&item, 1, 5);
		fake_serve(served->fake);
	}
	return NULL;
}

static void start(struct served *served, struct fake *fake)
{
	served->fake = fake;
	served->is_over = false;
	assert_int_equal(pthread_create(&served->thread, NULL, serve, served), 0);
}

static void stop(struct served *served)
{
	served->is_over = true;
	assert_int_equal(pthread_join(served->thread, NULL), 0);
}

static struct pw_client *join_with(struct fake *fake, int timeout_ms)
{
	struct pw_client *client;
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = fake->events_endpoint;
	options.query = fake->query_endpoint;
	options.request_timeout_ms = timeout_ms;
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	return client;
}

static void a_reply_of_many_frames_is_joined(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct served served;
	struct pw_reply *reply;
	fake->reply_frames = 5;
	start(&served, fake);
	struct pw_client *client = join_with(fake, 5000);
	char *params = pw_params_text(NULL, "beat", "us-\"mexico\"");
	params = pw_params_integer(params, "limit", 7);
	assert_int_equal(pw_call(client, "facts", params, NULL, 0, &reply), PW_OK);
	assert_string_equal(pw_text(pw_get(pw_reply_value(reply), "facts.0.id")), "us-mexico.a");
	assert_true(pw_is_null(pw_get(pw_reply_value(reply), "next")));
	pw_reply_free(reply);
	free(params);
	stop(&served);
	assert_string_equal(fake->call, "{\"beat\":\"us-\\\"mexico\\\"\",\"limit\":7,\"call\":\"facts\"}");
	pw_close(client);
	fake_free(fake);
}

static void a_large_body_goes_in_frames(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct served served;
	struct pw_reply *reply;
	size_t n = 1000001;
	char *body = calloc(1, n);
	start(&served, fake);
	struct pw_client *client = join_with(fake, 5000);
	assert_int_equal(pw_call(client, "learn", NULL, body, n, &reply), PW_OK);
	pw_reply_free(reply);
	assert_int_equal(pw_call(client, "learn", NULL, body, (size_t)9 << 20, &reply), PW_INVALID);
	stop(&served);
	assert_int_equal(fake->body_bytes, n);
	free(body);
	pw_close(client);
	fake_free(fake);
}

static void a_refusal_says_why(void **state)
{
	(void)state;
	static const struct {
		uint8_t wire;
		enum pw_status status;
	} cases[] = { { PW_WIRE_NOT_FOUND, PW_NOT_FOUND }, { PW_WIRE_DENIED, PW_DENIED }, { PW_WIRE_BAD, PW_INVALID },
		{ PW_WIRE_FAILED, PW_FAILED }, { 99, PW_FAILED } };
	struct fake *fake = fake_new();
	struct served served;
	struct pw_reply *reply;
	struct pw_client *client = join_with(fake, 5000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		fake->refuse = cases[i].wire;
		fake->refusals = 1;
		start(&served, fake);
		assert_int_equal(pw_call(client, "fact", NULL, NULL, 0, &reply), cases[i].status);
		assert_string_equal(pw_error(client), "not today");
		stop(&served);
	}
	pw_close(client);
	fake_free(fake);
}

static void a_busy_daemon_is_asked_again(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct served served;
	struct pw_reply *reply;
	fake->refuse = PW_WIRE_BUSY;
	fake->refusals = 2;
	start(&served, fake);
	struct pw_client *client = join_with(fake, 5000);
	assert_int_equal(pw_call(client, "facts", NULL, NULL, 0, &reply), PW_OK);
	pw_reply_free(reply);
	stop(&served);
	pw_close(client);
	fake_free(fake);
}

static void no_daemon_is_unreachable(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_reply *reply;
	fake_unbind(fake);
	struct pw_client *client = join_with(fake, 50);
	assert_int_equal(pw_call(client, "facts", NULL, NULL, 0, &reply), PW_UNREACHABLE);
	assert_non_null(strstr(pw_error(client), "no answer within 50 ms"));
	pw_close(client);
	fake_free(fake);
}

static void parameters_must_be_an_object(void **state)
{
	(void)state;
	struct fake *fake = fake_new();
	struct pw_reply *reply;
	struct pw_client *client = join_with(fake, 50);
	assert_int_equal(pw_call(client, "facts", "[1]", NULL, 0, &reply), PW_INVALID);
	assert_int_equal(pw_call(client, "facts", "{", NULL, 0, &reply), PW_INVALID);
	pw_close(client);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_of_many_frames_is_joined),
		cmocka_unit_test(a_large_body_goes_in_frames),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(a_busy_daemon_is_asked_again),
		cmocka_unit_test(no_daemon_is_unreachable),
		cmocka_unit_test(parameters_must_be_an_object),
	};
	return RUN(tests);
}
