/* Key files: what is read, where a wrong one is wrong, and what is written. */
#include <errno.h>
#include <policywatch/keyfile.h>
#include <policywatch/policywatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client_test.h"

#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define OTHER_KEY "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"

static void expect_wrong(const char *text, unsigned line, const char *why)
{
	struct pw_keyfile file;
	struct pw_keyfile_error err;
	assert_int_equal(pw_keyfile_read(text, strlen(text), &file, &err), -1);
	assert_int_equal(err.line, line);
	assert_non_null(strstr(err.why, why));
}

static struct pw_keyfile expect_right(const char *text)
{
	struct pw_keyfile file;
	struct pw_keyfile_error err;
	if (pw_keyfile_read(text, strlen(text), &file, &err))
		fail_msg("line %u: %s", err.line, err.why);
	return file;
}

static void a_file_of_czmq_is_read(void **state)
{
	(void)state;
	struct pw_keyfile file = expect_right(
		"#   ****  Generated on 2026-11-24 10:00:00 by CZMQ  ****\n"
		"#   ZeroMQ CURVE **Secret** Certificate\n"
		"metadata\n    name = \"desk\"\n    email = \"desk@example.org\"\n"
		"curve\n    public-key = \"" KEY "\"\n    secret-key = \"" OTHER_KEY "\"\n");
	assert_string_equal(file.name, "desk");
	assert_string_equal(file.public_key, KEY);
	assert_string_equal(file.secret_key, OTHER_KEY);
	assert_int_equal(file.rights, PW_RIGHT_SUBSCRIBE);
}

static void line_ends_and_quotes_may_vary(void **state)
{
	(void)state;
	struct pw_keyfile file = expect_right(
		"metadata\r\n\tname = 'a.b-c_d'\r\n    rights = subscribe,control\r\ncurve\r\n    public-key = " KEY
		"\r\n");
	assert_string_equal(file.name, "a.b-c_d");
	assert_string_equal(file.public_key, KEY);
	assert_int_equal(file.rights, PW_RIGHT_SUBSCRIBE | PW_RIGHT_CONTROL);
}

static void keys_outside_their_section_do_not_count(void **state)
{
	(void)state;
	expect_wrong("metadata\n    public-key = \"" KEY "\"\n", 2, "no public-key");
	struct pw_keyfile file = expect_right(
		"other\n    name = \"!!\"\n    rights = \"all\"\ncurve\n    public-key = \"" KEY "\"\n");
	assert_string_equal(file.name, "");
}

static void a_mistake_has_its_line(void **state)
{
	(void)state;
	expect_wrong("", 0, "no public-key");
	expect_wrong("curve\n    public-key = \"" KEY "\n", 2, "quote");
	expect_wrong("curve\n    public-key = \"short\"\n", 2, "40 characters");
	expect_wrong("metadata\n    name = \"no spaces\"\n", 2, "name");
	expect_wrong("metadata\n    name = \"x\"\n    rights = \"subscribe everything\"\n", 3, "rights");
	char *text = calloc(1, PW_KEY_FILE_BYTES + 2);
	memset(text, '#', PW_KEY_FILE_BYTES + 1);
	expect_wrong(text, 0, "too long");
	free(text);
}

static void rights_can_be_none(void **state)
{
	unsigned rights = 9;
	(void)state;
	assert_int_equal(pw_rights_read("", 0, &rights), 0);
	assert_int_equal(rights, 0);
	assert_int_equal(pw_rights_read(" ingest,, control ", 18, &rights), 0);
	assert_int_equal(rights, PW_RIGHT_INGEST | PW_RIGHT_CONTROL);
	assert_int_equal(pw_rights_read("Control", 7, &rights), -1);
}

/* ---- writing ---- */

struct folder {
	char path[40], public_file[64], secret_file[80];
};

static void folder_make(struct folder *folder)
{
	strcpy(folder->path, "/tmp/pw-test-keys-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	(void)snprintf(folder->public_file, sizeof folder->public_file, "%s/desk.key", folder->path);
	(void)snprintf(folder->secret_file, sizeof folder->secret_file, "%s_secret", folder->public_file);
}

static void folder_remove(const struct folder *folder)
{
	(void)unlink(folder->public_file);
	(void)unlink(folder->secret_file);
	assert_int_equal(rmdir(folder->path), 0);
}

static struct pw_keyfile read_back(const char *path, mode_t mode)
{
	char text[PW_KEY_FILE_BYTES + 1];
	struct stat about;
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	(void)fclose(file);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, mode);
	return expect_right(text);
}

static void a_pair_is_written_with_its_modes(void **state)
{
	struct folder folder;
	(void)state;
	folder_make(&folder);
	mode_t before = umask(0077);
	assert_int_equal(pw_key_make(folder.public_file, "desk", "subscribe control"), PW_OK);
	(void)umask(before);
	struct pw_keyfile open_half = read_back(folder.public_file, 0644), secret = read_back(folder.secret_file, 0600);
	assert_string_equal(open_half.public_key, secret.public_key);
	assert_string_equal(open_half.secret_key, "");
	assert_int_equal(strlen(secret.secret_key), 40);
	assert_string_equal(open_half.name, "desk");
	assert_int_equal(open_half.rights, PW_RIGHT_SUBSCRIBE | PW_RIGHT_CONTROL);
	folder_remove(&folder);
}

static void what_is_there_is_never_overwritten(void **state)
{
	struct folder folder;
	(void)state;
	folder_make(&folder);
	assert_int_equal(pw_key_make(folder.public_file, "desk", NULL), PW_OK);
	struct pw_keyfile before = read_back(folder.secret_file, 0600);
	assert_int_equal(pw_key_make(folder.public_file, "desk", NULL), PW_SYSTEM);
	assert_int_equal(errno, EEXIST);
	(void)unlink(folder.public_file); /* half a pair */
	assert_int_equal(pw_key_make(folder.public_file, "desk", NULL), PW_SYSTEM);
	assert_int_equal(access(folder.public_file, F_OK), -1);
	assert_string_equal(read_back(folder.secret_file, 0600).secret_key, before.secret_key);
	folder_remove(&folder);
}

static void wrong_arguments_write_nothing(void **state)
{
	struct folder folder;
	(void)state;
	folder_make(&folder);
	assert_int_equal(pw_key_make(folder.public_file, "a desk", NULL), PW_INVALID);
	assert_int_equal(pw_key_make(folder.public_file, "desk", "everything"), PW_INVALID);
	assert_int_equal(pw_key_make("/nowhere/at/all", "desk", NULL), PW_SYSTEM);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_czmq_is_read),
		cmocka_unit_test(line_ends_and_quotes_may_vary),
		cmocka_unit_test(keys_outside_their_section_do_not_count),
		cmocka_unit_test(a_mistake_has_its_line),
		cmocka_unit_test(rights_can_be_none),
		cmocka_unit_test(a_pair_is_written_with_its_modes),
		cmocka_unit_test(what_is_there_is_never_overwritten),
		cmocka_unit_test(wrong_arguments_write_nothing),
	};
	return RUN(tests);
}
