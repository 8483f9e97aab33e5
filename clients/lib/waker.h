/* What makes the descriptor of a client complete: a timer in the same set as the sockets, for time-outs and for what was
 * left unread. Idle until a caller asks for the descriptor; then set as seldom as possible: a timer that rings too
 * early costs one look, a timer set anew for each event would cost each event a system call. */
#ifndef LIB_WAKER_H
#define LIB_WAKER_H

#include <policywatch/policywatch.h>
#include <stdbool.h>
#include <stdint.h>

struct waker {
	int fd;
	bool is_used;  /* somebody waits on the descriptor */
	int64_t at_ms; /* when it rings, monotonic; INT64_MAX: never */
};

#define WAKER_NOW 0
#define WAKER_NEVER INT64_MAX

/* Adds itself to the set. PW_SYSTEM: errno. */
enum pw_status waker_init(struct waker *waker, int epoll_fd);
void waker_done(struct waker *waker);
/* From now on it rings; at once, so that the first look happens. */
void waker_use(struct waker *waker);
/* Rings at at_ms or somewhat before, unless nobody waits. */
void waker_set(struct waker *waker, int64_t at_ms, int64_t now_ms);

#endif
