/* A watched folder: each file in it that is new or changed, once. */
#ifndef WATCH_FOLDER_H
#define WATCH_FOLDER_H

#include "notify.h"
#include "watch.h"

struct folder;

struct folder_ops {
	void *ctx;
	/* True when the file was read and need not be given again before it changes. */
	bool (*on_file)(void *ctx, const struct snapshot *snapshot);
	void (*on_bad_file)(void *ctx, const struct error *err); /* once until it changes */
	/* A scan is over and what it found was given, or the folder cannot be read (then err). */
	void (*on_scanned)(void *ctx, const struct error *err);
	void (*on_idle)(void *ctx); /* all files that events told of were given */
};

/* Nothing is read before folder_scan(). The ops are not called before it returns. */
struct folder *folder_new(
	struct loop *loop, struct notify *notify, const char *path, size_t max_bytes, const struct folder_ops *ops);
void folder_free(struct folder *folder); /* not within its ops; NULL is fine */
/* Looks at all files, oldest first; goes on over several passes. One that is under way is not started again. */
void folder_scan(struct folder *folder);

/* Hidden and temporary names: ".x", "x~", "x.tmp", "x.part", … */
bool folder_ignores(struct sv name);

#endif
