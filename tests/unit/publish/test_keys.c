#include "test.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define KEY_C "cccccccccccccccccccccccccccccccccccccccc"

struct world {
	char folder[64];
	struct arena *arena;
	struct key_issues issues;
	struct keys *keys, *before;
	struct error err;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	(void)snprintf(w->folder, sizeof w->folder, "/tmp/pw-keys-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	w->arena = w->issues.arena = arena_new(1 << 20);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	DIR *folder = opendir(w->folder);
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
	(void)rmdir(w->folder);
	keys_free(w->keys);
	keys_free(w->before);
	arena_free(w->arena);
	free(w);
	return 0;
}

static const char *write_file(struct world *w, const char *name, mode_t mode, struct sv text)
{
	const char *path = arena_printf(w->arena, "%s/%s", w->folder, name).p;
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void write_key(struct world *w, const char *file, const char *name, const char *rights, const char *key)
{
	struct sv named = *name ? arena_printf(w->arena, "    name = \"%s\"\n", name) : SV("");
	(void)write_file(w, file, 0644,
		arena_printf(w->arena, "metadata\n%.*s    rights = \"%s\"\ncurve\n    public-key = \"%s\"\n",
			SV_ARG(named), rights, key));
}

static enum status load(struct world *w)
{
	struct keys_options options = { .folder = sv_of(w->folder), .must_exist = true };
	keys_free(w->before);
	w->before = w->keys;
	w->keys = NULL;
	w->issues.n = 0;
	return keys_load(&options, &w->keys, &w->issues, &w->err);
}

static void assert_one_issue(const struct world *w, const char *file, unsigned line, const char *text)
{
	assert_int_equal(w->issues.n, 1);
	assert_true(sv_ends(w->issues.items[0].file, sv_of(file)));
	assert_int_equal(w->issues.items[0].line, line);
	assert_sv(w->issues.items[0].text, text);
}

/* ---- clients ---- */

static void keys_have_the_name_and_rights_of_their_files(void **state)
{
	struct world *w = *state;
	write_key(w, "one.key", "desk", "subscribe control", KEY_B);
	write_key(w, "two.key", "feed", "ingest", KEY_A);
	assert_ok(load(w), w->err);
	assert_int_equal(keys_count(w->keys), 2);
	assert_string_equal(keys_find(w->keys, SV(KEY_B))->name, "desk");
	assert_int_equal(keys_find(w->keys, SV(KEY_B))->rights, PW_RIGHT_SUBSCRIBE | PW_RIGHT_CONTROL);
	assert_int_equal(keys_find(w->keys, SV(KEY_A))->rights, PW_RIGHT_INGEST);
	assert_null(keys_find(w->keys, SV(KEY_C)));
	assert_null(keys_find(w->keys, SV("short")));
}

static void a_key_without_a_name_is_named_after_its_file(void **state)
{
	struct world *w = *state;
	write_key(w, "desk.key", "", "subscribe", KEY_A);
	write_key(w, "not a name.key", "", "subscribe", KEY_B);
	assert_ok(load(w), w->err);
	assert_string_equal(keys_find(w->keys, SV(KEY_A))->name, "desk");
	assert_one_issue(w, "/not a name.key", 0, "says no name, and the name of the file is none");
}

static void what_is_no_key_file_is_passed_over(void **state)
{
	struct world *w = *state;
	write_key(w, "desk.key_secret", "desk", "subscribe", KEY_A);
	(void)write_file(w, "README", 0644, SV("Keys go here.\n"));
	write_key(w, ".hidden", "hidden", "subscribe", KEY_B);
	assert_int_equal(mkfifo(arena_printf(w->arena, "%s/pipe", w->folder).p, 0600), 0);
	assert_ok(load(w), w->err);
	assert_int_equal(keys_count(w->keys), 0);
	assert_int_equal(w->issues.n, 0);
}

static void a_broken_file_is_told_with_its_line_and_the_others_stand(void **state)
{
	struct world *w = *state;
	write_key(w, "a.key", "a", "subscribe", KEY_A);
	write_key(w, "b.key", "b", "everything", KEY_B);
	write_key(w, "c.key", "c", "subscribe", KEY_C);
	assert_ok(load(w), w->err);
	assert_int_equal(keys_count(w->keys), 2);
	assert_one_issue(w, "/b.key", 3, "rights are any of subscribe, ingest, control");
}

static void a_file_that_is_too_long_is_refused(void **state)
{
	struct world *w = *state;
	static char text[PW_KEY_FILE_BYTES + 100];
	memset(text, '#', sizeof text);
	(void)write_file(w, "long.key", 0644, (struct sv){ text, sizeof text });
	assert_ok(load(w), w->err);
	assert_one_issue(w, "/long.key", 0, "too long for a key file");
}

static void a_key_or_name_that_is_there_twice_is_refused(void **state)
{
	struct world *w = *state;
	write_key(w, "1.key", "a", "subscribe", KEY_A);
	write_key(w, "2.key", "b", "control", KEY_A);
	assert_ok(load(w), w->err);
	assert_one_issue(w, "/2.key", 0, "holds a key that another file holds already");
	assert_int_equal(keys_find(w->keys, SV(KEY_A))->rights, PW_RIGHT_SUBSCRIBE);
	write_key(w, "2.key", "a", "control", KEY_B);
	assert_ok(load(w), w->err);
	assert_one_issue(w, "/2.key", 0, "has a name that another key has already");
	assert_null(keys_find(w->keys, SV(KEY_B)));
}

static void a_file_that_everybody_can_write_is_refused(void **state)
{
	struct world *w = *state;
	write_key(w, "a.key", "a", "subscribe", KEY_A);
	assert_int_equal(chmod(arena_printf(w->arena, "%s/a.key", w->folder).p, 0666), 0);
	assert_ok(load(w), w->err);
	assert_one_issue(w, "/a.key", 0, "everybody can change it: chmod o-w");
	assert_int_equal(keys_count(w->keys), 0);
}

static void a_folder_that_everybody_can_write_is_an_error(void **state)
{
	struct world *w = *state;
	assert_int_equal(chmod(w->folder, 01777), 0);
	assert_int_equal(load(w), E_CONFIG);
	assert_non_null(strstr(w->err.text, "everybody can put keys into this folder"));
}

static void a_missing_folder_is_an_error_only_where_it_was_named(void **state)
{
	struct world *w = *state;
	struct keys_options options = { .folder = SV("/nonexistent/clients.d") };
	assert_ok(keys_load(&options, &w->keys, &w->issues, &w->err), w->err);
	options.must_exist = true;
	assert_int_equal(keys_load(&options, &w->before, &w->issues, &w->err), E_CONFIG);
	assert_string_equal(
		w->err.text, "cannot read the folder of keys /nonexistent/clients.d: No such file or directory");
}

/* ---- the daemon's own ---- */

static enum status load_secret(struct world *w, mode_t mode, const char *text)
{
	struct keys_options options = { .server_key = sv_of(write_file(w, "own_secret", mode, sv_of(text))) };
	keys_free(w->keys);
	w->keys = NULL;
	return keys_load(&options, &w->keys, &w->issues, &w->err);
}

#define SECRET "curve\n    public-key = \"" KEY_A "\"\n    secret-key = \"" KEY_B "\"\n"

static void the_secret_key_is_read(void **state)
{
	struct world *w = *state;
	assert_ok(load_secret(w, 0600, SECRET), w->err);
	assert_string_equal(keys_server_secret(w->keys), KEY_B);
	assert_ok(load_secret(w, 0440, SECRET), w->err); /* so the service manager shows what only one user can read */
	assert_null(keys_server_secret(NULL));
}

static void a_secret_that_others_can_read_is_an_error(void **state)
{
	struct world *w = *state;
	assert_int_equal(load_secret(w, 0604, SECRET), E_CONFIG);
	assert_non_null(strstr(w->err.text, "own_secret: is a secret that others than its owner can read"));
}

static void a_file_without_a_secret_is_an_error(void **state)
{
	struct world *w = *state;
	assert_int_equal(load_secret(w, 0600, "curve\n    public-key = \"" KEY_A "\"\n"), E_CONFIG);
	assert_non_null(strstr(w->err.text, "holds no secret-key"));
	assert_int_equal(load_secret(w, 0600, "curve\n    public-key = \"x\"\n"), E_CONFIG);
	assert_non_null(strstr(w->err.text, "own_secret:2: a key is 40 characters"));
}

static void a_secret_that_is_not_there_is_an_error(void **state)
{
	struct world *w = *state;
	struct keys_options options = { .server_key = SV("/nonexistent/key_secret") };
	assert_int_equal(keys_load(&options, &w->keys, &w->issues, &w->err), E_CONFIG);
	assert_string_equal(w->err.text, "/nonexistent/key_secret: No such file or directory");
}

/* ---- from one set to the next ---- */

static void more_keys_and_rights_cut_nobody_fewer_do(void **state)
{
	static const struct {
		const char *name, *rights, *key;
		bool must_cut;
	} steps[] = {
		{ "a", "subscribe", KEY_A, false },
		{ "a", "subscribe control", KEY_A, false },
		{ "a", "control", KEY_A, true },
		{ "a", "control", KEY_B, true },
		{ "renamed", "control subscribe", KEY_B, false },
	};
	struct world *w = *state;
	assert_ok(load(w), w->err);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		write_key(w, "a.key", steps[i].name, steps[i].rights, steps[i].key);
		assert_ok(load(w), w->err);
		if (keys_must_cut(w->before, w->keys) != steps[i].must_cut)
			fail_msg("step %zu", i);
	}
	write_key(w, "c.key", "c", "subscribe", KEY_C);
	assert_ok(load(w), w->err);
	assert_false(keys_must_cut(w->before, w->keys));
	assert_false(keys_must_cut(NULL, w->keys));
	(void)unlink(arena_printf(w->arena, "%s/c.key", w->folder).p);
	assert_ok(load(w), w->err);
	assert_true(keys_must_cut(w->before, w->keys));
}

static void another_server_key_cuts(void **state)
{
	struct world *w = *state;
	assert_ok(load_secret(w, 0600, SECRET), w->err);
	w->before = w->keys;
	w->keys = NULL;
	assert_ok(load_secret(w, 0600, "curve\n    public-key = \"" KEY_A "\"\n    secret-key = \"" KEY_C "\"\n"),
		w->err);
	assert_true(keys_must_cut(w->before, w->keys));
}

/* ---- Z85 ---- */

/* The example of rfc.zeromq.org/spec/32, and the ends of the range. */
static void raw_keys_are_written_as_z85(void **state)
{
	char out[PW_KEY_CHARS + 1];
	char raw[32] = { '\x86', '\x4f', '\xd2', '\x6f', '\xb5', '\x59', '\xf7', '\x5b' };
	(void)state;
	key_text(raw, out);
	assert_string_equal(out, "HelloWorld000000000000000000000000000000");
	memset(raw, 0xff, sizeof raw);
	key_text(raw, out);
	assert_string_equal(out, "%nSc0%nSc0%nSc0%nSc0%nSc0%nSc0%nSc0%nSc0");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(keys_have_the_name_and_rights_of_their_files),
		TEST(a_key_without_a_name_is_named_after_its_file),
		TEST(what_is_no_key_file_is_passed_over),
		TEST(a_broken_file_is_told_with_its_line_and_the_others_stand),
		TEST(a_file_that_is_too_long_is_refused),
		TEST(a_key_or_name_that_is_there_twice_is_refused),
		TEST(a_file_that_everybody_can_write_is_refused),
		TEST(a_folder_that_everybody_can_write_is_an_error),
		TEST(a_missing_folder_is_an_error_only_where_it_was_named),
		TEST(the_secret_key_is_read),
		TEST(a_secret_that_others_can_read_is_an_error),
		TEST(a_file_without_a_secret_is_an_error),
		TEST(a_secret_that_is_not_there_is_an_error),
		TEST(more_keys_and_rights_cut_nobody_fewer_do),
		TEST(another_server_key_cuts),
		cmocka_unit_test(raw_keys_are_written_as_z85),
	};
	return RUN(tests);
}
