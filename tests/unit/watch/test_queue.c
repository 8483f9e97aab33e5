#include "test.h"

#include "queue.h"

enum { N = 20 };

struct fixture {
	struct queue queue;
	struct queue_item items[N];
};

static int number_of(const struct fixture *f, const struct queue_item *item)
{
	return item ? (int)(item - f->items) : -1;
}

static int next(struct fixture *f)
{
	return number_of(f, queue_next(&f->queue));
}

static void hosts_take_turns(void **state)
{
	struct fixture f = { 0 };
	(void)state;
	queue_set_limits(&f.queue, 100, 100);
	for (int i = 0; i < 4; i++)
		queue_add(&f.queue, &f.items[i], SV("a"));
	queue_add(&f.queue, &f.items[4], SV("b"));
	queue_add(&f.queue, &f.items[5], SV("c"));
	static const int order[] = { 0, 4, 5, 1, 2, 3, -1 };
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		assert_int_equal(next(&f), order[i]);
	for (int i = 0; i < 6; i++)
		queue_remove(&f.queue, &f.items[i]);
	assert_null(f.queue.hosts);
}

static void a_host_runs_no_more_than_its_limit_and_holds_up_no_other(void **state)
{
	struct fixture f = { 0 };
	(void)state;
	queue_set_limits(&f.queue, 3, 1);
	queue_add(&f.queue, &f.items[0], SV("a"));
	queue_add(&f.queue, &f.items[1], SV("a"));
	queue_add(&f.queue, &f.items[2], SV("b"));
	assert_int_equal(next(&f), 0);
	assert_int_equal(next(&f), 2);
	assert_int_equal(next(&f), -1);
	queue_remove(&f.queue, &f.items[0]);
	assert_int_equal(next(&f), 1);
	queue_remove(&f.queue, &f.items[1]);
	queue_remove(&f.queue, &f.items[2]);
	queue_remove(&f.queue, &f.items[2]); /* twice does no harm */
	assert_int_equal(f.queue.running, 0);
}

static void no_more_than_the_limit_run_in_total(void **state)
{
	struct fixture f = { 0 };
	(void)state;
	queue_set_limits(&f.queue, 2, 2);
	queue_add(&f.queue, &f.items[0], SV("a"));
	queue_add(&f.queue, &f.items[1], SV("b"));
	queue_add(&f.queue, &f.items[2], SV("c"));
	assert_int_equal(next(&f), 0);
	assert_int_equal(next(&f), 1);
	assert_int_equal(next(&f), -1);
	queue_set_limits(&f.queue, 3, 2);
	assert_int_equal(next(&f), 2);
	for (int i = 0; i < 3; i++)
		queue_remove(&f.queue, &f.items[i]);
}

static void what_is_taken_out_while_it_waits_never_runs(void **state)
{
	struct fixture f = { 0 };
	(void)state;
	queue_set_limits(&f.queue, 1, 1);
	for (int i = 0; i < 3; i++)
		queue_add(&f.queue, &f.items[i], SV("a"));
	queue_remove(&f.queue, &f.items[0]);
	assert_int_equal(next(&f), 1);
	queue_remove(&f.queue, &f.items[2]);
	queue_remove(&f.queue, &f.items[1]);
	assert_int_equal(next(&f), -1);
	assert_int_equal(f.queue.waiting, 0);
	assert_null(f.queue.hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_take_turns),
		cmocka_unit_test(a_host_runs_no_more_than_its_limit_and_holds_up_no_other),
		cmocka_unit_test(no_more_than_the_limit_run_in_total),
		cmocka_unit_test(what_is_taken_out_while_it_waits_never_runs),
	};
	return RUN(tests);
}
