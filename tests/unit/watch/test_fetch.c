#include "test.h"

#include "fetch.h"
#include "patience.h"
#include "web.h"

struct fixture {
	struct loop *loop;
	struct fetcher *fetcher;
	struct web *web;
	struct arena *arena;
	/* of the last result */
	enum fetch_outcome outcome;
	struct watch_failure failure;
	int64_t retry_after_ms;
	struct snapshot snapshot; /* copied */
	int waiting;              /* results to come */
};

static int set_up(void **state)
{
	struct error err;
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	f->web = web_start();
	f->arena = arena_new(1u << 20);
	assert_ok(loop_new(&f->loop, &err), err);
	assert_ok(fetcher_new(f->loop, &f->fetcher, &err), err);
	fetcher_configure(f->fetcher, SV("policywatch/test"), 8, 8);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	fetcher_free(f->fetcher);
	loop_free(f->loop);
	web_stop(f->web);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void on_done(void *ctx, const struct fetch_result *result)
{
	struct fixture *f = ctx;
	f->outcome = result->outcome;
	f->failure = result->failure;
	f->retry_after_ms = result->retry_after_ms;
	f->snapshot = result->snapshot;
	f->snapshot.url = arena_sv(f->arena, result->snapshot.url);
	f->snapshot.media_type = arena_sv(f->arena, result->snapshot.media_type);
	f->snapshot.charset = arena_sv(f->arena, result->snapshot.charset);
	f->snapshot.etag = arena_sv(f->arena, result->snapshot.etag);
	f->snapshot.last_modified = arena_sv(f->arena, result->snapshot.last_modified);
	f->snapshot.body = arena_sv(f->arena, result->snapshot.body);
	if (!--f->waiting)
		loop_stop(f->loop);
}

static struct fetch_request request_of(struct fixture *f, const char *path)
{
	return (struct fetch_request){ .url = arena_printf(f->arena, "http://127.0.0.1:%d%s", f->web->port, path),
		.timeout_ms = 5000,
		.max_bytes = 64 << 10,
		.max_redirects = 5 };
}

static void run(struct fixture *f, const struct fetch_request *request)
{
	f->waiting = 1;
	(void)fetch_start(f->fetcher, request, on_done, f);
	run_until_stopped(f->loop);
}

static void get(struct fixture *f, const char *path)
{
	struct fetch_request request = request_of(f, path);
	run(f, &request);
}

static void assert_failure(const struct fixture *f, enum status code, const char *text)
{
	assert_int_equal(f->outcome, FETCH_FAILED);
	assert_string_equal(f->failure.error.text, text);
	assert_int_equal(f->failure.error.code, code);
}

static void gets_a_page_with_its_headers(void **state)
{
	struct fixture *f = *state;
	get(f, "/ok");
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_sv(f->snapshot.body, "<p>Mexico deploys 12,000 people.</p>");
	assert_sv(f->snapshot.etag, "\"v1\"");
	assert_sv(f->snapshot.last_modified, "Tue, 08 Jun 2021 14:30:00 GMT");
	assert_sv(f->snapshot.media_type, "text/html");
	assert_sv(f->snapshot.charset, "iso-8859-1");
	assert_int_equal(f->snapshot.http_status, 200);
	assert_true(wall_is_known(f->snapshot.retrieved));
	assert_non_null(strstr(f->web->last, "User-Agent: policywatch/test\r\n"));
	assert_non_null(strstr(f->web->last, "Accept-Encoding: deflate, gzip, br"));
	assert_null(strstr(f->web->last, "If-"));
}

static void asks_conditionally_and_hears_that_nothing_changed(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "/ok");
	request.etag = SV("\"v1\"");
	request.last_modified = SV("Tue, 08 Jun 2021 14:30:00 GMT");
	run(f, &request);
	assert_int_equal(f->outcome, FETCH_UNCHANGED);
	assert_non_null(strstr(f->web->last, "If-Modified-Since: Tue, 08 Jun 2021 14:30:00 GMT\r\n"));
	get(f, "/ok"); /* the next one on the same handle is unconditional again */
	assert_int_equal(f->outcome, FETCH_GOT);
}

static void sends_no_validator_that_holds_a_line_break(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "/ok");
	request.etag = SV("\"v1\"\r\nX-Evil: 1");
	run(f, &request);
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_null(strstr(f->web->last, "X-Evil"));
}

static void uses_one_connection_for_many_fetches(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 10; i++)
		get(f, "/same");
	assert_int_equal(web_requests(f->web), 10);
	assert_int_equal(f->web->n_connections, 1);
}

static void follows_redirects_and_says_where_the_page_was(void **state)
{
	struct fixture *f = *state;
	get(f, "/hops/2");
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_true(sv_ends(f->snapshot.url, SV("/ok")));
}

static void gives_up_a_redirect_loop_at_the_limit(void **state)
{
	struct fixture *f = *state;
	get(f, "/loop");
	assert_failure(f, E_LIMIT, "redirected more than 5 times");
	assert_int_equal(web_requests(f->web), 6);
	struct fetch_request request = request_of(f, "/hops/2");
	request.max_redirects = 1;
	run(f, &request);
	assert_failure(f, E_LIMIT, "redirected more than 1 times");
}

static void never_follows_a_redirect_to_a_file(void **state)
{
	struct fixture *f = *state;
	get(f, "/to-file");
	assert_int_equal(f->outcome, FETCH_FAILED);
	assert_int_equal(f->failure.error.code, E_REFUSED);
	struct fetch_request request = request_of(f, "/ok");
	request.url = SV("file:///etc/hostname");
	run(f, &request);
	assert_failure(f, E_REFUSED, "only http and https are fetched, not file:///etc/hostname");
}

static void says_how_long_it_waited(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "/slow");
	request.timeout_ms = 300;
	run(f, &request);
	assert_failure(f, E_TIMEOUT, "timed out after 300 ms");
	assert_int_equal(f->failure.http_status, 0);
}

static void says_how_much_of_a_cut_page_arrived(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "/cut");
	request.max_bytes = 1 << 20;
	run(f, &request);
	assert_failure(f, E_NETWORK, "connection closed before the whole page arrived (12,345 of 200,000 bytes)");
}

static void refuses_what_is_too_large_by_its_own_word(void **state)
{
	struct fixture *f = *state;
	get(f, "/big");
	assert_failure(f, E_LIMIT, "larger than 64 KiB");
}

static void refuses_what_turns_out_to_be_too_large(void **state)
{
	struct fixture *f = *state;
	get(f, "/endless");
	assert_failure(f, E_LIMIT, "larger than 64 KiB");
}

static void counts_decompressed_bytes(void **state)
{
	struct fixture *f = *state;
	get(f, "/gzip");
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_sv(f->snapshot.body, "<p>packed</p>");
	struct fetch_request request = request_of(f, "/bomb");
	request.max_bytes = 8 << 20;
	run(f, &request);
	assert_failure(f, E_LIMIT, "larger than 8 MiB");
}

static void tells_statuses_apart(void **state)
{
	static const struct {
		const char *path, *text;
		enum status code;
		int http_status;
		bool is_blocked;
		int64_t retry_after_ms;
	} cases[] = {
		{ "/missing", "HTTP 404", E_NOT_FOUND, 404, false, 0 },
		{ "/forbidden", "HTTP 403", E_REFUSED, 403, true, 0 },
		{ "/calm", "HTTP 429", E_REFUSED, 429, true, 3600000 },
		{ "/busy", "HTTP 503", E_NETWORK, 503, true, 120000 },
		{ "/broken", "HTTP 500", E_NETWORK, 500, false, 0 },
		{ "/challenge", "HTTP 202 with a challenge for people", E_REFUSED, 202, true, 0 },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		get(f, cases[i].path);
		assert_failure(f, cases[i].code, cases[i].text);
		assert_int_equal(f->failure.http_status, cases[i].http_status);
		assert_int_equal(f->failure.is_blocked, cases[i].is_blocked);
		assert_int_equal(f->retry_after_ms, cases[i].retry_after_ms);
	}
}

static void says_where_it_could_not_connect(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "");
	int port = web_closed_port();
	char text[100];
	request.url = arena_printf(f->arena, "http://user:secret@127.0.0.1:%d/", port);
	run(f, &request);
	(void)snprintf(text, sizeof text, "cannot connect to 127.0.0.1:%d: Connection refused", port);
	assert_failure(f, E_NETWORK, text);
}

static void keeps_passwords_out_of_the_snapshot(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "");
	request.url = arena_printf(f->arena, "http://user:secret@127.0.0.1:%d/ok", f->web->port);
	run(f, &request);
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_int_equal(sv_find(f->snapshot.url, SV("secret")), SIZE_MAX);
}

static void refuses_what_is_no_url(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "");
	request.url = SV("http://[half/an/address");
	run(f, &request);
	assert_int_equal(f->failure.error.code, E_FORMAT);
}

/* libcurl by itself gives up after five dead connections of its pool. */
static void survives_a_pool_of_dead_connections(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "/stale");
	f->waiting = 8;
	for (int i = 0; i < 8; i++)
		(void)fetch_start(f->fetcher, &request, on_done, f);
	run_until_stopped(f->loop);
	assert_int_equal(f->web->n_connections, 8);
	run(f, &request);
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_sv(f->snapshot.body, "always the same");
}

static void runs_no_more_than_the_limit_at_once(void **state)
{
	struct fixture *f = *state;
	struct fetch_request request = request_of(f, "/same");
	fetcher_configure(f->fetcher, (struct sv){ 0 }, 8, 2);
	f->waiting = 30;
	for (int i = 0; i < 30; i++)
		(void)fetch_start(f->fetcher, &request, on_done, f);
	assert_int_equal(fetcher_in_flight(f->fetcher), 2);
	run_until_stopped(f->loop);
	assert_int_equal(web_requests(f->web), 30);
	assert_true(f->web->most_running <= 2);
	assert_int_equal(fetcher_in_flight(f->fetcher), 0);
}

static void a_cancelled_fetch_is_never_heard_of_again(void **state)
{
	struct fixture *f = *state;
	struct fetch_request slow = request_of(f, "/slow"), same = request_of(f, "/same");
	fetcher_configure(f->fetcher, (struct sv){ 0 }, 1, 1);
	f->waiting = 1;
	struct fetch *running = fetch_start(f->fetcher, &slow, on_done, f);
	struct fetch *queued = fetch_start(f->fetcher, &slow, on_done, f);
	(void)fetch_start(f->fetcher, &same, on_done, f);
	fetch_cancel(queued);
	fetch_cancel(running);
	run_until_stopped(f->loop);
	assert_int_equal(f->outcome, FETCH_GOT);
	assert_sv(f->snapshot.body, "always the same");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gets_a_page_with_its_headers),
		TEST(asks_conditionally_and_hears_that_nothing_changed),
		TEST(sends_no_validator_that_holds_a_line_break),
		TEST(uses_one_connection_for_many_fetches),
		TEST(follows_redirects_and_says_where_the_page_was),
		TEST(gives_up_a_redirect_loop_at_the_limit),
		TEST(never_follows_a_redirect_to_a_file),
		TEST(says_how_long_it_waited),
		TEST(says_how_much_of_a_cut_page_arrived),
		TEST(refuses_what_is_too_large_by_its_own_word),
		TEST(refuses_what_turns_out_to_be_too_large),
		TEST(counts_decompressed_bytes),
		TEST(tells_statuses_apart),
		TEST(says_where_it_could_not_connect),
		TEST(keeps_passwords_out_of_the_snapshot),
		TEST(refuses_what_is_no_url),
		TEST(survives_a_pool_of_dead_connections),
		TEST(runs_no_more_than_the_limit_at_once),
		TEST(a_cancelled_fetch_is_never_heard_of_again),
	};
	return RUN(tests);
}
