/* What a subscriber does not read fills its kernel's buffers, then ours, then libzmq's queue, and then is dropped. That hurts
 * nobody, but the queue is memory, and a subscriber that is stopped for good would hold it for ever.
 *
 * It is seen in the kernel's send queue (SIOCOUTQ). Under load the queue of a healthy subscriber is hardly ever empty when we
 * look, but it rises and falls; that of a stuck one never falls. So a connection is stuck as long as its queue is not empty and
 * not shorter than at the look before: 5 looks in a row by chance are rare, 30 do not happen. An idle one has an empty
 * queue, as a live kernel takes what is sent even when its program is slow to read.
 *
 * The descriptors belong to libzmq's thread. It may close one at any time, and something else may get the number. Asking about
 * the wrong descriptor is harmless, ending its connection is not: therefore that is done to a duplicate, after its
 * SO_COOKIE, which the kernel never uses twice, has shown that it is the same socket. */
#include "peers.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_DESCRIPTOR = 1 << 20 };

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t n = sizeof cookie;
	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &n) ? 0 : cookie;
}

static void address_of(int fd, char out[PEER_TEXT])
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	} address = { 0 };
	socklen_t n = sizeof address;
	out[0] = 0;
	if (getpeername(fd, &address.any, &n))
		return;
	if (address.any.sa_family == AF_UNIX)
		(void)snprintf(out, PEER_TEXT, "local");
	else if (address.any.sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &address.v4.sin_addr, out, PEER_TEXT);
	else if (address.any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address.v6.sin6_addr))
		(void)inet_ntop(AF_INET, &address.v6.sin6_addr.s6_addr[12], out, PEER_TEXT);
	else if (address.any.sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &address.v6.sin6_addr, out, PEER_TEXT);
}

static void close_peer(struct peers *peers, struct peer *peer)
{
	peers->open--;
	peers->slow -= peer->stuck >= PEER_SLOW_LOOKS;
	peer->is_open = false;
	peer->stuck = 0;
}

void peers_done(struct peers *peers)
{
	free(peers->items);
	*peers = (struct peers){ 0 };
}

void peers_add(struct peers *peers, int fd)
{
	if (fd < 0 || fd >= MAX_DESCRIPTOR)
		return;
	size_t at = (size_t)fd;
	if (at >= peers->n) {
		size_t n = at * 2 < 64 ? 64 : at * 2;
		struct peer *items = realloc(peers->items, n * sizeof *items);
		if (!items)
			abort();
		memset(items + peers->n, 0, (n - peers->n) * sizeof *items);
		peers->items = items;
		peers->n = n;
	}
	struct peer *peer = &peers->items[at];
	if (peer->is_open)
		close_peer(peers, peer);
	*peer = (struct peer){ .is_open = true, .cookie = cookie_of(fd) };
	address_of(fd, peer->address);
	peers->open++;
}

const char *peers_remove(struct peers *peers, int fd)
{
	if (fd < 0 || (size_t)fd >= peers->n || !peers->items[fd].is_open)
		return "";
	close_peer(peers, &peers->items[fd]);
	return peers->items[fd].address;
}

static bool cut(int fd, uint64_t cookie)
{
	int copy = dup(fd);
	if (copy < 0)
		return false;
	bool is_cut = cookie_of(copy) == cookie && shutdown(copy, SHUT_RDWR) == 0;
	(void)close(copy);
	return is_cut;
}

static void look_at(struct peers *peers, struct peer *peer, int fd)
{
	int queued = 0;
	if (ioctl(fd, SIOCOUTQ, &queued))
		return;
	peers->slow -= peer->stuck >= PEER_SLOW_LOOKS;
	peer->stuck = queued > 0 && queued >= peer->queued ? peer->stuck + 1 : 0;
	peer->queued = queued;
	peers->slow += peer->stuck >= PEER_SLOW_LOOKS;
}

unsigned peers_look(struct peers *peers, bool may_cut)
{
	unsigned n = 0;
	peers->young = 0;
	for (size_t i = 0; i < peers->n; i++) {
		struct peer *peer = &peers->items[i];
		int fd = (int)i;
		if (!peer->is_open)
			continue;
		if (!peer->cookie || cookie_of(fd) != peer->cookie) {
			close_peer(peers, peer);
			continue;
		}
		peers->young += peer->looks < PEER_YOUNG_LOOKS;
		peer->looks += peer->looks < PEER_YOUNG_LOOKS;
		look_at(peers, peer, fd);
		if (may_cut && peer->stuck >= PEER_CUT_LOOKS && cut(fd, peer->cookie)) {
			(void)snprintf(peers->last_cut, sizeof peers->last_cut, "%s", peer->address);
			close_peer(peers, peer);
			n++;
		}
	}
	peers->cut += n;
	return n;
}
