/* The first telling tag decides: servers' media types are wrong too often to be asked. */
#include "sniff.h"

#include <string.h>

enum { SNIFF_BYTES = 64 * 1024, SNIFF_CHARSET_BYTES = 8192 };

static const struct magic {
	struct sv start;
	const char *name;
} magics[] = {
	{ SV("%PDF-"), "a PDF" },
	{ SV("PK\003\004"), "a ZIP archive or office document" },
	{ SV("\x89PNG"), "a PNG picture" },
	{ SV("GIF8"), "a GIF picture" },
	{ SV("\xff\xd8\xff"), "a JPEG picture" },
	{ SV("\x1f\x8b"), "gzip data" },
	{ SV("\xd0\xcf\x11\xe0"), "an old office document" },
	{ SV("\x7f"
	     "ELF"),
		"a program" },
};

const char *sniff_binary(struct sv bytes)
{
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (sv_starts(bytes, magics[i].start))
			return magics[i].name;
	return NULL;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		c == ':' || c == '.';
}

/* What stands after a key and "=", with or without quotes. */
static struct sv value_after(struct sv v, struct sv key)
{
	size_t at = sv_find_nocase(v, key);
	if (at == SIZE_MAX)
		return (struct sv){ 0 };
	struct sv rest = sv_trim(sv_slice(v, at + key.n, v.n));
	if (!sv_starts(rest, SV("=")))
		return (struct sv){ 0 };
	rest = sv_trim(sv_slice(rest, 1, rest.n));
	if (rest.n && (rest.p[0] == '"' || rest.p[0] == '\''))
		rest = sv_slice(rest, 1, rest.n);
	size_t n = 0;
	while (n < rest.n && is_name_char(rest.p[n]))
		n++;
	return sv_slice(rest, 0, n);
}

struct sv sniff_charset(struct sv bytes)
{
	struct sv start = sv_slice(bytes, 0, SNIFF_CHARSET_BYTES);
	size_t declaration = sv_find(sv_slice(start, 0, 1024), SV("<?xml"));
	if (declaration != SIZE_MAX) {
		struct sv rest = sv_slice(start, declaration, start.n);
		struct sv found = value_after(sv_slice(rest, 0, sv_find_char(rest, '>')), SV("encoding"));
		if (found.n)
			return found;
	}
	for (size_t at = sv_find_nocase(start, SV("<meta")); at != SIZE_MAX; at = sv_find_nocase(start, SV("<meta"))) {
		start = sv_slice(start, at + 5, start.n);
		struct sv found = value_after(sv_slice(start, 0, sv_find_char(start, '>')), SV("charset"));
		if (found.n)
			return found;
	}
	return (struct sv){ 0 };
}

static const struct root {
	struct sv name;
	enum read_format format;
} roots[] = {
	{ SV("rss"), FORMAT_RSS },
	{ SV("feed"), FORMAT_ATOM },
	{ SV("entry"), FORMAT_ATOM },
	{ SV("rdf"), FORMAT_RDF },
	{ SV("channel"), FORMAT_RSS },
	{ SV("html"), FORMAT_HTML },
	{ SV("!doctype html"), FORMAT_HTML },
	{ SV("head"), FORMAT_HTML },
	{ SV("body"), FORMAT_HTML },
};

/* Tags that make text HTML when no root is there: a piece of a page. */
static const struct sv hints[] = { SV("p"), SV("div"), SV("a"), SV("meta"), SV("title"), SV("h1"), SV("h2"), SV("ul"),
	SV("ol"), SV("table"), SV("article"), SV("section"), SV("span"), SV("br"), SV("script"), SV("b"), SV("i"),
	SV("strong"), SV("em"), SV("img"), SV("main") };

static struct sv tag_name(struct sv text, size_t at)
{
	size_t n = at;
	if (n < text.n && text.p[n] == '!')
		n++;
	while (n < text.n && is_name_char(text.p[n]))
		n++;
	struct sv name = sv_slice(text, at, n);
	if (sv_eq_nocase(name, SV("!doctype")))
		name = sv_starts_nocase(sv_slice(text, at, text.n), SV("!doctype html")) ? SV("!doctype html") : name;
	return name;
}

static bool is_hint(struct sv name)
{
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (sv_eq_nocase(name, hints[i]))
			return true;
	return false;
}

enum read_format sniff_format(struct sv text, size_t *out_from)
{
	struct sv start = sv_slice(text, 0, SNIFF_BYTES);
	bool looks_like_html = false;
	*out_from = 0;
	struct sv trimmed = sv_trim(start);
	if (trimmed.n && trimmed.p[0] == '{')
		return FORMAT_JSON_FEED;
	for (size_t at = 0; at < start.n;) {
		const char *open = memchr(start.p + at, '<', start.n - at);
		if (!open)
			break;
		at = (size_t)(open - start.p);
		struct sv rest = sv_slice(start, at, start.n);
		if (sv_starts(rest, SV("<!--"))) {
			size_t end = sv_find(rest, SV("-->"));
			at = end == SIZE_MAX ? start.n : at + end + 3;
			continue;
		}
		struct sv name = tag_name(start, at + 1);
		size_t colon = sv_find_char(name, ':');
		name = sv_slice(name, colon == SIZE_MAX ? 0 : colon + 1, name.n);
		for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
			if (!sv_eq_nocase(name, roots[i].name))
				continue;
			*out_from = roots[i].format == FORMAT_HTML ? 0 : at;
			return roots[i].format;
		}
		looks_like_html = looks_like_html || is_hint(name);
		at++;
	}
	return looks_like_html ? FORMAT_HTML : FORMAT_TEXT;
}
