/* The `sources` list. */
#include <libconfig.h>

#include "id.h"
#include "limit.h"
#include "reader.h"

enum { DAY_MS = 86400000 };

/* A source as written; `path` and `url` become one. */
struct written {
	struct source source;
	struct sv path;
	bool is_enabled;
};

static bool parse_kind(struct sv v, void *out)
{
	return source_kind_parse(v, out);
}

static bool parse_trust(struct sv v, void *out)
{
	return source_trust_parse(v, out);
}

static bool parse_track(struct sv v, void *out)
{
	return source_track_parse(v, out);
}

#define AT(member) offsetof(struct written, source.member)
static const struct field fields[] = {
	{ "id", FIELD_TEXT, AT(id), .is_required = true },
	{ "kind", FIELD_NAME, AT(kind), .is_required = true, .parse = parse_kind,
		.names = "feed, page, file, folder or push" },
	{ "url", FIELD_TEXT, AT(url) },
	{ "path", FIELD_TEXT, offsetof(struct written, path) },
	{ "selector", FIELD_TEXT, AT(selector) },
	{ "language", FIELD_TEXT, AT(language) },
	{ "charset", FIELD_TEXT, AT(charset) },
	{ "beats", FIELD_TEXTS, AT(beats) },
	{ "trust", FIELD_NAME, AT(trust), .parse = parse_trust, .names = "primary, secondary or low" },
	{ "track", FIELD_NAME, AT(track), .parse = parse_track, .names = "facts or all" },
	{ "enabled", FIELD_BOOL, offsetof(struct written, is_enabled) },
	{ "follow", FIELD_BOOL, AT(follow) },
	{ "catch_up", FIELD_BOOL, AT(catch_up) },
	{ "every", FIELD_DURATION, AT(every_ms), .min = 1000, .max = 30.0 * DAY_MS },
	{ "timeout", FIELD_DURATION, AT(timeout_ms), .min = 100, .max = 600000 },
	{ "max_size", FIELD_SIZE, AT(max_bytes), .min = 1024, .max = LIMIT_FETCH_BYTES_MAX },
	{ "max_redirects", FIELD_INT, AT(max_redirects), .min = 0, .max = 20 },
	{ "fail_after", FIELD_INT, AT(fail_after), .min = 1, .max = 1000 },
	{ "stale_after", FIELD_DURATION, AT(stale_ms), .min = 0, .max = 3650.0 * DAY_MS },
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static bool has_scheme(struct sv url, bool is_local)
{
	return is_local
		? sv_starts(url, SV("file:///"))
		: sv_starts(url, SV("http://")) || sv_starts(url, SV("https://")) || sv_starts(url, SV("file:///"));
}

static bool needs_escape(char c)
{
	return (unsigned char)c <= ' ' || (unsigned char)c >= 0x7f || c == '%' || c == '#' || c == '?';
}

/* "/var/spool/my news" → "file:///var/spool/my%20news" */
static struct sv path_to_url(struct arena *arena, struct sv path)
{
	static const char hex[] = "0123456789ABCDEF";
	char *url = arena_alloc(arena, path.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++) {
		if (!needs_escape(path.p[i])) {
			url[n++] = path.p[i];
			continue;
		}
		url[n++] = '%';
		url[n++] = hex[(unsigned char)path.p[i] >> 4];
		url[n++] = hex[(unsigned char)path.p[i] & 15];
	}
	return arena_printf(arena, "file://%.*s", (int)n, url);
}

static void check_place(struct reader *reader, const config_setting_t *group, struct written *w)
{
	bool is_local = w->source.kind == SOURCE_FILE || w->source.kind == SOURCE_FOLDER;
	const char *kind = source_kind_name(w->source.kind);
	if (w->source.kind == SOURCE_PUSH) {
		if (w->path.n || w->source.url.n)
			report(reader, group,
				"a push source has neither 'url' nor 'path': its documents are handed in");
		return;
	}
	if (w->path.n && w->source.url.n)
		report(reader, group, "has both 'url' and 'path': one of them is enough");
	else if (w->path.n && w->path.p[0] != '/')
		report(reader, group, "'path' must be absolute, not \"%.*s\"", SV_ARG(w->path));
	else if (w->path.n)
		w->source.url = path_to_url(reader->arena, w->path);
	else if (!w->source.url.n)
		report(reader, group, "'%s' is missing", is_local ? "path" : "url");
	else if (!has_scheme(w->source.url, is_local))
		report(reader, group, "'url' of a %s must start with %s, not \"%.*s\"", kind,
			is_local ? "file:///" : "http://, https:// or file:///", SV_ARG(w->source.url));
	if (w->source.url.n > LIMIT_URL_BYTES)
		report(reader, group, "'url' is longer than %d bytes", LIMIT_URL_BYTES);
}

static void check_source(struct reader *reader, const config_setting_t *group, struct written *w)
{
	struct source *source = &w->source;
	if (source->id.n && !id_is_slug(source->id))
		report(reader, group, "'id' must be of a-z, 0-9 and '-', at most %d, not \"%.*s\"", LIMIT_ID_BYTES,
			SV_ARG(source->id));
	for (size_t i = 0; i < source->beats.n; i++)
		if (!id_is_slug(source->beats.items[i]))
			report(reader, group, "'beats': \"%.*s\" is not of a-z, 0-9 and '-'",
				SV_ARG(source->beats.items[i]));
	if (source->follow && source->kind != SOURCE_FEED)
		report(reader, group, "'follow' is for feeds only");
	check_place(reader, group, w);
}

void read_sources(struct reader *reader, config_setting_t *list, struct source_list *out)
{
	int n = config_setting_length(list);
	if (!config_setting_is_list(list)) {
		report(reader, list, "'sources' must be a list: ( { … }, { … } )");
		return;
	}
	for (int i = 0; i < n; i++) {
		config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct written w = { .is_enabled = true,
			.source = { .trust = TRUST_SECONDARY,
				.every_ms = 900000,
				.timeout_ms = LIMIT_FETCH_MS,
				.max_bytes = LIMIT_FETCH_BYTES,
				.max_redirects = LIMIT_REDIRECTS,
				.fail_after = 3,
				.place = { reader->file, config_setting_source_line(group) } } };
		if (!config_setting_is_group(group)) {
			report(reader, list, "'sources': item %d is not a group: { … }", i + 1);
			continue;
		}
		read_group(reader, group, fields, FIELDS, &w);
		check_source(reader, group, &w);
		if (w.is_enabled)
			*list_push(reader->arena, out) = w.source;
	}
}
