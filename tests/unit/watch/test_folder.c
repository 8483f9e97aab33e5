#include "test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "patience.h"

struct fixture {
	struct loop *loop;
	struct notify *notify;
	struct folder *folder;
	struct arena *arena;
	char root[64];
	const char *path; /* of the folder */
	/* what came */
	struct sv_list urls, bodies;
	size_t awaited;     /* files until the loop stops; 0: until a scan is over */
	struct error error; /* of the last bad file or scan */
	int scans, bad_files, idles;
	bool refuses;
};

static bool on_file(void *ctx, const struct snapshot *snapshot)
{
	struct fixture *f = ctx;
	*list_push(f->arena, &f->urls) = arena_sv(f->arena, snapshot->url);
	*list_push(f->arena, &f->bodies) = arena_sv(f->arena, snapshot->body);
	if (f->awaited && f->urls.n == f->awaited)
		loop_stop(f->loop);
	return !f->refuses;
}

static void on_bad_file(void *ctx, const struct error *err)
{
	struct fixture *f = ctx;
	f->error = *err;
	f->bad_files++;
	loop_stop(f->loop);
}

static void on_scanned(void *ctx, const struct error *err)
{
	struct fixture *f = ctx;
	f->scans++;
	if (err)
		f->error = *err;
	if (!f->awaited)
		loop_stop(f->loop);
}

static void on_idle(void *ctx)
{
	struct fixture *f = ctx;
	f->idles++;
}

static int set_up(void **state)
{
	struct error err;
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	(void)strcpy(f->root, "/tmp/pw-folder-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	f->arena = arena_new(64u << 20);
	assert_ok(loop_new(&f->loop, &err), err);
	assert_ok(notify_new(f->loop, &f->notify, &err), err);
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	folder_free(f->folder);
	notify_free(f->notify);
	loop_free(f->loop);
	(void)nftw(f->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* The folder `name` below the root of the test; "" is the root itself. */
static void watch_folder(struct fixture *f, const char *name)
{
	struct folder_ops ops = { f, on_file, on_bad_file, on_scanned, on_idle };
	f->path = arena_printf(f->arena, "%s%s", f->root, name).p;
	f->folder = folder_new(f->loop, f->notify, f->path, 1000, &ops);
	folder_scan(f->folder);
	run_until_stopped(f->loop);
}

static const char *path_of(struct fixture *f, const char *name)
{
	return arena_printf(f->arena, "%s/%s", f->path ? f->path : f->root, name).p;
}

static void write_file(struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(path_of(f, name), "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void set_age(struct fixture *f, const char *name, int64_t s)
{
	struct timespec times[2] = { { .tv_sec = s }, { .tv_sec = s } };
	assert_int_equal(utimensat(AT_FDCWD, path_of(f, name), times, 0), 0);
}

/* Until `n` more files came. */
static void await_files(struct fixture *f, size_t n)
{
	f->awaited = f->urls.n + n;
	run_until_stopped(f->loop);
}

static void await_scan(struct fixture *f)
{
	f->awaited = 0;
	folder_scan(f->folder);
	run_until_stopped(f->loop);
}

static void assert_file(struct fixture *f, size_t i, const char *name, const char *text)
{
	assert_true(i < f->urls.n);
	assert_true(sv_ends(f->urls.items[i], sv_of(name)));
	assert_sv(f->bodies.items[i], text);
}

static void first_scan_gives_files_by_age_and_then_name(void **state)
{
	struct fixture *f = *state;
	write_file(f, "c", "3");
	write_file(f, "b", "2");
	write_file(f, "a", "4");
	write_file(f, "z", "1");
	set_age(f, "z", 1000);
	set_age(f, "b", 2000);
	set_age(f, "c", 2000);
	set_age(f, "a", 3000);
	watch_folder(f, "");
	assert_int_equal(f->urls.n, 4);
	assert_file(f, 0, "/z", "1");
	assert_file(f, 1, "/b", "2");
	assert_file(f, 2, "/c", "3");
	assert_file(f, 3, "/a", "4");
	assert_int_equal(f->scans, 1);
}

static void a_dropped_file_comes_when_it_is_closed(void **state)
{
	struct fixture *f = *state;
	watch_folder(f, "");
	write_file(f, "news.html", "<p>text</p>");
	await_files(f, 1);
	assert_file(f, 0, "/news.html", "<p>text</p>");
	write_file(f, "news.html", "<p>new text</p>");
	await_files(f, 1);
	assert_file(f, 1, "/news.html", "<p>new text</p>");
}

static void a_file_that_is_renamed_into_its_place_comes_once(void **state)
{
	struct fixture *f = *state;
	watch_folder(f, "");
	write_file(f, "x.tmp", "whole");
	assert_int_equal(rename(path_of(f, "x.tmp"), path_of(f, "x")), 0);
	await_files(f, 1);
	assert_file(f, 0, "/x", "whole");
	await_scan(f);
	assert_int_equal(f->urls.n, 1);
}

static void hidden_and_temporary_names_are_ignored(void **state)
{
	static const char *const names[] = { ".x", "x~", "x.tmp", "x.part", ".x.swp" };
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		write_file(f, names[i], "no");
	watch_folder(f, "");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		write_file(f, names[i], "no again");
	write_file(f, "x", "yes");
	await_files(f, 1);
	assert_int_equal(f->urls.n, 1);
	assert_file(f, 0, "/x", "yes");
}

static void links_come_although_nobody_writes_them(void **state)
{
	struct fixture *f = *state;
	write_file(f, ".target", "text");
	watch_folder(f, "");
	assert_int_equal(symlink(path_of(f, ".target"), path_of(f, "soft")), 0);
	await_files(f, 1);
	assert_int_equal(link(path_of(f, ".target"), path_of(f, "hard")), 0);
	await_files(f, 1);
	assert_file(f, 0, "/soft", "text");
	assert_file(f, 1, "/hard", "text");
}

static void names_become_urls(void **state)
{
	struct fixture *f = *state;
	write_file(f, "año 1%#?.html", "text");
	watch_folder(f, "");
	assert_int_equal(f->urls.n, 1);
	assert_true(sv_starts(f->urls.items[0], SV("file:///tmp/")));
	assert_true(sv_ends(f->urls.items[0], SV("/a%C3%B1o%201%25%23%3F.html")));
}

static void a_file_that_could_not_be_read_by_the_owner_comes_again(void **state)
{
	struct fixture *f = *state;
	write_file(f, "a", "text");
	f->refuses = true;
	watch_folder(f, "");
	f->refuses = false;
	await_scan(f);
	await_scan(f);
	assert_int_equal(f->urls.n, 2);
}

static void a_file_that_is_too_large_is_told_once(void **state)
{
	struct fixture *f = *state;
	char text[2000];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	write_file(f, "large", text);
	watch_folder(f, "");
	assert_int_equal(f->bad_files, 1);
	assert_non_null(strstr(f->error.text, "/large is larger than 1,000 bytes"));
	await_scan(f);
	assert_int_equal(f->bad_files, 1);
	write_file(f, "large", "small");
	await_files(f, 1);
	assert_file(f, 0, "/large", "small");
}

static void a_missing_folder_is_found_when_it_appears(void **state)
{
	struct fixture *f = *state;
	watch_folder(f, "/not/yet/");
	assert_int_equal(f->error.code, E_NOT_FOUND);
	assert_non_null(strstr(f->error.text, "cannot open folder /tmp/pw-folder-"));
	assert_non_null(strstr(f->error.text, "/not/yet: No such file or directory"));
	assert_int_equal(mkdir(arena_printf(f->arena, "%s/not", f->root).p, 0700), 0);
	assert_int_equal(mkdir(arena_printf(f->arena, "%s/not/yet", f->root).p, 0700), 0);
	write_file(f, "first", "text");
	await_files(f, 1);
	assert_file(f, 0, "/not/yet/first", "text");
}

static void a_folder_that_is_replaced_is_watched_further(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mkdir(arena_printf(f->arena, "%s/in", f->root).p, 0700), 0);
	watch_folder(f, "/in");
	assert_int_equal(rename(f->path, arena_printf(f->arena, "%s/old", f->root).p), 0);
	run_until_stopped(f->loop); /* a scan that finds no folder */
	assert_int_equal(f->error.code, E_NOT_FOUND);
	assert_int_equal(mkdir(f->path, 0700), 0);
	write_file(f, "a", "1");
	await_files(f, 1);
	assert_int_equal(remove(path_of(f, "a")), 0);
	assert_int_equal(rmdir(f->path), 0);
	f->awaited = 0;
	run_until_stopped(f->loop);
	assert_int_equal(mkdir(f->path, 0700), 0);
	write_file(f, "a", "2");
	await_files(f, 1);
	assert_file(f, 1, "/in/a", "2");
}

static void a_burst_of_files_comes_whole(void **state)
{
	enum { N = 3000 };
	struct fixture *f = *state;
	watch_folder(f, "");
	for (int i = 0; i < N; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "%d", i);
		write_file(f, name, name);
	}
	await_files(f, N);
	assert_file(f, 0, "/0", "0");
	assert_file(f, N - 1, "/2999", "2999");
	await_scan(f);
	assert_int_equal(f->urls.n, N);
	assert_true(f->idles > 0);
}

/* The kernel keeps so many events and then says that it lost some. */
static void events_that_were_lost_are_made_up_for(void **state)
{
	struct fixture *f = *state;
	int most = 0;
	FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	if (limit) {
		if (fscanf(limit, "%d", &most) != 1)
			most = 0;
		(void)fclose(limit);
	}
	if (most <= 0 || most > 100000)
		skip();
	watch_folder(f, "");
	write_file(f, ".b", "");
	for (int i = 0; i < most; i += 2) {
		assert_int_equal(rename(path_of(f, ".b"), path_of(f, ".c")), 0);
		assert_int_equal(rename(path_of(f, ".c"), path_of(f, ".b")), 0);
		if (i % 512 == 0)
			f->arena = (arena_free(f->arena), arena_new(64u << 20)), f->path = f->root;
	}
	f->urls = f->bodies = (struct sv_list){ 0 };
	write_file(f, "a", "after");
	await_files(f, 1);
	assert_file(f, 0, "/a", "after");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_scan_gives_files_by_age_and_then_name),
		TEST(a_dropped_file_comes_when_it_is_closed),
		TEST(a_file_that_is_renamed_into_its_place_comes_once),
		TEST(hidden_and_temporary_names_are_ignored),
		TEST(links_come_although_nobody_writes_them),
		TEST(names_become_urls),
		TEST(a_file_that_could_not_be_read_by_the_owner_comes_again),
		TEST(a_file_that_is_too_large_is_told_once),
		TEST(a_missing_folder_is_found_when_it_appears),
		TEST(a_folder_that_is_replaced_is_watched_further),
		TEST(a_burst_of_files_comes_whole),
		TEST(events_that_were_lost_are_made_up_for),
	};
	return RUN(tests);
}
