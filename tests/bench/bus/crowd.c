#include <policywatch/wire.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "setup.h"

#define AT_ONCE 1000
#define LOST_NS INT64_C(30000000000)

static void *connect_one(void *context, const struct setup *setup)
{
	int hwm = QUEUE;
	void *sub = zmq_socket(context, ZMQ_SUB);
	const struct curve *curve = setup->curve;
	(void)zmq_setsockopt(sub, ZMQ_RCVHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "fact/", 5);
	if (setup->transport == OVER_TCP_CURVE) {
		(void)zmq_setsockopt(sub, ZMQ_CURVE_SERVERKEY, curve->server_public, KEY_MAX);
		(void)zmq_setsockopt(sub, ZMQ_CURVE_PUBLICKEY, curve->client_public, KEY_MAX);
		(void)zmq_setsockopt(sub, ZMQ_CURVE_SECRETKEY, curve->client_secret, KEY_MAX);
	}
	must(zmq_connect(sub, setup->events) == 0, "connect");
	return sub;
}

static void take(const struct crowd *crowd, size_t number, zmq_msg_t *frame)
{
	if (crowd->stamps) {
		uint64_t seq = pw_get_u64((const uint8_t *)zmq_msg_data(frame) + 16);
		if (seq > 0 && seq <= crowd->stamps)
			crowd->shared->arrived_ns[number * crowd->stamps + seq - 1] = now_ns();
	}
	atomic_fetch_add_explicit(&crowd->shared->cells[number].received, 1, memory_order_release);
}

static void read_some(const struct crowd *crowd, size_t number, void *sub, zmq_msg_t *frame)
{
	for (int i = 0; i < AT_ONCE && zmq_msg_recv(frame, sub, ZMQ_DONTWAIT) >= 0; i++) {
		must(zmq_msg_recv(frame, sub, 0) >= 0, "receive");
		take(crowd, number, frame);
	}
}

static _Noreturn void subscribe(const struct crowd *crowd, const struct setup *setup, size_t first, size_t n)
{
	zmq_pollitem_t items[SUBSCRIBERS_MAX];
	zmq_msg_t frame;
	void *context = zmq_ctx_new();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)zmq_msg_init(&frame);
	for (size_t i = 0; i < n; i++)
		items[i] = (zmq_pollitem_t){ .socket = connect_one(context, setup), .events = ZMQ_POLLIN };
	for (;;) {
		must(zmq_poll(items, (int)n, -1) >= 0, "poll");
		for (size_t i = 0; i < n; i++)
			if (items[i].revents)
				read_some(crowd, first + i, items[i].socket, &frame);
	}
}

void crowd_start(struct crowd *crowd, const struct setup *setup, size_t subscribers, size_t a_process, size_t stamps)
{
	*crowd = (struct crowd){ .subscribers = subscribers, .stamps = stamps };
	crowd->shared_bytes = sizeof *crowd->shared + subscribers * stamps * sizeof(int64_t);
	crowd->shared = mmap(NULL, crowd->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(crowd->shared != MAP_FAILED, "mmap");
	for (size_t first = 0; first < subscribers; first += a_process) {
		size_t n = subscribers - first < a_process ? subscribers - first : a_process;
		pid_t pid = fork();
		must(pid >= 0, "fork");
		if (pid == 0)
			subscribe(crowd, setup, first, n);
		crowd->pids[crowd->processes++] = pid;
	}
}

void crowd_stop(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->processes; i++)
		(void)kill(crowd->pids[i], SIGKILL);
	for (size_t i = 0; i < crowd->processes; i++)
		(void)waitpid(crowd->pids[i], NULL, 0);
	(void)munmap(crowd->shared, crowd->shared_bytes);
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
