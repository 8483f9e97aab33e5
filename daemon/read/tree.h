/* A parsed document: what XML and HTML become, without the parser's own types.
 *
 * All nodes stand in one array in document order, so that a walk is a loop over indices and needs no recursion:
 * the descendants of node i are i + 1 .. items[i].end - 1, its first child is i + 1 (when that is below its
 * end), the next sibling of a child c is items[c].end. Node 0 is the document itself, without name. A loop
 * backwards over the array sees children before their parents. Texts live in the arena of the parse. */
#ifndef READ_TREE_H
#define READ_TREE_H

#include "arena.h"

/* The elements that a reader treats in a way of their own. */
enum tag {
	TAG_OTHER,
	TAG_TEXT,
	TAG_A,
	TAG_ABBR,
	TAG_ADDRESS,
	TAG_ARTICLE,
	TAG_ASIDE,
	TAG_AUDIO,
	TAG_B,
	TAG_BASE,
	TAG_BLOCKQUOTE,
	TAG_BODY,
	TAG_BR,
	TAG_BUTTON,
	TAG_CANVAS,
	TAG_CAPTION,
	TAG_CENTER,
	TAG_DD,
	TAG_DETAILS,
	TAG_DIALOG,
	TAG_DIV,
	TAG_DL,
	TAG_DT,
	TAG_EMBED,
	TAG_FIELDSET,
	TAG_FIGCAPTION,
	TAG_FIGURE,
	TAG_FOOTER,
	TAG_FORM,
	TAG_H1,
	TAG_H2,
	TAG_H3,
	TAG_H4,
	TAG_H5,
	TAG_H6,
	TAG_HEAD,
	TAG_HEADER,
	TAG_HR,
	TAG_HTML,
	TAG_IFRAME,
	TAG_INPUT,
	TAG_LI,
	TAG_LINK,
	TAG_MAIN,
	TAG_MENU,
	TAG_META,
	TAG_NAV,
	TAG_NOSCRIPT,
	TAG_OBJECT,
	TAG_OL,
	TAG_OPTION,
	TAG_P,
	TAG_PRE,
	TAG_Q,
	TAG_SCRIPT,
	TAG_SECTION,
	TAG_SELECT,
	TAG_SPAN,
	TAG_STYLE,
	TAG_SUMMARY,
	TAG_SVG,
	TAG_TABLE,
	TAG_TBODY,
	TAG_TD,
	TAG_TEMPLATE,
	TAG_TEXTAREA,
	TAG_TFOOT,
	TAG_TH,
	TAG_THEAD,
	TAG_TIME,
	TAG_TITLE,
	TAG_TR,
	TAG_UL,
	TAG_VIDEO
};

enum tag_trait {
	TRAIT_BLOCK = 1,   /* starts and ends a paragraph */
	TRAIT_HEADING = 2, /* h1 .. h6 */
	TRAIT_HIDDEN = 4,  /* never shown as text: script, style, form controls */
	TRAIT_CELL = 8,    /* td, th */
	TRAIT_ROWS = 16    /* table, tbody, … : a block that holds rows */
};
unsigned tag_traits(enum tag tag);

/* XML name spaces of feeds, whatever their prefix. */
enum space {
	SPACE_NONE,
	SPACE_OTHER,
	SPACE_ATOM,
	SPACE_RSS,
	SPACE_RDF,
	SPACE_DC,
	SPACE_CONTENT,
	SPACE_MEDIA,
	SPACE_ITUNES,
	SPACE_XHTML,
	SPACE_XML
};

struct attr {
	struct sv name, value; /* of XML: "lang" for xml:lang; of HTML: lower case */
	enum space space;
};

struct node {
	uint32_t parent, end;
	enum tag tag;
	enum space space;
	bool is_closed; /* its end was seen: not cut off */
	struct sv name; /* of an element: without prefix, of HTML in lower case */
	struct sv text; /* of a text */
	const struct attr *attrs;
	size_t n_attrs;
};

struct tree {
	struct node *items;
	size_t n, cap;
	size_t errors;    /* the parser stumbled so often */
	bool is_cut;      /* ended before its root was closed */
	bool is_too_deep; /* nesting or number of nodes over the limit: what follows was kept as text or dropped */
};

/* A list of node indices. */
struct node_list {
	uint32_t *items;
	size_t n, cap;
};

/* The value of an attribute, or empty. */
struct sv tree_attr(const struct tree *tree, uint32_t node, struct sv name);
bool tree_has_attr(const struct tree *tree, uint32_t node, struct sv name);
/* The nearest value of an attribute on the node or above it. */
struct sv tree_inherited(const struct tree *tree, uint32_t node, struct sv name);
/* All text below a node, as it stands. */
struct sv tree_text(struct arena *arena, const struct tree *tree, uint32_t node);
/* First descendant of that kind, or 0. */
uint32_t tree_find(const struct tree *tree, uint32_t under, enum tag tag);

#endif
