/* One loop over the nodes in document order. `ends` holds where the open block elements end; entering or
 * leaving one ends the paragraph that was growing. Two <br> in a row end it as well. The cells of a row of plain
 * cells are joined to one paragraph; a row with paragraphs inside is layout, and each cell stands for itself. */
#include "html.h"

#include "buf.h"
#include "limit.h"
#include "unicode.h"
#include "xml.h"

struct frame {
	uint32_t end, node;
	bool is_data_row;
};

struct flow {
	struct arena *arena;
	const struct tree *tree;
	struct block_list *out;
	struct buf text;
	struct frame frames[LIMIT_HTML_DEPTH + 8];
	size_t depth;
	unsigned breaks;   /* <br> since the last text */
	uint32_t link_end; /* of the innermost link, past its last node */
	size_t bytes, link_bytes;
};

static enum block_kind kind_of(const struct flow *flow)
{
	for (size_t i = flow->depth; i > 0; i--) {
		enum tag tag = flow->tree->items[flow->frames[i - 1].node].tag;
		if (tag_traits(tag) & TRAIT_HEADING)
			return BLOCK_HEADING;
		if (tag == TAG_LI || tag == TAG_DD || tag == TAG_DT)
			return BLOCK_ITEM;
		if (tag == TAG_BLOCKQUOTE)
			return BLOCK_QUOTE;
		if (tag == TAG_TR)
			return BLOCK_ROW;
	}
	return BLOCK_TEXT;
}

static void end_paragraph(struct flow *flow)
{
	size_t bytes = flow->bytes, link_bytes = flow->link_bytes;
	flow->breaks = 0;
	flow->bytes = flow->link_bytes = 0;
	if (!flow->text.n)
		return;
	struct sv text = text_squeeze(flow->arena, buf_sv(&flow->text));
	if (flow->depth && flow->frames[flow->depth - 1].is_data_row)
		while (sv_ends(text, SV(" |")))
			text = sv_slice(text, 0, text.n - 2);
	buf_clear(&flow->text);
	if (!text.n || sv_eq(text, SV("|")))
		return;
	uint32_t node = flow->depth ? flow->frames[flow->depth - 1].node : 0;
	*list_push(flow->arena, flow->out) = (struct block){ text, kind_of(flow), node, link_bytes, bytes };
}

/* A row whose cells hold no blocks. Looks no further than the first block inside. */
static bool is_data_row(const struct tree *tree, uint32_t row)
{
	size_t cells = 0;
	for (uint32_t i = row + 1; i < tree->items[row].end; i++) {
		unsigned traits = tag_traits(tree->items[i].tag);
		if (traits & TRAIT_BLOCK)
			return false;
		cells += (traits & TRAIT_CELL) != 0;
	}
	return cells > 1;
}

static void enter_block(struct flow *flow, uint32_t node)
{
	end_paragraph(flow);
	if (flow->depth >= sizeof flow->frames / sizeof *flow->frames)
		return;
	const struct node *n = &flow->tree->items[node];
	flow->frames[flow->depth++] = (struct frame){ n->end, node, n->tag == TAG_TR && is_data_row(flow->tree, node) };
}

static void leave_blocks(struct flow *flow, uint32_t at)
{
	while (flow->depth && flow->frames[flow->depth - 1].end <= at) {
		end_paragraph(flow);
		flow->depth--;
	}
}

static void take_node(struct flow *flow, uint32_t i)
{
	const struct node *node = &flow->tree->items[i];
	unsigned traits = tag_traits(node->tag);
	if (node->tag == TAG_TEXT) {
		size_t bytes = sv_trim(node->text).n;
		if (bytes && flow->breaks >= 2)
			end_paragraph(flow);
		if (bytes)
			flow->breaks = 0;
		flow->bytes += bytes;
		flow->link_bytes += i < flow->link_end ? bytes : 0;
		(void)buf_append(&flow->text, node->text);
	} else if (node->tag == TAG_A) {
		flow->link_end = node->end > flow->link_end ? node->end : flow->link_end;
	} else if (node->tag == TAG_BR) {
		flow->breaks++;
		(void)buf_char(&flow->text, '\n');
	} else if (traits & TRAIT_CELL && flow->depth && flow->frames[flow->depth - 1].is_data_row) {
		(void)buf_append(&flow->text, flow->text.n ? SV(" | ") : SV(""));
	} else if (traits & (TRAIT_BLOCK | TRAIT_CELL)) {
		enter_block(flow, i);
	}
}

void html_blocks(
	struct arena *arena, const struct tree *tree, uint32_t root, const bool *dropped, struct block_list *out)
{
	struct flow state = { .arena = arena, .tree = tree, .out = out }, *flow = &state;
	size_t total = 64;
	for (uint32_t i = root; i < tree->items[root].end; i++)
		total += tree->items[i].text.n + 8;
	buf_init(&flow->text, total);
	for (uint32_t i = root; i < tree->items[root].end;) {
		const struct node *node = &tree->items[i];
		leave_blocks(flow, i);
		bool is_hidden = (tag_traits(node->tag) & TRAIT_HIDDEN) && i != root;
		if (is_hidden || (dropped && dropped[i])) {
			if (tag_traits(node->tag) & TRAIT_BLOCK)
				end_paragraph(flow);
			i = node->end;
			continue;
		}
		take_node(flow, i);
		i++;
	}
	leave_blocks(flow, UINT32_MAX);
	end_paragraph(flow);
	buf_done(&flow->text);
}

struct sv html_join(struct arena *arena, const struct block_list *blocks)
{
	size_t total = 0;
	for (size_t i = 0; i < blocks->n; i++)
		total += blocks->items[i].text.n + 2;
	struct buf text;
	buf_init(&text, total + 1);
	for (size_t i = 0; i < blocks->n; i++) {
		(void)buf_append(&text, i ? SV("\n\n") : SV(""));
		(void)buf_append(&text, blocks->items[i].text);
	}
	struct sv joined = arena_sv(arena, buf_sv(&text));
	buf_done(&text);
	return joined;
}

static enum status to_blocks(struct arena *arena, struct sv html, struct block_list *out, struct error *err)
{
	struct tree tree = { 0 };
	enum status st = html_parse(arena, html, &tree, err);
	if (st)
		return st;
	html_blocks(arena, &tree, 0, NULL, out);
	return OK;
}

static bool is_markup(struct sv v)
{
	size_t open = sv_find_char(v, '<');
	if (open != SIZE_MAX && sv_find_char(sv_slice(v, open, v.n), '>') != SIZE_MAX)
		return true;
	size_t amp = sv_find_char(v, '&');
	return amp != SIZE_MAX && sv_find_char(sv_slice(v, amp, v.n), ';') != SIZE_MAX;
}

enum status html_to_text(struct arena *arena, struct sv html, struct sv *out, struct error *err)
{
	if (!is_markup(html)) {
		*out = text_squeeze(arena, html);
		return OK;
	}
	struct block_list blocks = { 0 };
	enum status st = to_blocks(arena, html, &blocks, err);
	if (st)
		return st;
	*out = html_join(arena, &blocks);
	return OK;
}

enum status html_to_line(struct arena *arena, struct sv html, struct sv *out, struct error *err)
{
	struct sv text = { 0 };
	enum status st = html_to_text(arena, html, &text, err);
	if (st)
		return st;
	*out = text_cut(text_squeeze(arena, text), LIMIT_TITLE_BYTES);
	return OK;
}
