#include "location.h"

#include <string.h>

static const struct {
	struct sv prefix;
	const char *port;
} schemes[] = {
	{ { "http://", 7 }, "80" },
	{ { "https://", 8 }, "443" },
};

char location_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

bool location_is_file(struct sv url)
{
	return sv_starts_nocase(url, SV("file:"));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = location_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum status location_to_path(struct arena *arena, struct sv url, char **out, struct error *err)
{
	static const struct sv prefixes[] = { { "file://localhost/", 17 }, { "file:///", 8 }, { "file:/", 6 } };
	struct sv rest = { 0 };
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && !rest.n; i++)
		if (sv_starts_nocase(url, prefixes[i]))
			rest = sv_slice(url, prefixes[i].n - 1, url.n);
	if (!rest.n || sv_starts(rest, SV("//")))
		return error_set(err, E_FORMAT, "not a file URL of this machine: %.*s", SV_ARG(url));
	char *path = arena_alloc(arena, rest.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < rest.n; i++) {
		char c = rest.p[i];
		if (c == '%') {
			int high = i + 2 < rest.n ? hex_digit(rest.p[i + 1]) : -1;
			int low = i + 2 < rest.n ? hex_digit(rest.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return error_set(err, E_FORMAT, "broken %%-escape in %.*s", SV_ARG(url));
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0')
			return error_set(err, E_FORMAT, "a path cannot hold a NUL: %.*s", SV_ARG(url));
		path[n++] = c;
	}
	*out = path;
	return OK;
}

struct sv location_of_path(struct arena *arena, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@";
	static const char hex[] = "0123456789ABCDEF";
	size_t length = strlen(path);
	const struct sv scheme = SV("file://");
	char *url = arena_alloc(arena, scheme.n + length * 3 + 1);
	memcpy(url, scheme.p, scheme.n);
	size_t n = scheme.n;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)path[i];
		if (strchr(plain, c)) {
			url[n++] = (char)c;
			continue;
		}
		url[n++] = '%';
		url[n++] = hex[c >> 4];
		url[n++] = hex[c & 15];
	}
	return (struct sv){ url, n };
}

/* Where the authority of a URL begins and ends, and where its host begins. False: it has none. */
static bool find_authority(struct sv url, size_t *from, size_t *host, size_t *to)
{
	size_t start = sv_find(url, SV("://"));
	if (start == SIZE_MAX)
		return false;
	start += 3;
	*from = *host = start;
	size_t end = start;
	while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#') {
		if (url.p[end] == '@')
			*host = end + 1;
		end++;
	}
	*to = end;
	return true;
}

struct sv location_host(struct arena *arena, struct sv url)
{
	size_t from, host, to;
	if (!find_authority(url, &from, &host, &to))
		return arena_sv(arena, url);
	const char *port = "";
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (sv_starts_nocase(url, schemes[i].prefix))
			port = schemes[i].port;
	struct sv name = sv_slice(url, host, to);
	size_t colon = name.n;
	while (colon > 0 && name.p[colon - 1] >= '0' && name.p[colon - 1] <= '9')
		colon--;
	bool has_port = colon > 0 && colon < name.n && name.p[colon - 1] == ':';
	char *text = arena_alloc(arena, name.n + 8);
	for (size_t i = 0; i < name.n; i++)
		text[i] = location_lower(name.p[i]);
	size_t n = name.n;
	if (!has_port && *port) {
		text[n++] = ':';
		for (const char *c = port; *c; c++)
			text[n++] = *c;
	}
	return (struct sv){ text, n };
}

struct sv location_without_secrets(struct arena *arena, struct sv url)
{
	size_t from, host, to;
	if (!find_authority(url, &from, &host, &to) || host == from)
		return arena_sv(arena, url);
	char *text = arena_alloc(arena, url.n);
	memcpy(text, url.p, from);
	memcpy(text + from, url.p + host, url.n - host);
	return (struct sv){ text, from + url.n - host };
}
