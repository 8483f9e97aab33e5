#include "sink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MS 5000 /* after the first failure; doubles */
#define RETRY_MAX_MS 600000
#define ONCE_RETRY_MS 300
#define ONCE_ATTEMPTS 3
#define ONCE_PATIENCE_MS 15000 /* for a daemon to answer */
#define LOOK_MS 100
#define STEP_EVENTS 64
#define OVERLAP_MS 3600000 /* before the last event, when the log is another one: clocks and delays differ */
#define TROUBLE_MS 5000    /* until a client with trouble of its own is asked again */

int64_t sink_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sink_log(const struct sink *sink, const char *format, ...)
{
	va_list args;
	(void)fprintf(stderr, "sink '%s': ", sink->settings->name);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

bool sink_open(struct sink *sink, const struct settings *settings, const struct sink_settings *own,
	struct transfers *transfers, bool is_once)
{
	struct pw_options options = PW_OPTIONS_INIT;
	char *cursor = NULL, *name = NULL;
	*sink = (struct sink){ .settings = own, .transfers = transfers, .is_once = is_once, .pid_fd = -1 };
	sink->first_try_ms = sink_now_ms();
	if (asprintf(&cursor, "%s/%s.cursor", settings->state_dir, own->name) < 0 ||
		asprintf(&name, "forward-%s", own->name) < 0) {
		free(cursor);
		sink_log(sink, "no memory");
		return false;
	}
	options.events = settings->events;
	options.query = settings->query;
	options.key_file = settings->key;
	options.server_key = settings->server_key;
	options.topics = (const char *const *)own->topics;
	options.cursor_file = cursor;
	options.cursor_name = name;
	options.from_seq = own->from_oldest ? 0 : PW_FROM_NOW;
	enum pw_status st = pw_connect(&options, &sink->client);
	if (st)
		sink_log(sink, "%s", pw_error(sink->client));
	free(cursor);
	free(name);
	return st == PW_OK;
}

void sink_close(struct sink *sink)
{
	exec_kill(sink);
	pw_event_free(sink->event);
	pw_event_free(sink->passed);
	pw_close(sink->client);
	sink->event = sink->passed = NULL;
	sink->client = NULL;
}

static void wait_until(struct sink *sink, int64_t ms)
{
	sink->phase = PHASE_WAITING;
	sink->retry_at_ms = sink_now_ms() + ms;
}

/* The event was taken, or is not for this sink, or was given up. */
static void move_on(struct sink *sink)
{
	sink->phase = PHASE_READY;
	sink->attempts = 0;
	if (pw_ack(sink->client, sink->event) != PW_OK) { /* it will come again after a restart */
		sink_log(sink, "%s; trying again with the next event", pw_error(sink->client));
		wait_until(sink, TROUBLE_MS);
	}
	pw_event_free(sink->event);
	sink->event = NULL;
}

/* Doubles with each failure, by up to a quarter more or less, so that receivers are not hit in step. */
static int64_t retry_ms(const struct sink *sink, const struct transfer_result *result)
{
	int64_t ms = sink->is_once ? ONCE_RETRY_MS : RETRY_MS;
	unsigned char byte = 128;
	for (unsigned i = 1; i < sink->attempts && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	(void)!getrandom(&byte, 1, GRND_NONBLOCK);
	ms += ms * (byte - 128) / 512;
	return result->retry_after_ms > ms ? result->retry_after_ms : ms;
}

static void on_failure(struct sink *sink, const struct transfer_result *result)
{
	const char *id = pw_event_text(sink->event, "id");
	int64_t tried_ms = sink_now_ms() - sink->first_try_ms;
	sink->failures++;
	if (sink->is_once && sink->attempts >= ONCE_ATTEMPTS) {
		sink_log(sink, "event %s: %s; giving up for this run", id, result->why);
		sink->is_failed = true;
		sink->phase = PHASE_OVER;
		return;
	}
	if (sink->settings->give_up_ms && tried_ms >= sink->settings->give_up_ms) {
		sink_log(sink, "event %s: %s; given up after %lld s, going on with the next", id, result->why,
			(long long)(tried_ms / 1000));
		sink->skipped++;
		move_on(sink);
		return;
	}
	int64_t ms = retry_ms(sink, result);
	sink_log(sink, "event %s: %s; try %u failed, next in %lld s", id, result->why, sink->attempts,
		(long long)((ms + 999) / 1000));
	wait_until(sink, ms);
}

void sink_done(struct sink *sink, const struct transfer_result *result)
{
	if (!result->is_ok) {
		on_failure(sink, result);
		return;
	}
	if (sink->attempts > 1)
		sink_log(sink, "delivers again");
	sink->delivered++;
	move_on(sink);
}

static void deliver(struct sink *sink)
{
	static bool (*const starts[SINK_KINDS])(struct sink *, const char **) = {
		[SINK_WEBHOOK] = webhook_start,
		[SINK_EMAIL] = email_start,
		[SINK_EXEC] = exec_start,
	};
	const char *why = "no memory";
	sink->attempts++;
	if (sink->attempts == 1)
		sink->first_try_ms = sink_now_ms();
	sink->phase = PHASE_BUSY;
	if (starts[sink->settings->kind](sink, &why))
		return;
	struct transfer_result result = { 0 };
	(void)snprintf(result.why, sizeof result.why, "%.199s", why);
	on_failure(sink, &result);
}

/* Events below the severity are acknowledged together: each acknowledgement is a write to disk. */
static void settle(struct sink *sink)
{
	if (sink->passed && pw_ack(sink->client, sink->passed) != PW_OK)
		sink_log(sink, "%s", pw_error(sink->client));
	pw_event_free(sink->passed);
	sink->passed = NULL;
}

static void on_event(struct sink *sink, struct pw_event *event)
{
	int severity = settings_severity(pw_event_text(event, "data.severity"));
	/* An event that says nothing of its weight is not taken for a light one. */
	if (severity >= 0 && severity < sink->settings->min_severity) {
		pw_event_free(sink->passed);
		sink->passed = event;
		return;
	}
	settle(sink);
	sink->event = event;
	deliver(sink);
}

static void on_quiet(struct sink *sink)
{
	settle(sink);
	if (!sink->is_once)
		return;
	if (pw_client_state(sink->client) == PW_LIVE) {
		sink->phase = PHASE_OVER;
	} else if (sink_now_ms() - sink->first_try_ms > ONCE_PATIENCE_MS) {
		sink_log(sink, "no daemon answers (%s)", pw_error(sink->client));
		sink->is_failed = true;
		sink->phase = PHASE_OVER;
	}
}

/* The place is no more. Another log tells of the same time under numbers of its own, so with the time of the last event
 * nothing is missed; what comes again does so under another id. */
static bool resume(struct sink *sink)
{
	sink_log(sink, "%s", pw_error(sink->client));
	settle(sink);
	int64_t last_ms = pw_last_time(sink->client);
	bool is_known = last_ms > OVERLAP_MS;
	sink_log(sink, "going on %s",
		is_known ? "from an hour before the last event, some may come again"
			 : "with the oldest event there is");
	enum pw_status st = is_known ? pw_resume_time(sink->client, last_ms - OVERLAP_MS) : pw_resume(sink->client, 0);
	return st == PW_OK;
}

/* True: there may be more at once. */
static bool take_next(struct sink *sink)
{
	struct pw_event *event = NULL;
	enum pw_status st = pw_next(sink->client, 0, &event);
	if (st == PW_OK) {
		on_event(sink, event);
		return true;
	}
	if (st == PW_TIMEOUT) {
		on_quiet(sink);
		return false;
	}
	if (st == PW_GONE || st == PW_EPOCH)
		return resume(sink);
	sink_log(sink, "%s; trying again", pw_error(sink->client));
	wait_until(sink, TROUBLE_MS);
	return false;
}

void sink_step(struct sink *sink)
{
	bool is_more = true;
	if (sink->phase == PHASE_BUSY && sink->pid > 0)
		exec_check(sink);
	if (sink->phase == PHASE_WAITING && sink_now_ms() >= sink->retry_at_ms) {
		sink->phase = PHASE_READY;
		if (sink->event)
			deliver(sink);
	}
	/* Not all at once: other sinks have their turn. */
	for (int i = 0; i < STEP_EVENTS && is_more && sink->phase == PHASE_READY; i++)
		is_more = take_next(sink);
	sink->is_more = is_more && sink->phase == PHASE_READY;
}

static int left_ms(int64_t at_ms)
{
	int64_t left = at_ms - sink_now_ms();
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

int sink_wait_ms(const struct sink *sink)
{
	switch (sink->phase) {
	case PHASE_READY: return sink->is_more ? 0 : sink->is_once ? LOOK_MS : pw_wait_ms(sink->client);
	case PHASE_WAITING: return left_ms(sink->retry_at_ms);
	case PHASE_BUSY:
		if (sink->pid > 0 && sink->pid_fd < 0)
			return LOOK_MS; /* nothing will wake us when the child is over */
		return sink->pid > 0 ? left_ms(sink->kill_at_ms) : -1;
	case PHASE_OVER: break;
	}
	return -1;
}
