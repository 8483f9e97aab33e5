/* A fake daemon behind CURVE: it listens on loopback, and a thread says who may come in. */
#ifndef SUPPORT_FAKE_LOCK_H
#define SUPPORT_FAKE_LOCK_H

#include <pthread.h>
#include <stdatomic.h>

#include "fake_daemon.h"

struct fake_lock {
	struct fake *fake;
	char public_key[41], secret_key[41];
	atomic_bool is_open; /* whoever has a key may come in */
	atomic_int asked;
	atomic_bool is_over;
	void *zap;
	pthread_t thread;
};

/* The requests and replies of rfc.zeromq.org/spec/27; a request has seven frames, of which the second is its number. */
static inline void fake_lock_answer(struct fake_lock *lock)
{
	char frame[256], number[256];
	int number_bytes = 0;
	for (int i = 0, more = 1; more; i++) {
		size_t n = sizeof more;
		int got = zmq_recv(lock->zap, i == 1 ? number : frame, sizeof frame, 0);
		if (got < 0)
			return;
		number_bytes = i == 1 ? got : number_bytes;
		(void)zmq_getsockopt(lock->zap, ZMQ_RCVMORE, &more, &n);
	}
	lock->asked++;
	(void)zmq_send(lock->zap, "1.0", 3, ZMQ_SNDMORE);
	(void)zmq_send(lock->zap, number, (size_t)number_bytes, ZMQ_SNDMORE);
	(void)zmq_send(lock->zap, lock->is_open ? "200" : "400", 3, ZMQ_SNDMORE);
	(void)zmq_send(lock->zap, "", 0, ZMQ_SNDMORE);
	(void)zmq_send(lock->zap, "somebody", 8, ZMQ_SNDMORE);
	(void)zmq_send(lock->zap, "", 0, 0);
}

static inline void *fake_lock_run(void *arg)
{
	struct fake_lock *lock = arg;
	while (!lock->is_over) {
		zmq_pollitem_t item = { .socket = lock->zap, .events = ZMQ_POLLIN };
		if (zmq_poll(&item, 1, 10) > 0)
			fake_lock_answer(lock);
	}
	return NULL;
}

static inline void fake_lock_encrypt(struct fake_lock *lock, void *zmq)
{
	int is_server = 1;
	assert_int_equal(zmq_setsockopt(zmq, ZMQ_CURVE_SERVER, &is_server, sizeof is_server), 0);
	assert_int_equal(zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, lock->secret_key, 40), 0);
}

static inline void fake_lock_bind(struct fake_lock *lock, void *zmq, char *endpoint, size_t size)
{
	fake_lock_encrypt(lock, zmq);
	assert_int_equal(zmq_bind(zmq, "tcp://127.0.0.1:*"), 0);
	assert_int_equal(zmq_getsockopt(zmq, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
}

/* Cuts all connections for queries, and listens again where it did. */
static inline void fake_lock_cut(struct fake_lock *lock)
{
	struct fake *fake = lock->fake;
	int linger = 0;
	(void)zmq_close(fake->query);
	fake->query = zmq_socket(fake->context, ZMQ_ROUTER);
	assert_int_equal(zmq_setsockopt(fake->query, ZMQ_LINGER, &linger, sizeof linger), 0);
	fake_lock_encrypt(lock, fake->query);
	for (int i = 0; i < 1000 && zmq_bind(fake->query, fake->query_endpoint); i++)
		(void)usleep(5000); /* until the port is free */
}

/* The fake's endpoints are the encrypted ones from now on. */
static inline struct fake_lock *fake_lock_new(struct fake *fake)
{
	struct fake_lock *lock = calloc(1, sizeof *lock);
	assert_non_null(lock);
	lock->fake = fake;
	assert_int_equal(zmq_curve_keypair(lock->public_key, lock->secret_key), 0);
	lock->zap = zmq_socket(fake->context, ZMQ_REP);
	assert_int_equal(zmq_bind(lock->zap, "inproc://zeromq.zap.01"), 0);
	assert_int_equal(pthread_create(&lock->thread, NULL, fake_lock_run, lock), 0);
	fake_lock_bind(lock, fake->events, fake->events_endpoint, sizeof fake->events_endpoint);
	fake_lock_bind(lock, fake->query, fake->query_endpoint, sizeof fake->query_endpoint);
	return lock;
}

static inline void fake_lock_free(struct fake_lock *lock)
{
	fake_unbind(lock->fake);
	lock->is_over = true;
	assert_int_equal(pthread_join(lock->thread, NULL), 0);
	(void)zmq_close(lock->zap);
	free(lock);
}

#endif
