/* policywatch-forward: events from the bus to webhooks, mailboxes and programs. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "sink.h"

#define CONFIG_FILE "/etc/policywatch/forward.conf"
#define STATUS_MS 5000
#define FDS_A_SINK 2

/* 78 as in sysexits.h: the service manager need not try again. */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 78 };

struct forward {
	struct settings *settings;
	struct transfers *transfers;
	struct sink *sinks;
	struct pollfd *fds; /* the signals, then two of each sink */
	int signal_fd;
	bool is_once, is_over;
	int64_t watchdog_ms, next_status_ms; /* watchdog_ms 0: none */
};

static const char usage[] = "Usage: policywatch-forward [--config FILE] [--check | --once]\n\n"
			    "  --config FILE  instead of " CONFIG_FILE "\n"
			    "  --check        read the configuration and say what is wrong with it\n"
			    "  --once         deliver what there is, then end\n"
			    "  --version      print the version\n";

static int open_signals(void)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool open_all(struct forward *forward)
{
	const struct settings *settings = forward->settings;
	uint64_t watchdog_us = 0;
	if (mkdir(settings->state_dir, 0750) != 0 && errno != EEXIST) {
		(void)fprintf(stderr, "%s: %s\n", settings->state_dir, strerror(errno));
		return false;
	}
	forward->signal_fd = open_signals();
	forward->transfers = transfers_new();
	forward->sinks = calloc(settings->n, sizeof *forward->sinks);
	forward->fds = calloc(1 + FDS_A_SINK * settings->n, sizeof *forward->fds);
	if (forward->signal_fd < 0 || !forward->transfers || !forward->sinks || !forward->fds) {
		(void)fputs("no memory or descriptors\n", stderr);
		return false;
	}
	bool is_open = true;
	for (size_t i = 0; i < settings->n; i++)
		is_open = sink_open(&forward->sinks[i], settings, &settings->sinks[i], forward->transfers,
				  forward->is_once) &&
			is_open;
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		forward->watchdog_ms = (int64_t)(watchdog_us / 2000);
	return is_open;
}

static void close_all(struct forward *forward)
{
	transfers_free(forward->transfers); /* first: they know the sinks */
	for (size_t i = 0; forward->sinks && i < forward->settings->n; i++) {
		if (forward->sinks[i].settings)
			sink_close(&forward->sinks[i]);
	}
	free(forward->sinks);
	free(forward->fds);
	if (forward->signal_fd >= 0)
		(void)close(forward->signal_fd);
	settings_free(forward->settings);
}

static int sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static void tell_systemd(struct forward *forward)
{
	uint64_t delivered = 0, failures = 0, skipped = 0;
	size_t waiting = 0;
	int64_t now_ms = sink_now_ms();
	(void)sd_notify(0, "WATCHDOG=1");
	if (now_ms < forward->next_status_ms)
		return;
	forward->next_status_ms = now_ms + STATUS_MS;
	for (size_t i = 0; i < forward->settings->n; i++) {
		const struct sink *sink = &forward->sinks[i];
		delivered += sink->delivered;
		failures += sink->failures;
		skipped += sink->skipped;
		waiting += sink->phase == PHASE_WAITING;
	}
	(void)sd_notifyf(0,
		"STATUS=%zu sinks, %zu of them waiting after a failure; %llu delivered, %llu failures, %llu given up",
		forward->settings->n, waiting, (unsigned long long)delivered, (unsigned long long)failures,
		(unsigned long long)skipped);
}

/* One turn: each sink does what it can, then all wait together. */
static void turn(struct forward *forward)
{
	size_t n = 0, open = 0;
	int wait_ms = forward->watchdog_ms ? (int)forward->watchdog_ms : -1;
	forward->fds[n++] = (struct pollfd){ .fd = forward->signal_fd, .events = POLLIN };
	for (size_t i = 0; i < forward->settings->n; i++) {
		struct sink *sink = &forward->sinks[i];
		sink_step(sink);
		open += sink->phase != PHASE_OVER;
		wait_ms = sooner(wait_ms, sink_wait_ms(sink));
		/* A busy sink leaves its client alone: what comes waits in the queue, and its signal must not wake us. */
		if (sink->phase == PHASE_READY)
			forward->fds[n++] = (struct pollfd){ .fd = pw_fd(sink->client), .events = POLLIN };
		if (sink->pid_fd >= 0)
			forward->fds[n++] = (struct pollfd){ .fd = sink->pid_fd, .events = POLLIN };
	}
	tell_systemd(forward);
	forward->is_over = forward->is_once && open == 0;
	if (forward->is_over)
		return;
	transfers_wait(forward->transfers, forward->fds, n, sooner(wait_ms, STATUS_MS));
	forward->is_over = forward->fds[0].revents != 0;
}

static int run(struct forward *forward)
{
	int status = EXIT_OK;
	if (!open_all(forward))
		return EXIT_FAILED;
	(void)sd_notify(0, "READY=1");
	while (!forward->is_over)
		turn(forward);
	(void)sd_notify(0, "STOPPING=1");
	for (size_t i = 0; i < forward->settings->n; i++) {
		if (forward->sinks[i].is_failed)
			status = EXIT_FAILED;
	}
	return status;
}

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, 'n' },
	{ "once", no_argument, NULL, '1' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int main(int argc, char **argv)
{
	struct forward forward = { .signal_fd = -1 };
	const char *file = CONFIG_FILE;
	bool is_check = false;
	tzset();
	for (int c = getopt_long(argc, argv, "c:nhV", options, NULL); c != -1;
		c = getopt_long(argc, argv, "c:nhV", options, NULL)) {
		switch (c) {
		case 'c': file = optarg; break;
		case 'n': is_check = true; break;
		case '1': forward.is_once = true; break;
		case 'V': return printf("policywatch-forward %s\n", pw_version()) > 0 ? EXIT_OK : EXIT_FAILED;
		case 'h': return fputs(usage, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	forward.settings = settings_read(file);
	if (!forward.settings)
		return EXIT_CONFIG;
	int status = EXIT_OK;
	if (is_check)
		(void)printf("%s: %zu sinks\n", file, forward.settings->n);
	else
		status = run(&forward);
	close_all(&forward);
	return status;
}
