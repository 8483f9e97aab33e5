#include "cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CURSOR_TEXT 64
#define EPOCH_DIGITS 16

/* Digits of a base and nothing else, within 64 bits. */
static int read_number(const char *p, size_t n, unsigned base, uint64_t *out)
{
	uint64_t value = 0;
	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *at = p[i] ? strchr(digits, p[i]) : NULL;
		if (!at || (unsigned)(at - digits) >= base || __builtin_mul_overflow(value, (uint64_t)base, &value) ||
			__builtin_add_overflow(value, (uint64_t)(at - digits), &value))
			return -1;
	}
	*out = value;
	return 0;
}

static enum pw_status parse(const char *text, size_t n, struct cursor *out)
{
	static const char head[] = "pw1 ";
	size_t at = sizeof head - 1;
	struct cursor cursor;
	if (n && text[n - 1] == '\n')
		n--;
	if (n < at + EPOCH_DIGITS + 2 || memcmp(text, head, at) != 0 || text[at + EPOCH_DIGITS] != ' ')
		return PW_INVALID;
	if (read_number(text + at, EPOCH_DIGITS, 16, &cursor.epoch) ||
		read_number(text + at + EPOCH_DIGITS + 1, n - at - EPOCH_DIGITS - 1, 10, &cursor.seq))
		return PW_INVALID;
	*out = cursor;
	return PW_OK;
}

enum pw_status cursor_read(const char *path, struct cursor *out)
{
	char text[CURSOR_TEXT];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? PW_NOT_FOUND : PW_SYSTEM;
	ssize_t n = read(fd, text, sizeof text);
	int why = errno;
	(void)close(fd);
	errno = why;
	if (n < 0)
		return PW_SYSTEM;
	return parse(text, (size_t)n, out);
}

static int write_synced(int fd, const char *text, size_t n)
{
	ssize_t written = write(fd, text, n);
	if (written >= 0 && (size_t)written != n)
		errno = ENOSPC;
	if (written < 0 || (size_t)written != n)
		return -1;
	return fsync(fd);
}

enum pw_status cursor_write(const char *path, struct cursor cursor)
{
	char text[CURSOR_TEXT], *beside = NULL;
	int n = snprintf(text, sizeof text, "pw1 %016" PRIx64 " %" PRIu64 "\n", cursor.epoch, cursor.seq);
	if (asprintf(&beside, "%s.tmp", path) < 0)
		return PW_NOMEM;
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int failed = fd < 0;
	if (!failed) {
		failed = write_synced(fd, text, (size_t)n);
		int why = errno;
		failed = close(fd) || failed;
		errno = failed && why ? why : errno;
	}
	failed = failed || rename(beside, path);
	free(beside);
	return failed ? PW_SYSTEM : PW_OK;
}
