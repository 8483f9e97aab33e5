#include <policywatch/policywatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "worker.h"

struct replayer_shared {
	struct worker worker;
	char prefix[64];
	uint64_t wanted;
	bool is_for_ever;
	_Atomic uint64_t received;
};

static void read_log(struct replayer_shared *shared, const struct pw_options *options)
{
	struct pw_client *client;
	struct pw_event *event;
	must(pw_connect(options, &client) == PW_OK, "pw_connect");
	for (uint64_t n = 0; n < shared->wanted;) {
		enum pw_status st = pw_next(client, 1000, &event);
		if (st == PW_TIMEOUT)
			continue;
		if (st != PW_OK)
			die("pw_next", pw_error(client));
		pw_event_free(event);
		atomic_store_explicit(&shared->received, ++n, memory_order_release);
	}
	pw_close(client);
}

_Noreturn void replayer_work(struct worker *worker)
{
	struct replayer_shared *shared = (struct replayer_shared *)worker;
	const char *topics[] = { shared->prefix, NULL };
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = worker->setup.events;
	options.query = worker->setup.query;
	options.from_seq = 1;
	options.topics = shared->prefix[0] ? topics : NULL;
	options.request_timeout_ms = 10000;
	if (worker->setup.transport == OVER_TCP_CURVE) {
		options.key_file = worker->curve.client_file;
		options.server_key = worker->curve.server_public;
	}
	do {
		read_log(shared, &options);
	} while (shared->is_for_ever);
	(void)pause(); /* its memory is looked at once more */
	_exit(0);
}

void replayer_start(
	struct replayer *replayer, const struct setup *setup, const char *prefix, uint64_t wanted, bool for_ever)
{
	int fd;
	struct replayer_shared *shared = (struct replayer_shared *)worker_new(setup, sizeof *shared, &fd);
	(void)snprintf(shared->prefix, sizeof shared->prefix, "%s", prefix ? prefix : "");
	shared->wanted = wanted;
	shared->is_for_ever = for_ever;
	*replayer = (struct replayer){ shared, worker_start(WORKER_REPLAYER, fd, 0, 1) };
	(void)close(fd);
}

uint64_t replayer_received(const struct replayer *replayer)
{
	return atomic_load_explicit(&replayer->shared->received, memory_order_acquire);
}

void replayer_stop(struct replayer *replayer)
{
	worker_stop(replayer->pid);
	(void)munmap(replayer->shared, sizeof *replayer->shared);
}
