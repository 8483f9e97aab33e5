/* JSON Feed 1.0 and 1.1. */
#include "feed.h"
#include "html.h"
#include "json.h"
#include "limit.h"
#include "unicode.h"

static struct sv text_of(struct arena *arena, const struct json_t *object, const char *key)
{
	const struct json_t *value = json_get(object, key);
	if (json_is_number(value)) /* ids are numbers in the wild */
		return arena_printf(arena, "%.15g", json_number(value, 0));
	return text_squeeze(arena, json_text(value));
}

static struct sv author_of(struct arena *arena, const struct json_t *object)
{
	struct sv name = text_of(arena, json_at(json_get(object, "authors"), 0), "name");
	return name.n ? name : text_of(arena, json_get(object, "author"), "name");
}

/* Paragraphs of plain text: blank lines part them. */
static struct sv plain_paragraphs(struct arena *arena, struct sv text)
{
	struct block_list blocks = { 0 };
	while (text.n) {
		size_t end = sv_find(text, SV("\n\n"));
		struct sv piece = text_squeeze(arena, sv_slice(text, 0, end));
		if (piece.n)
			*list_push(arena, &blocks) = (struct block){ .text = piece };
		text = end == SIZE_MAX ? (struct sv){ 0 } : sv_slice(text, end + 2, text.n);
	}
	return html_join(arena, &blocks);
}

static enum status read_body(struct arena *arena, const struct json_t *item, struct sv *out, struct error *err)
{
	struct sv html = json_text(json_get(item, "content_html")), plain = json_text(json_get(item, "content_text"));
	if (html.n)
		return html_to_text(arena, html, out, err);
	*out = plain_paragraphs(arena, plain.n ? plain : json_text(json_get(item, "summary")));
	return OK;
}

static enum status read_item(struct arena *arena, const struct json_t *json, struct feed_item *out, struct error *err)
{
	struct feed_item item = { .id = text_of(arena, json, "id"),
		.link = text_of(arena, json, "url"),
		.title = text_cut(text_of(arena, json, "title"), LIMIT_TITLE_BYTES),
		.author = author_of(arena, json),
		.lang = text_of(arena, json, "language"),
		.published = text_of(arena, json, "date_published"),
		.updated = text_of(arena, json, "date_modified") };
	if (!item.link.n)
		item.link = text_of(arena, json, "external_url");
	enum status st = read_body(arena, json, &item.text, err);
	if (st)
		return st;
	*out = item;
	return OK;
}

enum status feed_read_json(
	struct arena *arena, struct sv text, const struct read_options *options, struct reading *out, struct error *err)
{
	CLEANUP(json_freep) struct json_t *json = NULL;
	enum status st = json_read(text, &json, err);
	if (st)
		return error_wrap(err, "is not a JSON feed");
	const struct json_t *items = json_get(json, "items");
	if (!json_is_array(items))
		return error_set(err, E_FORMAT, "is JSON, but not a JSON feed: it has no list 'items'");
	out->title = text_of(arena, json, "title");
	struct sv base = text_of(arena, json, "home_page_url"), lang = text_of(arena, json, "language"),
		  author = author_of(arena, json);
	for (size_t i = 0; i < json_size(items); i++) {
		if (i == LIMIT_FEED_ITEMS) {
			*list_push(arena, &out->warnings) = arena_printf(
				arena, "has more than %d items: the rest was left out", LIMIT_FEED_ITEMS);
			break;
		}
		struct feed_item item = { 0 };
		st = read_item(arena, json_at(items, i), &item, err);
		if (!st)
			st = arena_check(arena, err);
		if (st)
			return st;
		item.base = base.n ? base : options->url;
		item.lang = item.lang.n ? item.lang : lang;
		item.author = item.author.n ? item.author : author;
		feed_add(arena, &item, i + 1, options, out);
	}
	return OK;
}
