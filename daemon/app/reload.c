/* Reload: build a whole new configuration, check it, then swap. A failed one changes nothing. */
#include "app.h"
#include "keys.h"
#include "log.h"

enum { ISSUES_ARENA = 4 << 20 };

void log_issues(const struct config_issues *issues)
{
	for (size_t i = 0; i < issues->n; i++) {
		const struct config_issue *issue = &issues->items[i];
		if (issue->line)
			log_error("%.*s:%u: %.*s", SV_ARG(issue->file), issue->line, SV_ARG(issue->text));
		else
			log_error("%.*s: %.*s", SV_ARG(issue->file), SV_ARG(issue->text));
	}
}

enum status app_watch_sources(struct app *app, struct error *err)
{
	const struct config *config = app->config;
	struct watch_options options = { .user_agent = config->user_agent,
		.fetch_limit = config->fetch_limit,
		.fetch_limit_per_host = config->fetch_limit_per_host,
		.is_once = app->is_once };
	enum status st = watch_set(app->watch, config->sources.items, config->sources.n, &options, err);
	if (!st)
		health_load_pushed(app);
	return st;
}

/* Settings that only a restart can change are refused aloud, never silently ignored. */
static enum status check_restart_only(const struct config *old, const struct config *new, struct error *err)
{
	const char *what = NULL;
	if (!sv_eq(old->state_dir, new->state_dir))
		what = "daemon.state_dir";
	else if (!sv_eq(old->instance, new->instance))
		what = "daemon.instance";
	else if (!sv_list_eq(&old->events_endpoints, &new->events_endpoints))
		what = "bus.events";
	else if (!sv_list_eq(&old->query_endpoints, &new->query_endpoints))
		what = "bus.query";
	else if (old->heartbeat_ms != new->heartbeat_ms || old->ipc_mode != new->ipc_mode)
		what = "bus.heartbeat or bus.ipc_mode";
	else if (!sv_eq(old->ipc_group, new->ipc_group) || old->plain_tcp != new->plain_tcp)
		what = "bus.ipc_group or bus.unencrypted_tcp";
	else if (!sv_eq(old->http_listen, new->http_listen))
		what = "http.listen";
	if (!what)
		return OK;
	return error_set(err, E_CONFIG, "%s can only be changed by a restart", what);
}

static enum status take_over(struct app *app, struct config *config, struct error *err)
{
	struct config *old = app->config;
	struct keys *keys;
	enum status st = security_keys(config, &keys, err);
	if (st)
		return st;
	app->config = config;
	st = knowledge_load(app, err);
	if (!st)
		st = app_watch_sources(app, err);
	if (st) {
		keys_free(keys);
		app->config = old;
		return st;
	}
	bus_set_keys(app->bus, keys);
	config_unref(old);
	log_set_level((enum log_level)config->log_level);
	retention_configure(app);
	app->generation++;
	app->loaded = loop_wall(app->loop);
	return OK;
}

enum status app_reload(struct app *app, struct error *err)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(ISSUES_ARENA);
	struct config_issues issues = { .arena = arena };
	struct config *config;
	char *file = arena_cstr(arena, app->config->file);
	systemd_notify_reloading();
	enum status st = config_load(file, &config, &issues, err);
	if (!st) {
		systemd_use_folders(config);
		st = check_restart_only(app->config, config, err);
		if (!st)
			st = take_over(app, config, err);
		if (st)
			config_unref(config);
	}
	log_issues(&issues);
	app->reload_failed = st != OK;
	if (st) {
		log_error("reload refused, keeping the old configuration: %s", err->text);
	} else {
		struct sv message = arena_printf(arena, "configuration %d: %zu sources, %zu facts", app->generation,
			app->config->sources.n, fact_index_size(app->index));
		log_info("%.*s", SV_ARG(message));
		event_notice(app, EVENT_DAEMON, app->config->instance, "reloaded", SEVERITY_INFO, message);
	}
	systemd_notify("READY=1");
	return st;
}
