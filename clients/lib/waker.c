#include "waker.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum pw_status waker_init(struct waker *waker, int epoll_fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	waker->at_ms = WAKER_NEVER;
	waker->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (waker->fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, waker->fd, &event) != 0)
		return PW_SYSTEM;
	return PW_OK;
}

void waker_done(struct waker *waker)
{
	if (waker->fd >= 0)
		(void)close(waker->fd);
	waker->fd = -1;
}

/* To set a timer also takes back that it rang. */
static void arm(struct waker *waker, int64_t at_ms)
{
	struct itimerspec when = { 0 };
	waker->at_ms = at_ms;
	if (at_ms != WAKER_NEVER) {
		when.it_value.tv_sec = at_ms / 1000;
		when.it_value.tv_nsec = at_ms % 1000 * 1000000 + (at_ms == WAKER_NOW); /* all zero would stop it */
	}
	(void)timerfd_settime(waker->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void waker_use(struct waker *waker)
{
	if (waker->is_used)
		return;
	waker->is_used = true;
	arm(waker, WAKER_NOW);
}

void waker_set(struct waker *waker, int64_t at_ms, int64_t now_ms)
{
	bool is_rung = waker->at_ms <= now_ms;
	bool is_set = at_ms <= now_ms ? is_rung : !is_rung && waker->at_ms <= at_ms;
	if (waker->is_used && !is_set)
		arm(waker, at_ms <= now_ms ? WAKER_NOW : at_ms);
}
