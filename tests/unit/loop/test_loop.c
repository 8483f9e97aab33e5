#include "test.h"

#include <signal.h>
#include <unistd.h>

#include "loop.h"

struct trace {
	struct loop *loop;
	struct loop_timer *timer;
	char seen[64];
	int count;
};

static void stop(void *ctx)
{
	loop_stop(((struct trace *)ctx)->loop);
}

static void note_a(void *ctx)
{
	strcat(((struct trace *)ctx)->seen, "a");
}

static void note_b_and_defer(void *ctx)
{
	struct trace *trace = ctx;
	strcat(trace->seen, "b");
	loop_defer(trace->loop, note_a, trace);
	loop_defer(trace->loop, stop, trace);
}

static int set_up(void **state)
{
	static struct trace trace;
	struct error err;
	trace = (struct trace){ 0 };
	*state = &trace;
	return loop_new(&trace.loop, &err) ? -1 : 0;
}

static int tear_down(void **state)
{
	loop_free(((struct trace *)*state)->loop);
	return 0;
}

static void deferred_work_runs_in_order_and_its_own_waits_a_pass(void **state)
{
	struct trace *trace = *state;
	struct error err;
	loop_defer(trace->loop, note_a, trace);
	loop_defer(trace->loop, note_b_and_defer, trace);
	loop_defer(trace->loop, note_a, trace);
	assert_ok(loop_run(trace->loop, &err), err);
	assert_string_equal(trace->seen, "abaa");
}

static void on_tick(void *ctx)
{
	struct trace *trace = ctx;
	if (++trace->count == 3)
		loop_stop(trace->loop);
	else
		loop_timer_set(trace->timer, 1);
}

static void timer_can_be_set_again_from_its_callback(void **state)
{
	struct trace *trace = *state;
	struct error err;
	trace->timer = loop_timer_new(trace->loop, on_tick, trace);
	loop_timer_set(trace->timer, 1);
	assert_ok(loop_run(trace->loop, &err), err);
	assert_int_equal(trace->count, 3);
	assert_true(loop_lag(trace->loop).passes >= 2);
	loop_timer_free(trace->timer);
}

static void on_readable(void *ctx, int fd, unsigned ready)
{
	struct trace *trace = ctx;
	char byte;
	assert_int_equal(ready, LOOP_READ);
	assert_int_equal(read(fd, &byte, 1), 1);
	trace->seen[trace->count++] = byte;
	if (trace->count == 2)
		loop_stop(trace->loop);
}

static void descriptor_is_level_triggered(void **state)
{
	struct trace *trace = *state;
	struct error err;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "xy", 2), 2);
	struct loop_fd *watch = loop_fd_new(trace->loop, ends[0], LOOP_READ, on_readable, trace);
	assert_ok(loop_run(trace->loop, &err), err);
	assert_string_equal(trace->seen, "xy");
	loop_fd_free(watch);
	close(ends[0]);
	close(ends[1]);
}

static void signal_arrives_on_the_loop(void **state)
{
	struct trace *trace = *state;
	struct error err;
	struct loop_signal *signal = loop_signal_new(trace->loop, SIGUSR1, stop, trace);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_ok(loop_run(trace->loop, &err), err);
	loop_signal_free(signal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			deferred_work_runs_in_order_and_its_own_waits_a_pass, set_up, tear_down),
		cmocka_unit_test_setup_teardown(timer_can_be_set_again_from_its_callback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(descriptor_is_level_triggered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(signal_arrives_on_the_loop, set_up, tear_down),
	};
	return RUN(tests);
}
