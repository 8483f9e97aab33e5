/* Statements out of plain sentences, for tests that may not use the reader: the same steps of the text layer. */
#ifndef SUPPORT_STATEMENTS_H
#define SUPPORT_STATEMENTS_H

#include "actors.h"
#include "cue.h"
#include "dates.h"
#include "document.h"
#include "quantity.h"

static inline struct statement statement_of(
	struct arena *arena, const char *text, const char *lang, const char *published)
{
	struct statement s = { .text = sv_of(text), .lang = sv_of(lang) };
	const struct language *language = language_find(s.lang);
	struct token_list tokens = { 0 };
	struct date date = { 0 };
	if (*published && !date_parse(sv_of(published), &date))
		fail_msg("%s is no date", published);
	text_tokens(arena, s.text, language, &tokens);
	text_quantities(arena, s.text, &tokens, language, &s.quantities);
	text_dates(arena, s.text, &tokens, language, date, &s.dates);
	text_cues(arena, s.text, &tokens, language, &s.cues);
	text_actors(arena, s.text, &tokens, language, &s.actors);
	return s;
}

#endif
