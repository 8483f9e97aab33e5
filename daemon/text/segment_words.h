/* What a language tells the sentence breaker. Inside this layer only. */
#ifndef TEXT_SEGMENT_WORDS_H
#define TEXT_SEGMENT_WORDS_H

#include "lexicon.h"

/* What a dot after a word may be. */
enum dot_kind {
	DOT_PLAIN = 0,    /* the end of the sentence */
	DOT_TITLE,        /* never the end, as something must follow: "Mr.", "vs." */
	DOT_NUMBER,       /* not the end before a number: "No. 5", "p. 12"; else as behind any word */
	DOT_ABBREVIATION, /* the end only before a word that starts sentences: "Inc.", "Jan." */
	DOT_TIME          /* the end before any capital: "5 p.m." */
};

struct dot_word {
	const char *word; /* folded, without its final dot; inner dots are gone too: "us", "pm" */
	enum dot_kind kind;
};

struct segment_words {
	const struct dot_word *dot_words; /* sorted bytewise */
	size_t dot_word_count;
	const char *const
		*starters; /* folded words that start a sentence when capital, beside function words; sorted */
	size_t starter_count;
	const char *const *after_times; /* folded words that follow "5 p.m." in the same sentence; sorted */
	size_t after_time_count;
};

enum dot_kind segment_dot_kind(const struct language *language, struct sv folded);
bool segment_is_starter(const struct language *language, struct sv folded);
bool segment_continues_time(const struct language *language, struct sv folded);

#endif
