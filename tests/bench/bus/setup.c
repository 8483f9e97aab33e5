#include "setup.h"

#include <arpa/inet.h>
#include <policywatch/wire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define TOPIC "fact/us-mexico/security-personnel/figure/"

const char *const transport_names[] = { "ipc", "tcp", "tcp_curve" };

/* A port that was free a moment ago: subscribers must know it before anybody binds it. */
static unsigned free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&address, n) == 0 &&
			getsockname(fd, (struct sockaddr *)&address, &n) == 0,
		"a free port");
	(void)close(fd);
	return ntohs(address.sin_port);
}

void setup_init(struct setup *setup, const char *folder, const struct curve *curve, enum transport transport)
{
	*setup = (struct setup){ .folder = folder, .curve = curve, .transport = transport };
	if (transport == OVER_IPC) {
		(void)snprintf(setup->events, sizeof setup->events, "ipc://%s/events", folder);
		(void)snprintf(setup->query, sizeof setup->query, "ipc://%s/query", folder);
		return;
	}
	(void)snprintf(setup->events, sizeof setup->events, "tcp://127.0.0.1:%u", free_port());
	(void)snprintf(setup->query, sizeof setup->query, "tcp://127.0.0.1:%u", free_port());
}

static void write_key(const char *path, const char *name, const char *public_key, const char *secret_key)
{
	FILE *file = fopen(path, "we");
	must(file != NULL && fchmod(fileno(file), secret_key ? 0600 : 0644) == 0, path);
	(void)fprintf(file, "metadata\n    name = \"%s\"\ncurve\n    public-key = \"%s\"\n", name, public_key);
	if (secret_key)
		(void)fprintf(file, "    secret-key = \"%s\"\n", secret_key);
	must(fclose(file) == 0, path);
}

void curve_make(struct curve *curve, const char *folder)
{
	char path[ENDPOINT_MAX + 8];
	must(zmq_curve_keypair(curve->server_public, curve->server_secret) == 0 &&
			zmq_curve_keypair(curve->client_public, curve->client_secret) == 0,
		"keys");
	(void)snprintf(curve->server_file, ENDPOINT_MAX, "%s/server_secret", folder);
	(void)snprintf(curve->client_file, ENDPOINT_MAX, "%s/client_secret", folder);
	(void)snprintf(curve->clients_folder, ENDPOINT_MAX, "%s/clients", folder);
	write_key(curve->server_file, "server", curve->server_public, curve->server_secret);
	write_key(curve->client_file, "client", curve->client_public, curve->client_secret);
	must(mkdir(curve->clients_folder, 0755) == 0, curve->clients_folder);
	(void)snprintf(path, sizeof path, "%s/client", curve->clients_folder);
	write_key(path, "client", curve->client_public, NULL);
}

/* ---- ring ---- */

void ring_init(struct ring *ring, size_t record_bytes)
{
	struct pw_record record = { .kind = PW_RECORD_EVENT, .encoding = PW_ENCODING_JSON, .nprev = 1 };
	*ring = (struct ring){ .arena = arena_new(RING * (record_bytes + 64)) };
	for (size_t i = 0; i < RING; i++) {
		char *bytes = arena_alloc(ring->arena, record_bytes);
		memset(bytes, 'x', record_bytes);
		pw_record_head(&record, (uint8_t *)bytes);
		ring->rows[i] = (struct bus_row){ 0, SV(TOPIC), { bytes, record_bytes } };
	}
}

void ring_done(struct ring *ring)
{
	arena_free(ring->arena);
}

const struct bus_row *ring_at(const struct ring *ring, uint64_t seq)
{
	return &ring->rows[seq % RING];
}

void ring_advance(struct ring *ring, uint64_t n)
{
	for (uint64_t seq = ring->head + 1; seq <= ring->head + n; seq++) {
		struct bus_row *row = &ring->rows[seq % RING];
		uint8_t number[8];
		row->seq = seq;
		pw_put_u64(number, seq);
		memcpy((char *)(uintptr_t)row->record.p + 16, number, sizeof number); /* the arena's, and so ours */
	}
	ring->head += n;
}
