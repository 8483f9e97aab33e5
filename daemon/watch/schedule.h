/* When a source is due: a heap of due times, and the rules for the next one.
 *
 * The rules are pure functions of the clock and a seed (a hash of the source's id), so that a source keeps its
 * place in the interval across restarts and a thousand sources do not come due in the same second. */
#ifndef WATCH_SCHEDULE_H
#define WATCH_SCHEDULE_H

#include <stddef.h>

#include "calendar.h"

struct schedule_item {
	struct mono_ms due;
	size_t place; /* in the heap, from 1; 0: not in it */
	void *owner;
};
struct schedule {
	struct schedule_item **items; /* borrowed; the owner of an item removes it before it goes */
	size_t n, cap;
};

void schedule_done(struct schedule *schedule);
/* Puts an item in, or moves it when it is in already. */
void schedule_put(struct schedule *schedule, struct schedule_item *item, struct mono_ms due);
void schedule_remove(struct schedule *schedule, struct schedule_item *item);
struct schedule_item *schedule_first(const struct schedule *schedule); /* NULL: empty */

/* The interval of one source: every_ms ± 10 %, always the same for the same seed. */
int64_t schedule_interval_ms(int64_t every_ms, uint64_t seed);
/* After `failures` failures in a row (from 1). Transient ones are tried again soon (from a minute on), others at the
 * source's own pace; both back off by doubling, up to six hours. At least retry_after_ms, if the server asked. */
int64_t schedule_backoff_ms(int64_t every_ms, int failures, bool is_transient, int64_t retry_after_ms, uint64_t seed);
/* From the start of the program until a source whose last run left `next_due` is due: as left when that is still to
 * come (but no longer than an interval or the longest back-off), else spread over a few seconds with the others. */
int64_t schedule_resume_ms(
	struct wall_ms next_due, struct wall_ms now, int64_t every_ms, size_t sources, uint64_t seed);

#endif
