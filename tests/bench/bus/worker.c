#include "worker.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENT "--worker"

static struct worker *map(int fd, size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(memory != MAP_FAILED, "mmap");
	return memory;
}

struct worker *worker_new(const struct setup *setup, size_t bytes, int *out_fd)
{
	int fd = memfd_create("bench", 0);
	must(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0, "shared memory");
	struct worker *worker = map(fd, bytes);
	worker->setup = *setup;
	worker->curve = *setup->curve;
	worker->bytes = bytes;
	*out_fd = fd;
	return worker;
}

pid_t worker_start(enum worker_kind kind, int fd, size_t first, size_t n)
{
	char texts[4][24];
	char program[] = "bench_bus", argument[] = ARGUMENT;
	char *argv[] = { program, argument, texts[0], texts[1], texts[2], texts[3], NULL };
	char *environment[] = { NULL };
	pid_t pid;
	(void)snprintf(texts[0], sizeof texts[0], "%d", (int)kind);
	(void)snprintf(texts[1], sizeof texts[1], "%d", fd);
	(void)snprintf(texts[2], sizeof texts[2], "%zu", first);
	(void)snprintf(texts[3], sizeof texts[3], "%zu", n);
	must(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environment) == 0, "posix_spawn");
	return pid;
}

void worker_stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

void worker_main(int argc, char **argv)
{
	if (argc != 6 || strcmp(argv[1], ARGUMENT) != 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	int fd = (int)strtol(argv[3], NULL, 10);
	size_t bytes = map(fd, sizeof(struct worker))->bytes;
	struct worker *worker = map(fd, bytes);
	if (strtol(argv[2], NULL, 10) == WORKER_CROWD)
		crowd_work(worker, strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
	replayer_work(worker);
}
