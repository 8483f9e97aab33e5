/* libzmq tells of a refused handshake without saying whose it was; the connection's end, with its descriptor, is the next
 * event of the same thread. With one thread that is exact; with more the address in the log may be a neighbour's. */
#include "monitor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TELL_MS = 60000 };

struct monitor_event monitor_read(struct sv frame)
{
	static const struct {
		uint16_t number; /* ZMQ_EVENT_… */
		enum monitor_kind kind;
		enum refusal refusal;
	} known[] = {
		{ 0x0020, MONITOR_ACCEPTED, REFUSALS },
		{ 0x0200, MONITOR_GONE, REFUSALS },
		{ 0x1000, MONITOR_JOINED, REFUSALS },
		{ 0x0800, MONITOR_REFUSED, REFUSED_GARBAGE },
		{ 0x2000, MONITOR_REFUSED, REFUSED_PROTOCOL },
		{ 0x4000, MONITOR_REFUSED, REFUSED_KEY },
	};
	struct monitor_event event = { .fd = -1, .refusal = REFUSALS };
	uint16_t number;
	int32_t value;
	if (frame.n != sizeof number + sizeof value)
		return event;
	memcpy(&number, frame.p, sizeof number);
	memcpy(&value, frame.p + sizeof number, sizeof value);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i].number != number)
			continue;
		event.kind = known[i].kind;
		event.refusal = known[i].refusal;
	}
	if (event.kind == MONITOR_ACCEPTED || event.kind == MONITOR_GONE)
		event.fd = value;
	return event;
}

/* ---- tally ---- */

void tally_add(struct tally *tally, uint64_t n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(tally->last, sizeof tally->last, format, args);
	va_end(args);
	tally->waiting += n;
}

bool tally_take(struct tally *tally, struct mono_ms now, uint64_t *out_n)
{
	if (!tally->waiting || (tally->was_told && now.v - tally->told.v < TELL_MS))
		return false;
	*out_n = tally->waiting;
	tally->waiting = 0;
	tally->told = now;
	tally->was_told = true;
	return true;
}

/* ---- events ---- */

static const char no_handshake[] = "no handshake came, or what came was none";

static void on_gone(struct monitor *monitor, int fd)
{
	static const char *const why[] = {
		[REFUSED_GARBAGE] = no_handshake,
		[REFUSED_PROTOCOL] = "it speaks another way (encrypted or not), has another server key, or broke off",
		[REFUSED_KEY] = "its key was not taken",
	};
	const char *address = peers_remove(&monitor->peers, fd);
	if (monitor->is_refusing && monitor->refusal != REFUSED_KEY)
		tally_add(monitor->tally, 1, "%s: %s", address[0] ? address : "somebody", why[monitor->refusal]);
	if (!monitor->is_refusing)
		(void)snprintf(monitor->last_gone, sizeof monitor->last_gone, "%s", address);
	monitor->is_refusing = false;
}

static void handle(struct monitor *monitor, const struct monitor_event *event)
{
	switch (event->kind) {
	case MONITOR_ACCEPTED:
		monitor->accepted++;
		peers_add(&monitor->peers, event->fd);
		break;
	case MONITOR_GONE: on_gone(monitor, event->fd); break;
	case MONITOR_REFUSED:
		monitor->refused[event->refusal]++;
		monitor->refusal = event->refusal;
		monitor->is_refusing = true;
		break;
	case MONITOR_JOINED: monitor->joined++; break;
	case MONITOR_OTHER: break;
	}
}

static void drain(struct monitor *monitor)
{
	struct zframe frame;
	while (zsocket_receive(monitor->socket, &frame)) {
		struct monitor_event event = monitor_read(frame.bytes);
		if (!monitor->has_more)
			handle(monitor, &event);
		monitor->has_more = frame.has_more;
	}
}

static void on_ready(void *ctx)
{
	drain(ctx);
}

/* What speaks no ZMTP of today is dropped without a word. It shows in the sum: who came and neither joined nor was refused
 * is gone again, or so young that its handshake may go on. */
static void count_silent(struct monitor *monitor)
{
	uint64_t explained = monitor->joined + monitor->peers.young;
	for (size_t i = 0; i < REFUSALS; i++)
		explained += monitor->refused[i];
	if (monitor->accepted <= explained)
		return;
	monitor->refused[REFUSED_GARBAGE] += monitor->accepted - explained;
	const char *address = monitor->last_gone[0] ? monitor->last_gone : "somebody";
	tally_add(monitor->tally, monitor->accepted - explained, "%s: %s", address, no_handshake);
}

/* Who has gone is heard of first, so that no descriptor is looked at that is somebody else's by now. */
unsigned monitor_look(struct monitor *monitor, bool may_cut)
{
	drain(monitor);
	unsigned cut = peers_look(&monitor->peers, may_cut);
	count_silent(monitor);
	return cut;
}

enum status monitor_init(
	struct monitor *monitor, struct zcontext *context, struct zsocket *of, struct tally *tally, struct error *err)
{
	monitor->tally = tally;
	return zsocket_monitor(context, of, on_ready, monitor, &monitor->socket, err);
}

void monitor_done(struct monitor *monitor)
{
	zsocket_close(monitor->socket);
	monitor->socket = NULL;
	peers_done(&monitor->peers);
}
