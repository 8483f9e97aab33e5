/* libxml2, behind trees: the only place that knows its types and its flags. No network, no entity expansion, no
 * files, no messages on standard error; nesting, nodes and attributes are limited. Input is UTF-8 text. */
#ifndef READ_XML_H
#define READ_XML_H

#include "tree.h"

/* Both read as much as there is and count their stumbles in the tree; they fail only past the arena's cap. */
enum status xml_parse(struct arena *arena, struct sv text, struct tree *out, struct error *err);
enum status html_parse(struct arena *arena, struct sv text, struct tree *out, struct error *err);

/* A reference against a base; the reference itself when that fails. Both may be empty. */
struct sv xml_resolve(struct arena *arena, struct sv reference, struct sv base);
/* The characters of a named entity of HTML ("nbsp"); 0 when there is none. */
size_t xml_entity(struct sv name, char out[4]);
/* The nodes that an XPath gives, in document order. E_CONFIG: not an XPath, or not one for nodes. */
enum status xml_xpath(
	struct arena *arena, const struct tree *tree, struct sv xpath, struct node_list *out, struct error *err);

#endif
