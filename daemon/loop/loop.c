/* One libevent base behind a small API.
 *
 * libevent 2.1 has no hook before or after a pass, so the loop makes passes itself: event_base_loop(ONCE), then
 * what was deferred, then the clock. Deferred work that is added while deferred work runs waits for the next pass, so
 * that a piece of work that re-arms itself cannot starve the descriptors. */
#include "loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "arena.h"

struct deferred {
	loop_callback *callback;
	void *ctx;
};

struct deferred_queue {
	struct deferred *items;
	size_t n, cap;
};

struct loop {
	struct event_base *base;
	bool is_stopped;
	struct wall_ms wall, fixed_wall; /* fixed_wall: of tests, else WALL_NONE */
	struct mono_ms mono;
	struct deferred_queue now, next;
	struct loop_lag lag;
	uint64_t pass_start_us; /* when the first callback of this pass ran; 0: none yet */
};

struct loop_timer {
	struct loop *loop;
	struct event *event;
	loop_callback *callback;
	void *ctx;
};

struct loop_fd {
	struct loop *loop;
	struct event *event;
	int fd;
	loop_fd_callback *callback;
	void *ctx;
};

struct loop_signal {
	struct loop *loop;
	struct event *event;
	loop_callback *callback;
	void *ctx;
};

static void *must_alloc(size_t bytes)
{
	void *p = calloc(1, bytes);
	if (!p)
		abort();
	return p;
}

static uint64_t now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

/* The pass begins with its first callback: waiting for something to happen is no lag. */
static void enter_pass(struct loop *loop)
{
	if (loop->pass_start_us)
		return;
	loop->pass_start_us = now_us();
	loop->wall = wall_now();
	loop->mono = mono_now();
}

static void leave_pass(struct loop *loop)
{
	static const uint64_t edges_us[] = { 1000, 5000, 10000, 25000, 50000, 100000, 250000 };
	enum { EDGES = sizeof edges_us / sizeof edges_us[0] };
	if (!loop->pass_start_us)
		return;
	uint64_t took = now_us() - loop->pass_start_us;
	size_t bucket = 0;
	while (bucket < EDGES && took > edges_us[bucket])
		bucket++;
	loop->lag.bucket[bucket]++;
	loop->lag.passes++;
	loop->lag.sum_us += took;
	if (took > loop->lag.max_us)
		loop->lag.max_us = took;
	loop->pass_start_us = 0;
}

enum status loop_new(struct loop **out, struct error *err)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;
	if (config) {
		/* Millisecond timers from the precise clock, as tests and heartbeats want them. */
		(void)event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
		base = event_base_new_with_config(config);
		event_config_free(config);
	}
	if (!base)
		return error_set(err, E_SYSTEM, "cannot make an event loop");
	struct loop *loop = must_alloc(sizeof *loop);
	loop->base = base;
	loop->wall = wall_now();
	loop->fixed_wall = WALL_NONE;
	loop->mono = mono_now();
	*out = loop;
	return OK;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	/* Objects that asked to be freed after the pass must be, also when there is no further pass. */
	while (loop->next.n) {
		struct deferred_queue queue = loop->next;
		loop->next = (struct deferred_queue){ 0 };
		for (size_t i = 0; i < queue.n; i++)
			queue.items[i].callback(queue.items[i].ctx);
		free(queue.items);
	}
	free(loop->now.items);
	free(loop->next.items);
	event_base_free(loop->base);
	free(loop);
}

static void run_deferred(struct loop *loop)
{
	struct deferred_queue queue = loop->next;
	loop->next = loop->now;
	loop->next.n = 0;
	loop->now = queue;
	for (size_t i = 0; i < queue.n; i++) {
		enter_pass(loop);
		queue.items[i].callback(queue.items[i].ctx);
	}
	loop->now.n = 0;
}

enum status loop_run(struct loop *loop, struct error *err)
{
	loop->is_stopped = false;
	while (!loop->is_stopped) {
		int flags = EVLOOP_ONCE | (loop->next.n ? EVLOOP_NONBLOCK : 0);
		int result = event_base_loop(loop->base, flags);
		if (result < 0)
			return error_sys(err, E_SYSTEM, errno, "event loop");
		if (result > 0 && loop->next.n == 0)
			return OK; /* nothing is watched any more */
		run_deferred(loop);
		leave_pass(loop);
	}
	return OK;
}

void loop_stop(struct loop *loop)
{
	loop->is_stopped = true;
	(void)event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

void loop_fix_wall(struct loop *loop, struct wall_ms fixed)
{
	loop->fixed_wall = fixed;
}

struct wall_ms loop_wall(const struct loop *loop)
{
	if (wall_is_known(loop->fixed_wall))
		return loop->fixed_wall;
	return loop->pass_start_us ? loop->wall : wall_now();
}

struct mono_ms loop_mono(const struct loop *loop)
{
	return loop->pass_start_us ? loop->mono : mono_now();
}

struct loop_lag loop_lag(const struct loop *loop)
{
	return loop->lag;
}

/* ---- timers ---- */

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct loop_timer *timer = ctx;
	(void)fd;
	(void)what;
	enter_pass(timer->loop);
	timer->callback(timer->ctx);
}

static struct event *must_event(struct event *event)
{
	if (!event)
		abort();
	return event;
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_callback *callback, void *ctx)
{
	struct loop_timer *timer = must_alloc(sizeof *timer);
	*timer = (struct loop_timer){ .loop = loop, .callback = callback, .ctx = ctx };
	timer->event = must_event(event_new(loop->base, -1, 0, on_timer, timer));
	return timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t after_ms)
{
	if (after_ms < 0)
		after_ms = 0;
	struct timeval after = { .tv_sec = after_ms / 1000, .tv_usec = after_ms % 1000 * 1000 };
	(void)event_add(timer->event, &after); /* fails only without memory for a new slot; the event is known */
}

void loop_timer_stop(struct loop_timer *timer)
{
	(void)event_del(timer->event);
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

/* ---- descriptors ---- */

static short to_events(unsigned wanted)
{
	return (short)(EV_PERSIST | (wanted & LOOP_READ ? EV_READ : 0) | (wanted & LOOP_WRITE ? EV_WRITE : 0));
}

static void on_fd(evutil_socket_t fd, short what, void *ctx)
{
	struct loop_fd *watch = ctx;
	enter_pass(watch->loop);
	unsigned ready = (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0);
	watch->callback(watch->ctx, fd, ready);
}

struct loop_fd *loop_fd_new(struct loop *loop, int fd, unsigned wanted, loop_fd_callback *callback, void *ctx)
{
	struct loop_fd *watch = must_alloc(sizeof *watch);
	*watch = (struct loop_fd){ .loop = loop, .fd = fd, .callback = callback, .ctx = ctx };
	watch->event = must_event(event_new(loop->base, fd, to_events(wanted), on_fd, watch));
	if (wanted)
		(void)event_add(watch->event, NULL);
	return watch;
}

void loop_fd_want(struct loop_fd *watch, unsigned wanted)
{
	(void)event_del(watch->event);
	(void)event_assign(watch->event, watch->loop->base, watch->fd, to_events(wanted), on_fd, watch);
	if (wanted)
		(void)event_add(watch->event, NULL);
}

void loop_fd_activate(struct loop_fd *watch, unsigned ready)
{
	event_active(watch->event, (ready & LOOP_READ ? EV_READ : 0) | (ready & LOOP_WRITE ? EV_WRITE : 0), 0);
}

void loop_fd_free(struct loop_fd *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	free(watch);
}

/* ---- signals ---- */

static void on_signal(evutil_socket_t fd, short what, void *ctx)
{
	struct loop_signal *signal = ctx;
	(void)fd;
	(void)what;
	enter_pass(signal->loop);
	signal->callback(signal->ctx);
}

struct loop_signal *loop_signal_new(struct loop *loop, int signal_number, loop_callback *callback, void *ctx)
{
	struct loop_signal *signal = must_alloc(sizeof *signal);
	*signal = (struct loop_signal){ .loop = loop, .callback = callback, .ctx = ctx };
	signal->event = must_event(event_new(loop->base, signal_number, EV_SIGNAL | EV_PERSIST, on_signal, signal));
	(void)event_add(signal->event, NULL);
	return signal;
}

void loop_signal_free(struct loop_signal *signal)
{
	if (!signal)
		return;
	event_free(signal->event);
	free(signal);
}

/* ---- deferred work ---- */

void loop_defer(struct loop *loop, loop_callback *callback, void *ctx)
{
	struct deferred_queue *queue = &loop->next;
	if (queue->n == queue->cap) {
		size_t cap = queue->cap ? queue->cap * 2 : 16;
		struct deferred *items = realloc(queue->items, cap * sizeof *items);
		if (!items)
			abort();
		queue->items = items;
		queue->cap = cap;
	}
	queue->items[queue->n++] = (struct deferred){ callback, ctx };
}
