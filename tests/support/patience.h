/* Runs a loop until something is true, or fails after half a minute: tests wait for what happens, not for time. */
#ifndef SUPPORT_PATIENCE_H
#define SUPPORT_PATIENCE_H

#include "loop.h"

struct patience {
	struct loop *loop;
	struct loop_timer *timer;
	bool is_over;
};

static inline void patience_is_over(void *ctx)
{
	struct patience *patience = ctx;
	patience->is_over = true;
	loop_stop(patience->loop);
}

/* Until somebody calls loop_stop(). */
static inline void run_until_stopped(struct loop *loop)
{
	struct error err;
	struct patience patience = { .loop = loop };
	patience.timer = loop_timer_new(loop, patience_is_over, &patience);
	loop_timer_set(patience.timer, 30000);
	assert_ok(loop_run(loop, &err), err);
	loop_timer_free(patience.timer);
	assert_false(patience.is_over);
}

#endif
