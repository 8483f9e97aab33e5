/* Subscribers and clients run in processes of their own: this program again, started with a piece of shared memory.
 *
 * It is started anew and not forked: a fork would make the publisher copy each page that it writes afterwards, in the
 * middle of what is measured, and give the child the memory of its parent. */
#ifndef BENCH_BUS_WORKER_H
#define BENCH_BUS_WORKER_H

#include "setup.h"

/* What every worker is told; the first part of the shared memory. */
struct worker {
	struct setup setup; /* its pointers are those of the parent */
	struct curve curve;
	size_t bytes; /* of the shared memory */
};

enum worker_kind { WORKER_CROWD, WORKER_REPLAYER };

/* Zeroed memory of that size that starts with a worker; *out_fd is inherited by what is started. */
struct worker *worker_new(const struct setup *setup, size_t bytes, int *out_fd);
pid_t worker_start(enum worker_kind kind, int fd, size_t first, size_t n);
void worker_stop(pid_t pid);

/* Does what the arguments say if they are those of a worker, and does not come back then. */
void worker_main(int argc, char **argv);

_Noreturn void crowd_work(struct worker *worker, size_t first, size_t n);
_Noreturn void replayer_work(struct worker *worker);

#endif
