#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "limit.h"
#include "patience.h"
#include "watch.h"
#include "web.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, SOURCES = 4 };

struct fixture {
	struct loop *loop;
	struct watch *watch;
	struct web *web;
	struct arena *arena;
	char root[64];
	struct source sources[SOURCES];
	size_t n;
	struct watch_options options;
	/* what was loaded and saved, by number of the source */
	struct source_state states[SOURCES];
	int saves;
	/* what came */
	int snapshots, unchanged, failures, passes, fetched;
	struct sv last_body, last_url;
	struct watch_failure failure;
	bool refuses;
	int awaited; /* callbacks until the loop stops */
};

static void came(struct fixture *f)
{
	if (!--f->awaited)
		loop_stop(f->loop);
}

static size_t number_of(const struct fixture *f, const struct source *source)
{
	for (size_t i = 0; i < f->n; i++)
		if (sv_eq(source->id, f->sources[i].id))
			return i;
	fail_msg("a callback for a source that is not watched");
	return 0;
}

static bool on_snapshot(void *ctx, const struct source *source, const struct snapshot *snapshot)
{
	struct fixture *f = ctx;
	(void)number_of(f, source);
	f->snapshots++;
	f->last_body = arena_sv(f->arena, snapshot->body);
	f->last_url = arena_sv(f->arena, snapshot->url);
	came(f);
	return !f->refuses;
}

static void on_unchanged(void *ctx, const struct source *source)
{
	struct fixture *f = ctx;
	(void)number_of(f, source);
	f->unchanged++;
	came(f);
}

static void on_failure(void *ctx, const struct source *source, const struct watch_failure *failure)
{
	struct fixture *f = ctx;
	(void)number_of(f, source);
	f->failures++;
	f->failure = *failure;
	came(f);
}

static void load_state(void *ctx, const struct source *source, struct arena *arena, struct source_state *out)
{
	struct fixture *f = ctx;
	*out = f->states[number_of(f, source)];
	out->etag = arena_sv(arena, out->etag);
	out->last_modified = arena_sv(arena, out->last_modified);
}

static void save_state(void *ctx, const struct source *source, const struct source_state *state)
{
	struct fixture *f = ctx;
	struct source_state *to = &f->states[number_of(f, source)];
	*to = *state;
	to->etag = arena_sv(f->arena, state->etag);
	to->last_modified = arena_sv(f->arena, state->last_modified);
	to->last_error = arena_sv(f->arena, state->last_error);
	f->saves++;
}

static void on_pass_done(void *ctx)
{
	struct fixture *f = ctx;
	f->passes++;
}

static void on_last_pass_done(void *ctx)
{
	struct fixture *f = ctx;
	f->passes++;
	loop_stop(f->loop);
}

static void make_watch(struct fixture *f, loop_callback *pass_done)
{
	struct error err;
	struct watch_ops ops = { .ctx = f,
		.on_snapshot = on_snapshot,
		.on_unchanged = on_unchanged,
		.on_failure = on_failure,
		.load_state = load_state,
		.save_state = save_state,
		.on_pass_done = pass_done };
	assert_ok(watch_new(f->loop, &ops, &f->watch, &err), err);
}

static int set_up(void **state)
{
	struct error err;
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	(void)strcpy(f->root, "/tmp/pw-watch-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	f->web = web_start();
	f->arena = arena_new(1u << 20);
	f->options = (struct watch_options){
		.user_agent = SV("policywatch/test"), .fetch_limit = 8, .fetch_limit_per_host = 4
	};
	assert_ok(loop_new(&f->loop, &err), err);
	make_watch(f, on_pass_done);
	*state = f;
	return 0;
}

static const char *path_of(struct fixture *f, const char *name)
{
	return arena_printf(f->arena, "%s/%s", f->root, name).p;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	watch_free(f->watch);
	loop_free(f->loop);
	web_stop(f->web);
	(void)unlink(path_of(f, "page.html"));
	(void)unlink(path_of(f, "new"));
	(void)rmdir(f->root);
	arena_free(f->arena);
	free(f);
	return 0;
}

static struct source *add_source(struct fixture *f, enum source_kind kind, struct sv url)
{
	static const struct sv ids[] = { { "first", 5 }, { "second", 6 }, { "third", 5 }, { "fourth", 6 } };
	struct source *source = &f->sources[f->n];
	*source = (struct source){ .id = ids[f->n],
		.kind = kind,
		.url = url,
		.every_ms = 10 * MINUTE,
		.timeout_ms = 5000,
		.max_bytes = LIMIT_FETCH_BYTES,
		.max_redirects = 5 };
	f->n++;
	return source;
}

static struct source *add_page(struct fixture *f, const char *path)
{
	return add_source(f, SOURCE_PAGE, arena_printf(f->arena, "http://127.0.0.1:%d%s", f->web->port, path));
}

static struct source *add_file(struct fixture *f, enum source_kind kind, const char *name)
{
	return add_source(f, kind, arena_printf(f->arena, "file://%s/%s", f->root, name));
}

static void set(struct fixture *f)
{
	struct error err;
	assert_ok(watch_set(f->watch, f->sources, f->n, &f->options, &err), err);
}

static void await(struct fixture *f, int callbacks)
{
	f->awaited = callbacks;
	run_until_stopped(f->loop);
}

static void poke(struct fixture *f)
{
	struct error err;
	assert_ok(watch_poke(f->watch, SV("first"), &err), err);
	await(f, 1);
}

static void write_file(struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(path_of(f, name), "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* ---- pages ---- */

static void a_page_is_read_and_then_asked_for_conditionally(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/ok");
	set(f);
	await(f, 1);
	assert_int_equal(f->snapshots, 1);
	assert_sv(f->states[0].etag, "\"v1\"");
	assert_true(f->states[0].has_baseline);
	assert_int_equal(f->states[0].failures, 0);
	assert_int_equal(f->states[0].last_success.v, f->states[0].last_attempt.v);
	poke(f);
	assert_int_equal(f->snapshots, 1);
	assert_int_equal(f->unchanged, 1);
	assert_int_equal(f->saves, 2);
	assert_int_equal(f->states[0].fetches, 2);
	assert_sv(f->states[0].etag, "\"v1\"");
}

static void the_next_fetch_is_due_after_the_interval(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/same");
	set(f);
	await(f, 1);
	int64_t delay = f->states[0].next_due.v - f->states[0].last_attempt.v;
	assert_true(delay >= 9 * MINUTE && delay <= 11 * MINUTE);
}

static void the_same_bytes_again_are_no_news(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/same");
	set(f);
	await(f, 1);
	poke(f);
	assert_int_equal(f->snapshots, 1);
	assert_int_equal(f->unchanged, 1);
	assert_int_equal(web_requests(f->web), 2);
}

static void a_page_that_could_not_be_read_is_fetched_again_whole(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/ok");
	f->refuses = true;
	set(f);
	await(f, 1);
	assert_int_equal(f->states[0].etag.n, 0);
	assert_int_equal(f->states[0].failures, 1);
	assert_false(f->states[0].has_baseline);
	f->refuses = false;
	poke(f);
	assert_int_equal(f->snapshots, 2);
	assert_int_equal(f->states[0].failures, 0);
	assert_sv(f->states[0].etag, "\"v1\"");
	assert_int_equal(f->states[0].last_error.n, 0);
}

static void what_is_forgotten_is_fetched_again_whole(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/ok");
	set(f);
	await(f, 1);
	watch_forget(f->watch, SV("first"));
	poke(f);
	assert_int_equal(f->snapshots, 2);
}

static void failures_are_counted_and_back_off(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/broken");
	set(f);
	await(f, 1);
	poke(f);
	assert_int_equal(f->failures, 2);
	assert_int_equal(f->states[0].failures, 2);
	assert_sv(f->states[0].last_error, "HTTP 500");
	int64_t delay = f->states[0].next_due.v - f->states[0].last_attempt.v;
	assert_true(delay > LIMIT_RETRY_MS && delay <= 2 * LIMIT_RETRY_MS);
	assert_int_equal(watch_counts(f->watch).failures, 2);
}

static void a_server_that_asks_for_calm_gets_it(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/calm");
	set(f);
	await(f, 1);
	assert_true(f->failure.is_blocked);
	assert_true(f->states[0].next_due.v - f->states[0].last_attempt.v >= HOUR);
}

static void health_is_kept_as_the_owner_set_it(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/same");
	f->states[0].health = HEALTH_STALE;
	set(f);
	await(f, 1);
	assert_int_equal(f->states[0].health, HEALTH_STALE);
	watch_set_health(f->watch, SV("first"), HEALTH_OK);
	poke(f);
	assert_int_equal(f->states[0].health, HEALTH_OK);
	assert_int_equal(watch_state(f->watch, SV("first"))->health, HEALTH_OK);
	assert_null(watch_state(f->watch, SV("nobody")));
}

/* ---- sets ---- */

static void a_source_that_is_due_later_is_not_fetched_at_the_start(void **state)
{
	struct fixture *f = *state;
	add_page(f, "/same?later");
	add_page(f, "/same?now");
	f->states[0].next_due.v = wall_now().v + 8 * MINUTE;
	set(f);
	await(f, 1);
	assert_int_equal(f->snapshots, 1);
	assert_true(sv_ends(f->last_url, SV("?now")));
	assert_int_equal(web_requests(f->web), 1);
	assert_int_equal(f->states[0].next_due.v, watch_state(f->watch, SV("first"))->next_due.v);
}

static void setting_the_same_sources_again_fetches_nothing(void **state)
{
	struct source before[SOURCES];
	struct fixture *f = *state;
	add_page(f, "/same");
	set(f);
	await(f, 1);
	memcpy(before, f->sources, sizeof before);
	struct error err;
	assert_ok(watch_set(f->watch, before, f->n, &f->options, &err), err);
	memset(f->sources, 0, sizeof f->sources);
	f->n = 0;
	add_page(f, "/same");
	add_page(f, "/ok");
	set(f);
	await(f, 1);
	assert_int_equal(web_requests(f->web), 2);
	assert_true(sv_ends(f->last_url, SV("/ok")));
}

static void a_changed_source_is_fetched_again_whole(void **state)
{
	struct source other[SOURCES];
	struct error err;
	struct fixture *f = *state;
	add_page(f, "/ok");
	set(f);
	await(f, 1);
	memcpy(other, f->sources, sizeof other);
	other[0].selector = SV("main");
	assert_ok(watch_set(f->watch, other, f->n, &f->options, &err), err);
	await(f, 1);
	assert_int_equal(f->snapshots, 2);
}

static void a_source_that_is_dropped_is_never_heard_of_again(void **state)
{
	struct error err;
	struct fixture *f = *state;
	add_page(f, "/slow");
	add_page(f, "/same");
	set(f);
	assert_ok(watch_poke(f->watch, SV("first"), &err), err);
	assert_ok(watch_poke(f->watch, SV("second"), &err), err);
	await(f, 1);
	assert_int_equal(watch_counts(f->watch).in_flight, 1);
	struct source second[1] = { f->sources[1] };
	assert_ok(watch_set(f->watch, second, 1, &f->options, &err), err);
	assert_int_equal(watch_counts(f->watch).sources, 1);
	assert_int_equal(watch_counts(f->watch).in_flight, 0);
	assert_int_equal(watch_poke(f->watch, SV("first"), &err), E_NOT_FOUND);
	assert_ok(watch_set(f->watch, NULL, 0, &f->options, &err), err);
	assert_int_equal(watch_counts(f->watch).sources, 0);
}

static void a_set_with_a_mistake_changes_nothing(void **state)
{
	struct error err;
	struct fixture *f = *state;
	add_page(f, "/same");
	set(f);
	await(f, 1);
	struct source twice[2] = { f->sources[0], f->sources[0] };
	assert_int_equal(watch_set(f->watch, twice, 2, &f->options, &err), E_CONFIG);
	assert_string_equal(err.text, "source 'first' is there twice");
	struct source elsewhere[1] = { f->sources[0] };
	elsewhere[0].url = SV("file://elsewhere/x");
	assert_int_equal(watch_set(f->watch, elsewhere, 1, &f->options, &err), E_FORMAT);
	poke(f);
	assert_int_equal(f->unchanged, 1);
}

static void once_tries_every_source_once_and_says_when_it_is_done(void **state)
{
	struct fixture *f = *state;
	watch_free(f->watch);
	make_watch(f, on_last_pass_done);
	f->options.is_once = true;
	add_page(f, "/same");
	add_page(f, "/missing");
	add_file(f, SOURCE_FOLDER, "");
	add_file(f, SOURCE_FILE, "missing");
	write_file(f, "page.html", "text");
	f->states[0].next_due.v = wall_now().v + 8 * MINUTE;
	set(f);
	run_until_stopped(f->loop);
	assert_int_equal(f->passes, 1);
	assert_int_equal(f->snapshots, 2); /* the page and the file of the folder */
	assert_int_equal(f->failures, 2);
	assert_int_equal(web_requests(f->web), 2);
	assert_int_equal(f->saves, 4);
}

static void without_sources_a_pass_is_done_at_once(void **state)
{
	struct fixture *f = *state;
	watch_free(f->watch);
	make_watch(f, on_last_pass_done);
	set(f);
	run_until_stopped(f->loop);
	assert_int_equal(f->passes, 1);
}

/* ---- files ---- */

static void a_file_that_is_replaced_is_read_at_once(void **state)
{
	struct fixture *f = *state;
	write_file(f, "page.html", "old");
	add_file(f, SOURCE_FILE, "page.html");
	set(f);
	await(f, 1);
	assert_sv(f->last_body, "old");
	write_file(f, "new", "new");
	assert_int_equal(rename(path_of(f, "new"), path_of(f, "page.html")), 0);
	await(f, 1);
	assert_int_equal(f->snapshots, 2);
	assert_sv(f->last_body, "new");
	assert_true(sv_eq(f->last_url, f->sources[0].url));
	poke(f);
	assert_int_equal(f->unchanged, 1);
}

static void a_missing_file_is_a_failure_until_it_appears(void **state)
{
	struct fixture *f = *state;
	add_file(f, SOURCE_PAGE, "page.html");
	set(f);
	await(f, 1);
	assert_int_equal(f->failure.error.code, E_NOT_FOUND);
	assert_int_equal(f->states[0].failures, 1);
	write_file(f, "page.html", "here");
	await(f, 1);
	assert_sv(f->last_body, "here");
	assert_int_equal(f->states[0].failures, 0);
}

static void a_file_of_a_folder_comes_with_its_own_url(void **state)
{
	struct fixture *f = *state;
	add_file(f, SOURCE_FOLDER, "");
	set(f);
	await(f, 1);
	assert_int_equal(f->unchanged, 1); /* an empty folder was looked at */
	assert_true(f->states[0].has_baseline);
	write_file(f, "page.html", "text");
	await(f, 1);
	assert_true(sv_ends(f->last_url, SV("/page.html")));
	assert_sv(f->last_body, "text");
}

/* ---- fetches for somebody ---- */

static void on_fetched(void *ctx, const struct snapshot *snapshot, const struct watch_failure *failure)
{
	struct fixture *f = ctx;
	assert_true(!snapshot != !failure);
	f->fetched++;
	if (snapshot)
		f->last_body = arena_sv(f->arena, snapshot->body);
	else
		f->failure = *failure;
	loop_stop(f->loop);
}

static void fetches_one_url_for_somebody(void **state)
{
	struct error err;
	struct fixture *f = *state;
	struct source *source = add_page(f, "/missing");
	struct sv url = arena_printf(f->arena, "http://127.0.0.1:%d/same", f->web->port);
	set(f);
	await(f, 1);
	assert_ok(watch_fetch(f->watch, source, url, on_fetched, f, &err), err);
	assert_int_equal(f->fetched, 0);
	run_until_stopped(f->loop);
	assert_int_equal(f->fetched, 1);
	assert_sv(f->last_body, "always the same");
	assert_ok(watch_fetch(f->watch, source, source->url, on_fetched, f, &err), err);
	run_until_stopped(f->loop);
	assert_string_equal(f->failure.error.text, "HTTP 404");
}

static void reads_a_file_for_somebody_who_watches_files(void **state)
{
	struct error err;
	struct fixture *f = *state;
	struct source *file = add_file(f, SOURCE_FILE, "page.html");
	write_file(f, "page.html", "text");
	assert_ok(watch_fetch(f->watch, file, file->url, on_fetched, f, &err), err);
	assert_int_equal(f->fetched, 0);
	run_until_stopped(f->loop);
	assert_sv(f->last_body, "text");
	struct source *page = add_page(f, "/same");
	assert_int_equal(watch_fetch(f->watch, page, file->url, on_fetched, f, &err), E_REFUSED);
	assert_int_equal(f->fetched, 1);
}

static void whoever_waits_for_a_fetch_is_told_of_the_end(void **state)
{
	struct error err;
	struct fixture *f = *state;
	struct source *source = add_page(f, "/slow");
	assert_ok(watch_fetch(f->watch, source, source->url, on_fetched, f, &err), err);
	watch_free(f->watch);
	f->watch = NULL;
	assert_int_equal(f->fetched, 1);
	assert_string_equal(f->failure.error.text, "stopped");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_read_and_then_asked_for_conditionally),
		TEST(the_next_fetch_is_due_after_the_interval),
		TEST(the_same_bytes_again_are_no_news),
		TEST(a_page_that_could_not_be_read_is_fetched_again_whole),
		TEST(what_is_forgotten_is_fetched_again_whole),
		TEST(failures_are_counted_and_back_off),
		TEST(a_server_that_asks_for_calm_gets_it),
		TEST(health_is_kept_as_the_owner_set_it),
		TEST(a_source_that_is_due_later_is_not_fetched_at_the_start),
		TEST(setting_the_same_sources_again_fetches_nothing),
		TEST(a_changed_source_is_fetched_again_whole),
		TEST(a_source_that_is_dropped_is_never_heard_of_again),
		TEST(a_set_with_a_mistake_changes_nothing),
		TEST(once_tries_every_source_once_and_says_when_it_is_done),
		TEST(without_sources_a_pass_is_done_at_once),
		TEST(a_file_that_is_replaced_is_read_at_once),
		TEST(a_missing_file_is_a_failure_until_it_appears),
		TEST(a_file_of_a_folder_comes_with_its_own_url),
		TEST(fetches_one_url_for_somebody),
		TEST(reads_a_file_for_somebody_who_watches_files),
		TEST(whoever_waits_for_a_fetch_is_told_of_the_end),
	};
	return RUN(tests);
}
