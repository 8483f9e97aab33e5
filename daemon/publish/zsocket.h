/* A ZeroMQ socket on the loop. With zbind.c the only module that knows libzmq.
 *
 * ZeroMQ's descriptor tells of changes, not of state: any send or receive may swallow the signal that more waits.
 * Therefore on_ready reads with a quota and returns, and the module looks at the state again afterwards; whoever
 * uses a socket outside of on_ready calls zsocket_settle() when done. A timer looks once a second as a belt. */
#ifndef PUBLISH_ZSOCKET_H
#define PUBLISH_ZSOCKET_H

#include "arena.h"
#include "endpoint.h"
#include "loop.h"

struct zcontext;
struct zsocket;

enum zsocket_kind {
	ZSOCKET_EVENTS,  /* XPUB */
	ZSOCKET_QUERY,   /* ROUTER */
	ZSOCKET_ZAP,     /* REP, who may connect; to be opened before any other and closed after them */
	ZSOCKET_MONITOR, /* PAIR, see zsocket_monitor() */
};

struct zsocket_options {
	enum zsocket_kind kind;
	struct sv_list endpoints; /* "ipc:///run/x", "tcp://127.0.0.1:5560" (or :* for any port) */
	int ipc_mode;             /* of socket files; 0: as the umask makes it */
	bool has_ipc_group;
	unsigned ipc_group;        /* gid of socket files */
	const char *welcome;       /* sent to whoever subscribes to its prefix before joining, or NULL */
	enum plain_tcp plain_tcp;  /* which endpoints are not encrypted */
	const char *server_secret; /* Z85, of those that are; NULL: none */
	const char *zap_domain;    /* asked about every tcp peer; a constant, or NULL */
};

struct zframe {
	struct sv bytes; /* until the next receive */
	bool has_more;   /* frames of the same message */
};

enum status zcontext_new(struct zcontext **out, struct error *err);
void zcontext_free(struct zcontext *context); /* after its sockets; waits at most a second for what is queued */

/* A socket file left behind by a dead process is replaced, one in use is not. */
enum status zsocket_open(struct zcontext *context, struct loop *loop, const struct zsocket_options *options,
	loop_callback *on_ready, void *ctx, struct zsocket **out, struct error *err);
void zsocket_close(struct zsocket *socket);                 /* NULL is fine */
const char *zsocket_endpoint(const struct zsocket *socket); /* the last one bound, with its real port */
/* A socket that tells what happens to the connections of `of`: messages of two frames, see monitor.h. */
enum status zsocket_monitor(struct zcontext *context, struct zsocket *of, loop_callback *on_ready, void *ctx,
	struct zsocket **out, struct error *err);

bool zsocket_receive(struct zsocket *socket, struct zframe *out); /* false: nothing waits */
/* Of the frame received last; NULL where libzmq does not know. Lives until the next receive. */
void zsocket_peer(struct zsocket *socket, const char **out_address, const char **out_user);
/* Never waits. False: the frame was dropped (and so must be the rest of its message). */
bool zsocket_send(struct zsocket *socket, struct sv frame, bool has_more);
void zsocket_settle(struct zsocket *socket);

/* Ends all connections of the encrypted endpoints and binds these again with the key, at once or when libzmq has let go
 * of them. zsocket_failure() says why it still tries, NULL when it does not. */
void zsocket_cut(struct zsocket *socket, const char *server_secret);
const char *zsocket_failure(const struct zsocket *socket);

#endif
