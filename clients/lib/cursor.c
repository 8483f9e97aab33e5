#include "cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* One line without its end. */
static enum pw_status parse_line(const char *text, size_t n, struct place *out)
{
	static const char head[] = "pw1 ";
	size_t at = sizeof head - 1;
	struct place place = { 0 };
	uint64_t time_ms = 1;
	if (n < at + EPOCH_DIGITS + 2 || memcmp(text, head, at) != 0 || text[at + EPOCH_DIGITS] != ' ' ||
		read_number(text + at, EPOCH_DIGITS, 16, &place.epoch))
		return PW_INVALID;
	at += EPOCH_DIGITS + 1;
	const char *blank = memchr(text + at, ' ', n - at);
	size_t seq_end = blank ? (size_t)(blank - text) : n;
	if (read_number(text + at, seq_end - at, 10, &place.seq))
		return PW_INVALID;
	if (blank && read_number(blank + 1, n - seq_end - 1, 10, &time_ms))
		return PW_INVALID;
	if (time_ms == 0 || time_ms > INT64_MAX)
		return PW_INVALID;
	place.time_ms = blank ? (int64_t)time_ms : 0;
	*out = place;
	return PW_OK;
}

enum pw_status cursor_parse(const char *text, size_t n, struct cursor *out)
{
	struct cursor cursor = { 0 };
	if (n && text[n - 1] == '\n')
		n--;
	for (size_t at = 0; at <= n; cursor.n++) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t line_bytes = end ? (size_t)(end - text) - at : n - at;
		struct place place;
		if (cursor.n == CURSOR_LOGS || parse_line(text + at, line_bytes, &place) ||
			cursor_find(&cursor, place.epoch))
			return PW_INVALID;
		cursor.logs[cursor.n] = place;
		at += line_bytes + 1;
	}
	*out = cursor;
	return PW_OK;
}

size_t cursor_print(const struct cursor *cursor, char out[CURSOR_TEXT])
{
	size_t n = 0;
	for (size_t i = 0; i < cursor->n; i++) {
		const struct place *place = &cursor->logs[i];
		n += (size_t)snprintf(
			out + n, CURSOR_TEXT - n, "pw1 %016" PRIx64 " %" PRIu64, place->epoch, place->seq);
		if (place->time_ms > 0)
			n += (size_t)snprintf(out + n, CURSOR_TEXT - n, " %" PRId64, place->time_ms);
		out[n++] = '\n';
	}
	return n;
}

const struct place *cursor_find(const struct cursor *cursor, uint64_t epoch)
{
	for (size_t i = 0; i < cursor->n; i++) {
		if (cursor->logs[i].epoch == epoch)
			return &cursor->logs[i];
	}
	return NULL;
}

void cursor_set(struct cursor *cursor, struct place place)
{
	size_t at = 0;
	while (at < cursor->n && cursor->logs[at].epoch != place.epoch)
		at++;
	if (at == cursor->n && cursor->n < CURSOR_LOGS)
		cursor->n++;
	if (at == CURSOR_LOGS)
		at--;
	memmove(cursor->logs + 1, cursor->logs, at * sizeof place);
	cursor->logs[0] = place;
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
	return cursor_parse(text, (size_t)n, out);
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

enum pw_status cursor_write(const char *path, const struct cursor *cursor)
{
	char text[CURSOR_TEXT], *beside = NULL;
	size_t n = cursor_print(cursor, text);
	if (asprintf(&beside, "%s.tmp", path) < 0)
		return PW_NOMEM;
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int failed = fd < 0;
	if (!failed) {
		failed = write_synced(fd, text, n);
		int why = errno;
		failed = close(fd) || failed;
		errno = failed && why ? why : errno;
	}
	failed = failed || rename(beside, path);
	free(beside);
	return failed ? PW_SYSTEM : PW_OK;
}
