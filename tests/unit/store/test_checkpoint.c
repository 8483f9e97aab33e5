#include <sched.h>
#include <sys/stat.h>

#include "store_test.h"

static int64_t size_of_database(const struct fixture *f)
{
	struct stat st;
	return stat(f->store->path, &st) == 0 ? st.st_size : -1;
}

static void write_pages(struct fixture *f, int pages)
{
	static const char big[4001] = { [0 ... 3999] = 'x' };
	begin(f);
	for (int i = 0; i < pages; i++)
		(void)append_at(f, "daemon/started/", big, i);
	keep(f);
	commit(f);
}

static void a_commit_copies_nothing_into_the_database_itself(void **state)
{
	struct fixture *f = *state;
	int64_t before = size_of_database(f);
	write_pages(f, 100);
	assert_int_equal(size_of_database(f), before);
	assert_true(f->store->log_pages >= 100);
}

static void a_long_log_is_copied_by_the_thread(void **state)
{
	struct fixture *f = *state;
	write_pages(f, 2000);
	struct mono_ms limit = { mono_now().v + 20000 };
	while (size_of_database(f) < 2000 * 4096 && mono_now().v < limit.v)
		(void)sched_yield();
	assert_true(size_of_database(f) >= 2000 * 4096);
}

/* Passive checkpoints alone never get to the end of a log that grows all the time. How far it grows meanwhile is a
 * matter of the disk; that it starts anew, again and again while the writing goes on, is not. */
static void the_log_starts_anew_under_steady_writing(void **state)
{
	enum { MOST_COMMITS = 1000 };
	struct fixture *f = *state;
	int longest = 0, restarts = 0;
	for (int i = 0; i < MOST_COMMITS && restarts < 2; i++) {
		int before = f->store->log_pages;
		write_pages(f, 100);
		restarts += f->store->log_pages < before;
		if (before > longest)
			longest = before;
	}
	assert_true(longest > 100);
	assert_int_equal(restarts, 2);
}

static void closing_leaves_one_file(void **state)
{
	struct fixture *f = *state;
	char path[128];
	write_pages(f, 10);
	store_close(f->store);
	f->store = NULL;
	(void)snprintf(path, sizeof path, "%s/policywatch.db-wal", f->dir);
	assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_commit_copies_nothing_into_the_database_itself),
		STORE_TEST(a_long_log_is_copied_by_the_thread),
		STORE_TEST(the_log_starts_anew_under_steady_writing),
		STORE_TEST(closing_leaves_one_file),
	};
	return RUN(tests);
}
