/* Who may connect to the bus and what for; who is connected, was refused, or does not read. */
#ifndef PUBLISH_GUARD_H
#define PUBLISH_GUARD_H

#include "bus.h"
#include "keys.h"
#include "monitor.h"
#include "zsocket.h"

struct guard;

/* Before any other socket is opened. Takes the keys over, also on failure. */
enum status guard_new(struct loop *loop, struct zcontext *context, struct keys *keys, const struct bus_ops *ops,
	struct guard **out, struct error *err);
/* Watches the connections of the two sockets; end it before they are closed. */
enum status guard_watch(struct guard *guard, struct zsocket *events, struct zsocket *query, struct error *err);
void guard_unwatch(struct guard *guard);
void guard_free(struct guard *guard); /* after all other sockets; NULL is fine */

const char *guard_server_secret(const struct guard *guard); /* NULL: none */
/* Takes the keys over. Whoever may not stay connected is cut off, and with them all who are encrypted. */
void guard_set_keys(struct guard *guard, struct keys *keys);
/* Who sent the frame that was received last. */
void guard_peer(const struct guard *guard, struct zsocket *socket, struct bus_peer *out);
void guard_counts(const struct guard *guard, struct bus_counts *counts);

#endif
