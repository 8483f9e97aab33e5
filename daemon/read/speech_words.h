/* Words by which texts say who speaks. One table a language; a further language is one more table. All words are
 * folded (lower case, no accents); lists end with NULL. */
#ifndef READ_SPEECH_WORDS_H
#define READ_SPEECH_WORDS_H

#include "sv.h"

struct speech_words {
	const char *tag;
	const char *const *verbs;       /* "said", "dijo" */
	const char *const *according;   /* phrases before a speaker: "according to" */
	const char *const *pronouns;    /* for a person named before: "she", "ella" */
	const char *const *roles;       /* nouns that can speak without a name: "officials" */
	const char *const *auxiliaries; /* between speaker and verb: "has", "also" */
	const char *const *passives;    /* before a verb form that is then nobody's speech: "was" */
	const char *const *agents;      /* after one, the same: "by", "por" */
	const char *const *openers;     /* start a phrase before the speaker: "on", "today" */
	const char *const *connectors;  /* inside a name: "of", "de" */
	const char *const *joints;      /* join two speakers: "and" */
	const char *const *breaks;      /* a speaker does not reach over them: "that", "because" */
	const char *const *enders;      /* end a speaker after the verb: "in", "during" */
	const char *const *days;        /* weekdays and months */
	const char *const *articles;    /* cut off a speaker's front */
	bool may_drop_subject;          /* "dijo en un comunicado" */
};

const struct speech_words *speech_words_of(struct sv tag);
bool speech_is_word(const char *const *list, struct sv folded);

#endif
