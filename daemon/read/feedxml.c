/* Feeds in XML. The formats differ in names only, so one table of names reads all of them: for each field of an
 * item the child of the highest rank wins, among equals the first. Items are taken wherever they stand in the tree,
 * as a forgotten end tag nests the items after it. An item without its end in a feed that is cut off is dropped:
 * half a text would look like an edit later. */
#include "feed.h"
#include "html.h"
#include "limit.h"
#include "unicode.h"
#include "xml.h"

enum field { FIELD_ID, FIELD_LINK, FIELD_TITLE, FIELD_BODY, FIELD_PUBLISHED, FIELD_UPDATED, FIELD_AUTHOR, FIELD_LANG };
#define FIELDS 8

/* SPACE_NONE stands for the feed's own name space, whichever that is. */
static const struct rule {
	struct sv name;
	enum space space;
	enum field field;
	int rank;
} rules[] = {
	{ SV("guid"), SPACE_NONE, FIELD_ID, 2 },
	{ SV("id"), SPACE_NONE, FIELD_ID, 2 },
	{ SV("identifier"), SPACE_DC, FIELD_ID, 1 },
	{ SV("link"), SPACE_NONE, FIELD_LINK, 3 },
	{ SV("title"), SPACE_NONE, FIELD_TITLE, 3 },
	{ SV("title"), SPACE_DC, FIELD_TITLE, 2 },
	{ SV("title"), SPACE_MEDIA, FIELD_TITLE, 1 },
	{ SV("encoded"), SPACE_CONTENT, FIELD_BODY, 6 },
	{ SV("content"), SPACE_NONE, FIELD_BODY, 5 },
	{ SV("body"), SPACE_XHTML, FIELD_BODY, 5 },
	{ SV("div"), SPACE_XHTML, FIELD_BODY, 4 },
	{ SV("description"), SPACE_NONE, FIELD_BODY, 3 },
	{ SV("summary"), SPACE_NONE, FIELD_BODY, 3 },
	{ SV("description"), SPACE_DC, FIELD_BODY, 2 },
	{ SV("summary"), SPACE_ITUNES, FIELD_BODY, 1 },
	{ SV("description"), SPACE_MEDIA, FIELD_BODY, 1 },
	{ SV("pubDate"), SPACE_NONE, FIELD_PUBLISHED, 4 },
	{ SV("published"), SPACE_NONE, FIELD_PUBLISHED, 4 },
	{ SV("issued"), SPACE_NONE, FIELD_PUBLISHED, 4 },
	{ SV("date"), SPACE_DC, FIELD_PUBLISHED, 3 },
	{ SV("issued"), SPACE_DC, FIELD_PUBLISHED, 2 },
	{ SV("created"), SPACE_NONE, FIELD_PUBLISHED, 1 },
	{ SV("created"), SPACE_DC, FIELD_PUBLISHED, 1 },
	{ SV("updated"), SPACE_NONE, FIELD_UPDATED, 2 },
	{ SV("modified"), SPACE_NONE, FIELD_UPDATED, 2 },
	{ SV("modified"), SPACE_DC, FIELD_UPDATED, 1 },
	{ SV("author"), SPACE_NONE, FIELD_AUTHOR, 3 },
	{ SV("creator"), SPACE_DC, FIELD_AUTHOR, 2 },
	{ SV("author"), SPACE_ITUNES, FIELD_AUTHOR, 1 },
	{ SV("language"), SPACE_DC, FIELD_LANG, 2 },
	{ SV("language"), SPACE_NONE, FIELD_LANG, 1 },
};

struct picks {
	uint32_t node[FIELDS];
	int rank[FIELDS];
};

struct feed {
	struct arena *arena;
	const struct tree *tree;
	const struct read_options *options;
	struct sv base, lang;
	enum space own; /* name space of the root */
};

static enum space shared_space(const struct feed *feed, enum space space)
{
	bool is_own = space == SPACE_RSS || space == SPACE_ATOM || space == feed->own;
	return is_own && space != SPACE_RDF ? SPACE_NONE : space;
}

static bool is_item(const struct feed *feed, uint32_t i)
{
	const struct node *node = &feed->tree->items[i];
	return (sv_eq_nocase(node->name, SV("item")) || sv_eq(node->name, SV("entry"))) &&
		shared_space(feed, node->space) == SPACE_NONE;
}

static struct sv attr(const struct feed *feed, uint32_t i, struct sv name)
{
	return sv_trim(tree_attr(feed->tree, i, name));
}

/* Atom's links say what they are for; only one is where a reader finds the item. */
static int link_rank(const struct feed *feed, uint32_t i, int rank)
{
	if (!tree_has_attr(feed->tree, i, SV("href")))
		return sv_trim(tree_text(feed->arena, feed->tree, i)).n ? rank : 0;
	struct sv rel = attr(feed, i, SV("rel")), type = attr(feed, i, SV("type"));
	if (rel.n && !sv_eq(rel, SV("alternate")))
		return 0;
	return !type.n || sv_find(type, SV("html")) != SIZE_MAX ? rank + 1 : rank;
}

/* Content of a kind that holds no text: a picture, a film, an address elsewhere, base64. */
static bool is_no_text(const struct feed *feed, uint32_t i)
{
	struct sv type = attr(feed, i, SV("type"));
	if (sv_eq(attr(feed, i, SV("mode")), SV("base64")))
		return true;
	if (sv_find_char(type, '/') == SIZE_MAX)
		return feed->tree->items[i].end == i + 1;
	return !sv_starts(type, SV("text/")) && sv_find(type, SV("html")) == SIZE_MAX &&
		sv_find(type, SV("xml")) == SIZE_MAX;
}

static void pick(const struct feed *feed, uint32_t i, struct picks *picks)
{
	const struct node *node = &feed->tree->items[i];
	enum space space = shared_space(feed, node->space);
	for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
		if (rules[k].space != space || !sv_eq_nocase(node->name, rules[k].name))
			continue;
		int rank = rules[k].rank;
		if (rules[k].field == FIELD_LINK)
			rank = link_rank(feed, i, rank);
		if (rules[k].field == FIELD_BODY && is_no_text(feed, i))
			rank = 0;
		if (rank > picks->rank[rules[k].field]) {
			picks->rank[rules[k].field] = rank;
			picks->node[rules[k].field] = i;
		}
		return;
	}
}

static struct picks pick_children(const struct feed *feed, uint32_t parent)
{
	struct picks picks = { 0 };
	for (uint32_t i = parent + 1; i < feed->tree->items[parent].end; i = feed->tree->items[i].end)
		if (feed->tree->items[i].tag != TAG_TEXT)
			pick(feed, i, &picks);
	return picks;
}

static bool has_elements(const struct tree *tree, uint32_t node)
{
	for (uint32_t i = node + 1; i < tree->items[node].end; i++)
		if (tree->items[i].tag != TAG_TEXT)
			return true;
	return false;
}

static struct sv plain(const struct feed *feed, uint32_t node)
{
	return node ? text_squeeze(feed->arena, tree_text(feed->arena, feed->tree, node)) : (struct sv){ 0 };
}

/* A text of a field, which is plain, escaped HTML or XHTML. */
static enum status read_text(const struct feed *feed, uint32_t node, bool is_line, struct sv *out, struct error *err)
{
	*out = (struct sv){ 0 };
	if (!node || sv_eq(attr(feed, node, SV("mode")), SV("base64")))
		return OK;
	if (has_elements(feed->tree, node)) {
		struct block_list blocks = { 0 };
		html_blocks(feed->arena, feed->tree, node, NULL, &blocks);
		*out = html_join(feed->arena, &blocks);
		if (is_line)
			*out = text_cut(text_squeeze(feed->arena, *out), LIMIT_TITLE_BYTES);
		return OK;
	}
	struct sv raw = tree_text(feed->arena, feed->tree, node), type = attr(feed, node, SV("type"));
	if (sv_eq(type, SV("text")) || sv_eq(type, SV("text/plain"))) {
		*out = text_squeeze(feed->arena, raw);
		if (is_line)
			*out = text_cut(*out, LIMIT_TITLE_BYTES);
		return OK;
	}
	return is_line ? html_to_line(feed->arena, raw, out, err) : html_to_text(feed->arena, raw, out, err);
}

static struct sv read_author(const struct feed *feed, uint32_t node)
{
	if (!node)
		return (struct sv){ 0 };
	for (uint32_t i = node + 1; i < feed->tree->items[node].end; i = feed->tree->items[i].end)
		if (sv_eq(feed->tree->items[i].name, SV("name")))
			return plain(feed, i);
	return plain(feed, node);
}

static struct sv read_link(const struct feed *feed, uint32_t node)
{
	if (!node)
		return (struct sv){ 0 };
	struct sv href = attr(feed, node, SV("href"));
	return href.n ? href : plain(feed, node);
}

/* xml:base of the node and all above it, innermost last, on top of the feed's own base. */
static struct sv base_of(const struct feed *feed, uint32_t node)
{
	uint32_t chain[16];
	size_t n = 0;
	for (uint32_t i = node; i && n < 16; i = feed->tree->items[i].parent)
		if (attr(feed, i, SV("base")).n)
			chain[n++] = i;
	struct sv base = feed->base;
	while (n > 0)
		base = xml_resolve(feed->arena, attr(feed, chain[--n], SV("base")), base);
	return base;
}

static bool is_permalink(const struct feed *feed, uint32_t guid, struct sv id)
{
	return sv_eq(feed->tree->items[guid].name, SV("guid")) && sv_starts_nocase(id, SV("http")) &&
		!sv_eq_nocase(attr(feed, guid, SV("isPermaLink")), SV("false"));
}

static enum status read_item(const struct feed *feed, uint32_t node, struct feed_item *out, struct error *err)
{
	struct picks picks = pick_children(feed, node);
	struct feed_item item = { 0 };
	enum status st = read_text(feed, picks.node[FIELD_TITLE], true, &item.title, err);
	if (!st)
		st = read_text(feed, picks.node[FIELD_BODY], false, &item.text, err);
	if (st)
		return st;
	item.id = plain(feed, picks.node[FIELD_ID]);
	item.link = read_link(feed, picks.node[FIELD_LINK]);
	if (!item.link.n && item.id.n && is_permalink(feed, picks.node[FIELD_ID], item.id))
		item.link = item.id;
	if (!item.id.n)
		item.id = attr(feed, node, SV("about"));
	item.author = text_cut(read_author(feed, picks.node[FIELD_AUTHOR]), LIMIT_TITLE_BYTES);
	item.published = plain(feed, picks.node[FIELD_PUBLISHED]);
	item.updated = plain(feed, picks.node[FIELD_UPDATED]);
	item.lang = plain(feed, picks.node[FIELD_LANG]);
	if (!item.lang.n)
		item.lang = tree_inherited(
			feed->tree, picks.node[FIELD_BODY] ? picks.node[FIELD_BODY] : node, SV("lang"));
	if (!item.lang.n)
		item.lang = feed->lang;
	item.base = base_of(feed, picks.node[FIELD_LINK] ? picks.node[FIELD_LINK] : node);
	*out = item;
	return OK;
}

static enum status read_items(const struct feed *feed, struct reading *out, struct error *err)
{
	const struct tree *tree = feed->tree;
	size_t number = 0;
	for (uint32_t i = 1; i < tree->n; i++) {
		if (tree->items[i].tag == TAG_TEXT || !is_item(feed, i))
			continue;
		if (!tree->items[i].is_closed && tree->is_cut && tree->items[i].end == tree->n)
			break;
		if (number == LIMIT_FEED_ITEMS) {
			*list_push(feed->arena, &out->warnings) = arena_printf(
				feed->arena, "has more than %d items: the rest was left out", LIMIT_FEED_ITEMS);
			return OK;
		}
		struct feed_item item;
		enum status st = read_item(feed, i, &item, err);
		if (!st)
			st = arena_check(feed->arena, err);
		if (st)
			return st;
		feed_add(feed->arena, &item, ++number, feed->options, out);
	}
	if (tree->is_cut)
		*list_push(feed->arena, &out->warnings) = arena_printf(feed->arena, "truncated after item %zu", number);
	return OK;
}

/* The element that speaks for the feed: <channel>, or the root. */
static uint32_t find_head(const struct tree *tree, uint32_t root)
{
	for (uint32_t i = root + 1; i < tree->items[root].end; i = tree->items[i].end)
		if (sv_eq_nocase(tree->items[i].name, SV("channel")))
			return i;
	return root;
}

enum status feed_read_xml(
	struct arena *arena, struct sv text, const struct read_options *options, struct reading *out, struct error *err)
{
	struct tree tree = { 0 };
	enum status st = xml_parse(arena, text, &tree, err);
	if (st)
		return st;
	uint32_t root = 1;
	while (root < tree.n && tree.items[root].tag == TAG_TEXT)
		root++;
	if (root >= tree.n)
		return error_set(err, E_FORMAT, "is not a feed: no element in it can be read");
	struct feed feed = { arena, &tree, options, options->url, { 0 }, tree.items[root].space };
	uint32_t head = find_head(&tree, root);
	struct picks picks = pick_children(&feed, head);
	st = read_text(&feed, picks.node[FIELD_TITLE], true, &out->title, err);
	if (st)
		return st;
	feed.lang = plain(&feed, picks.node[FIELD_LANG]);
	struct sv link = read_link(&feed, picks.node[FIELD_LINK]);
	if (link.n)
		feed.base = xml_resolve(arena, link, base_of(&feed, head));
	return read_items(&feed, out, err);
}
