#include <policywatch/wire.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zmq.h>

#include "worker.h"

#define AT_ONCE 1000
#define LOST_NS INT64_C(30000000000)

struct crowd_cell {
	_Alignas(64) _Atomic uint64_t received;
};
struct crowd_shared {
	struct worker worker;
	size_t stamps;
	struct crowd_cell cells[SUBSCRIBERS_MAX];
	int64_t arrived_ns[]; /* of subscriber s and event seq at [s * stamps + seq - 1], for seq up to stamps */
};

/* ---- in a process of its own ---- */

static void *connect_one(void *context, const struct worker *worker)
{
	int hwm = QUEUE;
	void *sub = zmq_socket(context, ZMQ_SUB);
	const struct curve *curve = &worker->curve;
	(void)zmq_setsockopt(sub, ZMQ_RCVHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "fact/", 5);
	if (worker->setup.transport == OVER_TCP_CURVE) {
		(void)zmq_setsockopt(sub, ZMQ_CURVE_SERVERKEY, curve->server_public, KEY_MAX);
		(void)zmq_setsockopt(sub, ZMQ_CURVE_PUBLICKEY, curve->client_public, KEY_MAX);
		(void)zmq_setsockopt(sub, ZMQ_CURVE_SECRETKEY, curve->client_secret, KEY_MAX);
	}
	must(zmq_connect(sub, worker->setup.events) == 0, "connect");
	return sub;
}

static void take(struct crowd_shared *shared, size_t number, zmq_msg_t *frame)
{
	if (shared->stamps) {
		uint64_t seq = pw_get_u64((const uint8_t *)zmq_msg_data(frame) + 16);
		if (seq > 0 && seq <= shared->stamps)
			shared->arrived_ns[number * shared->stamps + seq - 1] = now_ns();
	}
	atomic_fetch_add_explicit(&shared->cells[number].received, 1, memory_order_release);
}

static void read_some(struct crowd_shared *shared, size_t number, void *sub, zmq_msg_t *frame)
{
	for (int i = 0; i < AT_ONCE && zmq_msg_recv(frame, sub, ZMQ_DONTWAIT) >= 0; i++) {
		must(zmq_msg_recv(frame, sub, 0) >= 0, "receive");
		take(shared, number, frame);
	}
}

_Noreturn void crowd_work(struct worker *worker, size_t first, size_t n)
{
	struct crowd_shared *shared = (struct crowd_shared *)worker;
	zmq_pollitem_t items[SUBSCRIBERS_MAX];
	zmq_msg_t frame;
	void *context = zmq_ctx_new();
	(void)zmq_msg_init(&frame);
	for (size_t i = 0; i < n; i++)
		items[i] = (zmq_pollitem_t){ .socket = connect_one(context, worker), .events = ZMQ_POLLIN };
	for (;;) {
		must(zmq_poll(items, (int)n, -1) >= 0, "poll");
		for (size_t i = 0; i < n; i++)
			if (items[i].revents)
				read_some(shared, first + i, items[i].socket, &frame);
	}
}

/* ---- seen from the publisher ---- */

void crowd_start(struct crowd *crowd, const struct setup *setup, size_t subscribers, size_t a_process, size_t stamps)
{
	int fd;
	size_t bytes = sizeof *crowd->shared + subscribers * stamps * sizeof(int64_t);
	*crowd = (struct crowd){ .subscribers = subscribers };
	crowd->shared = (struct crowd_shared *)worker_new(setup, bytes, &fd);
	crowd->shared->stamps = stamps;
	for (size_t first = 0; first < subscribers; first += a_process) {
		size_t n = subscribers - first < a_process ? subscribers - first : a_process;
		crowd->pids[crowd->processes++] = worker_start(WORKER_CROWD, fd, first, n);
	}
	(void)close(fd);
}

void crowd_stop(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->processes; i++)
		worker_stop(crowd->pids[i]);
	(void)munmap(crowd->shared, crowd->shared->worker.bytes);
}

int64_t crowd_arrived_ns(const struct crowd *crowd, size_t subscriber, uint64_t seq)
{
	return crowd->shared->arrived_ns[subscriber * crowd->shared->stamps + seq - 1];
}

uint64_t crowd_received(const struct crowd *crowd, size_t subscriber)
{
	return atomic_load_explicit(&crowd->shared->cells[subscriber].received, memory_order_acquire);
}

static void wait_one(const struct crowd *crowd, size_t subscriber, uint64_t at_least)
{
	uint64_t received, before = 0;
	int64_t moved_ns = 0;
	for (;;) {
		received = crowd_received(crowd, subscriber);
		if (received >= at_least)
			return;
		if (received != before || !moved_ns) {
			before = received;
			moved_ns = now_ns();
		}
		must(now_ns() - moved_ns < LOST_NS, "delivery: messages were lost, it");
		nap_us(20);
	}
}

void crowd_wait(const struct crowd *crowd, size_t first, uint64_t at_least)
{
	for (size_t i = first; i < crowd->subscribers; i++)
		wait_one(crowd, i, at_least);
}
