/* The main text by density.
 *
 * 1. Nodes that are boilerplate by element, role, class or id are dropped, unless they hold a good part of the
 *    page's text (a <body class="has-sidebar"> is no sidebar).
 * 2. The rest is cut into paragraphs. Each has a value: its length outside of links if it reads like prose, else
 *    a small loss. The element with the greatest sum of values below it is the main text; elements that say they
 *    are (articleBody, entry-content, <article>) count a little more.
 * 3. Inside it, paragraphs made of links, and short lines of a known kind ("Read more", "Advertisement"), go.
 * Everything is one pass over the nodes or the paragraphs; equal sums go to the inner element. */
#include "page.h"

#include "feed.h"
#include "page_words.h"
#include "unicode.h"
#include "xml.h"

struct scan {
	struct arena *arena;
	const struct tree *tree;
	size_t *text; /* bytes of text below each node */
	bool *dropped;
};

/* ---- 1: boilerplate nodes ---- */

static void count_text(const struct scan *scan)
{
	for (uint32_t i = (uint32_t)scan->tree->n; i-- > 0;) {
		const struct node *node = &scan->tree->items[i];
		if (node->tag == TAG_TEXT)
			scan->text[i] = sv_trim(node->text).n;
		if (i && !(tag_traits(node->tag) & TRAIT_HIDDEN))
			scan->text[node->parent] += scan->text[i];
	}
}

static bool is_hidden(const struct tree *tree, uint32_t i)
{
	if (tree_has_attr(tree, i, SV("hidden")) || sv_eq(tree_attr(tree, i, SV("aria-hidden")), SV("true")))
		return true;
	struct sv style = tree_attr(tree, i, SV("style"));
	size_t at = sv_find_nocase(style, SV("display"));
	if (at == SIZE_MAX)
		return false;
	struct sv rest = sv_trim(sv_slice(style, at + 7, style.n));
	return sv_starts(rest, SV(":")) && sv_starts_nocase(sv_trim(sv_slice(rest, 1, rest.n)), SV("none"));
}

static enum word_sense sense_of_node(const struct tree *tree, uint32_t i)
{
	enum word_sense of_class = page_sense(tree_attr(tree, i, SV("class")));
	enum word_sense of_id = page_sense(tree_attr(tree, i, SV("id")));
	if (of_class == SENSE_BODY || of_id == SENSE_BODY)
		return SENSE_BODY;
	return of_class == SENSE_BOILERPLATE || of_id == SENSE_BOILERPLATE ? SENSE_BOILERPLATE : SENSE_NONE;
}

static bool is_boilerplate_tag(const struct tree *tree, uint32_t i)
{
	switch ((int)tree->items[i].tag) {
	case TAG_NAV:
	case TAG_ASIDE:
	case TAG_FOOTER:
	case TAG_FORM:
	case TAG_MENU:
	case TAG_DIALOG:
	case TAG_FIGCAPTION:
	case TAG_FIELDSET:
	case TAG_CAPTION: return true;
	default: return page_is_boilerplate_role(tree_attr(tree, i, SV("role")));
	}
}

static void drop_boilerplate(const struct scan *scan, size_t total)
{
	const struct tree *tree = scan->tree;
	for (uint32_t i = 1; i < tree->n; i++) {
		const struct node *node = &tree->items[i];
		if (node->tag == TAG_TEXT || node->tag == TAG_BODY || node->tag == TAG_HTML)
			continue;
		bool is_small = scan->text[i] * 10 < total * 3;
		bool is_tiny = scan->text[i] * 2 < total;
		bool is_boilerplate = is_small &&
			(is_boilerplate_tag(tree, i) || sense_of_node(tree, i) == SENSE_BOILERPLATE);
		scan->dropped[i] = is_boilerplate || (is_tiny && is_hidden(tree, i));
	}
}

/* ---- 2: the element with the main text ---- */

static bool ends_a_sentence(struct sv text)
{
	size_t at = text.n;
	int32_t c = text_prev(text, &at);
	while (c == '"' || c == 0x201D || c == ')' || c == 0xBB || c == 0x2019 || c == '\'')
		c = text_prev(text, &at);
	return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == ':' || c == ';';
}

static bool is_prose(const struct block *block)
{
	if (block->link_bytes * 2 > block->bytes)
		return false;
	return block->text.n >= 80 || (block->text.n >= 25 && ends_a_sentence(block->text));
}

static double value_of(const struct block *block)
{
	if (block->kind == BLOCK_HEADING)
		return 0;
	if (is_prose(block))
		return (double)(block->text.n) - 2.0 * (double)block->link_bytes;
	return -(10.0 + 0.4 * (double)block->link_bytes);
}

static bool says_it_is_body(const struct tree *tree, uint32_t i)
{
	const struct node *node = &tree->items[i];
	if (node->tag == TAG_ARTICLE || node->tag == TAG_MAIN)
		return true;
	if (!node->n_attrs)
		return false;
	struct sv itemprop = tree_attr(tree, i, SV("itemprop"));
	return sv_find(itemprop, SV("articleBody")) != SIZE_MAX || sense_of_node(tree, i) == SENSE_BODY ||
		sv_eq(tree_attr(tree, i, SV("role")), SV("main"));
}

static uint32_t find_main(const struct scan *scan, const struct block_list *blocks)
{
	const struct tree *tree = scan->tree;
	double *sums = arena_array(scan->arena, double, tree->n);
	for (size_t i = 0; i < blocks->n; i++)
		sums[blocks->items[i].node] += value_of(&blocks->items[i]);
	uint32_t best = 0;
	double best_sum = 0;
	for (uint32_t i = (uint32_t)tree->n; i-- > 1;) {
		sums[tree->items[i].parent] += sums[i];
		if (!(sums[i] > 0) || scan->dropped[i])
			continue;
		double sum = says_it_is_body(tree, i) ? sums[i] * 1.3 : sums[i];
		if (sum > best_sum) {
			best = i;
			best_sum = sum;
		}
	}
	return best;
}

/* ---- 3: the lines inside it ---- */

static bool is_wanted(const struct block *block)
{
	if (block->kind == BLOCK_HEADING)
		return block->link_bytes * 2 <= block->bytes || block->text.n < 60;
	if (block->link_bytes * 10 > block->bytes * 8 && block->text.n < 400)
		return false;
	if (block->link_bytes * 2 > block->bytes && block->text.n < 120)
		return false;
	return !(block->text.n < 160 && page_is_boilerplate_line(block->text));
}

/* Headings that nothing follows go. */
static void keep_wanted(struct arena *arena, const struct block_list *blocks, struct block_list *out)
{
	for (size_t i = 0; i < blocks->n; i++)
		if (is_wanted(&blocks->items[i]))
			*list_push(arena, out) = blocks->items[i];
	while (out->n && out->items[out->n - 1].kind == BLOCK_HEADING)
		out->n--;
}

void page_main(struct arena *arena, const struct tree *tree, struct block_list *out)
{
	struct scan scan = { arena, tree, arena_array(arena, size_t, tree->n), arena_array(arena, bool, tree->n) };
	count_text(&scan);
	drop_boilerplate(&scan, scan.text[0]);
	struct block_list blocks = { 0 };
	html_blocks(arena, tree, 0, scan.dropped, &blocks);
	uint32_t root = find_main(&scan, &blocks);
	struct block_list inside = { 0 };
	for (size_t i = 0; i < blocks.n; i++)
		if (blocks.items[i].node >= root && blocks.items[i].node < tree->items[root].end)
			*list_push(arena, &inside) = blocks.items[i];
	keep_wanted(arena, &inside, out);
	if (!out->n) /* a page of links or of a few words: all of it */
		*out = inside.n ? inside : blocks;
}

/* ---- the page as a document ---- */

/* The headline is the document's title already. */
static void drop_title(struct block_list *blocks, struct sv title)
{
	for (size_t i = 0; i < blocks->n && i < 3; i++) {
		struct sv text = blocks->items[i].text;
		bool is_title = sv_eq_nocase(text, title);
		if (!is_title)
			continue;
		for (size_t k = i + 1; k < blocks->n; k++)
			blocks->items[k - 1] = blocks->items[k];
		blocks->n--;
		return;
	}
}

static enum status selected_blocks(
	struct arena *arena, const struct tree *tree, struct sv selector, struct block_list *out, struct error *err)
{
	struct node_list nodes = { 0 };
	enum status st = page_select(arena, tree, selector, &nodes, err);
	if (st)
		return st;
	for (size_t i = 0; i < nodes.n; i++)
		html_blocks(arena, tree, nodes.items[i], NULL, out);
	return OK;
}

enum status page_read(
	struct arena *arena, struct sv text, const struct read_options *options, struct reading *out, struct error *err)
{
	struct tree tree = { 0 };
	enum status st = html_parse(arena, text, &tree, err);
	if (st)
		return st;
	struct page_meta meta = { 0 };
	page_meta(arena, &tree, &meta);
	struct block_list blocks = { 0 };
	if (options->selector.n)
		st = selected_blocks(arena, &tree, options->selector, &blocks, err);
	else
		page_main(arena, &tree, &blocks);
	if (!st)
		st = arena_check(arena, err);
	if (st)
		return st;
	drop_title(&blocks, meta.title);
	if (tree.is_too_deep)
		*list_push(arena, &out->warnings) = SV("is nested too deep: the rest was read without its tags");
	struct feed_item item = { .title = meta.title,
		.author = meta.author,
		.lang = meta.lang,
		.published = meta.published,
		.updated = meta.updated,
		.text = html_join(arena, &blocks) };
	out->title = meta.title;
	feed_add_single(arena, &item, options, out);
	return OK;
}
