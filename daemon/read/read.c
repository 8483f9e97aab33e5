/* Bytes → format → documents. Decodes first, so that every reader sees UTF-8 only. */
#include "read.h"

#include "feed.h"
#include "page.h"
#include "plain.h"
#include "sniff.h"
#include "unicode.h"
#include "xml.h"

static const char *const format_names[READ_FORMATS] = { "rss", "atom", "rdf", "json-feed", "html", "text" };

const char *read_format_name(enum read_format format)
{
	return format_names[format];
}

static enum status decode(struct arena *arena, const struct snapshot *snapshot, const struct read_options *options,
	struct sv *out_text, struct sv *out_charset, struct error *err)
{
	const char *binary = sniff_binary(snapshot->body);
	if (binary)
		return error_set(err, E_FORMAT, "is %s, not text", binary);
	struct charset_hints hints = { options->charset, snapshot->charset, sniff_charset(snapshot->body) };
	struct sv text = { 0 };
	enum status st = text_decode(arena, snapshot->body, &hints, &text, out_charset, err);
	if (st == E_ENCODING)
		return error_set(err, E_FORMAT, "is binary data, not text");
	if (st)
		return st;
	if (!sv_trim(text).n)
		return error_set(err, E_FORMAT, "is empty");
	*out_text = text;
	return OK;
}

static enum status refuse_page(
	struct arena *arena, struct sv text, const struct read_options *options, struct error *err)
{
	struct tree tree = { 0 };
	struct page_meta meta = { 0 };
	enum status st = html_parse(arena, text, &tree, err);
	if (st)
		return st;
	page_meta(arena, &tree, &meta);
	if (!meta.feed.n)
		return error_set(err, E_FORMAT, "is an HTML page, not a feed");
	struct sv feed = xml_resolve(arena, meta.feed, options->url);
	return error_set(
		err, E_FORMAT, "is an HTML page, not a feed; it announces one at %.*s", SV_ARG(text_cut(feed, 160)));
}

static enum status read_format(struct arena *arena, struct sv text, size_t from, const struct read_options *options,
	struct reading *out, struct error *err)
{
	bool must_be_feed = options->kind == SOURCE_FEED;
	switch (out->format) {
	case FORMAT_RSS:
	case FORMAT_ATOM:
	case FORMAT_RDF: return feed_read_xml(arena, sv_slice(text, from, text.n), options, out, err);
	case FORMAT_JSON_FEED: {
		struct reading json = *out;
		enum status st = feed_read_json(arena, text, options, &json, err);
		if (!st)
			*out = json;
		if (!st || must_be_feed)
			return st;
		out->format = FORMAT_TEXT;
		return plain_read(arena, text, options, out, err);
	}
	case FORMAT_HTML:
		return must_be_feed ? refuse_page(arena, text, options, err)
				    : page_read(arena, text, options, out, err);
	case FORMAT_TEXT:
		return must_be_feed ? error_set(err, E_FORMAT, "is plain text, not a feed")
				    : plain_read(arena, text, options, out, err);
	}
	return error_set(err, E_FORMAT, "has no known format");
}

enum status read_snapshot(struct arena *arena, const struct snapshot *snapshot, const struct read_options *options,
	struct reading *out, struct error *err)
{
	struct reading reading = { 0 };
	struct sv text = { 0 };
	size_t from = 0;
	enum status st = decode(arena, snapshot, options, &text, &reading.charset, err);
	if (st)
		return st;
	reading.format = sniff_format(text, &from);
	st = read_format(arena, text, from, options, &reading, err);
	if (!st)
		st = arena_check(arena, err);
	if (st)
		return st;
	*out = reading;
	return OK;
}
