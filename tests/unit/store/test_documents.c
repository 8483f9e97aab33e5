#include "store_test.h"

static struct stored_document put(struct fixture *f, const char *key, const char *text, int64_t now)
{
	struct stored_document stored;
	struct statement statements[] = {
		{ .text = sv_of(text),
			.speaker = SV("The Secretary"),
			.lang = SV("en"),
			.place = { 3, 9 },
			.block = 2 },
		{ .text = SV("Second."), .is_quote = true },
	};
	struct document document = {
		.key = sv_of(key), .title = SV("A title"), .text = sv_of(text), .published = { 77 }
	};
	document.statements = (struct statement_list){ statements, 2, 2 };
	begin(f);
	assert_ok(store_document_put(
			  f->store, SV("press"), &document, sv_of(text), (struct wall_ms){ now }, &stored, &f->err),
		f->err);
	keep(f);
	commit(f);
	return stored;
}

static struct stored_document find(struct fixture *f, const char *key)
{
	struct stored_document found;
	assert_ok(store_document_find(f->store, f->arena, SV("press"), sv_of(key), &found, &f->err), f->err);
	return found;
}

static void a_document_is_found_by_source_and_key(void **state)
{
	struct fixture *f = *state;
	struct stored_document stored = put(f, "a", "First text.", 10), found = find(f, "a");
	assert_int_equal(found.id, stored.id);
	assert_int_equal(found.version, 1);
	assert_sv(found.sha256, "First text.");
	assert_sv(found.title, "A title");
	assert_int_equal(found.published.v, 77);
	assert_int_equal(found.first_seen.v, 10);
	assert_false(found.was_removed);
	assert_int_equal(store_document_find(f->store, f->arena, SV("other"), SV("a"), &found, &f->err), E_NOT_FOUND);
}

static void every_version_keeps_its_text(void **state)
{
	struct fixture *f = *state;
	struct sv text;
	(void)put(f, "a", "First text.", 10);
	struct stored_document stored = put(f, "a", "Second text.", 20);
	assert_int_equal(stored.version, 2);
	assert_int_equal(find(f, "a").first_seen.v, 10);
	assert_ok(store_document_text(f->store, f->arena, stored.id, 1, &text, &f->err), f->err);
	assert_sv(text, "First text.");
	assert_ok(store_document_text(f->store, f->arena, stored.id, 2, &text, &f->err), f->err);
	assert_sv(text, "Second text.");
	assert_int_equal(store_document_text(f->store, f->arena, stored.id, 3, &text, &f->err), E_NOT_FOUND);
}

static void a_long_text_takes_less_room_than_it_has(void **state)
{
	struct fixture *f = *state;
	size_t n = 1 << 20;
	char *long_text = arena_alloc(f->arena, n + 1);
	for (size_t i = 0; i < n; i++)
		long_text[i] = "abcdefghijklmnopqrstuvwxyz "[i % 27];
	struct document document = { .key = SV("a"), .text = { long_text, n } };
	struct stored_document stored;
	begin(f);
	assert_ok(
		store_document_put(f->store, SV("press"), &document, SV("d"), (struct wall_ms){ 1 }, &stored, &f->err),
		f->err);
	keep(f);
	commit(f);
	struct sv text;
	assert_ok(store_document_text(f->store, f->arena, stored.id, 1, &text, &f->err), f->err);
	assert_true(sv_eq(text, document.text));
	assert_true(store_bytes(f->store) < (int64_t)n / 2);
}

static void statements_are_those_of_the_newest_version(void **state)
{
	struct fixture *f = *state;
	struct statement_list list = { 0 };
	(void)put(f, "a", "First text.", 10);
	struct stored_document stored = put(f, "a", "Second text.", 20);
	assert_ok(store_statements(f->store, f->arena, stored.id, &list, &f->err), f->err);
	assert_int_equal(list.n, 2);
	assert_sv(list.items[0].text, "Second text.");
	assert_sv(list.items[0].speaker, "The Secretary");
	assert_sv(list.items[0].lang, "en");
	assert_int_equal(list.items[0].place.from, 3);
	assert_int_equal(list.items[0].place.to, 9);
	assert_int_equal(list.items[0].block, 2);
	assert_true(list.items[1].is_quote);
}

static void a_removed_document_is_marked_until_it_is_seen_again(void **state)
{
	struct fixture *f = *state;
	struct stored_document stored = put(f, "a", "First text.", 10);
	begin(f);
	assert_ok(store_document_remove(f->store, stored.id, &f->err), f->err);
	keep(f);
	assert_true(find(f, "a").was_removed);
	begin(f);
	assert_ok(store_document_touch(f->store, stored.id, (struct wall_ms){ 30 }, &f->err), f->err);
	keep(f);
	commit(f);
	assert_false(find(f, "a").was_removed);
	assert_int_equal(find(f, "a").last_seen.v, 30);
}

static void touching_what_does_not_exist_is_not_found(void **state)
{
	struct fixture *f = *state;
	begin(f);
	assert_int_equal(store_document_touch(f->store, 99, (struct wall_ms){ 30 }, &f->err), E_NOT_FOUND);
	assert_int_equal(store_document_remove(f->store, 99, &f->err), E_NOT_FOUND);
	discard(f);
}

static void counts_follow_puts_discards_and_restarts(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;
	(void)put(f, "a", "First text.", 10);
	(void)put(f, "a", "Second text.", 20);
	(void)put(f, "b", "Third text.", 20);
	begin(f);
	struct document document = { .key = SV("c") };
	struct stored_document stored;
	assert_ok(
		store_document_put(f->store, SV("press"), &document, SV("d"), (struct wall_ms){ 1 }, &stored, &f->err),
		f->err);
	discard(f);
	reopen(f);
	assert_ok(store_counts(f->store, &counts, &f->err), f->err);
	assert_int_equal(counts.documents, 2);
	assert_int_equal(counts.versions, 3);
	assert_int_equal(counts.statements, 4);
	assert_int_equal(counts.events, 0);
}

static void documents_are_counted_by_source(void **state)
{
	struct fixture *f = *state;
	int64_t n;
	(void)put(f, "a", "First text.", 10);
	(void)put(f, "a", "Second text.", 20);
	(void)put(f, "b", "Third text.", 20);
	assert_ok(store_source_documents(f->store, SV("press"), &n, &f->err), f->err);
	assert_int_equal(n, 2);
	assert_ok(store_source_documents(f->store, SV("other"), &n, &f->err), f->err);
	assert_int_equal(n, 0);
}

static void a_new_source_has_no_times(void **state)
{
	struct fixture *f = *state;
	struct source_state loaded;
	assert_ok(store_source_load(f->store, f->arena, SV("press"), &loaded, &f->err), f->err);
	assert_false(wall_is_known(loaded.last_success));
	assert_int_equal(loaded.health, HEALTH_NEW);
	assert_int_equal(loaded.failures, 0);
}

static void a_source_is_remembered(void **state)
{
	struct fixture *f = *state;
	struct source_state saved = { .etag = SV("\"e\""), .last_modified = SV("yesterday"), .last_attempt = { 1 } };
	saved.last_success = WALL_NONE;
	saved.last_change = (struct wall_ms){ 3 };
	saved.next_due = (struct wall_ms){ 4 };
	saved.health = HEALTH_FAILING;
	saved.failures = 5;
	saved.fetches = 6;
	saved.last_error = SV("timed out");
	saved.has_baseline = true;
	begin(f);
	assert_ok(store_source_save(f->store, SV("press"), &saved, &f->err), f->err);
	keep(f);
	commit(f);
	reopen(f);
	struct source_state loaded;
	assert_ok(store_source_load(f->store, f->arena, SV("press"), &loaded, &f->err), f->err);
	assert_sv(loaded.etag, "\"e\"");
	assert_sv(loaded.last_modified, "yesterday");
	assert_int_equal(loaded.last_attempt.v, 1);
	assert_false(wall_is_known(loaded.last_success));
	assert_int_equal(loaded.last_change.v, 3);
	assert_int_equal(loaded.next_due.v, 4);
	assert_int_equal(loaded.health, HEALTH_FAILING);
	assert_int_equal(loaded.failures, 5);
	assert_int_equal(loaded.fetches, 6);
	assert_sv(loaded.last_error, "timed out");
	assert_true(loaded.has_baseline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_document_is_found_by_source_and_key),
		STORE_TEST(every_version_keeps_its_text),
		STORE_TEST(a_long_text_takes_less_room_than_it_has),
		STORE_TEST(statements_are_those_of_the_newest_version),
		STORE_TEST(a_removed_document_is_marked_until_it_is_seen_again),
		STORE_TEST(touching_what_does_not_exist_is_not_found),
		STORE_TEST(counts_follow_puts_discards_and_restarts),
		STORE_TEST(documents_are_counted_by_source),
		STORE_TEST(a_new_source_has_no_times),
		STORE_TEST(a_source_is_remembered),
	};
	return RUN(tests);
}
