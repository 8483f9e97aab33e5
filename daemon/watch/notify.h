/* What happens in folders, from inotify.
 *
 * A folder need not exist: then the nearest folder above it is watched until it appears, and one that is removed or
 * replaced is found again by the same way. What is on the other side of a network mount makes no events: whoever uses
 * this looks by himself from time to time as well. */
#ifndef WATCH_NOTIFY_H
#define WATCH_NOTIFY_H

#include "loop.h"

struct notify;
struct notify_folder;

/* NOTIFY_FILE: `name` was closed after writing, moved here or away, or removed. NOTIFY_NEW: it came to be, and is whole
 * only if it is a link; whoever writes it will close it. NOTIFY_LOOK: anything may have happened (events were lost, the
 * folder appeared, went or was replaced). A callback must not add or remove folders. */
enum notify_event { NOTIFY_FILE, NOTIFY_NEW, NOTIFY_LOOK };
typedef void notify_callback(void *ctx, enum notify_event event, struct sv name);

enum status notify_new(struct loop *loop, struct notify **out, struct error *err);
void notify_free(struct notify *notify); /* after its folders */
struct notify_folder *notify_add(struct notify *notify, const char *path, notify_callback *callback, void *ctx);
/* Sees to it that the folder that has the path now is the one watched (something above it may have been renamed). */
void notify_refresh(struct notify_folder *folder);
void notify_remove(struct notify_folder *folder); /* NULL is fine */

#endif
