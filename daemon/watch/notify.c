/* One inotify descriptor for all folders. The kernel gives one number a folder however often it is added, so each
 * number has a list of those who asked for it, and all ask for the same events.
 *
 * Invariant: a notify_folder is in the list of exactly one number or of none (-1: nothing above it could be watched,
 * or the kernel has no more room; then only the looks of its owner find changes). */
#include "notify.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#define uthash_fatal(message) abort()
#include <uthash.h>
#include <utlist.h>

#define EVENTS                                                                                                  \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | \
		IN_ONLYDIR | IN_EXCL_UNLINK)
enum { READ_BYTES = 65536 };

struct number {
	int wd;
	struct notify_folder *folders;
	UT_hash_handle hh;
};

struct notify_folder {
	struct notify *notify;
	char *path;
	notify_callback *callback;
	void *ctx;
	struct number *number;                     /* NULL: not watched */
	bool is_exact;                             /* the folder itself, not one above it */
	bool is_unsure;                            /* is to be placed again after the events at hand */
	struct notify_folder *next;                /* of the same number */
	struct notify_folder *prev_all, *next_all; /* of notify */
};

struct notify {
	int fd;
	struct loop_fd *watch;
	struct number *numbers;
	struct notify_folder *all;
};

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static void drop_number(struct notify *notify, struct number *number)
{
	HASH_DEL(notify->numbers, number);
	free(number);
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct number *find_number(struct notify *notify, int wd)
{
	struct number *number = NULL;
	HASH_FIND_INT(notify->numbers, &wd, number);
	return number;
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct number *add_number(struct notify *notify, int wd)
{
	struct number *number = calloc(1, sizeof *number);
	if (!number)
		abort();
	number->wd = wd;
	HASH_ADD_INT(notify->numbers, wd, number);
	return number;
}

static void leave(struct notify_folder *folder)
{
	struct notify *notify = folder->notify;
	struct number *number = folder->number;
	if (!number)
		return;
	struct notify_folder **at = &number->folders;
	while (*at != folder)
		at = &(*at)->next;
	*at = folder->next;
	folder->number = NULL;
	folder->is_exact = false;
	if (number->folders)
		return;
	(void)inotify_rm_watch(notify->fd, number->wd); /* fails when the folder is gone and the number with it */
	drop_number(notify, number);
}

static void join(struct notify_folder *folder, int wd)
{
	struct notify *notify = folder->notify;
	if (folder->number && folder->number->wd == wd)
		return;
	leave(folder);
	struct number *number = find_number(notify, wd);
	if (!number)
		number = add_number(notify, wd);
	folder->next = number->folders;
	number->folders = folder;
	folder->number = number;
}

/* Cuts the last component off: "/a/b" to "/a", "/a" to "/". False for "/" and "". */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');
	if (!slash || !slash[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

/* Watches the folder, or the nearest above it that exists. */
static void place(struct notify_folder *folder)
{
	struct notify *notify = folder->notify;
	char *path = strdup(folder->path);
	if (!path)
		abort();
	/* A folder may appear between the look at it and the watch above it: after a step up, look again, and each
	 * round that ends is one level nearer or the end. */
	for (int round = 0; round < 64; round++) {
		memcpy(path, folder->path, strlen(folder->path) + 1);
		int wd = inotify_add_watch(notify->fd, path, EVENTS);
		bool is_exact = wd >= 0;
		while (wd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES) && go_up(path))
			wd = inotify_add_watch(notify->fd, path, EVENTS);
		if (wd < 0) {
			leave(folder);
			break;
		}
		bool is_known = folder->number && folder->number->wd == wd;
		join(folder, wd);
		folder->is_exact = is_exact;
		if (is_exact || is_known)
			break;
	}
	free(path);
}

static void look(struct notify_folder *folder)
{
	folder->callback(folder->ctx, NOTIFY_LOOK, (struct sv){ 0 });
}

static void on_event(struct notify *notify, const struct inotify_event *event)
{
	struct number *number = find_number(notify, event->wd);
	if (!number)
		return;
	bool is_lost = event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT);
	struct sv name = event->len ? sv_of(event->name) : (struct sv){ 0 };
	for (struct notify_folder *folder = number->folders; folder; folder = folder->next) {
		if (is_lost || !folder->is_exact)
			folder->is_unsure = true;
		else if (name.n && !(event->mask & IN_ISDIR))
			folder->callback(folder->ctx, event->mask & IN_CREATE ? NOTIFY_NEW : NOTIFY_FILE, name);
	}
}

/* The nearest folder above may be full of life that has nothing to do with ours: the owner is asked to look only when
 * its own folder came or went. */
static void replace_unsure(struct notify *notify)
{
	for (struct notify_folder *folder = notify->all; folder; folder = folder->next_all) {
		if (!folder->is_unsure)
			continue;
		folder->is_unsure = false;
		bool was_exact = folder->is_exact;
		int wd = folder->number ? folder->number->wd : -1;
		place(folder);
		bool is_same = was_exact && folder->is_exact && folder->number->wd == wd;
		if ((was_exact || folder->is_exact) && !is_same)
			look(folder);
	}
}

static void on_ready(void *ctx, int fd, unsigned ready)
{
	struct notify *notify = ctx;
	_Alignas(struct inotify_event) char bytes[READ_BYTES];
	(void)ready;
	ssize_t n = read(fd, bytes, sizeof bytes);
	bool is_overrun = false;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (const void *)(bytes + at);
		if (event->mask & IN_Q_OVERFLOW)
			is_overrun = true;
		on_event(notify, event);
		at += (ssize_t)(sizeof *event + event->len);
	}
	if (is_overrun)
		for (struct notify_folder *folder = notify->all; folder; folder = folder->next_all) {
			folder->is_unsure = true;
			look(folder);
		}
	replace_unsure(notify);
}

enum status notify_new(struct loop *loop, struct notify **out, struct error *err)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return error_sys(err, E_SYSTEM, errno, "inotify");
	struct notify *notify = calloc(1, sizeof *notify);
	if (!notify)
		abort();
	notify->fd = fd;
	notify->watch = loop_fd_new(loop, fd, LOOP_READ, on_ready, notify);
	*out = notify;
	return OK;
}

void notify_free(struct notify *notify)
{
	if (!notify)
		return;
	loop_fd_free(notify->watch);
	(void)close(notify->fd);
	free(notify);
}

struct notify_folder *notify_add(struct notify *notify, const char *path, notify_callback *callback, void *ctx)
{
	struct notify_folder *folder = calloc(1, sizeof *folder);
	char *copy = strdup(path);
	if (!folder || !copy)
		abort();
	for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	folder->notify = notify;
	folder->path = copy;
	folder->callback = callback;
	folder->ctx = ctx;
	DL_APPEND2(notify->all, folder, prev_all, next_all);
	place(folder);
	return folder;
}

void notify_refresh(struct notify_folder *folder)
{
	place(folder);
}

void notify_remove(struct notify_folder *folder)
{
	if (!folder)
		return;
	leave(folder);
	DL_DELETE2(folder->notify->all, folder, prev_all, next_all);
	free(folder->path);
	free(folder);
}
