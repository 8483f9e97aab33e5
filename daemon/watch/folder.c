/* A table of the files that were seen, a list of those that are to be read, and a scan that fills it.
 *
 * Events and scans only put files in the list; a timer works it off, a few milliseconds a pass of the loop, so that
 * ten thousand files that arrive at once hold up nobody. A file is in the list at most once, and is read in the state
 * it has when its turn comes; its stamp then keeps it from being read again by the next scan.
 *
 * Invariant: the timer is set exactly while there is a scan or a file in the list. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define uthash_fatal(message) abort()
#include <uthash.h>

#include "file.h"
#include "limit.h"
#include "location.h"
#include "say.h"

enum { SCAN_STEP = 64, KEPT_BODY_BYTES = 1 << 17 };

struct seen {
	struct file_stamp given; /* zero: never given */
	bool is_bad;             /* could not be read in that state */
	bool is_listed;
	uint32_t scan;     /* the last one that found it */
	struct seen *next; /* in the list */
	UT_hash_handle hh;
	char name[];
};

struct found {
	struct file_stamp stamp;
	char *name;
};

struct folder {
	struct loop *loop;
	struct loop_timer *timer;
	struct notify_folder *notify;
	char *path;
	size_t max_bytes;
	struct folder_ops ops;
	struct seen *seen; /* by name */
	struct seen *list, **list_end;
	struct buf body;
	struct arena *arena; /* of one file */
	/* of the scan under way */
	DIR *dir;
	struct found *found;
	size_t n_found, cap_found;
	uint32_t scan;
	bool is_scan_due, is_scan_open; /* asked for; found all, but not all was given yet */
};

bool folder_ignores(struct sv name)
{
	static const struct sv endings[] = { { "~", 1 }, { ".tmp", 4 }, { ".temp", 5 }, { ".part", 5 },
		{ ".partial", 8 }, { ".crdownload", 11 }, { ".swp", 4 } };
	if (!name.n || name.p[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (sv_ends(name, endings[i]))
			return true;
	return false;
}

static void set_timer(struct folder *folder)
{
	loop_timer_set(folder->timer, 0);
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct seen *find_seen(struct folder *folder, const char *name)
{
	struct seen *seen = NULL;
	HASH_FIND_STR(folder->seen, name, seen);
	return seen;
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct seen *add_seen(struct folder *folder, const char *name)
{
	size_t n = strlen(name) + 1;
	struct seen *seen = calloc(1, sizeof *seen + n);
	if (!seen)
		abort();
	memcpy(seen->name, name, n);
	HASH_ADD_STR(folder->seen, name, seen);
	return seen;
}

/* Not one in the list. */
/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static void forget(struct folder *folder, struct seen *seen)
{
	HASH_DEL(folder->seen, seen);
	free(seen);
}

static void forget_all(struct folder *folder)
{
	struct seen *first = folder->seen;
	HASH_CLEAR(hh, folder->seen); /* the entries keep their order */
	for (struct seen *seen = first, *next; seen; seen = next) {
		next = seen->hh.next;
		free(seen);
	}
}

static void list_file(struct folder *folder, const char *name)
{
	struct seen *seen = find_seen(folder, name);
	if (!seen && HASH_COUNT(folder->seen) >= LIMIT_FOLDER_FILES)
		return;
	if (!seen)
		seen = add_seen(folder, name);
	seen->scan = folder->scan;
	if (seen->is_listed)
		return;
	seen->is_listed = true;
	seen->next = NULL;
	*folder->list_end = seen;
	folder->list_end = &seen->next;
	set_timer(folder);
}

/* What was wrong with a file may be put right without writing it: by its permissions. */
static bool is_unchanged(const struct seen *seen, const struct file_stamp *stamp)
{
	return seen->is_bad ? file_stamp_is_untouched(&seen->given, stamp) : file_stamp_eq(&seen->given, stamp);
}

/* ---- the scan ---- */

static void drop_found(struct folder *folder)
{
	for (size_t i = 0; i < folder->n_found; i++)
		free(folder->found[i].name);
	free(folder->found);
	folder->found = NULL;
	folder->n_found = folder->cap_found = 0;
	if (folder->dir)
		(void)closedir(folder->dir);
	folder->dir = NULL;
}

static void fail_scan(struct folder *folder, const struct error *err)
{
	drop_found(folder);
	folder->is_scan_open = false;
	folder->ops.on_scanned(folder->ops.ctx, err);
}

static void start_scan(struct folder *folder)
{
	struct error err;
	folder->is_scan_due = false;
	/* First the events, then the look: what comes in between is seen twice rather than never. */
	notify_refresh(folder->notify);
	folder->dir = opendir(folder->path);
	folder->scan++;
	if (folder->dir)
		return;
	int sys = errno;
	enum status code = sys == ENOENT ? E_NOT_FOUND : sys == EACCES || sys == ENOTDIR ? E_REFUSED : E_SYSTEM;
	(void)error_sys(&err, code, sys, "cannot open folder %s", folder->path);
	fail_scan(folder, &err);
}

static void note_found(struct folder *folder, const char *name, const struct stat *st)
{
	if (folder->n_found == folder->cap_found) {
		size_t cap = folder->cap_found ? folder->cap_found * 2 : 64;
		struct found *found = reallocarray(folder->found, cap, sizeof *found);
		if (!found)
			abort();
		folder->found = found;
		folder->cap_found = cap;
	}
	char *copy = strdup(name);
	if (!copy)
		abort();
	folder->found[folder->n_found++] = (struct found){
		.stamp = file_stamp_of(st),
		.name = copy,
	};
}

static int by_age(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	if (x->stamp.mtime_s != y->stamp.mtime_s)
		return x->stamp.mtime_s < y->stamp.mtime_s ? -1 : 1;
	if (x->stamp.mtime_ns != y->stamp.mtime_ns)
		return x->stamp.mtime_ns < y->stamp.mtime_ns ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void end_reading(struct folder *folder)
{
	if (folder->n_found)
		qsort(folder->found, folder->n_found, sizeof *folder->found, by_age);
	for (size_t i = 0; i < folder->n_found; i++) {
		struct seen *seen = find_seen(folder, folder->found[i].name);
		if (seen && is_unchanged(seen, &folder->found[i].stamp))
			seen->scan = folder->scan;
		else
			list_file(folder, folder->found[i].name);
	}
	if (folder->n_found >= LIMIT_FOLDER_FILES) {
		struct error err;
		char count[SAY_TEXT];
		(void)error_set(&err, E_LIMIT, "folder %s holds more than %s files; the rest is not read", folder->path,
			say_count(LIMIT_FOLDER_FILES, count));
		folder->ops.on_bad_file(folder->ops.ctx, &err);
	}
	drop_found(folder);
	for (struct seen *seen = folder->seen, *next; seen; seen = next) {
		next = seen->hh.next;
		if (seen->scan != folder->scan && !seen->is_listed)
			forget(folder, seen);
	}
	folder->is_scan_open = true;
}

/* A few names of the folder. */
static void read_names(struct folder *folder)
{
	for (int i = 0; i < SCAN_STEP; i++) {
		errno = 0;
		struct dirent *entry = readdir(folder->dir);
		if (!entry && errno) {
			struct error err;
			(void)error_sys(&err, E_SYSTEM, errno, "cannot read folder %s", folder->path);
			fail_scan(folder, &err);
			return;
		}
		if (!entry || folder->n_found >= LIMIT_FOLDER_FILES) {
			end_reading(folder);
			return;
		}
		struct stat st;
		if (folder_ignores(sv_of(entry->d_name)) || entry->d_type == DT_DIR)
			continue;
		if (fstatat(dirfd(folder->dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
			note_found(folder, entry->d_name, &st);
	}
}

/* ---- the list ---- */

static void give(struct folder *folder, struct seen *seen, struct sv path, const struct file_stamp *stamp)
{
	struct snapshot snapshot = { .url = location_of_path(folder->arena, path.p),
		.media_type = file_media_type(seen->name),
		.retrieved = loop_wall(folder->loop),
		.body = buf_sv(&folder->body) };
	if (folder->ops.on_file(folder->ops.ctx, &snapshot))
		seen->given = *stamp;
	else
		seen->given = (struct file_stamp){ 0 };
}

static void take_file(struct folder *folder)
{
	struct seen *seen = folder->list;
	struct file_stamp stamp;
	struct error err;
	folder->list = seen->next;
	if (!folder->list)
		folder->list_end = &folder->list;
	seen->is_listed = false;
	arena_reset(folder->arena);
	struct sv path = arena_printf(folder->arena, "%s/%s", folder->path, seen->name);
	enum status st = file_look(path.p, &stamp, &err);
	if (!st && is_unchanged(seen, &stamp))
		return;
	if (!st)
		st = file_read(path.p, folder->max_bytes, &folder->body, &stamp, &err);
	if (!st) {
		seen->is_bad = false;
		give(folder, seen, path, &stamp);
		return;
	}
	if (st == E_NOT_FOUND) {
		forget(folder, seen);
		return;
	}
	/* Still being written: the event of its closing brings it back. Whatever else is wrong is said once. */
	if (st == E_SYSTEM && err.sys == 0)
		return;
	struct error ignored;
	if (file_look(path.p, &stamp, &ignored))
		stamp = (struct file_stamp){ .size = -1 };
	seen->given = stamp;
	seen->is_bad = true;
	folder->ops.on_bad_file(folder->ops.ctx, &err);
}

static void on_work(void *ctx)
{
	struct folder *folder = ctx;
	int64_t end = mono_now().v + LIMIT_PASS_WORK_MS;
	if (folder->is_scan_due && !folder->dir && !folder->is_scan_open)
		start_scan(folder);
	bool had_files = folder->list;
	do {
		if (folder->list)
			take_file(folder);
		else if (folder->dir)
			read_names(folder);
	} while ((folder->list || folder->dir) && mono_now().v < end);
	if (folder->list || folder->dir) {
		set_timer(folder);
		return;
	}
	if (folder->body.cap > KEPT_BODY_BYTES)
		buf_done(&folder->body);
	if (folder->is_scan_open) {
		folder->is_scan_open = false;
		folder->ops.on_scanned(folder->ops.ctx, NULL);
	} else if (had_files) {
		folder->ops.on_idle(folder->ops.ctx);
	}
	if (folder->is_scan_due)
		set_timer(folder);
}

static void on_notify(void *ctx, enum notify_event event, struct sv name)
{
	struct folder *folder = ctx;
	if (event == NOTIFY_LOOK) {
		folder_scan(folder);
		return;
	}
	if (folder_ignores(name))
		return;
	if (event == NOTIFY_NEW) {
		arena_reset(folder->arena);
		if (!file_is_link(arena_printf(folder->arena, "%s/%s", folder->path, name.p).p))
			return;
	}
	list_file(folder, name.p);
}

void folder_scan(struct folder *folder)
{
	folder->is_scan_due = true;
	set_timer(folder);
}

struct folder *folder_new(
	struct loop *loop, struct notify *notify, const char *path, size_t max_bytes, const struct folder_ops *ops)
{
	struct folder *folder = calloc(1, sizeof *folder);
	char *copy = strdup(path);
	if (!folder || !copy)
		abort();
	for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	folder->loop = loop;
	folder->list_end = &folder->list;
	folder->path = copy;
	folder->max_bytes = max_bytes;
	folder->ops = *ops;
	folder->timer = loop_timer_new(loop, on_work, folder);
	folder->arena = arena_new(1u << 20);
	buf_init(&folder->body, max_bytes);
	folder->notify = notify_add(notify, copy, on_notify, folder);
	return folder;
}

void folder_free(struct folder *folder)
{
	if (!folder)
		return;
	notify_remove(folder->notify);
	loop_timer_free(folder->timer);
	drop_found(folder);
	forget_all(folder);
	buf_done(&folder->body);
	arena_free(folder->arena);
	free(folder->path);
	free(folder);
}
