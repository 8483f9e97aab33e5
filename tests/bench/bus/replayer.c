#include <policywatch/policywatch.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "setup.h"

static void read_log(struct replayer_shared *shared, const struct pw_options *options, uint64_t wanted)
{
	struct pw_client *client;
	struct pw_event *event;
	must(pw_connect(options, &client) == PW_OK, "pw_connect");
	for (uint64_t n = 0; n < wanted;) {
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

static _Noreturn void work(
	struct replayer_shared *shared, const struct setup *setup, const char *prefix, uint64_t wanted, bool for_ever)
{
	const char *topics[] = { prefix, NULL };
	struct pw_options options = PW_OPTIONS_INIT;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	options.events = setup->events;
	options.query = setup->query;
	options.from_seq = 1;
	options.topics = prefix ? topics : NULL;
	options.request_timeout_ms = 10000;
	do {
		read_log(shared, &options, wanted);
		(void)atomic_fetch_add(&shared->rounds, 1);
	} while (for_ever);
	(void)pause(); /* its memory is looked at once more */
	_exit(0);
}

void replayer_start(
	struct replayer *replayer, const struct setup *setup, const char *prefix, uint64_t wanted, bool for_ever)
{
	replayer->shared = mmap(
		NULL, sizeof *replayer->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(replayer->shared != MAP_FAILED, "mmap");
	replayer->pid = fork();
	must(replayer->pid >= 0, "fork");
	if (replayer->pid == 0)
		work(replayer->shared, setup, prefix, wanted, for_ever);
}

void replayer_stop(struct replayer *replayer)
{
	(void)kill(replayer->pid, SIGKILL);
	(void)waitpid(replayer->pid, NULL, 0);
	(void)munmap(replayer->shared, sizeof *replayer->shared);
}
