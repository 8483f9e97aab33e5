/* Preloaded into the daemon by a test: the process dies, as by kill -9, when it is about to send the first frame of an
 * event of a fact. The event is on disk then and nobody has it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static void die_if_fact(const void *bytes, size_t n)
{
	if (n > 5 && memcmp(bytes, "fact/", 5) == 0)
		(void)kill(getpid(), SIGKILL);
}

int zmq_send(void *socket, const void *bytes, size_t n, int flags)
{
	int (*real)(void *, const void *, size_t, int) = dlsym(RTLD_NEXT, "zmq_send");
	die_if_fact(bytes, n);
	return real(socket, bytes, n, flags);
}

int zmq_msg_send(void *message, void *socket, int flags)
{
	int (*real)(void *, void *, int) = dlsym(RTLD_NEXT, "zmq_msg_send");
	void *(*data)(void *) = dlsym(RTLD_NEXT, "zmq_msg_data");
	size_t (*size)(const void *) = dlsym(RTLD_NEXT, "zmq_msg_size");
	die_if_fact(data(message), size(message));
	return real(message, socket, flags);
}
