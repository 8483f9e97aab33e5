/* What a language is, inside this layer: one struct of tables. Each module defines the shape of its own tables in
 * its own header (<module>_words.h) and has one file of them a language (<module>_en.c, <module>_es.c). A further
 * language is one more set of such files and one more line in language.c. */
#ifndef TEXT_LEXICON_H
#define TEXT_LEXICON_H

#include "language.h"

struct segment_words;
struct number_words;
struct date_words;
struct cue_words;
struct actor_words;

struct language {
	struct sv tag;
	const char *stemmer;           /* Snowball's name: "english" */
	const char *locale;            /* for ICU: "en_US" */
	const char *const *stop_words; /* folded, NULL-terminated, sorted bytewise */
	size_t stop_word_count;
	const char *letters;           /* that tell it from the others, UTF-8 */
	char decimal_mark, group_mark; /* '.' and ',' in English */
	const struct segment_words *segments;
	const struct number_words *numbers;
	const struct date_words *dates;
	const struct cue_words *cues;
	const struct actor_words *actors;
};

extern const struct language language_en, language_es;

extern const struct segment_words segment_words_en, segment_words_es;
extern const struct number_words number_words_en, number_words_es;
extern const struct date_words date_words_en, date_words_es;
extern const struct cue_words cue_words_en, cue_words_es;
extern const struct actor_words actor_words_en, actor_words_es;

/* Is this folded word a function word of the language? */
bool language_is_stop(const struct language *language, struct sv folded);

#endif
