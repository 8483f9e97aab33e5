/* Who may run now: at most so many in total and so many for one host; hosts take turns. */
#ifndef WATCH_QUEUE_H
#define WATCH_QUEUE_H

#include <stdbool.h>

#include "sv.h"

struct queue_host;
struct queue_item {
	struct queue_host *host; /* NULL: not in the queue */
	struct queue_item *prev, *next;
	bool is_running;
	void *owner;
};
struct queue {
	struct queue_host *hosts; /* those with items, by name */
	struct queue_host *ready; /* those that have an item waiting and may run one */
	int limit, limit_per_host;
	int running, waiting;
};

void queue_set_limits(struct queue *queue, int limit, int limit_per_host);
void queue_add(struct queue *queue, struct queue_item *item, struct sv host_name);
/* The next item that may run, marked as running, or NULL. */
struct queue_item *queue_next(struct queue *queue);
/* Waiting or running; an item that is not in the queue is left alone. */
void queue_remove(struct queue *queue, struct queue_item *item);

#endif
