/* Small questions to a tree. */
#include "tree.h"

#include "buf.h"

static const unsigned char traits[TAG_VIDEO + 1] = {
	[TAG_ADDRESS] = TRAIT_BLOCK,
	[TAG_ARTICLE] = TRAIT_BLOCK,
	[TAG_ASIDE] = TRAIT_BLOCK,
	[TAG_AUDIO] = TRAIT_HIDDEN,
	[TAG_BASE] = TRAIT_HIDDEN,
	[TAG_BLOCKQUOTE] = TRAIT_BLOCK,
	[TAG_BODY] = TRAIT_BLOCK,
	[TAG_BUTTON] = TRAIT_HIDDEN,
	[TAG_CANVAS] = TRAIT_HIDDEN,
	[TAG_CAPTION] = TRAIT_BLOCK,
	[TAG_CENTER] = TRAIT_BLOCK,
	[TAG_DD] = TRAIT_BLOCK,
	[TAG_DETAILS] = TRAIT_BLOCK,
	[TAG_DIALOG] = TRAIT_BLOCK,
	[TAG_DIV] = TRAIT_BLOCK,
	[TAG_DL] = TRAIT_BLOCK,
	[TAG_DT] = TRAIT_BLOCK,
	[TAG_EMBED] = TRAIT_HIDDEN,
	[TAG_FIELDSET] = TRAIT_BLOCK,
	[TAG_FIGCAPTION] = TRAIT_BLOCK,
	[TAG_FIGURE] = TRAIT_BLOCK,
	[TAG_FOOTER] = TRAIT_BLOCK,
	[TAG_FORM] = TRAIT_BLOCK,
	[TAG_H1] = TRAIT_BLOCK | TRAIT_HEADING,
	[TAG_H2] = TRAIT_BLOCK | TRAIT_HEADING,
	[TAG_H3] = TRAIT_BLOCK | TRAIT_HEADING,
	[TAG_H4] = TRAIT_BLOCK | TRAIT_HEADING,
	[TAG_H5] = TRAIT_BLOCK | TRAIT_HEADING,
	[TAG_H6] = TRAIT_BLOCK | TRAIT_HEADING,
	[TAG_HEAD] = TRAIT_BLOCK | TRAIT_HIDDEN,
	[TAG_HEADER] = TRAIT_BLOCK,
	[TAG_HR] = TRAIT_BLOCK,
	[TAG_HTML] = TRAIT_BLOCK,
	[TAG_IFRAME] = TRAIT_HIDDEN,
	[TAG_INPUT] = TRAIT_HIDDEN,
	[TAG_LI] = TRAIT_BLOCK,
	[TAG_LINK] = TRAIT_HIDDEN,
	[TAG_MAIN] = TRAIT_BLOCK,
	[TAG_MENU] = TRAIT_BLOCK,
	[TAG_META] = TRAIT_HIDDEN,
	[TAG_NAV] = TRAIT_BLOCK,
	[TAG_NOSCRIPT] = TRAIT_HIDDEN,
	[TAG_OBJECT] = TRAIT_HIDDEN,
	[TAG_OL] = TRAIT_BLOCK,
	[TAG_OPTION] = TRAIT_HIDDEN,
	[TAG_P] = TRAIT_BLOCK,
	[TAG_PRE] = TRAIT_BLOCK,
	[TAG_SCRIPT] = TRAIT_HIDDEN,
	[TAG_SECTION] = TRAIT_BLOCK,
	[TAG_SELECT] = TRAIT_HIDDEN,
	[TAG_STYLE] = TRAIT_HIDDEN,
	[TAG_SUMMARY] = TRAIT_BLOCK,
	[TAG_SVG] = TRAIT_HIDDEN,
	[TAG_TABLE] = TRAIT_BLOCK | TRAIT_ROWS,
	[TAG_TBODY] = TRAIT_BLOCK | TRAIT_ROWS,
	[TAG_TD] = TRAIT_CELL,
	[TAG_TEMPLATE] = TRAIT_HIDDEN,
	[TAG_TEXTAREA] = TRAIT_HIDDEN,
	[TAG_TFOOT] = TRAIT_BLOCK | TRAIT_ROWS,
	[TAG_TH] = TRAIT_CELL,
	[TAG_THEAD] = TRAIT_BLOCK | TRAIT_ROWS,
	[TAG_TITLE] = TRAIT_HIDDEN,
	[TAG_TR] = TRAIT_BLOCK,
	[TAG_UL] = TRAIT_BLOCK,
	[TAG_VIDEO] = TRAIT_HIDDEN,
};

unsigned tag_traits(enum tag tag)
{
	return traits[tag];
}

static const struct attr *find_attr(const struct node *node, struct sv name)
{
	for (size_t i = 0; i < node->n_attrs; i++)
		if (sv_eq(node->attrs[i].name, name))
			return &node->attrs[i];
	return NULL;
}

struct sv tree_attr(const struct tree *tree, uint32_t node, struct sv name)
{
	const struct attr *attr = find_attr(&tree->items[node], name);
	return attr ? attr->value : (struct sv){ 0 };
}

bool tree_has_attr(const struct tree *tree, uint32_t node, struct sv name)
{
	return find_attr(&tree->items[node], name) != NULL;
}

struct sv tree_inherited(const struct tree *tree, uint32_t node, struct sv name)
{
	for (;;) {
		const struct attr *attr = find_attr(&tree->items[node], name);
		if (attr)
			return attr->value;
		if (node == 0)
			return (struct sv){ 0 };
		node = tree->items[node].parent;
	}
}

struct sv tree_text(struct arena *arena, const struct tree *tree, uint32_t node)
{
	size_t total = 0, texts = 0;
	struct sv only = { 0 };
	for (uint32_t i = node; i < tree->items[node].end; i++) {
		if (tree->items[i].tag != TAG_TEXT)
			continue;
		only = tree->items[i].text;
		total += only.n;
		texts++;
	}
	if (texts <= 1)
		return only;
	char *joined = arena_alloc(arena, total);
	size_t at = 0;
	for (uint32_t i = node; i < tree->items[node].end; i++) {
		if (tree->items[i].tag != TAG_TEXT)
			continue;
		struct sv text = tree->items[i].text;
		for (size_t k = 0; k < text.n; k++)
			joined[at++] = text.p[k];
	}
	return (struct sv){ joined, total };
}

uint32_t tree_find(const struct tree *tree, uint32_t under, enum tag tag)
{
	for (uint32_t i = under + 1; i < tree->items[under].end; i++)
		if (tree->items[i].tag == tag)
			return i;
	return 0;
}
