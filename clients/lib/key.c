/* Reads key files for the client and writes new ones.
 *
 * A pair is two files, and a half of one is worth nothing: both are made with O_EXCL, so that no key is ever
 * overwritten, and both are taken away again when the second fails. The secret one comes first, since only that can't
 * be made from the other. */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sock.h"

#define SECRET_SUFFIX "_secret"
#define OTHERS 0007 /* not the group: the service manager hands credentials over by an ACL, which shows as its bits */

static enum pw_status say(char *why, enum pw_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static enum pw_status say(char *why, enum pw_status status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(why, KEY_WHY_BYTES, format, args);
	va_end(args);
	return status;
}

/* ---- reading ---- */

static enum pw_status read_file(const char *path, struct pw_keyfile *out, unsigned *mode, char *why)
{
	char text[PW_KEY_FILE_BYTES + 1];
	struct pw_keyfile_error err;
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return say(why, PW_SYSTEM, "%.150s: %s", path, strerror(errno));
	bool is_file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
	ssize_t n = is_file ? read(fd, text, sizeof text) : 0;
	int failed = n < 0 ? errno : 0;
	(void)close(fd);
	if (!is_file)
		return say(why, PW_INVALID, "%.150s: not a file", path);
	if (failed)
		return say(why, PW_SYSTEM, "%.150s: %s", path, strerror(failed));
	*mode = about.st_mode;
	bool is_good = pw_keyfile_read(text, (size_t)n, out, &err) == 0;
	explicit_bzero(text, sizeof text);
	if (!is_good && err.line)
		return say(why, PW_INVALID, "%.150s:%u: %s", path, err.line, err.why);
	return is_good ? PW_OK : say(why, PW_INVALID, "%.150s: %s", path, err.why);
}

enum pw_status key_read_own(const char *path, struct pw_keyfile *out, char why[KEY_WHY_BYTES])
{
	struct pw_keyfile file;
	unsigned mode;
	enum pw_status st = read_file(path, &file, &mode, why);
	if (st)
		return st;
	if (!file.secret_key[0])
		st = say(why, PW_INVALID, "%.150s: holds no secret-key; the file that does ends in " SECRET_SUFFIX,
			path);
	else if (mode & OTHERS)
		st = say(why, PW_INVALID, "%.150s: holds a secret key that everybody may read or write (chmod 600 it)",
			path);
	else
		*out = file;
	explicit_bzero(&file, sizeof file);
	return st;
}

enum pw_status key_read_server(const char *given, char out[PW_KEY_CHARS + 1], char why[KEY_WHY_BYTES])
{
	struct pw_keyfile file;
	unsigned mode;
	/* A path can be 40 characters of Z85 too: where there is a file of that name, it is meant. */
	if (pw_key_is_z85(given, strlen(given)) && access(given, F_OK) != 0) {
		memcpy(out, given, PW_KEY_CHARS + 1);
		return PW_OK;
	}
	enum pw_status st = read_file(given, &file, &mode, why);
	if (st)
		return st;
	memcpy(out, file.public_key, PW_KEY_CHARS + 1);
	explicit_bzero(&file, sizeof file);
	return PW_OK;
}

/* ---- writing ---- */

static const char public_text[] = "#   policywatch: the public key of %s. It is no secret.\n"
				  "#   A client's goes to the folder clients.d of the daemon, where `rights` count;\n"
				  "#   a daemon's goes to its clients, as --server-key.\n"
				  "metadata\n    name = \"%s\"\n    rights = \"%s\"\n"
				  "curve\n    public-key = \"%s\"\n";
static const char secret_text[] = "#   policywatch: the secret key of %s. Whoever has it passes for %s: it\n"
				  "#   stays on this machine, and only its owner may read it.\n"
				  "#   A client's is for --key; a daemon's is for bus.server_key.\n"
				  "metadata\n    name = \"%s\"\n    rights = \"%s\"\n"
				  "curve\n    public-key = \"%s\"\n    secret-key = \"%s\"\n";

static bool write_new(const char *path, const char *text, mode_t mode)
{
	size_t n = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return false;
	errno = ENOSPC; /* what a short write means */
	bool is_written = write(fd, text, n) == (ssize_t)n && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	int why = errno;
	if (close(fd) == 0 && is_written)
		return true;
	(void)unlink(path);
	errno = why;
	return false;
}

/* The names of new files are on disk when their folder is. Not every file system knows how: best effort. */
static void sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(copy);
}

static enum pw_status write_pair(const char *path, const char *secret_path, const char *open_half, const char *secret)
{
	struct stat about;
	if (lstat(path, &about) == 0) {
		errno = EEXIST;
		return PW_SYSTEM;
	}
	if (!write_new(secret_path, secret, 0600))
		return PW_SYSTEM;
	if (!write_new(path, open_half, 0644)) {
		int why = errno;
		(void)unlink(secret_path);
		errno = why;
		return PW_SYSTEM;
	}
	sync_folder(path);
	return PW_OK;
}

enum pw_status pw_key_make(const char *path, const char *name, const char *rights)
{
	char public_key[PW_KEY_CHARS + 1], secret_key[PW_KEY_CHARS + 1], text[2][PW_KEY_FILE_BYTES], *secret_path;
	unsigned bits;
	if (!rights)
		rights = "subscribe";
	if (!path[0] || !name || !pw_key_is_name(name, strlen(name)) || strlen(rights) > PW_KEY_NAME_CHARS ||
		pw_rights_read(rights, strlen(rights), &bits))
		return PW_INVALID;
	enum pw_status st = sock_key_pair(public_key, secret_key);
	if (st)
		return st;
	if (asprintf(&secret_path, "%s" SECRET_SUFFIX, path) < 0)
		return PW_NOMEM;
	(void)snprintf(text[0], sizeof text[0], public_text, name, name, rights, public_key);
	(void)snprintf(text[1], sizeof text[1], secret_text, name, name, name, rights, public_key, secret_key);
	st = write_pair(path, secret_path, text[0], text[1]);
	int why = errno;
	explicit_bzero(text[1], sizeof text[1]);
	explicit_bzero(secret_key, sizeof secret_key);
	free(secret_path);
	errno = why;
	return st;
}
