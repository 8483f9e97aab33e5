/* libxml2's SAX callbacks fill a tree of ours; its own tree is built only for XPath.
 *
 * Invariants: `open` is the innermost element without end; every node's parent stands before it. Text pieces
 * gather in `text` until an element starts or ends, so that a tree never has two texts side by side. Past
 * LIMIT_HTML_DEPTH or LIMIT_TREE_NODES the parser is stopped: its own look-ups walk the stack of open elements,
 * so a bound on the stack bounds its time; what follows is kept as one text without its tags. */
#include "xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <libxml/xpath.h>
#include <string.h>

#include "buf.h"
#include "limit.h"
#include "tame.h"
#include "unicode.h"

struct builder {
	struct arena *arena;
	struct tree tree;
	uint32_t open;
	size_t depth;
	bool is_html;
	bool is_stopped;
	struct buf text;
	struct sv rest; /* of the input when the parser was stopped */
	xmlParserCtxtPtr parser;
};

/* ---- names ---- */

/* In the order of enum tag, from TAG_A on, which is that of the alphabet. */
static const char *const tag_names[] = { "a", "abbr", "address", "article", "aside", "audio", "b", "base", "blockquote",
	"body", "br", "button", "canvas", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "embed",
	"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
	"hr", "html", "iframe", "input", "li", "link", "main", "menu", "meta", "nav", "noscript", "object", "ol",
	"option", "p", "pre", "q", "script", "section", "select", "span", "style", "summary", "svg", "table", "tbody",
	"td", "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "ul", "video" };

static enum tag find_tag(struct sv name)
{
	size_t low = 0, high = sizeof tag_names / sizeof *tag_names;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = sv_compare(name, sv_of(tag_names[middle]));
		if (order == 0)
			return (enum tag)(TAG_A + middle);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return TAG_OTHER;
}

/* By address, and by the usual prefix when a feed forgot to declare it. */
static const struct space_name {
	const char *uri_part, *prefix;
	enum space space;
} space_names[] = {
	{ "www.w3.org/2005/Atom", "atom", SPACE_ATOM },
	{ "purl.org/atom/ns#", "atom", SPACE_ATOM },
	{ "www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf", SPACE_RDF },
	{ "purl.org/rss/1.0/modules/content", "content", SPACE_CONTENT },
	{ "purl.org/rss/1.0/", "rss", SPACE_RSS },
	{ "my.netscape.com/rdf/", "rss", SPACE_RSS },
	{ "backend.userland.com/", "rss", SPACE_RSS },
	{ "blogs.law.harvard.edu/", "rss", SPACE_RSS },
	{ "purl.org/dc/", "dc", SPACE_DC },
	{ "purl.org/dc/", "dcterms", SPACE_DC },
	{ "search.yahoo.com/mrss", "media", SPACE_MEDIA },
	{ "itunes.com/dtds", "itunes", SPACE_ITUNES },
	{ "www.w3.org/1999/xhtml", "xhtml", SPACE_XHTML },
	{ "www.w3.org/XML/1998/namespace", "xml", SPACE_XML },
};

static enum space find_space(const xmlChar *prefix, const xmlChar *uri)
{
	struct sv p = sv_of((const char *)prefix), u = sv_of((const char *)uri);
	if (!p.n && !u.n)
		return SPACE_NONE;
	for (size_t i = 0; i < sizeof space_names / sizeof *space_names; i++) {
		bool is_it = u.n ? sv_find_nocase(u, sv_of(space_names[i].uri_part)) != SIZE_MAX
				 : sv_eq(p, sv_of(space_names[i].prefix));
		if (is_it)
			return space_names[i].space;
	}
	return SPACE_OTHER;
}

/* ---- building ---- */

static struct node *add_node(struct builder *b, enum tag tag)
{
	uint32_t index = (uint32_t)b->tree.n;
	struct node *node = list_push(b->arena, &b->tree);
	node->parent = b->open;
	node->end = index + 1;
	node->tag = tag;
	return node;
}

static void flush_text(struct builder *b)
{
	if (!b->text.n)
		return;
	struct sv text = arena_sv(b->arena, buf_sv(&b->text));
	buf_clear(&b->text);
	add_node(b, TAG_TEXT)->text = text;
}

static void stop(struct builder *b)
{
	const xmlParserInput *input = b->parser->input;
	if (b->is_html && input && input->cur < input->end)
		b->rest = (struct sv){ (const char *)input->cur, (size_t)(input->end - input->cur) };
	if (b->rest.n)
		b->rest = arena_sv(b->arena, b->rest);
	b->is_stopped = true;
	xmlStopParser(b->parser);
}

static void open_node(struct builder *b, struct node *node)
{
	b->open = (uint32_t)(node - b->tree.items);
	b->depth++;
	if (b->depth > LIMIT_HTML_DEPTH || b->tree.n > LIMIT_TREE_NODES)
		stop(b);
}

static void close_node(struct builder *b)
{
	flush_text(b);
	struct node *node = &b->tree.items[b->open];
	node->end = (uint32_t)b->tree.n;
	node->is_closed = true;
	b->open = node->parent;
	b->depth--;
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct builder *b = ctx;
	if (!b->is_stopped && n > 0)
		(void)buf_append(&b->text, (struct sv){ (const char *)text, (size_t)n });
}

static void on_error(void *ctx, xmlErrorPtr error)
{
	(void)error;
	((struct builder *)ctx)->tree.errors++;
}

static struct sv copy_name(struct builder *b, const xmlChar *name)
{
	return arena_sv(b->arena, sv_of((const char *)name));
}

static void on_html_start(void *ctx, const xmlChar *name, const xmlChar **atts)
{
	struct builder *b = ctx;
	if (b->is_stopped)
		return;
	flush_text(b);
	size_t n = 0;
	while (atts && atts[n * 2])
		n++;
	struct attr *attrs = n ? arena_array(b->arena, struct attr, n) : NULL;
	for (size_t i = 0; i < n; i++) {
		attrs[i].name = copy_name(b, atts[i * 2]);
		attrs[i].value = copy_name(b, atts[i * 2 + 1]);
	}
	enum tag tag = find_tag(sv_of((const char *)name));
	struct node *node = add_node(b, tag);
	node->name = tag >= TAG_A ? sv_of(tag_names[tag - TAG_A]) : copy_name(b, name);
	node->attrs = attrs;
	node->n_attrs = n;
	open_node(b, node);
}

static void on_html_end(void *ctx, const xmlChar *name)
{
	struct builder *b = ctx;
	(void)name;
	if (!b->is_stopped && b->open)
		close_node(b);
}

static void on_xml_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_spaces,
	const xmlChar **spaces, int n_attrs, int n_defaulted, const xmlChar **attributes)
{
	struct builder *b = ctx;
	(void)n_spaces;
	(void)spaces;
	(void)n_defaulted;
	if (b->is_stopped)
		return;
	flush_text(b);
	size_t n = n_attrs > 0 ? (size_t)n_attrs : 0;
	struct attr *attrs = n ? arena_array(b->arena, struct attr, n) : NULL;
	for (size_t i = 0; i < n; i++) {
		const xmlChar **five = attributes + i * 5; /* name, prefix, address, value, its end */
		attrs[i].name = copy_name(b, five[0]);
		attrs[i].space = find_space(five[1], five[2]);
		attrs[i].value = arena_sv(b->arena, (struct sv){ (const char *)five[3], (size_t)(five[4] - five[3]) });
	}
	struct node *node = add_node(b, TAG_OTHER);
	node->space = find_space(prefix, uri);
	node->name = copy_name(b, name);
	node->tag = find_tag(node->name); /* feeds hold pieces of XHTML, with and without its name space */
	node->attrs = attrs;
	node->n_attrs = n;
	open_node(b, node);
}

static void on_xml_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)prefix;
	(void)uri;
	on_html_end(ctx, name);
}

/* What follows the point where the parser was stopped, without tags. */
static void keep_rest(struct builder *b)
{
	struct sv rest = b->rest;
	while (rest.n && (rest.p[0] == '/' || rest.p[0] == '>')) /* the tag that was one too many */
		rest = sv_slice(rest, 1, rest.n);
	while (rest.n) {
		size_t open = sv_find_char(rest, '<');
		struct sv piece = sv_slice(rest, 0, open);
		(void)buf_append(&b->text, piece);
		if (open == SIZE_MAX)
			break;
		rest = sv_slice(rest, open, rest.n);
		size_t close = sv_find_char(rest, '>');
		rest = sv_slice(rest, close == SIZE_MAX ? rest.n : close + 1, rest.n);
		(void)buf_char(&b->text, ' ');
	}
}

static enum status finish(struct builder *b, struct tree *out, struct error *err)
{
	b->tree.is_cut = b->open != 0 || b->tree.n == 1;
	b->tree.is_too_deep = b->is_stopped;
	keep_rest(b);
	flush_text(b);
	for (uint32_t i = b->open;; i = b->tree.items[i].parent) {
		b->tree.items[i].end = (uint32_t)b->tree.n;
		if (i == 0)
			break;
	}
	buf_done(&b->text);
	enum status st = arena_check(b->arena, err);
	if (st)
		return st;
	*out = b->tree;
	return OK;
}

static struct builder start(struct arena *arena, struct sv text, bool is_html)
{
	struct builder b = { .arena = arena, .is_html = is_html };
	buf_init(&b.text, text.n * 2 + 64);
	(void)list_push(arena, &b.tree);
	b.tree.items[0].end = 1;
	return b;
}

enum status html_parse(struct arena *arena, struct sv text, struct tree *out, struct error *err)
{
	struct sv tamed = tame_html(arena, text);
	struct builder b = start(arena, tamed, true);
	htmlParserCtxtPtr parser = tamed.n && tamed.n < INT32_MAX ? htmlCreateMemoryParserCtxt(tamed.p, (int)tamed.n)
								  : NULL;
	if (!parser)
		return finish(&b, out, err);
	(void)htmlCtxtUseOptions(parser,
		HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD);
	parser->charset = XML_CHAR_ENCODING_UTF8;
	*parser->sax = (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC,
		.startElement = on_html_start,
		.endElement = on_html_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.serror = on_error };
	parser->userData = &b;
	b.parser = parser;
	(void)htmlParseDocument(parser);
	if (parser->myDoc)
		xmlFreeDoc(parser->myDoc);
	htmlFreeParserCtxt(parser);
	return finish(&b, out, err);
}

enum status xml_parse(struct arena *arena, struct sv text, struct tree *out, struct error *err)
{
	struct sv tamed = tame_xml(arena, text);
	struct builder b = start(arena, tamed, false);
	xmlParserCtxtPtr parser = tamed.n && tamed.n < INT32_MAX ? xmlCreateMemoryParserCtxt(tamed.p, (int)tamed.n)
								 : NULL;
	if (!parser)
		return finish(&b, out, err);
	(void)xmlCtxtUseOptions(parser, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	*parser->sax = (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_xml_start,
		.endElementNs = on_xml_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.serror = on_error };
	parser->userData = &b;
	b.parser = parser;
	(void)xmlParseDocument(parser);
	if (parser->myDoc)
		xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
	return finish(&b, out, err);
}

/* ---- addresses and entities ---- */

static bool has_scheme(struct sv v)
{
	size_t colon = sv_find_char(v, ':');
	if (colon == SIZE_MAX || colon < 2)
		return false;
	for (size_t i = 0; i < colon; i++) {
		char c = v.p[i];
		bool is_fine = ((c | 32) >= 'a' && (c | 32) <= 'z') ||
			(i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'));
		if (!is_fine)
			return false;
	}
	return true;
}

struct sv xml_resolve(struct arena *arena, struct sv reference, struct sv base)
{
	reference = sv_trim(reference);
	base = sv_trim(base);
	if (!base.n || has_scheme(reference) || base.n > LIMIT_URL_BYTES || reference.n > LIMIT_URL_BYTES)
		return reference;
	if (!reference.n)
		return base;
	const xmlChar *const kept = (const xmlChar *)":/?#[]@!$&'()*+,;=%~-._";
	xmlChar *escaped = xmlURIEscapeStr((const xmlChar *)arena_cstr(arena, reference), kept);
	xmlChar *escaped_base = xmlURIEscapeStr((const xmlChar *)arena_cstr(arena, base), kept);
	xmlChar *built = escaped && escaped_base ? xmlBuildURI(escaped, escaped_base) : NULL;
	struct sv resolved = built ? arena_sv(arena, sv_of((const char *)built)) : reference;
	xmlFree(built);
	xmlFree(escaped);
	xmlFree(escaped_base);
	return resolved;
}

size_t xml_entity(struct sv name, char out[4])
{
	char c_name[34];
	if (!name.n || name.n >= sizeof c_name)
		return 0;
	memcpy(c_name, name.p, name.n);
	c_name[name.n] = '\0';
	const htmlEntityDesc *entity = htmlEntityLookup((const xmlChar *)c_name);
	size_t n = 0;
	if (entity)
		text_put(out, (int32_t)entity->value, &n);
	return n;
}

/* ---- XPath ---- */

/* libxml2's own tree of ours; _private of a node is our index. */
static xmlDocPtr build_document(struct arena *arena, const struct tree *tree)
{
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNodePtr *made = arena_array(arena, xmlNodePtr, tree->n);
	for (uint32_t i = 1; doc && i < tree->n; i++) {
		const struct node *node = &tree->items[i];
		xmlNodePtr parent = node->parent ? made[node->parent] : (xmlNodePtr)doc;
		if (!parent || (node->tag == TAG_TEXT && !node->parent))
			continue;
		made[i] = node->tag == TAG_TEXT
			? xmlNewDocTextLen(doc, (const xmlChar *)node->text.p, (int)node->text.n)
			: xmlNewDocNode(doc, NULL, (const xmlChar *)arena_cstr(arena, node->name), NULL);
		if (!made[i])
			continue;
		made[i]->_private = &tree->items[i];
		for (size_t k = 0; k < node->n_attrs; k++)
			(void)xmlNewProp(made[i], (const xmlChar *)arena_cstr(arena, node->attrs[k].name),
				(const xmlChar *)arena_cstr(arena, node->attrs[k].value));
		(void)xmlAddChild(parent, made[i]);
	}
	return doc;
}

static void ignore_error(void *ctx, xmlErrorPtr error)
{
	(void)ctx;
	(void)error;
}

static void take_nodes(struct arena *arena, const struct tree *tree, const xmlNodeSet *found, struct node_list *out)
{
	for (int i = 0; found && i < found->nodeNr; i++) {
		const struct node *node = found->nodeTab[i]->type == XML_NAMESPACE_DECL ? NULL
											: found->nodeTab[i]->_private;
		if (node && found->nodeTab[i]->type != XML_ATTRIBUTE_NODE)
			*list_push(arena, out) = (uint32_t)(node - tree->items);
	}
}

enum status xml_xpath(
	struct arena *arena, const struct tree *tree, struct sv xpath, struct node_list *out, struct error *err)
{
	struct sv shown = text_cut(xpath, 80);
	xmlDocPtr doc = build_document(arena, tree);
	xmlXPathContextPtr context = doc ? xmlXPathNewContext(doc) : NULL;
	xmlXPathObjectPtr result = NULL;
	if (context) {
		context->opLimit = 50000000; /* a second or so */
		context->error = ignore_error;
		result = xmlXPathEvalExpression((const xmlChar *)arena_cstr(arena, xpath), context);
	}
	enum status st = OK;
	if (result && result->type == XPATH_NODESET)
		take_nodes(arena, tree, result->nodesetval, out);
	else
		st = error_set(err, E_CONFIG, "selector '%.*s' is not an XPath for nodes", SV_ARG(shown));
	xmlXPathFreeObject(result);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return st;
}
