/* ZeroMQ, and nothing of it outside sock.c: sockets that send and receive whole messages without waiting, and one
 * descriptor that says when any of them has something. */
#ifndef LIB_SOCK_H
#define LIB_SOCK_H

#include <policywatch/policywatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
	const void *p;
	size_t n;
};

/* A message received: frames in one piece of memory that is used again for the next message. */
struct frames {
	uint8_t *bytes;
	size_t used, cap;
	size_t *ends; /* frame i is bytes[ends[i - 1] .. ends[i]) */
	size_t n, ends_cap;
};
struct frame frames_at(const struct frames *frames, size_t i); /* {NULL, 0} past the end */
void frames_done(struct frames *frames);

struct sockets {
	void *context;
	int epoll_fd;
	unsigned monitors; /* opened so far */
};
struct sock;

enum pw_status sockets_init(struct sockets *sockets);
void sockets_done(struct sockets *sockets); /* after all its socks were closed */

/* Keys of an encrypted connection, in Z85. An endpoint that is not tcp is never encrypted. */
struct sock_keys {
	const char *public_key, *secret_key; /* ours */
	const char *server_key;              /* the daemon's; NULL: not encrypted */
};

/* Both connect in the background and for ever. A subscriber also gets the heartbeat topic. PW_INVALID: the endpoint is
 * none. The text of a failure: sock_error(). */
enum pw_status sock_subscribe(struct sockets *sockets, const char *endpoint, const struct sock_keys *keys,
	const char *prefix, size_t prefix_bytes, struct sock **out);
enum pw_status sock_dealer(
	struct sockets *sockets, const char *endpoint, const struct sock_keys *keys, struct sock **out);

/* How connecting goes. CUT: the other side closed at several handshakes in a row, for one because it has another key; libzmq
 * goes on trying ten times a second. MISMATCH: one side encrypts and the other does not. REFUSED: it does not take our
 * key. After these two the sock is dead. */
enum sock_handshake { HANDSHAKE_FINE, HANDSHAKE_CUT, HANDSHAKE_MISMATCH, HANDSHAKE_REFUSED };
enum sock_handshake sock_handshake(struct sock *sock); /* NULL is fine */
void sock_close(struct sock *sock);                    /* NULL is fine; what was not sent is dropped */
const char *sock_error(void);

/* A new pair of keys in Z85, 41 bytes each. PW_SYSTEM: this build of ZeroMQ has no CURVE. */
enum pw_status sock_key_pair(char *public_key, char *secret_key);

/* PW_TIMEOUT: nothing there. PW_INVALID: a message over all limits was skipped. */
enum pw_status sock_receive(struct sock *sock, struct frames *out);
/* PW_TIMEOUT: the queue is full. */
enum pw_status sock_send(struct sock *sock, const struct frame *frames, size_t n);
/* Waits until a message may be there. */
void sock_wait(struct sock *sock, int timeout_ms);
/* Takes the signal off the descriptor and leaves messages where they are: for one that shall stay unread a while. */
void sock_touch(struct sock *sock);

#endif
