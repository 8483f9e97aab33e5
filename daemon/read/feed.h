/* Feeds: RSS 0.9x and 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.x → documents. */
#ifndef READ_FEED_H
#define READ_FEED_H

#include "read.h"

/* One item, as any format says it; all may be empty. */
struct feed_item {
	struct sv id, link, title, author, lang, published, updated;
	struct sv text; /* of the document: already paragraphs */
	struct sv base; /* what its link is relative to */
};

/* Adds a document; gives it a key that no other item has. `number` counts items from 1, for warnings. */
void feed_add(struct arena *arena, const struct feed_item *item, size_t number, const struct read_options *options,
	struct reading *out);

/* The one document of a page or a file: its key is the source's URL. */
void feed_add_single(
	struct arena *arena, const struct feed_item *item, const struct read_options *options, struct reading *out);

/* `text` starts with the root element. */
enum status feed_read_xml(struct arena *arena, struct sv text, const struct read_options *options, struct reading *out,
	struct error *err);
enum status feed_read_json(struct arena *arena, struct sv text, const struct read_options *options, struct reading *out,
	struct error *err);
/* The language of a document: the user's word, else what it claims if its text agrees, else by its text; empty for
 * a language that we do not read. */
struct sv read_language(struct sv text, struct sv claimed, const struct read_options *options);

#endif
