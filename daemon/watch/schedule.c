/* A binary heap of borrowed items that know their place, so that moving and removing one costs O(log n), and a
 * program with one timer wakes up only for the first of them. */
#include "schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "limit.h"

static void set(struct schedule *schedule, size_t place, struct schedule_item *item)
{
	schedule->items[place - 1] = item;
	item->place = place;
}

static struct schedule_item *at(const struct schedule *schedule, size_t place)
{
	return schedule->items[place - 1];
}

static void rise(struct schedule *schedule, struct schedule_item *item)
{
	size_t place = item->place;
	while (place > 1 && item->due.v < at(schedule, place / 2)->due.v) {
		set(schedule, place, at(schedule, place / 2));
		place /= 2;
	}
	set(schedule, place, item);
}

static void sink(struct schedule *schedule, struct schedule_item *item)
{
	size_t place = item->place;
	for (;;) {
		size_t child = place * 2;
		if (child > schedule->n)
			break;
		if (child < schedule->n && at(schedule, child + 1)->due.v < at(schedule, child)->due.v)
			child++;
		if (item->due.v <= at(schedule, child)->due.v)
			break;
		set(schedule, place, at(schedule, child));
		place = child;
	}
	set(schedule, place, item);
}

void schedule_done(struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->n; i++)
		schedule->items[i]->place = 0;
	free(schedule->items);
	*schedule = (struct schedule){ 0 };
}

void schedule_put(struct schedule *schedule, struct schedule_item *item, struct mono_ms due)
{
	item->due = due;
	if (!item->place) {
		if (schedule->n == schedule->cap) {
			size_t cap = schedule->cap ? schedule->cap * 2 : 64;
			/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
			struct schedule_item **items = reallocarray(schedule->items, cap, sizeof *items);
			if (!items)
				abort();
			schedule->items = items;
			schedule->cap = cap;
		}
		set(schedule, ++schedule->n, item);
	}
	rise(schedule, item);
	sink(schedule, item);
}

void schedule_remove(struct schedule *schedule, struct schedule_item *item)
{
	if (!item->place)
		return;
	assert(at(schedule, item->place) == item);
	struct schedule_item *last = at(schedule, schedule->n--);
	if (last != item) {
		set(schedule, item->place, last);
		rise(schedule, last);
		sink(schedule, last);
	}
	item->place = 0;
}

struct schedule_item *schedule_first(const struct schedule *schedule)
{
	return schedule->n ? schedule->items[0] : NULL;
}

/* ---- the rules ---- */

/* The finaliser of splitmix64: spreads a hash over all bits. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* 0 .. n - 1 */
static int64_t pick(uint64_t seed, int64_t n)
{
	return (int64_t)(mix(seed) % (uint64_t)n);
}

int64_t schedule_interval_ms(int64_t every_ms, uint64_t seed)
{
	int64_t tenth = every_ms / 10;
	return tenth > 0 ? every_ms - tenth + pick(seed, 2 * tenth + 1) : every_ms;
}

int64_t schedule_backoff_ms(int64_t every_ms, int failures, bool is_transient, int64_t retry_after_ms, uint64_t seed)
{
	int64_t delay = is_transient && every_ms > LIMIT_RETRY_MS ? LIMIT_RETRY_MS : every_ms;
	/* A source that is asked once a week is not asked more often because it fails. */
	int64_t most = delay > LIMIT_BACKOFF_MS ? delay : LIMIT_BACKOFF_MS;
	for (int i = 1; i < failures && delay < most; i++)
		delay *= 2;
	if (delay > most)
		delay = most;
	if (delay > 4)
		delay -= pick(seed + (uint64_t)failures, delay / 4);
	if (retry_after_ms > LIMIT_BACKOFF_MS)
		retry_after_ms = LIMIT_BACKOFF_MS;
	return delay > retry_after_ms ? delay : retry_after_ms;
}

int64_t schedule_resume_ms(struct wall_ms next_due, struct wall_ms now, int64_t every_ms, size_t sources, uint64_t seed)
{
	if (wall_is_known(next_due) && next_due.v > now.v) {
		/* The clock may have been wrong when it was written. */
		int64_t most = every_ms + every_ms / 10;
		if (most < LIMIT_BACKOFF_MS)
			most = LIMIT_BACKOFF_MS;
		return next_due.v - now.v < most ? next_due.v - now.v : most;
	}
	/* 10 ms a source: a few sources start at once, a thousand over five seconds. */
	int64_t spread = sources < LIMIT_SPREAD_MS / 10 ? (int64_t)sources * 10 : LIMIT_SPREAD_MS;
	return spread > 0 ? pick(seed, spread) : 0;
}
