/* Who is named: states by name, adjective, capital and metonym ("Mexican", "Washington", "la Casa Blanca"),
 * and institutions, to one code each. */
#ifndef TEXT_ACTORS_H
#define TEXT_ACTORS_H

#include "token.h"

void text_actors(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct actor_list *out);

#endif
