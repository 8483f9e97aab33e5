/* A table says which keys each kind of sink has, what they hold and where they go; a key that is not in it is a
 * mistake, for a mistyped option must not be silently nothing. */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "topic.h"

#define SINKS_MAX 256
#define SECRET_BYTES 8192
#define DELIVERY_MS 20000 /* what the Standard Webhooks advise is 15 to 30 s */
#define DELIVERY_MAX_MS 600000
#define STATE_DIR "/var/lib/policywatch-forward"

struct reader {
	const char *file;
	int mistakes;
};

enum value_type { TYPE_TEXT, TYPE_TEXTS, TYPE_DURATION, TYPE_SEVERITY, TYPE_START, TYPE_FLAG, TYPE_SECRET, TYPE_KIND };
enum { WEBHOOK = 1 << SINK_WEBHOOK, EMAIL = 1 << SINK_EMAIL, EXEC = 1 << SINK_EXEC, ALL = WEBHOOK | EMAIL | EXEC };

static const struct key {
	const char *name;
	enum value_type type;
	unsigned kinds, needed; /* by kinds */
	size_t offset;
} keys[] = {
	{ "name", TYPE_TEXT, ALL, ALL, offsetof(struct sink_settings, name) },
	{ "kind", TYPE_KIND, ALL, ALL, offsetof(struct sink_settings, kind) },
	{ "topics", TYPE_TEXTS, ALL, 0, offsetof(struct sink_settings, topics) },
	{ "min_severity", TYPE_SEVERITY, ALL, 0, offsetof(struct sink_settings, min_severity) },
	{ "start", TYPE_START, ALL, 0, offsetof(struct sink_settings, from_oldest) },
	{ "timeout", TYPE_DURATION, ALL, 0, offsetof(struct sink_settings, timeout_ms) },
	{ "give_up_after", TYPE_DURATION, ALL, 0, offsetof(struct sink_settings, give_up_ms) },
	{ "url", TYPE_TEXT, WEBHOOK | EMAIL, WEBHOOK | EMAIL, offsetof(struct sink_settings, url) },
	{ "secret_file", TYPE_SECRET, WEBHOOK, 0, offsetof(struct sink_settings, secret) },
	{ "from", TYPE_TEXT, EMAIL, EMAIL, offsetof(struct sink_settings, from) },
	{ "to", TYPE_TEXTS, EMAIL, EMAIL, offsetof(struct sink_settings, to) },
	{ "user", TYPE_TEXT, EMAIL, 0, offsetof(struct sink_settings, user) },
	{ "password_file", TYPE_SECRET, EMAIL, 0, offsetof(struct sink_settings, password) },
	{ "require_tls", TYPE_FLAG, EMAIL, 0, offsetof(struct sink_settings, require_tls) },
	{ "argv", TYPE_TEXTS, EXEC, EXEC, offsetof(struct sink_settings, argv) },
};
#define KEYS (sizeof keys / sizeof *keys)

static const char *const kind_names[SINK_KINDS] = { "webhook", "email", "exec" };

static void complain(struct reader *reader, const config_setting_t *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void complain(struct reader *reader, const config_setting_t *at, const char *format, ...)
{
	va_list args;
	(void)fprintf(stderr, "%s:%u: ", reader->file, at ? config_setting_source_line(at) : 1);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	reader->mistakes++;
}

int settings_severity(const char *name)
{
	static const char *const names[] = { "info", "notice", "warning", "critical" };
	for (int i = 0; i < 4; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

/* ---- values ---- */

/* "20s", "500ms", "3d": a number and a unit. -1: none. */
static int64_t duration_ms(const char *text)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	char *unit = NULL;
	if (!isdigit((unsigned char)text[0]))
		return -1;
	errno = 0;
	long long count = strtoll(text, &unit, 10);
	for (size_t i = 0; errno == 0 && i < sizeof units / sizeof *units; i++) {
		int64_t ms;
		if (strcmp(unit, units[i].unit) == 0 && !__builtin_mul_overflow((int64_t)count, units[i].ms, &ms))
			return ms;
	}
	return -1;
}

static char *read_secret(struct reader *reader, const config_setting_t *at, const char *path)
{
	char text[SECRET_BYTES + 1];
	struct stat about;
	FILE *file = fopen(path, "re");
	if (!file) {
		complain(reader, at, "%s: %s", path, strerror(errno));
		return NULL;
	}
	size_t n = fread(text, 1, sizeof text, file);
	bool is_open_to_all = fstat(fileno(file), &about) == 0 && (about.st_mode & 0007);
	(void)fclose(file);
	if (n > SECRET_BYTES) {
		complain(reader, at, "%s: more than %d bytes", path, SECRET_BYTES);
		return NULL;
	}
	if (is_open_to_all)
		complain(reader, at, "%s: everybody may read or write it (chmod o= it)", path);
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = '\0';
	if (n == 0)
		complain(reader, at, "%s: empty", path);
	return strdup(text);
}

/* One text, or a list of them. */
static char **read_texts(struct reader *reader, const config_setting_t *at)
{
	int n = config_setting_type(at) == CONFIG_TYPE_STRING ? 1 : config_setting_length(at);
	char **texts = calloc((size_t)n + 1, sizeof *texts);
	for (int i = 0; texts && i < n; i++) {
		const char *text = config_setting_type(at) == CONFIG_TYPE_STRING
			? config_setting_get_string(at)
			: config_setting_get_string_elem(at, i);
		if (!text || !text[0])
			complain(reader, at, "'%s' is a list of texts, none empty", config_setting_name(at));
		texts[i] = strdup(text ? text : "");
	}
	if (n == 0)
		complain(reader, at, "'%s' is empty", config_setting_name(at));
	return texts;
}

static void read_kind(struct reader *reader, const config_setting_t *at, const char *text, enum sink_kind *out)
{
	for (int i = 0; i < SINK_KINDS; i++) {
		if (strcmp(kind_names[i], text) == 0) {
			*out = (enum sink_kind)i;
			return;
		}
	}
	complain(reader, at, "kind '%s' is none of webhook, email, exec", text);
}

static void store_text(struct reader *reader, const config_setting_t *at, const struct key *key, void *place)
{
	const char *text = config_setting_get_string(at);
	if (!text) {
		complain(reader, at, "'%s' is a text in quotes", key->name);
		return;
	}
	if (key->type == TYPE_TEXT) {
		*(char **)place = strdup(text);
	} else if (key->type == TYPE_SECRET) {
		*(char **)place = read_secret(reader, at, text);
	} else if (key->type == TYPE_KIND) {
		read_kind(reader, at, text, place);
	} else if (key->type == TYPE_DURATION) {
		*(int64_t *)place = duration_ms(text);
		if (*(int64_t *)place <= 0)
			complain(reader, at, "'%s' is a duration such as \"20s\", \"10m\" or \"3d\"", key->name);
	} else if (key->type == TYPE_SEVERITY) {
		*(int *)place = settings_severity(text);
		if (*(int *)place < 0)
			complain(reader, at, "'%s' is one of info, notice, warning, critical", key->name);
	} else if (key->type == TYPE_START) {
		*(bool *)place = strcmp(text, "oldest") == 0;
		if (strcmp(text, "oldest") != 0 && strcmp(text, "now") != 0)
			complain(reader, at, "'%s' is \"now\" or \"oldest\"", key->name);
	}
}

static void store(struct reader *reader, const config_setting_t *at, const struct key *key, struct sink_settings *sink)
{
	void *place = (char *)sink + key->offset;
	if (key->type == TYPE_TEXTS) {
		*(char ***)place = read_texts(reader, at);
	} else if (key->type == TYPE_FLAG) {
		*(bool *)place = config_setting_get_bool(at);
		if (config_setting_type(at) != CONFIG_TYPE_BOOL)
			complain(reader, at, "'%s' is true or false", key->name);
	} else {
		store_text(reader, at, key, place);
	}
}

/* ---- a sink ---- */

static bool is_name(const char *text)
{
	size_t n = strlen(text);
	return n > 0 && n <= 64 && text[0] != '-' && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool is_address(const char *text)
{
	const char *at = strchr(text, '@');
	if (!at || at == text || !at[1] || strchr(at + 1, '@'))
		return false;
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f || strchr("<>,;:\"()", *text))
			return false;
	}
	return true;
}

static bool starts_with_one_of(const char *text, const char *a, const char *b)
{
	return strncmp(text, a, strlen(a)) == 0 || strncmp(text, b, strlen(b)) == 0;
}

static void check_topics(struct reader *reader, const config_setting_t *at, struct sink_settings *sink)
{
	for (size_t i = 0; sink->topics && sink->topics[i]; i++) {
		char topic[TOPIC_BYTES];
		if (!topic_expand(sink->topics[i], topic)) {
			complain(reader, at, "topic too long");
			continue;
		}
		free(sink->topics[i]);
		sink->topics[i] = strdup(topic);
	}
}

static void check_email(struct reader *reader, const config_setting_t *at, const struct sink_settings *sink)
{
	if (sink->url && !starts_with_one_of(sink->url, "smtp://", "smtps://"))
		complain(reader, at, "url of an email sink is smtp:// or smtps://");
	if (sink->from && !is_address(sink->from))
		complain(reader, at, "'%s' is no plain address (name@example.org)", sink->from);
	for (size_t i = 0; sink->to && sink->to[i]; i++) {
		if (!is_address(sink->to[i]))
			complain(reader, at, "'%s' is no plain address (name@example.org)", sink->to[i]);
	}
	if (!sink->user != !sink->password)
		complain(reader, at, "user and password_file belong together");
}

static void check_sink(struct reader *reader, const config_setting_t *at, struct sink_settings *sink)
{
	if (sink->name && !is_name(sink->name))
		complain(reader, at, "name '%s': lower-case letters, digits and '-'", sink->name);
	if (sink->timeout_ms > DELIVERY_MAX_MS)
		complain(reader, at, "timeout is more than %d s", DELIVERY_MAX_MS / 1000);
	check_topics(reader, at, sink);
	if (sink->kind == SINK_WEBHOOK && sink->url && !starts_with_one_of(sink->url, "http://", "https://"))
		complain(reader, at, "url of a webhook is http:// or https://");
	if (sink->kind == SINK_EMAIL)
		check_email(reader, at, sink);
	if (sink->kind == SINK_EXEC && sink->argv && sink->argv[0] && sink->argv[0][0] != '/')
		complain(reader, at, "argv begins with the full path of a program");
}

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static void read_sink(struct reader *reader, const config_setting_t *at, struct sink_settings *sink)
{
	if (config_setting_type(at) != CONFIG_TYPE_GROUP) {
		complain(reader, at, "a sink is a group { name = …; kind = …; }");
		return;
	}
	sink->timeout_ms = DELIVERY_MS;
	const config_setting_t *kind = config_setting_get_member(at, "kind");
	if (kind)
		store(reader, kind, find_key("kind"), sink);
	unsigned bit = 1u << sink->kind;
	sink->require_tls = config_setting_get_member(at, "user") != NULL;
	for (int i = 0; i < config_setting_length(at); i++) {
		const config_setting_t *member = config_setting_get_elem(at, (unsigned)i);
		const struct key *key = find_key(config_setting_name(member));
		if (member == kind)
			continue;
		if (!key)
			complain(reader, member, "unknown key '%s'", config_setting_name(member));
		else if (!(key->kinds & bit))
			complain(reader, member, "'%s' is not for sinks of kind %s", key->name, kind_names[sink->kind]);
		else
			store(reader, member, key, sink);
	}
	for (size_t i = 0; i < KEYS; i++) {
		if ((keys[i].needed & bit) && !config_setting_get_member(at, keys[i].name))
			complain(reader, at, "a sink of kind %s needs '%s'", kind_names[sink->kind], keys[i].name);
	}
	check_sink(reader, at, sink);
}

/* ---- the file ---- */

static void read_sinks(struct reader *reader, const config_setting_t *at, struct settings *settings)
{
	int n = config_setting_is_list(at) ? config_setting_length(at) : 0;
	if (n == 0 || n > SINKS_MAX) {
		complain(reader, at, "sinks is a list ( { … }, { … } ) of 1 to %d", SINKS_MAX);
		return;
	}
	settings->sinks = calloc((size_t)n, sizeof *settings->sinks);
	for (int i = 0; settings->sinks && i < n; i++) {
		const config_setting_t *sink = config_setting_get_elem(at, (unsigned)i);
		read_sink(reader, sink, &settings->sinks[settings->n++]);
		const char *name = settings->sinks[i].name;
		for (int k = 0; k < i; k++) {
			if (name && settings->sinks[k].name && strcmp(name, settings->sinks[k].name) == 0)
				complain(reader, sink, "two sinks are called '%s'", name);
		}
	}
}

static void read_top(struct reader *reader, const config_setting_t *root, struct settings *settings)
{
	const struct {
		const char *name;
		char **place;
	} texts[] = { { "events", &settings->events }, { "query", &settings->query }, { "key", &settings->key },
		{ "server_key", &settings->server_key }, { "state_dir", &settings->state_dir } };
	enum { TEXTS = sizeof texts / sizeof *texts };
	bool has_sinks = false;
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *member = config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(member);
		size_t k = 0;
		while (k < TEXTS && strcmp(texts[k].name, name) != 0)
			k++;
		if (strcmp(name, "sinks") == 0) {
			has_sinks = true;
			read_sinks(reader, member, settings);
		} else if (k == TEXTS) {
			complain(reader, member, "unknown key '%s'", name);
		} else if (!config_setting_get_string(member)) {
			complain(reader, member, "'%s' is a text in quotes", name);
		} else {
			*texts[k].place = strdup(config_setting_get_string(member));
		}
	}
	if (!has_sinks)
		complain(reader, NULL, "no sinks");
}

static char *default_state_dir(void)
{
	const char *given = getenv("STATE_DIRECTORY"), *user = getenv("XDG_STATE_HOME");
	char *dir = NULL;
	if (given && given[0])
		return strdup(given);
	if (user && user[0] == '/' && asprintf(&dir, "%s/policywatch", user) > 0)
		return dir;
	return strdup(STATE_DIR);
}

struct settings *settings_read(const char *file)
{
	struct reader reader = { .file = file };
	struct settings *settings = calloc(1, sizeof *settings);
	config_t config;
	config_init(&config);
	if (!settings || !config_read_file(&config, file)) {
		bool is_syntax = settings && config_error_type(&config) == CONFIG_ERR_PARSE;
		if (is_syntax)
			(void)fprintf(
				stderr, "%s:%d: %s\n", file, config_error_line(&config), config_error_text(&config));
		else
			(void)fprintf(stderr, "%s: %s\n", file, strerror(errno ? errno : EIO));
		reader.mistakes++;
	} else {
		read_top(&reader, config_root_setting(&config), settings);
		if (!settings->state_dir)
			settings->state_dir = default_state_dir();
	}
	config_destroy(&config);
	if (reader.mistakes == 0)
		return settings;
	settings_free(settings);
	return NULL;
}

static void free_texts(char **texts)
{
	for (size_t i = 0; texts && texts[i]; i++)
		free(texts[i]);
	free(texts);
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	for (size_t i = 0; i < settings->n; i++) {
		struct sink_settings *sink = &settings->sinks[i];
		char *const texts[] = { sink->name, sink->url, sink->secret, sink->from, sink->user, sink->password };
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			free(texts[k]);
		free_texts(sink->topics);
		free_texts(sink->to);
		free_texts(sink->argv);
	}
	free(settings->sinks);
	free(settings->events);
	free(settings->query);
	free(settings->key);
	free(settings->server_key);
	free(settings->state_dir);
	free(settings);
}
