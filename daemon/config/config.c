/* Loading: the main file, then the drop-in folders, each file parsed on its own (libconfig 1.5 has no include
 * hook), all into one arena. Mistakes of every file are gathered; a syntax error ends its own file only. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "id.h"
#include "limit.h"
#include "log.h"
#include "reader.h"
#include "uthash_abort.h"

enum { DAY_MS = 86400000, CONFIG_ARENA = 1 << 30, KEEP_MIN_MS = 1000 };
#define KEEP_MAX_MS (36500LL * DAY_MS)

static bool parse_level(struct sv v, void *out)
{
	bool is_known;
	enum log_level level = log_level_from_name(v, &is_known);
	if (is_known)
		*(int *)out = (int)level;
	return is_known;
}

static bool parse_mode(struct sv v, void *out)
{
	int mode = 0;
	if (v.n < 3 || v.n > 4)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '7')
			return false;
		mode = mode * 8 + (v.p[i] - '0');
	}
	*(int *)out = mode;
	return true;
}

static bool parse_plain_tcp(struct sv v, void *out)
{
	return plain_tcp_parse(v, out);
}

static bool parse_keep(struct sv v, void *out)
{
	int64_t ms = CONFIG_KEEP_FOREVER;
	bool is_time = !sv_eq(v, SV("forever"));
	if (is_time && (!config_parse_duration(v, &ms) || ms < KEEP_MIN_MS || ms > KEEP_MAX_MS))
		return false;
	*(int64_t *)out = ms;
	return true;
}

#define AT(member) offsetof(struct config, member)
static const struct field daemon_fields[] = {
	{ "instance", FIELD_TEXT, AT(instance) },
	{ "state_dir", FIELD_TEXT, AT(state_dir) },
	{ "user_agent", FIELD_TEXT, AT(user_agent) },
	{ "log_level", FIELD_NAME, AT(log_level), .parse = parse_level, .names = "error, warning, info or debug" },
	{ "fetch_limit", FIELD_INT, AT(fetch_limit), .min = 1, .max = 1000 },
	{ "fetch_limit_per_host", FIELD_INT, AT(fetch_limit_per_host), .min = 1, .max = 100 },
};
static const struct field bus_fields[] = {
	{ "events", FIELD_TEXTS, AT(events_endpoints) },
	{ "query", FIELD_TEXTS, AT(query_endpoints) },
	{ "heartbeat", FIELD_DURATION, AT(heartbeat_ms), .min = 100, .max = 60000 },
	{ "ipc_mode", FIELD_NAME, AT(ipc_mode), .parse = parse_mode, .names = "an octal mode such as \"0660\"" },
	{ "ipc_group", FIELD_TEXT, AT(ipc_group) },
	{ "unencrypted_tcp", FIELD_NAME, AT(plain_tcp), .parse = parse_plain_tcp,
		.names = "\"never\", \"loopback\" or \"anywhere\"" },
	{ "server_key", FIELD_TEXT, AT(server_key) },
	{ "client_keys", FIELD_TEXT, AT(client_keys) },
};
static const struct field log_fields[] = {
	{ "keep", FIELD_NAME, AT(log_keep_ms), .parse = parse_keep, .names = "\"forever\" or a time from \"1s\" on" },
	{ "keep_unread", FIELD_DURATION, AT(log_keep_unread_ms), .min = 0, .max = (double)KEEP_MAX_MS },
};
static const struct field http_fields[] = {
	{ "listen", FIELD_TEXT, AT(http_listen) },
};
static const struct field diff_fields[] = {
	{ "apply", FIELD_NUMBER, AT(apply_confidence), .min = 0, .max = 1 },
	{ "report", FIELD_NUMBER, AT(event_confidence), .min = 0, .max = 1 },
	{ "reaffirm_after", FIELD_DURATION, AT(reaffirm_ms), .min = 0, .max = 36500.0 * DAY_MS },
};
#define GROUP(list) .fields = (list), .n_fields = sizeof(list) / sizeof(list)[0]
static const struct field main_fields[] = {
	{ "daemon", FIELD_GROUP, 0, GROUP(daemon_fields) },
	{ "bus", FIELD_GROUP, 0, GROUP(bus_fields) },
	{ "log", FIELD_GROUP, 0, GROUP(log_fields) },
	{ "http", FIELD_GROUP, 0, GROUP(http_fields) },
	{ "diff", FIELD_GROUP, 0, GROUP(diff_fields) },
	{ "sources_dir", FIELD_TEXT, AT(sources_dir) },
	{ "facts_dir", FIELD_TEXT, AT(facts_dir) },
	{ "sources", FIELD_ANY, 0 },
	{ "facts", FIELD_ANY, 0 },
};
static const struct field drop_in_fields[] = {
	{ "sources", FIELD_ANY, 0 },
	{ "facts", FIELD_ANY, 0 },
};

static enum status read_file(const char *path, struct buf *out, struct error *err)
{
	char chunk[65536];
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_sys(err, E_CONFIG, errno, "cannot read %s", path);
	if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
		(void)close(fd);
		return error_set(err, E_CONFIG, "%s is not a file", path);
	}
	ssize_t n = read(fd, chunk, sizeof chunk);
	while (n > 0 && !buf_append(out, (struct sv){ chunk, (size_t)n }))
		n = read(fd, chunk, sizeof chunk);
	int reason = errno;
	(void)close(fd);
	if (n < 0)
		return error_sys(err, E_CONFIG, reason, "cannot read %s", path);
	return buf_check(out, err);
}

/* Parses one text into the config. `fields` says what it may hold. */
static void read_text(
	struct reader *reader, struct sv text, const struct field *fields, size_t n, struct config *config)
{
	config_t file;
	char *copy = arena_cstr(reader->arena, text); /* libconfig wants a NUL */
	config_init(&file);
	config_set_auto_convert(&file, 1);
	if (strlen(copy) != text.n) {
		report(reader, NULL, "holds a NUL byte");
	} else if (!config_read_string(&file, copy)) {
		report(reader, NULL, "%s", config_error_text(&file));
		if (reader->issues->n)
			reader->issues->items[reader->issues->n - 1].line = (unsigned)config_error_line(&file);
	} else {
		config_setting_t *root = config_root_setting(&file);
		read_group(reader, root, fields, n, config);
		note_bus_lines(reader, &file);
		config_setting_t *sources = config_setting_get_member(root, "sources");
		config_setting_t *facts = config_setting_get_member(root, "facts");
		if (sources)
			read_sources(reader, sources, &config->sources);
		if (facts)
			read_facts(reader, facts, &config->facts);
	}
	config_destroy(&file);
}

static void read_path(
	struct reader *reader, const char *path, const struct field *fields, size_t n, struct config *config)
{
	struct buf bytes;
	struct error err;
	buf_init(&bytes, LIMIT_CONFIG_BYTES);
	reader->file = arena_sv(reader->arena, sv_of(path));
	enum status st = read_file(path, &bytes, &err);
	if (st)
		report(reader, NULL, "%s", err.text);
	else
		read_text(reader, buf_sv(&bytes), fields, n, config);
	buf_done(&bytes);
}

static int is_drop_in(const struct dirent *entry)
{
	struct sv name = sv_of(entry->d_name);
	return name.p[0] != '.' && sv_ends(name, SV(".conf"));
}

/* All *.conf of a folder in bytewise order. A folder that does not exist holds nothing, unless it was named. */
static void read_folder(struct reader *reader, struct sv folder, bool was_named, struct config *config)
{
	struct dirent **entries;
	const char *path = arena_cstr(reader->arena, folder);
	int n = scandir(path, &entries, is_drop_in, alphasort);
	if (n < 0) {
		if (was_named || errno != ENOENT)
			report(reader, NULL, "cannot read the folder %s: %s", path, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		struct sv file = arena_printf(reader->arena, "%s/%s", path, entries[i]->d_name);
		read_path(reader, file.p, drop_in_fields, sizeof drop_in_fields / sizeof drop_in_fields[0], config);
		free(entries[i]);
	}
	free(entries);
}

/* Where an id was first written. */
struct first_use {
	UT_hash_handle hh;
	struct place place;
};

static void check_unique(struct reader *reader, struct first_use **seen, struct sv id, struct place place)
{
	struct first_use *first;
	if (id.n == 0)
		return;
	HASH_FIND(hh, *seen, id.p, id.n, first);
	if (first) {
		reader->file = place.file;
		report(reader, NULL, "'%.*s' is already defined at %.*s:%u", SV_ARG(id), SV_ARG(first->place.file),
			first->place.line);
		if (reader->issues->n)
			reader->issues->items[reader->issues->n - 1].line = place.line;
		return;
	}
	first = arena_new_of(reader->arena, struct first_use);
	first->place = place;
	HASH_ADD_KEYPTR(hh, *seen, id.p, id.n, first);
}

static void check_ids(struct reader *reader, const struct config *config)
{
	struct first_use *sources = NULL, *facts = NULL;
	for (size_t i = 0; i < config->sources.n; i++)
		check_unique(reader, &sources, config->sources.items[i].id, config->sources.items[i].place);
	for (size_t i = 0; i < config->facts.n; i++)
		check_unique(reader, &facts, config->facts.items[i].id, config->facts.items[i].place);
	HASH_CLEAR(hh, sources);
	HASH_CLEAR(hh, facts);
}

static struct config *new_config(const char *file)
{
	char host[256] = "localhost";
	struct arena *arena = arena_new(CONFIG_ARENA);
	struct config *config = arena_new_of(arena, struct config);
	(void)gethostname(host, sizeof host - 1); /* keeps the default */
	*config = (struct config){
		.arena = arena,
		.refs = 1,
		.file = arena_sv(arena, sv_of(file)),
		.instance = arena_printf(arena, "policywatch://%s/main", host),
		.state_dir = SV("/var/lib/policywatchd"),
		.user_agent = SV("policywatch/" PW_VERSION),
		.log_level = LOG_LEVEL_INFO,
		.fetch_limit = 32,
		.fetch_limit_per_host = 2,
		.heartbeat_ms = 1000,
		.ipc_mode = 0660,
		.log_keep_ms = CONFIG_KEEP_FOREVER,
		.log_keep_unread_ms = 30LL * DAY_MS,
		.http_listen = SV("127.0.0.1:9464"),
		.apply_confidence = 0.6,
		.event_confidence = 0.35,
		.reaffirm_ms = 30LL * DAY_MS,
	};
	return config;
}

/* A folder that the file names relative to itself. */
static struct sv folder_of(struct config *config, struct sv named, const char *usual)
{
	if (named.n == 0)
		return config_beside(config, sv_of(usual));
	return config_beside(config, named);
}

enum status config_load(const char *file, struct config **out, struct config_issues *issues, struct error *err)
{
	struct config *config = new_config(file);
	struct reader reader = { .arena = config->arena, .issues = issues };
	size_t before = issues->n;
	struct bus_lines lines = { 0 };
	reader.bus_lines = &lines;
	read_path(&reader, file, main_fields, sizeof main_fields / sizeof main_fields[0], config);
	reader.bus_lines = NULL;
	struct sv sources_dir = folder_of(config, config->sources_dir, "sources.d");
	struct sv facts_dir = folder_of(config, config->facts_dir, "facts.d");
	read_folder(&reader, sources_dir, config->sources_dir.n > 0, config);
	if (!sv_eq(sources_dir, facts_dir))
		read_folder(&reader, facts_dir, config->facts_dir.n > 0, config);
	reader.file = config->file;
	finish_bus(&reader, config, &lines);
	check_ids(&reader, config);
	if (issues->n > before) {
		config_unref(config);
		size_t n = issues->n - before;
		return error_set(err, E_CONFIG, "%zu mistake%s in the configuration", n, n == 1 ? "" : "s");
	}
	*out = config;
	return OK;
}

enum status config_read_facts(struct arena *arena, struct sv text, const char *name, struct fact_list *out,
	struct config_issues *issues, struct error *err)
{
	struct config config = { .arena = arena };
	struct reader reader = { .arena = arena, .issues = issues, .file = sv_of(name) };
	size_t before = issues->n;
	read_text(&reader, text, drop_in_fields, sizeof drop_in_fields / sizeof drop_in_fields[0], &config);
	check_ids(&reader, &config);
	if (issues->n > before)
		return error_set(err, E_CONFIG, "%zu mistakes in %s", issues->n - before, name);
	*out = config.facts;
	return OK;
}

struct config *config_ref(struct config *config)
{
	config->refs++;
	return config;
}

void config_unref(struct config *config)
{
	if (config && --config->refs == 0)
		arena_free(config->arena);
}
