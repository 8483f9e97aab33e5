/* Two publishers behind one face. The bare one is what anybody would write with libzmq: two frames a message, and, as an
 * XPUB must be read, a look at the socket after each batch; encrypted, it has the thread that answers for keys, without
 * which a CURVE server takes any. Queue and I/O threads are those of the bus. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "setup.h"

struct side {
	struct ring *ring;
	void *context, *pub, *zap; /* of the bare one */
	pthread_t zap_thread;
	uint64_t sent;
	struct loop *loop; /* of the bus */
	struct bus *bus;
};

static struct side *side_new(struct ring *ring)
{
	struct side *side = calloc(1, sizeof *side);
	must(side != NULL, "memory");
	side->ring = ring;
	return side;
}

/* ---- bare ---- */

/* Everybody may come in. */
static void *answer_zap(void *socket)
{
	char id[32], skipped[256];
	int more;
	size_t size = sizeof more;
	while (zmq_recv(socket, skipped, sizeof skipped, 0) >= 0) { /* version */
		int id_bytes = zmq_recv(socket, id, sizeof id, 0);
		while (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more)
			(void)zmq_recv(socket, skipped, sizeof skipped, 0);
		(void)zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
		(void)zmq_send(socket, id, id_bytes > 0 ? (size_t)id_bytes : 0, ZMQ_SNDMORE);
		(void)zmq_send(socket, "200", 3, ZMQ_SNDMORE);
		(void)zmq_send(socket, "", 0, ZMQ_SNDMORE);
		(void)zmq_send(socket, "client", 6, ZMQ_SNDMORE);
		(void)zmq_send(socket, "", 0, 0);
	}
	(void)zmq_close(socket);
	return NULL;
}

static void encrypt(struct side *side, const struct setup *setup)
{
	int on = 1;
	side->zap = zmq_socket(side->context, ZMQ_REP);
	must(zmq_bind(side->zap, "inproc://zeromq.zap.01") == 0 &&
			pthread_create(&side->zap_thread, NULL, answer_zap, side->zap) == 0,
		"ZAP");
	(void)zmq_setsockopt(side->pub, ZMQ_CURVE_SERVER, &on, sizeof on);
	(void)zmq_setsockopt(side->pub, ZMQ_CURVE_SECRETKEY, setup->curve->server_secret, KEY_MAX);
	(void)zmq_setsockopt(side->pub, ZMQ_ZAP_DOMAIN, "bench", 5);
}

struct side *side_bare(const struct setup *setup, struct ring *ring)
{
	int hwm = QUEUE, verboser = 1, linger = 0;
	struct side *side = side_new(ring);
	side->context = zmq_ctx_new();
	(void)zmq_ctx_set(side->context, ZMQ_IO_THREADS, IO_THREADS);
	side->pub = zmq_socket(side->context, ZMQ_XPUB);
	(void)zmq_setsockopt(side->pub, ZMQ_SNDHWM, &hwm, sizeof hwm);
	(void)zmq_setsockopt(side->pub, ZMQ_XPUB_VERBOSER, &verboser, sizeof verboser);
	(void)zmq_setsockopt(side->pub, ZMQ_LINGER, &linger, sizeof linger);
	if (setup->transport == OVER_TCP_CURVE)
		encrypt(side, setup);
	must(zmq_bind(side->pub, setup->events) == 0, "bind");
	return side;
}

static void bare_publish(struct side *side)
{
	int events;
	size_t n = sizeof events;
	while (side->sent < side->ring->head) {
		const struct bus_row *row = ring_at(side->ring, ++side->sent);
		(void)zmq_send(side->pub, row->topic.p, row->topic.n, ZMQ_DONTWAIT | ZMQ_SNDMORE);
		(void)zmq_send(side->pub, row->record.p, row->record.n, ZMQ_DONTWAIT);
	}
	(void)zmq_getsockopt(side->pub, ZMQ_EVENTS, &events, &n);
}

static void bare_wait_subscribed(struct side *side, size_t subscribers)
{
	char frame[64];
	for (size_t i = 0; i < subscribers; i++)
		must(zmq_recv(side->pub, frame, sizeof frame, 0) > 0, "subscription");
}

static void bare_close(struct side *side)
{
	(void)zmq_close(side->pub);
	(void)zmq_ctx_shutdown(side->context); /* ends the thread */
	if (side->zap)
		(void)pthread_join(side->zap_thread, NULL);
	(void)zmq_ctx_term(side->context);
}

/* ---- the bus ---- */

static void ring_position(void *ctx, uint64_t *epoch, uint64_t *head, uint64_t *oldest)
{
	const struct ring *ring = ctx;
	*epoch = 1;
	*head = ring->head;
	*oldest = ring->head >= RING ? ring->head - RING + 1 : 1;
}

static enum status ring_read(void *ctx, struct arena *arena, uint64_t from, struct sv prefix, size_t max_rows,
	size_t max_bytes, struct bus_rows *out, uint64_t *out_scanned_to, struct error *err)
{
	const struct ring *ring = ctx;
	size_t bytes = 0;
	(void)prefix;
	(void)err;
	for (uint64_t seq = from; seq <= ring->head && out->n < max_rows && bytes < max_bytes; seq++) {
		const struct bus_row *row = ring_at(ring, seq);
		*list_push(arena, out) = (struct bus_row){ seq, arena_sv(arena, row->topic),
			arena_sv(arena, row->record) };
		bytes += row->record.n;
		*out_scanned_to = seq;
	}
	return OK;
}

struct side *side_bus(const struct setup *setup, struct ring *ring)
{
	struct error err;
	struct side *side = side_new(ring);
	struct bus_log log = { .ctx = ring, .position = ring_position, .read = ring_read };
	must(loop_new(&side->loop, &err) == OK, "loop_new");
	side->bus = bus_open_for(setup, side->loop, &log);
	return side;
}

/* ---- both ---- */

void side_wait_subscribed(struct side *side, size_t subscribers)
{
	if (side->bus)
		bus_wait_subscribed(side->loop, side->bus, subscribers);
	else
		bare_wait_subscribed(side, subscribers);
}

void side_publish(struct side *side)
{
	if (side->bus)
		bus_publish(side->bus);
	else
		bare_publish(side);
}

void side_close(struct side *side)
{
	if (side->bus) {
		bus_free(side->bus);
		loop_free(side->loop);
	} else {
		bare_close(side);
	}
	free(side);
}
