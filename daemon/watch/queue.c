/* One list of waiting items a host, and a list of the hosts that are ready. queue_next() takes from the first ready
 * host and puts that host last, so that one host with a thousand sources does not hold up the others.
 *
 * Invariant: a host is in `ready` if and only if it has a waiting item and runs fewer than its limit. A host
 * without items does not exist. */
#include "queue.h"

#include <stdlib.h>
#include <string.h>
#define uthash_fatal(message) abort()
#include <uthash.h>
#include <utlist.h>

struct queue_host {
	struct queue_item *waiting;
	int running;
	bool is_ready;
	struct queue_host *prev, *next;
	UT_hash_handle hh;
	char name[];
};

static void update_ready(struct queue *queue, struct queue_host *host)
{
	bool is_ready = host->waiting && host->running < queue->limit_per_host;
	if (is_ready == host->is_ready)
		return;
	host->is_ready = is_ready;
	if (is_ready)
		DL_APPEND(queue->ready, host);
	else
		DL_DELETE(queue->ready, host);
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static void free_host(struct queue *queue, struct queue_host *host)
{
	HASH_DELETE(hh, queue->hosts, host);
	free(host);
}

void queue_set_limits(struct queue *queue, int limit, int limit_per_host)
{
	queue->limit = limit > 0 ? limit : 1;
	queue->limit_per_host = limit_per_host > 0 ? limit_per_host : 1;
	for (struct queue_host *host = queue->hosts; host; host = host->hh.next)
		update_ready(queue, host);
}

/* NOLINTNEXTLINE(readability-function-size): uthash is made of large macros */
static struct queue_host *find_or_make(struct queue *queue, struct sv name)
{
	struct queue_host *host = NULL;
	HASH_FIND(hh, queue->hosts, name.p, name.n, host);
	if (host)
		return host;
	host = calloc(1, sizeof *host + name.n + 1);
	if (!host)
		abort();
	if (name.n)
		memcpy(host->name, name.p, name.n);
	HASH_ADD_KEYPTR(hh, queue->hosts, host->name, name.n, host);
	return host;
}

void queue_add(struct queue *queue, struct queue_item *item, struct sv host_name)
{
	struct queue_host *host = find_or_make(queue, host_name);
	item->host = host;
	item->is_running = false;
	DL_APPEND(host->waiting, item);
	queue->waiting++;
	update_ready(queue, host);
}

struct queue_item *queue_next(struct queue *queue)
{
	struct queue_host *host = queue->ready;
	if (!host || queue->running >= queue->limit)
		return NULL;
	struct queue_item *item = host->waiting;
	DL_DELETE(host->waiting, item);
	item->is_running = true;
	host->running++;
	queue->running++;
	queue->waiting--;
	DL_DELETE(queue->ready, host);
	host->is_ready = false;
	update_ready(queue, host);
	return item;
}

static void stop_running(struct queue *queue, struct queue_item *item)
{
	item->host->running--;
	queue->running--;
}

static void stop_waiting(struct queue *queue, struct queue_item *item)
{
	DL_DELETE(item->host->waiting, item);
	queue->waiting--;
}

void queue_remove(struct queue *queue, struct queue_item *item)
{
	struct queue_host *host = item->host;
	if (!host)
		return;
	if (item->is_running)
		stop_running(queue, item);
	else
		stop_waiting(queue, item);
	item->host = NULL;
	update_ready(queue, host);
	if (!host->waiting && !host->running)
		free_host(queue, host);
}
