/* Endpoints of the bus, as text: which of them speak in the clear. */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include "sv.h"

/* Which tcp endpoints go without encryption. */
enum plain_tcp { PLAIN_TCP_LOOPBACK, PLAIN_TCP_NEVER, PLAIN_TCP_ANYWHERE };

bool endpoint_is_tcp(struct sv endpoint);
/* An address of this host alone: 127.0.0.0/8 or ::1, as a number. A name or a wildcard is none. */
bool endpoint_is_loopback(struct sv endpoint);
bool endpoint_is_encrypted(struct sv endpoint, enum plain_tcp plain_tcp);
/* "never", "loopback", "anywhere". */
bool plain_tcp_parse(struct sv name, enum plain_tcp *out);

#endif
