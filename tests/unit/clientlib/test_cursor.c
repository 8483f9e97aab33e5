#include <unistd.h>

#include "client_test.h"
#include "cursor.h"

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void a_cursor_comes_back_as_written(void **state)
{
	(void)state;
	char path[] = "/tmp/pw-cursor-XXXXXX", line[64] = "";
	int fd = mkstemp(path);
	struct cursor cursor = { 0 };
	cursor_set(&cursor, (struct place){ .epoch = UINT64_MAX - 1, .seq = 1234567890123 });
	assert_true(fd >= 0);
	assert_int_equal(cursor_write(path, &cursor), PW_OK);
	cursor = (struct cursor){ 0 };
	assert_int_equal(cursor_read(path, &cursor), PW_OK);
	assert_true(cursor.logs[0].epoch == UINT64_MAX - 1);
	assert_true(cursor.logs[0].seq == 1234567890123);
	FILE *file = fopen(path, "r");
	assert_non_null(fgets(line, sizeof line, file));
	(void)fclose(file);
	assert_string_equal(line, "pw1 fffffffffffffffe 1234567890123\n");
	(void)close(fd);
	(void)unlink(path);
}

static void what_is_no_cursor_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "\n", "pw1", "pw1 0123456789abcdef", "pw1 0123456789abcdef ",
		"pw1 0123456789abcdeg 1", "pw1 0123456789abcdef 1x", "pw2 0123456789abcdef 1",
		"pw1 0123456789abcdef 99999999999999999999", "pw1 0123456789abcdef -1" };
	char path[] = "/tmp/pw-cursor-XXXXXX";
	int fd = mkstemp(path);
	struct cursor cursor;
	assert_true(fd >= 0);
	(void)close(fd);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_text(path, bad[i]);
		if (cursor_read(path, &cursor) != PW_INVALID)
			fail_msg("taken for a cursor: '%s'", bad[i]);
	}
	(void)unlink(path);
	assert_int_equal(cursor_read(path, &cursor), PW_NOT_FOUND);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	struct cursor cursor = { 0 };
	cursor_set(&cursor, (struct place){ .epoch = 1, .seq = 1 });
	assert_int_equal(cursor_write("/nonexistent/x/cursor", &cursor), PW_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_comes_back_as_written),
		cmocka_unit_test(what_is_no_cursor_is_refused),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
	};
	return RUN(tests);
}
