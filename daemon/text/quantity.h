/* Numbers of a sentence with their meaning: value, unit, bound, range, direction, role. */
#ifndef TEXT_QUANTITY_H
#define TEXT_QUANTITY_H

#include "token.h"

/* All quantities in order of place. Knows digits with the separators of the language, scale words ("12 mil",
 * "1.5 billion", "millones"), number words ("twelve thousand", "doce mil", "a quarter", "half"), percentages,
 * currencies ("US$", "€", "pesos"), bounds ("more than", "al menos", "some", "up to"), ranges ("between 10 and
 * 15", "10-15"), roles ("from 10,000 to 12,000", "up from", "frente a", "by 25 %"), per ("a month", "al año").
 * The unit of a count is the noun phrase after it, at most five words, without stop words at its ends, folded to lower case
 * but as written ("security personnel"). Numbers inside dates (see dates.h), times, telephone numbers, names ("Title 42",
 * "F-16", "Article 5", "COP26") and URLs are not quantities. */
void text_quantities(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct quantity_list *out);

#endif
