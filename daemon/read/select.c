/* Selectors: XPath goes to libxml2; the few forms of CSS that people write for a page's text are matched here:
 * tag, #id, .class, any of them joined, descendants, lists. */
#include "page.h"
#include "unicode.h"
#include "xml.h"

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		(c & 0x80);
}

static bool has_class(struct sv classes, struct sv name)
{
	struct sv word;
	while (sv_split(&classes, ' ', &word))
		if (sv_eq(sv_trim(word), name))
			return true;
	return false;
}

/* One name of a compound, cut off its front, with the mark ('#', '.' or 0) before it. */
static struct sv cut_name(struct sv *compound, char *out_mark)
{
	size_t from = 0;
	*out_mark = 0;
	if (compound->n && (compound->p[0] == '#' || compound->p[0] == '.')) {
		*out_mark = compound->p[0];
		from = 1;
	}
	size_t to = from;
	while (to < compound->n && is_name_char(compound->p[to]))
		to++;
	struct sv name = sv_slice(*compound, from, to);
	*compound = sv_slice(*compound, to, compound->n);
	return name;
}

static bool matches_compound(const struct tree *tree, uint32_t node, struct sv compound)
{
	while (compound.n) {
		char mark;
		if (compound.p[0] == '*') {
			compound = sv_slice(compound, 1, compound.n);
			continue;
		}
		struct sv name = cut_name(&compound, &mark);
		bool fits = mark == '#' ? sv_eq(tree_attr(tree, node, SV("id")), name)
			: mark == '.'   ? has_class(tree_attr(tree, node, SV("class")), name)
					: sv_eq_nocase(tree->items[node].name, name);
		if (!fits)
			return false;
	}
	return true;
}

/* The last word of a chain, cut off its end. */
static struct sv cut_last(struct sv *chain)
{
	struct sv v = sv_trim(*chain);
	size_t from = v.n;
	while (from > 0 && v.p[from - 1] != ' ')
		from--;
	*chain = sv_slice(v, 0, from);
	return sv_slice(v, from, v.n);
}

static bool matches_chain(const struct tree *tree, uint32_t node, struct sv chain)
{
	if (!matches_compound(tree, node, cut_last(&chain)))
		return false;
	struct sv wanted = cut_last(&chain);
	while (wanted.n && node) {
		node = tree->items[node].parent;
		if (node && matches_compound(tree, node, wanted))
			wanted = cut_last(&chain);
	}
	return !wanted.n;
}

static bool is_simple_css(struct sv selector)
{
	for (size_t i = 0; i < selector.n; i++) {
		char c = selector.p[i];
		bool is_named = i + 1 < selector.n && is_name_char(selector.p[i + 1]);
		if ((c == '#' || c == '.') && !is_named)
			return false;
		if (!is_name_char(c) && c != '#' && c != '.' && c != ' ' && c != ',' && c != '*')
			return false;
	}
	return true;
}

static bool matches_any(const struct tree *tree, uint32_t node, struct sv selector)
{
	struct sv chain;
	while (sv_split(&selector, ',', &chain))
		if (sv_trim(chain).n && matches_chain(tree, node, chain))
			return true;
	return false;
}

enum status page_select(
	struct arena *arena, const struct tree *tree, struct sv selector, struct node_list *out, struct error *err)
{
	selector = sv_trim(selector);
	struct node_list all = { 0 };
	if (sv_starts(selector, SV("/")) || sv_starts(selector, SV("("))) {
		enum status st = xml_xpath(arena, tree, selector, &all, err);
		if (st)
			return st;
	} else if (!is_simple_css(selector)) {
		return error_set(err, E_CONFIG,
			"selector '%.*s' is neither an XPath (\"//…\") nor simple CSS (tag, #id, .class)",
			SV_ARG(text_cut(selector, 80)));
	} else {
		for (uint32_t i = 1; i < tree->n; i++)
			if (tree->items[i].tag != TAG_TEXT && matches_any(tree, i, selector))
				*list_push(arena, &all) = i;
	}
	uint32_t end = 0; /* of the last node taken: what stands inside it is there already */
	for (size_t i = 0; i < all.n; i++) {
		if (all.items[i] < end)
			continue;
		*list_push(arena, out) = all.items[i];
		end = tree->items[all.items[i]].end;
	}
	if (!out->n)
		return error_set(err, E_NOT_FOUND, "selector '%.*s' matches nothing", SV_ARG(text_cut(selector, 80)));
	return OK;
}
