/* Copies the write-ahead log into the database file on a thread of its own, with a connection of its own.
 *
 * Only PASSIVE checkpoints: they never hold up the writer. The thread sleeps without a timer while nothing was
 * committed since its last complete checkpoint. */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "error.h"

struct checkpointer;

enum status checkpointer_start(const char *path, struct checkpointer **out, struct error *err);
void checkpointer_stop(struct checkpointer *checkpointer); /* waits for the one that runs; NULL is fine */
/* After each commit, with the pages that the log has now: soon, or at once when many were added and all can be copied
 * (nobody reads an old state). */
void checkpointer_note(struct checkpointer *checkpointer, int pages, bool can_finish);
/* Pages of the log that the thread had copied when it last looked. */
int checkpointer_copied(struct checkpointer *checkpointer);

#endif
