/* An event as a mail. */
#ifndef FORWARD_MAIL_H
#define FORWARD_MAIL_H

#include <policywatch/policywatch.h>
#include <stdint.h>

#include "out.h"

/* from and to are plain addresses. The event may hold anything: nothing of it can begin a header of its own. */
void mail_write(struct out *out, const struct pw_value *event, const char *sink, const char *from,
	const char *const *to, int64_t now_s);

#endif
