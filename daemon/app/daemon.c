/* From the command line to a running daemon and back: options, start in order, stop in reverse. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "descriptors.h"
#include "keys.h"
#include "log.h"

enum { HOUSEKEEPING_MS = 60000, ISSUES_ARENA = 4 << 20 };
/* sysexits.h: what the service manager and scripts can tell apart. */
enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_CONFIG = 78 };

struct command_line {
	const char *config_file;
	bool is_check, is_once, is_foreground, is_new_epoch;
	int exit_now; /* -1: go on */
};

static void print_usage(FILE *out)
{
	(void)fprintf(out,
		"Usage: policywatchd [--config FILE] [--foreground] [--once]\n"
		"       policywatchd --check [FILE]\n"
		"       policywatchd --new-epoch [--config FILE]\n"
		"\n"
		"Watches sources, reads statements out of them, and publishes what changed in what was known.\n"
		"\n"
		"  -c, --config FILE  the main configuration file (%s)\n"
		"  -f, --foreground   log to standard error\n"
		"  -1, --once         fetch every source once, then stop\n"
		"  -t, --check        check the configuration and stop\n"
		"      --new-epoch    after a store came back from a backup: name its log anew and stop\n"
		"  -V, --version      print the version\n"
		"  -h, --help         print this\n",
		"/etc/policywatch/policywatchd.conf");
}

static const char *default_config(void)
{
	static char path[4096];
	const char *folder = getenv("CONFIGURATION_DIRECTORY");
	(void)snprintf(path, sizeof path, "%s/policywatchd.conf", folder && *folder ? folder : "/etc/policywatch");
	return path;
}

static struct command_line parse_command_line(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' }, { "once", no_argument, NULL, '1' },
		{ "check", no_argument, NULL, 't' }, { "new-epoch", no_argument, NULL, 'E' },
		{ "version", no_argument, NULL, 'V' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	struct command_line line = { .exit_now = -1 };
	int option = getopt_long(argc, argv, "c:f1tVh", options, NULL);
	for (; option != -1; option = getopt_long(argc, argv, "c:f1tVh", options, NULL)) {
		switch (option) {
		case 'c': line.config_file = optarg; break;
		case 'f': line.is_foreground = true; break;
		case '1': line.is_once = true; break;
		case 't': line.is_check = true; break;
		case 'E': line.is_new_epoch = true; break;
		case 'V':
			(void)puts("policywatchd " PW_VERSION);
			line.exit_now = EXIT_SUCCESS;
			return line;
		case 'h':
			print_usage(stdout);
			line.exit_now = EXIT_SUCCESS;
			return line;
		default:
			print_usage(stderr);
			line.exit_now = EXIT_USAGE;
			return line;
		}
	}
	if (optind < argc && line.is_check && !line.config_file)
		line.config_file = argv[optind++];
	if (optind < argc) {
		(void)fprintf(stderr, "policywatchd: unexpected argument '%s'\n", argv[optind]);
		line.exit_now = EXIT_USAGE;
	}
	if (!line.config_file)
		line.config_file = default_config();
	return line;
}

static struct config *load_config(const char *file)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(ISSUES_ARENA);
	struct config_issues issues = { .arena = arena };
	struct config *config = NULL;
	struct error err;
	if (config_load(file, &config, &issues, &err)) {
		log_issues(&issues);
		log_error("%s", err.text);
	}
	return config;
}

static int check(const char *file)
{
	struct config *config = load_config(file);
	struct keys *keys = NULL;
	struct error err;
	if (!config)
		return EXIT_CONFIG;
	if (security_keys(config, &keys, &err)) {
		log_error("%s", err.text);
		config_unref(config);
		return EXIT_CONFIG;
	}
	keys_free(keys);
	(void)printf("%s: ok, %zu sources, %zu facts\n", file, config->sources.n, config->facts.n);
	config_unref(config);
	return EXIT_SUCCESS;
}

/* ---- start and stop ---- */

static void on_stop(void *ctx)
{
	struct app *app = ctx;
	log_info("stopping");
	loop_stop(app->loop);
}

static void on_reload(void *ctx)
{
	struct error err;
	(void)app_reload(ctx, &err); /* logged there; the old configuration goes on */
}

static void on_housekeeping(void *ctx)
{
	struct app *app = ctx;
	knowledge_check_deadlines(app);
	health_check_stale(app);
	systemd_status(app);
	loop_timer_set(app->housekeeping, HOUSEKEEPING_MS);
}

/* Takes the keys over. */
static enum status open_bus(struct app *app, struct keys *keys, struct error *err)
{
	const struct config *config = app->config;
	struct bus_options options = { .events_endpoints = config->events_endpoints,
		.query_endpoints = config->query_endpoints,
		.heartbeat_ms = (int)config->heartbeat_ms,
		.ipc_mode = config->ipc_mode,
		.has_ipc_group = config->ipc_group.n > 0,
		.ipc_group = config->ipc_gid,
		.plain_tcp = config->plain_tcp,
		.keys = keys,
		.instance = config->instance };
	struct bus_log log = app_bus_log(app);
	struct bus_ops ops = {
		.ctx = app, .on_call = control_on_call, .on_ack = retention_on_ack, .on_warning = security_on_warning
	};
	return bus_new(app->loop, &options, &log, &ops, &app->bus, err);
}

static enum status open_http(struct app *app, struct error *err)
{
	struct http_ops ops;
	if (app->config->http_listen.n == 0)
		return OK;
	return http_new(app->loop, app->config->http_listen, metrics_http_ops(app, &ops), &app->http, err);
}

static enum status open_watch(struct app *app, struct error *err)
{
	struct watch_ops ops;
	enum status st = watch_new(app->loop, health_watch_ops(app, &ops), &app->watch, err);
	return st ? st : app_watch_sources(app, err);
}

/* Everything that can fail, in order: what others need comes first, fetching comes last. Takes the keys over. */
static enum status start(struct app *app, struct keys *keys, struct error *err)
{
	enum status st = loop_new(&app->loop, err);
	if (!st)
		st = store_open(arena_cstr(app->config->arena, app->config->state_dir), &app->store, err);
	if (!st)
		st = open_bus(app, keys, err);
	else
		keys_free(keys);
	if (!st)
		st = retention_start(app, err);
	if (!st)
		st = open_http(app, err);
	if (st)
		return st;
	app->on_term = loop_signal_new(app->loop, SIGTERM, on_stop, app);
	app->on_int = loop_signal_new(app->loop, SIGINT, on_stop, app);
	app->on_hup = loop_signal_new(app->loop, SIGHUP, on_reload, app);
	app->housekeeping = loop_timer_new(app->loop, on_housekeeping, app);
	app->started = app->loaded = wall_now();
	app->generation = 1;
	st = knowledge_load(app, err);
	if (st)
		return st;
	CLEANUP(arena_freep) struct arena *arena = arena_new(4096);
	event_notice(app, EVENT_DAEMON, app->config->instance, "started", SEVERITY_INFO,
		arena_printf(arena, "policywatchd %s: %zu sources, %zu facts", PW_VERSION, app->config->sources.n,
			fact_index_size(app->index)));
	knowledge_check_deadlines(app);
	app_commit_now(app);
	return open_watch(app, err);
}

static void stop(struct app *app)
{
	systemd_notify("STOPPING=1");
	app->is_stopping = true;
	if (app->bus && app->store && !app->is_failed) {
		retention_save_cursors(app);
		event_notice(
			app, EVENT_DAEMON, app->config->instance, "stopping", SEVERITY_INFO, SV("policywatchd stops"));
		app_commit_now(app);
	}
	retention_stop(app);
	watch_free(app->watch);
	http_free(app->http);
	bus_free(app->bus);
	app->bus = NULL;
	loop_timer_free(app->housekeeping);
	loop_timer_free(app->watchdog);
	loop_signal_free(app->on_term);
	loop_signal_free(app->on_int);
	loop_signal_free(app->on_hup);
	loop_free(app->loop);
	store_close(app->store);
	fact_index_free(app->index);
	source_notes_free(app->notes);
	config_unref(app->config);
}

static int run(struct app *app, struct keys *keys)
{
	struct error err;
	enum status st = start(app, keys, &err);
	if (!st) {
		systemd_watchdog(app);
		loop_timer_set(app->housekeeping, HOUSEKEEPING_MS);
		systemd_notify("READY=1");
		log_info("watching %zu sources, %zu facts; events at %.*s", app->config->sources.n,
			fact_index_size(app->index), SV_ARG(app->config->events_endpoints.items[0]));
		st = loop_run(app->loop, &err);
	}
	if (!st && app->is_failed) {
		st = app->failure.code;
		err = app->failure;
	}
	if (st)
		log_error("%s", err.text);
	stop(app);
	return st ? EXIT_UNAVAILABLE : EXIT_SUCCESS;
}

/* Another daemon on the same store keeps it from opening. */
static int new_epoch(const char *file)
{
	struct config *config = load_config(file);
	struct store *store = NULL;
	struct error err;
	if (!config)
		return EXIT_CONFIG;
	systemd_use_folders(config);
	enum status st = store_open(arena_cstr(config->arena, config->state_dir), &store, &err);
	if (!st)
		st = store_new_epoch(store, &err);
	if (st)
		log_error("%s", err.text);
	else
		(void)printf("%.*s: the log is now %016llx, its last event %llu\n", SV_ARG(config->state_dir),
			(unsigned long long)store_log(store).epoch, (unsigned long long)store_log(store).head);
	store_close(store);
	config_unref(config);
	return st ? EXIT_UNAVAILABLE : EXIT_SUCCESS;
}

int daemon_main(int argc, char **argv)
{
	struct command_line line = parse_command_line(argc, argv);
	if (line.exit_now >= 0)
		return line.exit_now;
	if (line.is_check)
		return check(line.config_file);
	if (line.is_new_epoch)
		return new_epoch(line.config_file);
	if (!line.is_foreground)
		systemd_log_to_journal();
	(void)signal(SIGPIPE, SIG_IGN);
	descriptors_raise();
	struct app app = { .is_once = line.is_once, .config = load_config(line.config_file) };
	struct keys *keys = NULL;
	struct error err;
	if (!app.config)
		return EXIT_CONFIG;
	if (security_keys(app.config, &keys, &err)) {
		log_error("%s", err.text);
		config_unref(app.config);
		return EXIT_CONFIG;
	}
	log_set_level((enum log_level)app.config->log_level);
	systemd_use_folders(app.config);
	app.index = fact_index_new();
	app.notes = source_notes_new();
	return run(&app, keys);
}
