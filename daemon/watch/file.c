#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

bool file_stamp_eq(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->mtime_s == b->mtime_s && a->mtime_ns == b->mtime_ns && a->size == b->size && a->device == b->device &&
		a->inode == b->inode;
}

bool file_stamp_is_untouched(const struct file_stamp *a, const struct file_stamp *b)
{
	return file_stamp_eq(a, b) && a->ctime_s == b->ctime_s && a->ctime_ns == b->ctime_ns;
}

struct file_stamp file_stamp_of(const struct stat *st)
{
	return (struct file_stamp){ .mtime_s = st->st_mtim.tv_sec,
		.mtime_ns = st->st_mtim.tv_nsec,
		.size = st->st_size,
		.device = st->st_dev,
		.inode = st->st_ino,
		.ctime_s = st->st_ctim.tv_sec,
		.ctime_ns = st->st_ctim.tv_nsec };
}

bool file_is_link(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && (S_ISLNK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink > 1));
}

static enum status fail(struct error *err, const char *what, const char *path, int sys)
{
	enum status code = E_SYSTEM;
	if (sys == ENOENT || sys == ENOTDIR)
		code = E_NOT_FOUND;
	else if (sys == EACCES || sys == EPERM || sys == ELOOP)
		code = E_REFUSED;
	return error_sys(err, code, sys, "cannot %s %s", what, path);
}

static enum status check_regular(const struct stat *st, const char *path, struct error *err)
{
	if (S_ISREG(st->st_mode))
		return OK;
	return error_set(err, E_REFUSED, "%s is %s", path, S_ISDIR(st->st_mode) ? "a folder" : "not a regular file");
}

enum status file_look(const char *path, struct file_stamp *out, struct error *err)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return fail(err, "look at", path, errno);
	enum status status = check_regular(&st, path, err);
	if (status)
		return status;
	*out = file_stamp_of(&st);
	return OK;
}

static enum status read_all(int fd, const char *path, size_t max_bytes, struct buf *out, struct error *err)
{
	char chunk[32768];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, "read", path, errno);
		if (n == 0)
			return OK;
		if (buf_append(out, (struct sv){ chunk, (size_t)n })) {
			char size[SAY_TEXT];
			return error_set(err, E_LIMIT, "%s is larger than %s", path, say_size(max_bytes, size));
		}
	}
}

static enum status read_open(
	int fd, const char *path, size_t max_bytes, struct buf *out, struct file_stamp *stamp, struct error *err)
{
	struct stat before, after;
	if (fstat(fd, &before) < 0)
		return fail(err, "look at", path, errno);
	enum status status = check_regular(&before, path, err);
	if (!status)
		status = read_all(fd, path, max_bytes, out, err);
	if (status)
		return status;
	if (fstat(fd, &after) < 0)
		return fail(err, "look at", path, errno);
	struct file_stamp first = file_stamp_of(&before), last = file_stamp_of(&after);
	if (!file_stamp_eq(&first, &last) || (size_t)last.size != out->n)
		return error_set(err, E_SYSTEM, "%s changed while it was read", path);
	*stamp = last;
	return OK;
}

enum status file_read(const char *path, size_t max_bytes, struct buf *out, struct file_stamp *stamp, struct error *err)
{
	/* Not blocking: a FIFO is to be refused, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail(err, "open", path, errno);
	buf_clear(out);
	out->max = max_bytes;
	enum status status = read_open(fd, path, max_bytes, out, stamp, err);
	(void)close(fd); /* it was only read */
	return status;
}

struct sv file_media_type(const char *path)
{
	static const struct {
		struct sv ending, media_type;
	} types[] = {
		{ { ".html", 5 }, { "text/html", 9 } },
		{ { ".htm", 4 }, { "text/html", 9 } },
		{ { ".xhtml", 6 }, { "application/xhtml+xml", 21 } },
		{ { ".xml", 4 }, { "application/xml", 15 } },
		{ { ".rss", 4 }, { "application/rss+xml", 19 } },
		{ { ".atom", 5 }, { "application/atom+xml", 20 } },
		{ { ".rdf", 4 }, { "application/rdf+xml", 19 } },
		{ { ".json", 5 }, { "application/json", 16 } },
		{ { ".txt", 4 }, { "text/plain", 10 } },
		{ { ".md", 3 }, { "text/markdown", 13 } },
		{ { ".pdf", 4 }, { "application/pdf", 15 } },
	};
	struct sv v = sv_of(path);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct sv ending = types[i].ending;
		if (v.n > ending.n && sv_eq_nocase(sv_slice(v, v.n - ending.n, v.n), ending))
			return types[i].media_type;
	}
	return (struct sv){ 0 };
}
