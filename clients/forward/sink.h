/* One place that events go to: its client with its cursor, and the event that is on its way. Events go one after the
 * other; the cursor moves when the other side took one. */
#ifndef FORWARD_SINK_H
#define FORWARD_SINK_H

#include <policywatch/policywatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "settings.h"
#include "transfer.h"

enum sink_phase { PHASE_READY, PHASE_BUSY, PHASE_WAITING, PHASE_OVER };

struct sink {
	const struct sink_settings *settings;
	struct transfers *transfers;
	struct pw_client *client;
	struct pw_event *event;  /* on its way, or waiting for another try */
	struct pw_event *passed; /* last one below the severity, not acknowledged yet */
	enum sink_phase phase;
	unsigned attempts;
	int64_t first_try_ms, retry_at_ms;
	uint64_t delivered, failures, skipped;
	bool is_once;   /* drain, then PHASE_OVER */
	bool is_failed; /* once: gave up */
	bool is_more;   /* did not look at all there is */

	pid_t pid; /* exec: the child, 0 when there is none */
	int pid_fd;
	int64_t kill_at_ms;
};

/* False: said why. */
bool sink_open(struct sink *sink, const struct settings *settings, const struct sink_settings *own,
	struct transfers *transfers, bool is_once);
void sink_close(struct sink *sink);
/* Does what can be done without waiting. */
void sink_step(struct sink *sink);
/* Milliseconds until sink_step() has something to do without a descriptor; -1: only by one. */
int sink_wait_ms(const struct sink *sink);

/* For those that deliver: what became of the event. */
void sink_done(struct sink *sink, const struct transfer_result *result);
void sink_log(const struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Begin to deliver sink->event. False: could not begin, with the reason in *why. They call sink_done() later. */
bool webhook_start(struct sink *sink, const char **why);
bool email_start(struct sink *sink, const char **why);
bool exec_start(struct sink *sink, const char **why);
void exec_check(struct sink *sink); /* is the child over, or over its time? */
void exec_kill(struct sink *sink);

int64_t sink_now_ms(void); /* monotonic */

#endif
