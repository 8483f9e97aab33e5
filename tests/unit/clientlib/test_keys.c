/* Encrypted connections: who is let in, and what a client hears that is not. */
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "fake_lock.h"
#include "follow_test.h"

struct world {
	struct fake *fake;
	struct fake_lock *lock;
	char folder[40], key[64], secret[80];
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->fake = fake_new();
	w->lock = fake_lock_new(w->fake);
	w->lock->is_open = true;
	strcpy(w->folder, "/tmp/pw-test-keys-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->key, sizeof w->key, "%s/desk.key", w->folder);
	(void)snprintf(w->secret, sizeof w->secret, "%s_secret", w->key);
	assert_int_equal(pw_key_make(w->key, "desk", NULL), PW_OK);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	(void)unlink(w->key);
	(void)unlink(w->secret);
	assert_int_equal(rmdir(w->folder), 0);
	fake_lock_free(w->lock);
	fake_free(w->fake);
	free(w);
	return 0;
}

static struct pw_options keyed(const struct world *w)
{
	struct pw_options options = options_of(w->fake);
	options.key_file = w->secret;
	options.server_key = w->lock->public_key;
	options.from_seq = 0;
	return options;
}

static enum pw_status call_status(const struct pw_options *options, char *why, size_t n)
{
	struct pw_options patient = *options;
	struct pw_reply *reply = NULL;
	patient.request_timeout_ms = 20000;
	struct pw_client *client = join_with(&patient);
	int64_t start_ms = client_now_ms();
	enum pw_status st = pw_call(client, "status", NULL, NULL, 0, &reply);
	(void)snprintf(why, n, "%s", pw_error(client));
	pw_close(client);
	return client_now_ms() - start_ms < 15000 ? st : PW_TIMEOUT;
}

static void a_client_with_the_keys_follows(void **state)
{
	struct world *w = *state;
	struct pw_options options = keyed(w);
	struct pw_client *client = join_with(&options);
	fake_append(w->fake, A);
	expect(w->fake, client, 1);
	wait_for_state(w->fake, client, PW_LIVE);
	fake_publish(w->fake, A);
	expect(w->fake, client, 2);
	assert_true(w->lock->asked >= 2);
	pw_close(client);
}

static void the_daemons_key_may_be_a_file(void **state)
{
	struct world *w = *state;
	char path[64];
	struct pw_options options = keyed(w);
	(void)snprintf(path, sizeof path, "%s/daemon.key", w->folder);
	FILE *file = fopen(path, "we");
	(void)fprintf(file, "curve\n    public-key = \"%s\"\n", w->lock->public_key);
	(void)fclose(file);
	options.server_key = path;
	struct pw_client *client = join_with(&options);
	(void)unlink(path);
	fake_append(w->fake, A);
	expect(w->fake, client, 1);
	pw_close(client);
}

static void a_refused_client_says_so_and_comes_in_when_it_is_let_in(void **state)
{
	struct world *w = *state;
	struct pw_event *event = NULL;
	struct pw_options options = keyed(w);
	w->lock->is_open = false;
	fake_append(w->fake, A);
	struct pw_client *client = join_with(&options);
	client->refused_ms = 50;
	assert_int_equal(next(w->fake, client, &event), PW_DENIED);
	assert_non_null(strstr(pw_error(client), "does not take the key 'desk'"));
	assert_string_equal(pw_state_text(pw_client_state(client)), pw_state_text(PW_REFUSED));
	assert_int_equal(next(w->fake, client, &event), PW_DENIED); /* tried again */
	w->lock->is_open = true;
	enum pw_status st = PW_DENIED;
	for (int i = 0; i < ROUNDS && st == PW_DENIED; i++)
		st = next(w->fake, client, &event);
	assert_int_equal(st, PW_OK);
	assert_int_equal(pw_event_seq(event), 1);
	pw_event_free(event);
	wait_for_state(w->fake, client, PW_LIVE);
	pw_close(client);
}

static void a_refused_client_rests_until_it_tries_again(void **state)
{
	struct world *w = *state;
	struct pw_event *event = NULL;
	struct pw_options options = keyed(w);
	w->lock->is_open = false;
	struct pw_client *client = join_with(&options);
	assert_int_equal(next(w->fake, client, &event), PW_DENIED);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
		assert_in_range(pw_wait_ms(client), 1000, 2 * CLIENT_REFUSED_MS);
	}
	assert_in_range(w->lock->asked, 1, 2); /* once for each socket */
	pw_close(client);
}

static void a_call_hears_at_once_that_the_key_is_refused(void **state)
{
	struct world *w = *state;
	char why[CLIENT_ERROR_BYTES];
	struct pw_options options = keyed(w);
	w->lock->is_open = false;
	assert_int_equal(call_status(&options, why, sizeof why), PW_DENIED);
	assert_non_null(strstr(why, "does not take our key"));
}

static void without_keys_an_encrypted_daemon_tells_what_is_missing(void **state)
{
	struct world *w = *state;
	char why[CLIENT_ERROR_BYTES];
	struct pw_options options = options_of(w->fake);
	assert_int_equal(call_status(&options, why, sizeof why), PW_DENIED);
	assert_non_null(strstr(why, "wants an encrypted connection"));
}

static int wakes_within(struct fake *fake, struct pw_client *client, int ms)
{
	struct pollfd fd = { .fd = pw_fd(client), .events = POLLIN };
	int wakes = 0;
	for (int i = 0; i < ms; i++) {
		struct pw_event *event = NULL;
		fake_serve(fake);
		if (poll(&fd, 1, 1) > 0) {
			wakes++;
			assert_int_equal(pw_next(client, 0, &event), PW_TIMEOUT);
		}
	}
	return wakes;
}

/* Says so, then leaves the daemon alone for a while. */
static void expect_rest(struct fake *fake, struct pw_client *client, const char *why)
{
	struct pw_event *event = NULL;
	for (int i = 0; i < ROUNDS && !strstr(pw_error(client), why); i++)
		assert_int_equal(pw_next(client, 5, &event), PW_TIMEOUT);
	assert_non_null(strstr(pw_error(client), why));
	assert_int_equal(pw_client_state(client), PW_CONNECTING);
	assert_in_range(pw_wait_ms(client), 1500, 3000);
	assert_in_range(wakes_within(fake, client, 300), 0, 3);
	assert_non_null(strstr(pw_error(client), why));
}

static struct pw_options keyed_for_another(const struct world *w, char public_key[41])
{
	char secret_key[41];
	struct pw_options options = keyed(w);
	assert_int_equal(zmq_curve_keypair(public_key, secret_key), 0);
	options.server_key = public_key;
	return options;
}

static void the_key_of_another_daemon_is_suspected(void **state)
{
	struct world *w = *state;
	char public_key[41];
	struct pw_options options = keyed_for_another(w, public_key);
	struct pw_client *client = join_with(&options);
	expect_rest(w->fake, client, "is the key given that of this daemon?");
	pw_close(client);
}

static void a_call_with_the_key_of_another_daemon_does_not_wait(void **state)
{
	struct world *w = *state;
	char public_key[41], why[CLIENT_ERROR_BYTES];
	struct pw_options options = keyed_for_another(w, public_key);
	assert_int_equal(call_status(&options, why, sizeof why), PW_DENIED);
	assert_non_null(strstr(why, "is the key given that of this daemon?"));
}

static void a_follower_without_keys_hears_that_they_are_needed(void **state)
{
	struct world *w = *state;
	struct pw_options options = options_of(w->fake);
	struct pw_client *client = join_with(&options);
	expect_rest(w->fake, client, "wants an encrypted connection");
	pw_close(client);
}

static void *serve_one_call(void *arg)
{
	struct fake *fake = arg;
	for (int i = 0; i < ROUNDS && fake->calls == 0; i++) {
		zmq_pollitem_t item = { .socket = fake->query, .events = ZMQ_POLLIN };
		(void)zmq_poll(&item, 1, 5);
		fake_serve(fake);
	}
	return NULL;
}

static void connections_that_come_back_keep_nobody_busy(void **state)
{
	struct world *w = *state;
	struct pw_reply *reply = NULL;
	struct pw_event *event = NULL;
	pthread_t thread;
	struct pw_options options = keyed(w);
	options.request_timeout_ms = 5000;
	w->fake->interval_ms = 60000; /* nothing else shall be made anew */
	struct pw_client *client = join_with(&options);
	wait_for_state(w->fake, client, PW_LIVE);
	assert_int_equal(pthread_create(&thread, NULL, serve_one_call, w->fake), 0);
	assert_int_equal(pw_call(client, "status", NULL, NULL, 0, &reply), PW_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pw_reply_free(reply);
	int asked = w->lock->asked;
	fake_lock_cut(w->lock);
	for (int i = 0; i < ROUNDS && w->lock->asked < asked + 2; i++)
		(void)pw_next(client, 5, &event);
	assert_int_equal(w->lock->asked, asked + 2); /* of queries and of calls */
	assert_in_range(wakes_within(w->fake, client, 300), 0, 10);
	pw_close(client);
}

static void keys_that_cannot_be_used_are_refused_at_connect(void **state)
{
	struct world *w = *state;
	const struct {
		const char *key_file, *server_key, *why;
	} wrong[] = {
		{ w->key, w->lock->public_key, "holds no secret-key" },
		{ "/nowhere", w->lock->public_key, "/nowhere: No such file" },
		{ w->secret, "/nowhere", "/nowhere: No such file" },
		{ NULL, w->lock->public_key, "a key of our own is needed" },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct pw_options options = keyed(w);
		struct pw_client *client;
		options.key_file = wrong[i].key_file;
		options.server_key = wrong[i].server_key;
		assert_true(pw_connect(&options, &client) != PW_OK);
		if (!strstr(pw_error(client), wrong[i].why))
			fail_msg("%s, not %s", pw_error(client), wrong[i].why);
		pw_close(client);
	}
	assert_int_equal(chmod(w->secret, 0644), 0);
	struct pw_options options = keyed(w);
	struct pw_client *client;
	assert_int_equal(pw_connect(&options, &client), PW_INVALID);
	assert_non_null(strstr(pw_error(client), "everybody"));
	pw_close(client);
}

static void keys_do_not_matter_on_this_machine(void **state)
{
	struct world *w = *state;
	struct pw_options options = keyed(w);
	struct pw_client *client;
	options.events = "ipc:///tmp/pw-test-nowhere-events";
	options.query = "ipc:///tmp/pw-test-nowhere-query";
	options.key_file = "/nowhere";
	assert_int_equal(pw_connect(&options, &client), PW_OK);
	pw_close(client);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_client_with_the_keys_follows),
		TEST(the_daemons_key_may_be_a_file),
		TEST(a_refused_client_says_so_and_comes_in_when_it_is_let_in),
		TEST(a_refused_client_rests_until_it_tries_again),
		TEST(a_call_hears_at_once_that_the_key_is_refused),
		TEST(without_keys_an_encrypted_daemon_tells_what_is_missing),
		TEST(the_key_of_another_daemon_is_suspected),
		TEST(a_call_with_the_key_of_another_daemon_does_not_wait),
		TEST(a_follower_without_keys_hears_that_they_are_needed),
		TEST(connections_that_come_back_keep_nobody_busy),
		TEST(keys_that_cannot_be_used_are_refused_at_connect),
		TEST(keys_do_not_matter_on_this_machine),
	};
	return RUN(tests);
}
