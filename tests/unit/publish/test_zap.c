#include "test.h"

#include "bus.h"
#include "sample_keys.h"
#include "zap.h"

/* 32 bytes "a…" and "b…", and what they are in Z85. */
#define RAW_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RAW_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define RAW_C "cccccccccccccccccccccccccccccccc"

struct world {
	struct keys *keys;
	char a[PW_KEY_CHARS + 1], b[PW_KEY_CHARS + 1];
	struct zap_answer answer;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	key_text(RAW_A, w->a);
	key_text(RAW_B, w->b);
	const struct sample_key clients[] = { { "desk", "subscribe", w->a }, { "feed", "ingest control", w->b } };
	w->keys = sample_keys(NULL, clients, 2);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	keys_free(w->keys);
	free(w);
	return 0;
}

static void ask(struct world *w, const char *domain, const char *mechanism, const char *raw_key)
{
	struct sv frames[7] = { SV("1.0"), SV("42"), sv_of(domain), SV("192.0.2.1"), SV(""), sv_of(mechanism) };
	if (raw_key)
		frames[6] = (struct sv){ raw_key, 32 };
	zap_decide(frames, raw_key ? 7 : 6, w->keys, &w->answer);
}

static void assert_refused(const struct world *w, const char *status, const char *text)
{
	assert_false(w->answer.is_allowed);
	assert_string_equal(w->answer.status, status);
	assert_string_equal(w->answer.text, text);
	assert_int_equal(w->answer.user.n, 0);
}

static void a_known_key_is_let_in_under_its_public_key(void **state)
{
	struct world *w = *state;
	ask(w, "events", "CURVE", RAW_A);
	assert_true(w->answer.is_allowed);
	assert_string_equal(w->answer.status, "200");
	assert_sv(w->answer.request_id, "42");
	assert_sv(w->answer.user, w->a);
	assert_sv(w->answer.address, "192.0.2.1");
}

static void an_unknown_key_is_refused(void **state)
{
	struct world *w = *state;
	ask(w, "events", "CURVE", RAW_C);
	assert_refused(w, "400", "its key is not known here");
	ask(w, "query", "CURVE", RAW_C);
	assert_refused(w, "400", "its key is not known here");
	assert_sv(w->answer.request_id, "42");
}

static void without_subscribe_there_are_no_events_but_requests(void **state)
{
	struct world *w = *state;
	ask(w, "events", "CURVE", RAW_B);
	assert_refused(w, "400", "its key has no right to subscribe");
	ask(w, "query", "CURVE", RAW_B);
	assert_true(w->answer.is_allowed);
}

static void a_peer_in_the_clear_gets_a_name_that_no_key_has(void **state)
{
	struct world *w = *state;
	ask(w, "query", "NULL", NULL);
	assert_true(w->answer.is_allowed);
	assert_sv(w->answer.user, "!plain");
	assert_false(pw_key_is_name(w->answer.user.p, w->answer.user.n));
}

static void other_mechanisms_and_domains_are_refused(void **state)
{
	struct world *w = *state;
	ask(w, "query", "PLAIN", NULL);
	assert_refused(w, "400", "no such mechanism");
	ask(w, "query", "CURVE", NULL);
	assert_refused(w, "400", "no such mechanism");
	ask(w, "", "NULL", NULL);
	assert_refused(w, "400", "no such domain");
	ask(w, "other", "CURVE", RAW_A);
	assert_refused(w, "400", "no such domain");
}

static void what_is_no_request_is_an_error(void **state)
{
	struct world *w = *state;
	struct sv frames[7] = { SV("2.0"), SV("7"), SV("query"), SV(""), SV(""), SV("NULL") };
	zap_decide(frames, 6, w->keys, &w->answer);
	assert_refused(w, "500", "not a request of ZAP 1.0");
	assert_sv(w->answer.request_id, "7");
	frames[0] = SV("1.0");
	zap_decide(frames, 5, w->keys, &w->answer);
	assert_refused(w, "500", "not a request of ZAP 1.0");
	zap_decide(frames, 0, w->keys, &w->answer);
	assert_refused(w, "500", "not a request of ZAP 1.0");
	assert_int_equal(w->answer.request_id.n, 0);
}

static void without_any_keys_nobody_with_a_key_is_let_in(void **state)
{
	struct world *w = *state;
	keys_free(w->keys);
	w->keys = NULL;
	ask(w, "events", "CURVE", RAW_A);
	assert_refused(w, "400", "its key is not known here");
}

/* ---- who sent it ---- */

static void who_a_peer_is_comes_from_its_address_first(void **state)
{
	struct world *w = *state;
	const struct {
		const char *address, *user, *name;
		unsigned rights;
	} cases[] = {
		{ "localhost:0:0:1", NULL, "", PW_RIGHTS_ALL },
		{ ":1000:1000:4711", NULL, "", PW_RIGHTS_ALL },
		{ "localhost:1000:1000:4711", w->b, "", PW_RIGHTS_ALL }, /* its own word for its name counts nothing */
		{ "192.0.2.1", w->a, "desk", PW_RIGHT_SUBSCRIBE },
		{ "192.0.2.1", w->b, "feed", PW_RIGHT_INGEST | PW_RIGHT_CONTROL },
		{ "127.0.0.1", "!plain", "", PW_RIGHT_SUBSCRIBE },
		{ "::1", "!plain", "", PW_RIGHT_SUBSCRIBE },
		{ "::1", NULL, "", 0 },
		{ "::1:2:3", NULL, "", 0 },
		{ "1:2:3", NULL, "", 0 },
		{ "localhost", NULL, "", 0 },
		{ "localhost:1:2", NULL, "", 0 },
		{ "localhost:1:2:3:4", NULL, "", 0 },
		{ "localhost:1:2:x", NULL, "", 0 },
		{ "192.0.2.1", "desk", "", 0 },
		{ "192.0.2.1", "", "", 0 },
		{ "192.0.2.1", NULL, "", 0 },
		{ "", NULL, "", 0 },
		{ NULL, NULL, "", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bus_peer peer;
		zap_peer(cases[i].address, cases[i].user, w->keys, &peer);
		if (peer.rights != cases[i].rights || strcmp(peer.name, cases[i].name) != 0)
			fail_msg("case %zu: %s has %u", i, peer.name, peer.rights);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_known_key_is_let_in_under_its_public_key),
		TEST(an_unknown_key_is_refused),
		TEST(without_subscribe_there_are_no_events_but_requests),
		TEST(a_peer_in_the_clear_gets_a_name_that_no_key_has),
		TEST(other_mechanisms_and_domains_are_refused),
		TEST(what_is_no_request_is_an_error),
		TEST(without_any_keys_nobody_with_a_key_is_let_in),
		TEST(who_a_peer_is_comes_from_its_address_first),
	};
	return RUN(tests);
}
