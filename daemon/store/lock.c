/* One daemon a folder. The lock is flock(2): it goes with the process, however that ends. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_internal.h"

static enum status make_dir(const char *dir, struct error *err)
{
	struct stat st;
	if (stat(dir, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return error_set(err, E_STORE, "'%s' is not a folder", dir);
		return OK;
	}
	if (errno != ENOENT || mkdir(dir, 0700) != 0)
		return error_sys(err, E_STORE, errno, "cannot make the folder '%s'", dir);
	return OK;
}

/* Who holds it, for people; they may have gone meanwhile. */
static enum status in_use(int fd, const char *dir, struct error *err)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	size_t digits = n > 0 ? strspn(text, "0123456789") : 0;
	return error_set(err, E_STORE, "'%s' is used by another policywatchd (pid %.*s)", dir, digits ? (int)digits : 1,
		digits ? text : "?");
}

static enum status write_pid(int fd, const char *path, struct error *err)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
		if (errno == ENOSPC)
			return error_set(err, E_STORE, "disk full: '%s' cannot be written", path);
		return error_sys(err, E_STORE, errno, "cannot write '%s'", path);
	}
	return OK;
}

enum status lock_take(const char *dir, int *out_fd, struct error *err)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof path, "%s/policywatch.lock", dir) >= (int)sizeof path)
		return error_set(err, E_STORE, "the folder's name is too long");
	enum status st = make_dir(dir, err);
	if (st)
		return st;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_sys(err, E_STORE, errno, "cannot write in the folder '%s'", dir);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		st = errno == EWOULDBLOCK ? in_use(fd, dir, err)
					  : error_sys(err, E_STORE, errno, "cannot lock '%s'", path);
	else
		st = write_pid(fd, path, err);
	if (st) {
		(void)close(fd);
		return st;
	}
	*out_fd = fd;
	return OK;
}
