/* What a language is, inside this layer: one struct of tables. Each module defines the shape of its own tables in
 * its own header (<module>_words.h) and has one file of them a language (<module>_en.c, <module>_es.c). */
#ifndef TEXT_LEXICON_H
#define TEXT_LEXICON_H

#include "language.h"

struct number_words;
struct date_words;
struct cue_words;
struct actor_words;

struct language {
	struct sv tag;
	const char *stemmer;           /* Snowball's name: "english" */
	const char *locale;            /* for ICU: "en_US" */
	const char *const *stop_words; /* folded, NULL-terminated, sorted */
	const char *const
		*abbreviations;        /* folded, without the final dot, sorted; a sentence does not end after them */
	char decimal_mark, group_mark; /* '.' and ',' in English */
	const struct number_words *numbers;
	const struct date_words *dates;
	const struct cue_words *cues;
	const struct actor_words *actors;
};

extern const struct number_words number_words_en, number_words_es;
extern const struct date_words date_words_en, date_words_es;
extern const struct cue_words cue_words_en, cue_words_es;
extern const struct actor_words actor_words_en, actor_words_es;

#endif
