/* Makes text safe and fit for a parser before it sees it. */
#ifndef READ_TAME_H
#define READ_TAME_H

#include "arena.h"

/* XML as it is found in the wild: no declaration, no DOCTYPE (the text is UTF-8 already, and entities of a
 * document are never expanded), HTML's named entities as characters, lone '&' and '<' escaped, characters that XML
 * forbids dropped, at most TAME_ATTRIBUTES attributes a tag. */
struct sv tame_xml(struct arena *arena, struct sv text);
/* HTML: the limit of attributes only. Mostly gives back `text` itself. */
struct sv tame_html(struct arena *arena, struct sv text);

#define TAME_ATTRIBUTES 200

#endif
