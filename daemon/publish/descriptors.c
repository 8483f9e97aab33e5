/* libzmq 4.3.4 ends the process when accept() on an ipc endpoint finds no descriptor left for this process (EMFILE), which
 * whoever may connect can bring about. ENFILE, none left on the whole machine, it takes as it should, and tries again. So
 * our accept4(), which the linker prefers for every library of the program, says ENFILE for both. */
#include "descriptors.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the names in the header are reserved */
__attribute__((visibility("default"))) int accept4(
	int fd, struct sockaddr *restrict address, socklen_t *restrict n, int flags)
{
	int accepted = (int)syscall(SYS_accept4, fd, address, n, flags);
	if (accepted < 0 && errno == EMFILE)
		errno = ENFILE;
	return accepted;
}

void descriptors_raise(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* what we have must do then */
}
