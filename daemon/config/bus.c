/* What the bus binds, and with which keys. Whatever would leave an endpoint open that should not be is a mistake here, so
 * that --check says it too; the keys themselves are read by whoever serves the bus. */
#include <errno.h>
#include <grp.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

#define SERVER_KEY "policywatchd.key_secret"

enum { GROUPS_MOST = 65536 };

static unsigned line_of(const struct config_t *file, const char *path)
{
	const config_setting_t *setting = config_lookup(file, path);
	return setting ? config_setting_source_line(setting) : 0;
}

void note_bus_lines(struct reader *reader, const struct config_t *file)
{
	if (!reader->bus_lines)
		return;
	*reader->bus_lines = (struct bus_lines){
		.events = line_of(file, "bus.events"),
		.query = line_of(file, "bus.query"),
		.server_key = line_of(file, "bus.server_key"),
		.ipc_group = line_of(file, "bus.ipc_group"),
	};
}

struct sv config_beside(const struct config *config, struct sv path)
{
	size_t slash = config->file.n;
	if (path.n && path.p[0] == '/')
		return path;
	while (slash && config->file.p[slash - 1] != '/')
		slash--;
	return arena_printf(config->arena, "%.*s%.*s", (int)slash, config->file.p, SV_ARG(path));
}

/* ---- endpoints ---- */

/* Returns whether one of them is encrypted. */
static bool check_endpoints(struct reader *reader, const struct config *config, const struct sv_list *endpoints,
	unsigned line, const char *name)
{
	bool is_any_encrypted = false;
	for (size_t i = 0; i < endpoints->n; i++) {
		struct sv endpoint = endpoints->items[i];
		if (!sv_starts(endpoint, SV("ipc://")) && !endpoint_is_tcp(endpoint))
			report_at(reader, line, "bus.%s: \"%.*s\" must start with ipc:// or tcp://", name,
				SV_ARG(endpoint));
		if (!endpoint_is_encrypted(endpoint, config->plain_tcp))
			continue;
		is_any_encrypted = true;
		if (config->server_key.n == 0)
			report_at(reader, line,
				"bus.%s: \"%.*s\" can be reached from other hosts, so it must be encrypted, and there "
				"is "
				"no key of the daemon (make one: policywatch keygen; see bus.server_key; or, at your "
				"risk, "
				"bus.unencrypted_tcp = \"anywhere\")",
				name, SV_ARG(endpoint));
	}
	return is_any_encrypted;
}

static void default_endpoints(struct config *config)
{
	if (config->events_endpoints.n == 0)
		*list_push(config->arena, &config->events_endpoints) = SV("ipc:///run/policywatchd/events");
	if (config->query_endpoints.n == 0)
		*list_push(config->arena, &config->query_endpoints) = SV("ipc:///run/policywatchd/query");
}

/* ---- keys ---- */

/* What the service manager hands over, else what lies beside the main file, else nothing. */
static struct sv usual_server_key(const struct config *config)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	if (folder && *folder) {
		struct sv given = arena_printf(config->arena, "%s/" SERVER_KEY, folder);
		if (access(given.p, F_OK) == 0)
			return given;
	}
	struct sv beside = config_beside(config, SV(SERVER_KEY));
	return access(arena_cstr(config->arena, beside), F_OK) == 0 ? beside : (struct sv){ 0 };
}

static void finish_keys(struct reader *reader, struct config *config, const struct bus_lines *lines)
{
	bool is_named = config->server_key.n > 0;
	config->has_client_keys = config->client_keys.n > 0;
	config->server_key = is_named ? config_beside(config, config->server_key) : usual_server_key(config);
	bool has_encrypted = check_endpoints(reader, config, &config->events_endpoints, lines->events, "events");
	if (check_endpoints(reader, config, &config->query_endpoints, lines->query, "query"))
		has_encrypted = true;
	if (!has_encrypted && !is_named) /* a key that nothing needs can't stop the daemon */
		config->server_key = (struct sv){ 0 };
	if (has_encrypted || config->has_client_keys)
		config->client_keys = config_beside(
			config, config->has_client_keys ? config->client_keys : SV("clients.d"));
}

/* ---- group ---- */

static bool is_member(gid_t gid)
{
	int n = getgroups(0, NULL);
	gid_t *groups = n > 0 && n <= GROUPS_MOST ? calloc((size_t)n, sizeof *groups) : NULL;
	bool is_found = gid == getegid() || geteuid() == 0;
	n = groups ? getgroups(n, groups) : 0;
	for (int i = 0; i < n; i++)
		is_found = is_found || groups[i] == gid;
	free(groups);
	return is_found;
}

static void finish_group(struct reader *reader, struct config *config, unsigned line)
{
	if (config->ipc_group.n == 0)
		return;
	errno = 0;
	const struct group *group = getgrnam(arena_cstr(config->arena, config->ipc_group));
	if (!group) {
		report_at(reader, line, "bus.ipc_group: no group \"%.*s\" on this host", SV_ARG(config->ipc_group));
		return;
	}
	config->ipc_gid = group->gr_gid;
	if (!is_member(group->gr_gid))
		report_at(reader, line,
			"bus.ipc_group: only a member of the group \"%.*s\" can give files to it, and the daemon's "
			"user "
			"is none",
			SV_ARG(config->ipc_group));
}

void finish_bus(struct reader *reader, struct config *config, const struct bus_lines *lines)
{
	finish_keys(reader, config, lines);
	finish_group(reader, config, lines->ipc_group);
	default_endpoints(config);
}
