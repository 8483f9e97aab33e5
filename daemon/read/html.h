/* A tree of HTML → paragraphs. */
#ifndef READ_HTML_H
#define READ_HTML_H

#include "tree.h"

enum block_kind { BLOCK_TEXT, BLOCK_HEADING, BLOCK_ITEM, BLOCK_QUOTE, BLOCK_ROW };
struct block {
	struct sv text; /* squeezed, never empty */
	enum block_kind kind;
	uint32_t node;     /* the innermost block element that it stands in */
	size_t link_bytes; /* of its raw text, that stands in links */
	size_t bytes;      /* of its raw text */
};
struct block_list {
	struct block *items;
	size_t n, cap;
};

/* Appends the paragraphs below `root` in order. `dropped` (tree->n flags, or NULL) names nodes to pass over
 * with all below them. */
void html_blocks(
	struct arena *arena, const struct tree *tree, uint32_t root, const bool *dropped, struct block_list *out);
/* Paragraphs as the text of a document: separated by "\n\n". */
struct sv html_join(struct arena *arena, const struct block_list *blocks);
/* A piece of HTML, as feeds carry it, to text in one go. Text without tags and entities is taken as it is, with
 * its line breaks as spaces. */
enum status html_to_text(struct arena *arena, struct sv html, struct sv *out, struct error *err);
/* The same on one line: for titles. */
enum status html_to_line(struct arena *arena, struct sv html, struct sv *out, struct error *err);

#endif
