/* Inside the ZeroMQ module: binding the endpoints of one socket, and binding the encrypted ones again.
 *
 * libzmq copies the options of a socket when it binds: each endpoint keeps the key and the ZAP domain it was bound with. So
 * one socket has encrypted and plain endpoints, and an endpoint that is unbound and bound again has the new key and no
 * connection left of the old one. */
#ifndef PUBLISH_ZBIND_H
#define PUBLISH_ZBIND_H

#include "zsocket.h"

struct zbinds;

/* zmq: libzmq's socket. Binds in order; on failure what is bound stays until the free. */
enum status zbinds_new(void *zmq, const struct zsocket_options *options, struct zbinds **out, struct error *err);
/* Takes the socket files away, while the socket still listens: later, the name may be another daemon's. NULL is fine. */
void zbinds_free(struct zbinds *binds);
const char *zbinds_last(const struct zbinds *binds); /* endpoint bound last, with its real port; "" without one */

/* Cuts all connections of the encrypted endpoints. They listen again after zbinds_again(). */
void zbinds_cut(struct zbinds *binds, const char *server_secret);
/* E_SYSTEM: one is not free (yet); ask again later. */
enum status zbinds_again(struct zbinds *binds, struct error *err);

#endif
