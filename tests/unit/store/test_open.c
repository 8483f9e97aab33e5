#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_test.h"

static void assert_refused(struct fixture *f, const char *dir, const char *part)
{
	struct store *other = NULL;
	assert_int_equal(store_open(dir, &other, &f->err), E_STORE);
	assert_null(other);
	if (!strstr(f->err.text, part))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, part);
}

static void close_store(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

static void overwrite(const struct fixture *f, off_t at, const char *bytes, size_t n)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/policywatch.db", f->dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
	(void)close(fd);
}

static void a_second_daemon_is_told_who_has_it(void **state)
{
	struct fixture *f = *state;
	char want[64];
	(void)snprintf(want, sizeof want, "is used by another policywatchd (pid %ld)", (long)getpid());
	assert_refused(f, f->dir, want);
}

static void a_missing_folder_is_made_for_its_owner_alone(void **state)
{
	struct fixture *f = *state;
	char dir[128];
	struct store *store;
	struct stat st;
	(void)snprintf(dir, sizeof dir, "%s/state", f->dir);
	assert_ok(store_open(dir, &store, &f->err), f->err);
	store_close(store);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	(void)snprintf(dir, sizeof dir, "%s/state/policywatch.db", f->dir);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_missing_parent_is_not_made(void **state)
{
	struct fixture *f = *state;
	char dir[128];
	(void)snprintf(dir, sizeof dir, "%s/none/state", f->dir);
	assert_refused(f, dir, "cannot make the folder");
}

static void a_file_is_not_a_folder(void **state)
{
	struct fixture *f = *state;
	char path[128];
	(void)snprintf(path, sizeof path, "%s/policywatch.db", f->dir);
	assert_refused(f, path, "is not a folder");
}

/* As somebody without rights; root would be let in. */
static void a_folder_that_cannot_be_written_is_said_to_be_so(void **state)
{
	struct fixture *f = *state;
	char dir[128];
	(void)snprintf(dir, sizeof dir, "%s/locked", f->dir);
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(mkdir(dir, 0555), 0);
	pid_t child = fork();
	if (child == 0) {
		struct store *store;
		struct error err = { 0 };
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		bool refused = store_open(dir, &store, &err) == E_STORE &&
			strstr(err.text, "cannot write in the folder");
		_exit(refused ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct fixture *f = *state;
	char text[4096];
	close_store(f);
	memset(text, 'x', sizeof text);
	overwrite(f, 0, text, sizeof text);
	assert_refused(f, f->dir, "is not a database");
}

static void the_database_of_another_program_is_left_alone(void **state)
{
	struct fixture *f = *state;
	char number[DATABASE_VALUE];
	assert_ok(database_exec(f->store->db, "PRAGMA application_id = 7", &f->err), f->err);
	close_store(f);
	assert_refused(f, f->dir, "is the database of another program");
	char path[128];
	struct sqlite3 *db;
	(void)snprintf(path, sizeof path, "%s/policywatch.db", f->dir);
	assert_ok(database_open(path, &db, &f->err), f->err);
	assert_ok(database_value(db, "PRAGMA application_id", number, &f->err), f->err);
	assert_string_equal(number, "7");
	database_close(db);
}

static void a_newer_schema_is_refused(void **state)
{
	struct fixture *f = *state;
	assert_ok(database_exec(f->store->db, "PRAGMA user_version = 99", &f->err), f->err);
	close_store(f);
	assert_refused(f, f->dir, "newer policywatch (schema 99");
}

static void a_truncated_file_is_said_to_be_damaged(void **state)
{
	struct fixture *f = *state;
	char path[128];
	close_store(f);
	(void)snprintf(path, sizeof path, "%s/policywatch.db", f->dir);
	assert_int_equal(truncate(path, 3 * 4096), 0);
	assert_refused(f, f->dir, "is damaged");
}

/* The table is not one that opening reads. */
static void damage_is_found_after_a_crash(void **state)
{
	struct fixture *f = *state;
	char page[DATABASE_VALUE], zeros[4096] = { 0 };
	assert_ok(database_value(
			  f->store->db, "SELECT rootpage FROM sqlite_schema WHERE name = 'version'", page, &f->err),
		f->err);
	close_store(f);
	overwrite(f, (atol(page) - 1) * 4096, zeros, sizeof zeros);
	char path[128];
	(void)snprintf(path, sizeof path, "%s/policywatch.db-wal", f->dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* only a crash leaves one */
	assert_int_equal(write(fd, "x", 1), 1);
	(void)close(fd);
	assert_refused(f, f->dir, "is damaged");
}

static void schema_steps_are_taken_in_order_and_once(void **state)
{
	(void)state;
	struct sqlite3 *db;
	struct error err;
	int64_t n;
	static const char *const steps[] = {
		"PRAGMA application_id = 0x50574348; CREATE TABLE a (x); PRAGMA user_version = 1;",
		"INSERT INTO a VALUES (1); PRAGMA user_version = 2;",
		"INSERT INTO a SELECT x + 1 FROM a; PRAGMA user_version = 3;",
	};
	assert_ok(database_open(":memory:", &db, &err), err);
	assert_ok(migrate_with(db, steps, 2, &err), err);
	assert_ok(migrate_with(db, steps, 3, &err), err);
	assert_ok(migrate_with(db, steps, 3, &err), err);
	assert_ok(database_number(db, "SELECT sum(x) FROM a", &n, &err), err);
	assert_int_equal(n, 3);
	database_close(db);
}

static void a_failing_schema_step_changes_nothing(void **state)
{
	(void)state;
	struct sqlite3 *db;
	struct error err;
	int64_t n;
	static const char *const steps[] = {
		"PRAGMA application_id = 0x50574348; CREATE TABLE a (x); PRAGMA user_version = 1;",
		"INSERT INTO a VALUES (1); PRAGMA user_version = 2; INSERT INTO none VALUES (1);",
	};
	assert_ok(database_open(":memory:", &db, &err), err);
	assert_int_equal(migrate_with(db, steps, 2, &err), E_STORE);
	assert_non_null(strstr(err.text, "schema step 2"));
	assert_ok(database_number(db, "SELECT count(*) FROM a", &n, &err), err);
	assert_int_equal(n, 0);
	assert_ok(database_number(db, "PRAGMA user_version", &n, &err), err);
	assert_int_equal(n, 1);
	database_close(db);
}

static void each_new_log_has_an_epoch_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct store *other;
	assert_ok(store_open(":memory:", &other, &f->err), f->err);
	assert_true(store_log(f->store).epoch != 0);
	assert_true(store_log(other).epoch != store_log(f->store).epoch);
	store_close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_second_daemon_is_told_who_has_it),
		STORE_TEST(a_missing_folder_is_made_for_its_owner_alone),
		STORE_TEST(a_missing_parent_is_not_made),
		STORE_TEST(a_file_is_not_a_folder),
		STORE_TEST(a_folder_that_cannot_be_written_is_said_to_be_so),
		STORE_TEST(a_file_that_is_no_database_is_refused),
		STORE_TEST(the_database_of_another_program_is_left_alone),
		STORE_TEST(a_newer_schema_is_refused),
		STORE_TEST(a_truncated_file_is_said_to_be_damaged),
		STORE_TEST(damage_is_found_after_a_crash),
		cmocka_unit_test(schema_steps_are_taken_in_order_and_once),
		cmocka_unit_test(a_failing_schema_step_changes_nothing),
		STORE_TEST(each_new_log_has_an_epoch_of_its_own),
	};
	return RUN(tests);
}
