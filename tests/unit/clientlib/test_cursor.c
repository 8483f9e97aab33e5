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
		"pw1 0123456789abcdef 99999999999999999999", "pw1 0123456789abcdef -1", "pw1 0123456789abcdef 1 ",
		"pw1 0123456789abcdef 1 0", "pw1 0123456789abcdef 1 9223372036854775808", "pw1 0123456789abcdef 1 2 3",
		"pw1 0123456789abcdef 1\n\n", "pw1 0123456789abcdef 1\npw2 0123456789abcdee 1\n",
		"pw1 0123456789abcdef 1\npw1 0123456789abcdef 2\n" };
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

static void several_logs_stand_in_a_line_each_the_one_used_last_first(void **state)
{
	(void)state;
	struct cursor cursor = { 0 }, read = { 0 };
	char text[CURSOR_TEXT];
	for (uint64_t epoch = 1; epoch <= 9; epoch++)
		cursor_set(&cursor, (struct place){ .epoch = epoch, .seq = epoch * 10, .time_ms = epoch == 9 ? 5 : 0 });
	cursor_set(&cursor, (struct place){ .epoch = 4, .seq = 41, .time_ms = 77 });
	size_t n = cursor_print(&cursor, text);
	static const char head[] = "pw1 0000000000000004 41 77\npw1 0000000000000009 90 5\npw1 0000000000000008 80\n";
	assert_memory_equal(text, head, sizeof head - 1);
	assert_int_equal(cursor_parse(text, n, &read), PW_OK);
	assert_int_equal(read.n, CURSOR_LOGS);
	assert_int_equal(cursor_find(&read, 4)->seq, 41);
	assert_int_equal(cursor_find(&read, 9)->time_ms, 5);
	assert_null(cursor_find(&read, 1)); /* used longest ago */
	memcpy(text + n, "pw1 00000000000000aa 1\n", 23);
	assert_int_equal(cursor_parse(text, n + 23, &read), PW_INVALID);
}

static void the_longest_file_fits(void **state)
{
	(void)state;
	char path[] = "/tmp/pw-cursor-XXXXXX";
	int fd = mkstemp(path);
	struct cursor cursor = { 0 }, read = { 0 };
	assert_true(fd >= 0);
	(void)close(fd);
	for (uint64_t i = 0; i < CURSOR_LOGS; i++)
		cursor_set(&cursor, (struct place){ .epoch = UINT64_MAX - i, .seq = UINT64_MAX, .time_ms = INT64_MAX });
	assert_int_equal(cursor_write(path, &cursor), PW_OK);
	assert_int_equal(cursor_read(path, &read), PW_OK);
	assert_memory_equal(&cursor, &read, sizeof read);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_comes_back_as_written),
		cmocka_unit_test(what_is_no_cursor_is_refused),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(several_logs_stand_in_a_line_each_the_one_used_last_first),
		cmocka_unit_test(the_longest_file_fits),
	};
	return RUN(tests);
}
