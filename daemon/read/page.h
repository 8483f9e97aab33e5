/* A page → its main text, by selector or by density; and what it says about itself. */
#ifndef READ_PAGE_H
#define READ_PAGE_H

#include "html.h"
#include "read.h"

struct page_meta {
	struct sv title, author, lang, published, updated;
	struct sv feed; /* address of the feed it announces, as written */
};

enum status page_read(struct arena *arena, struct sv text, const struct read_options *options, struct reading *out,
	struct error *err);

/* Out of JSON-LD, meta elements, microdata, <time>, <title> and the first headings. */
void page_meta(struct arena *arena, const struct tree *tree, struct page_meta *out);
/* The paragraphs that are the page's own text. */
void page_main(struct arena *arena, const struct tree *tree, struct block_list *out);
/* The outermost nodes that a selector names. */
enum status page_select(
	struct arena *arena, const struct tree *tree, struct sv selector, struct node_list *out, struct error *err);

#endif
