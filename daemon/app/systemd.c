/* The service manager: readiness, watchdog, status line, journal. Without one every call does nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "app.h"
#include "log.h"

enum { FIELDS_MOST = 16 };

/* Fields as "NAME=value", untrusted values whole: the journal stores bytes and shows them safely. */
static void write_journal(enum log_level level, struct sv message, const struct log_field *fields, size_t n)
{
	struct buf texts[FIELDS_MOST + 2];
	struct iovec parts[FIELDS_MOST + 2];
	size_t count = n > FIELDS_MOST ? FIELDS_MOST : n;
	for (size_t i = 0; i < count + 2; i++)
		buf_init(&texts[i], 8192);
	(void)buf_printf(&texts[0], "PRIORITY=%d", (int)level);
	(void)buf_printf(&texts[1], "MESSAGE=%.*s", SV_ARG(message));
	log_append_fields(&texts[1], fields, count); /* journalctl shows nothing but the message unless asked */
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(&texts[i + 2], "%s=%.*s", fields[i].name, SV_ARG(fields[i].value));
	for (size_t i = 0; i < count + 2; i++)
		parts[i] = (struct iovec){ texts[i].p, texts[i].n };
	(void)sd_journal_sendv(parts, (int)count + 2); /* nowhere left to say so */
	for (size_t i = 0; i < count + 2; i++)
		buf_done(&texts[i]);
}

/* $JOURNAL_STREAM names the device and inode of the journal's stream; it is ours only if standard error is that. */
void systemd_log_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat info;
	if (!stream || fstat(STDERR_FILENO, &info))
		return;
	(void)snprintf(
		ours, sizeof ours, "%llu:%llu", (unsigned long long)info.st_dev, (unsigned long long)info.st_ino);
	if (strcmp(ours, stream) == 0)
		log_set_sink(write_journal);
}

void systemd_use_folders(struct config *config)
{
	const char *state = getenv("STATE_DIRECTORY");
	if (state && *state && sv_eq(config->state_dir, SV("/var/lib/policywatchd")))
		config->state_dir = arena_sv(config->arena, sv_of(state));
}

void systemd_notify(const char *state)
{
	(void)sd_notify(0, state); /* no service manager: nothing to tell */
}

void systemd_notify_reloading(void)
{
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)mono_now().v * 1000);
}

void systemd_status(struct app *app)
{
	size_t well = 0;
	for (size_t i = 0; i < app->config->sources.n; i++)
		well += health_of(app, app->config->sources.items[i].id) == HEALTH_OK;
	(void)sd_notifyf(0, "STATUS=%zu/%zu sources ok, %zu facts, seq %llu", well, app->config->sources.n,
		fact_index_size(app->index), (unsigned long long)store_log(app->store).head);
}

static void feed_watchdog(void *ctx)
{
	struct app *app = ctx;
	uint64_t interval_us;
	if (sd_watchdog_enabled(0, &interval_us) <= 0)
		return;
	if (!app->is_failed)
		(void)sd_notify(0, "WATCHDOG=1");
	systemd_status(app);
	loop_timer_set(app->watchdog, (int64_t)(interval_us / 2000));
}

void systemd_watchdog(struct app *app)
{
	app->watchdog = loop_timer_new(app->loop, feed_watchdog, app);
	feed_watchdog(app);
}
