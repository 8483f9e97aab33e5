/* Dates of a sentence, absolute and relative to publication, with their role. */
#ifndef TEXT_DATES_H
#define TEXT_DATES_H

#include "token.h"

/* All mentions in order. "June 8, 2021", "8 de junio", "in 2026", "by the end of next year", "within 90 days",
 * "dentro de 90 días", "a más tardar en marzo", "last month", "on Tuesday". Without `published` (unset) only
 * absolute dates with a year are found. A date without a year takes the one nearest to publication, in the
 * future after a word that looks ahead. */
void text_dates(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct date published, struct date_list *out);

/* One date out of free text as metadata holds it ("Tue, 08 Jun 2021 14:00:00 GMT", RFC 822 with all its
 * variants in the wild, ISO 8601, "8 June 2021", "08/06/2021" day first unless impossible or lang is en-US).
 * False when it is none. */
bool text_date_parse(struct sv v, const struct language *language, struct wall_ms *out);

#endif
