/* The event loop: one libevent base, timers, descriptors, signals, deferred work.
 *
 * Everything runs on the thread that calls loop_run(). Callbacks are short: decode and call. Nothing may free
 * itself in its own callback: loop_defer_free() runs after the pass. The clock is read once a pass. */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include "calendar.h"
#include "error.h"

struct loop;
struct loop_timer;
struct loop_fd;
struct loop_signal;
struct event_base; /* libevent's, for libraries that want it (evhttp) */

typedef void loop_callback(void *ctx);
/* ready: LOOP_READ | LOOP_WRITE */
typedef void loop_fd_callback(void *ctx, int fd, unsigned ready);
enum { LOOP_READ = 1, LOOP_WRITE = 2 };

enum status loop_new(struct loop **out, struct error *err);
void loop_free(struct loop *loop);
enum status loop_run(struct loop *loop, struct error *err); /* until loop_stop() */
void loop_stop(struct loop *loop);
struct event_base *loop_base(struct loop *loop);

struct wall_ms loop_wall(const struct loop *loop); /* of this pass */
struct mono_ms loop_mono(const struct loop *loop);
/* From now on loop_wall() gives this, for tests that replay the past. */
void loop_fix_wall(struct loop *loop, struct wall_ms fixed);
/* Longest pass since the last call, in microseconds, and the histogram for /metrics. */
struct loop_lag {
	uint64_t passes, max_us;
	uint64_t bucket[8]; /* passes up to 1, 5, 10, 25, 50, 100, 250 ms, and longer */
	uint64_t sum_us;
};
struct loop_lag loop_lag(const struct loop *loop);

/* One-shot timers; a timer may be set again at any time, also from its callback. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_callback *callback, void *ctx);
void loop_timer_set(struct loop_timer *timer, int64_t after_ms);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* Level-triggered, until freed. `wanted` may be changed. */
struct loop_fd *loop_fd_new(struct loop *loop, int fd, unsigned wanted, loop_fd_callback *callback, void *ctx);
void loop_fd_want(struct loop_fd *watch, unsigned wanted);
void loop_fd_activate(struct loop_fd *watch, unsigned ready); /* as if it were ready, next pass */
void loop_fd_free(struct loop_fd *watch);                     /* does not close fd */

struct loop_signal *loop_signal_new(struct loop *loop, int signal_number, loop_callback *callback, void *ctx);
void loop_signal_free(struct loop_signal *signal);

/* Runs once after the current pass, in order of calls. */
void loop_defer(struct loop *loop, loop_callback *callback, void *ctx);
#define loop_defer_free(loop, free_function, object) loop_defer((loop), (free_function), (object))

#endif
