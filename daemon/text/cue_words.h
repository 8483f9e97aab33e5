/* Verbs and phrases that tell of steps in a fact's life, and the small words around them. */
#ifndef TEXT_CUE_WORDS_H
#define TEXT_CUE_WORDS_H

#include "lexicon.h"
#include "phrase.h"

enum verb_form {
	FORM_BASE,        /* launch (also the present of they); not inflected in Spanish: suspender */
	FORM_PRESENT,     /* launches, suspende */
	FORM_PAST,        /* withdrew, suspendió */
	FORM_PARTICIPLE,  /* withdrawn, suspendido */
	FORM_PAST_EITHER, /* launched: past or participle */
	FORM_GERUND,      /* launching, suspendiendo */
	FORM_FUTURE,      /* suspenderá */
	FORM_CONDITIONAL, /* suspendería */
	FORM_SUBJUNCTIVE, /* suspenda */
	FORM_NOUN         /* suspension */
};

/* One verb: its root with a class of endings. `tail` must follow for the verb to mean this ("take" + "effect");
 * with a leading '~' some words may stand between ("put" the plan "on hold"). Sorted by root. */
struct verb {
	const char *root;
	const char *tail;
	uint8_t verb_class;
	uint8_t kind;   /* enum cue_kind */
	uint8_t status; /* enum fact_status, of CUE_STATUS */
};
/* Sorted by ending. */
struct verb_ending {
	const char *ending;
	uint8_t verb_class;
	uint8_t form;     /* enum verb_form */
	bool is_accented; /* only when the word as written ends with an accented vowel: anunció, not anuncio */
};

/* phrase.what of `helpers`: words around a verb that set mode and negation */
enum helper_kind {
	HELP_NOT = 1, /* not, never */
	HELP_NO,      /* no, nobody, nothing: denies the verb whose subject or object it is */
	HELP_BE,
	HELP_HAVE,
	HELP_DO,
	HELP_WILL,
	HELP_MAY,
	HELP_WOULD,
	HELP_MUST,
	HELP_TO,
	HELP_SKIP,    /* adverbs and pronouns between helper and verb */
	HELP_PLAN,    /* plans, is due, intends */
	HELP_URGE,    /* urges, calls for */
	HELP_REFUSE,  /* refused to, ruled out, without */
	HELP_THREAT,  /* threatened to: possible */
	HELP_DECIDE,  /* decided to, tras: as good as done */
	HELP_IF,      /* if, unless; before or behind the verb */
	HELP_WHETHER, /* asked whether */
	HELP_BREAK,   /* and, but, that: another clause begins */
	HELP_ARTICLE, /* a, the, its: what follows is a noun */
};

struct verb_table {
	const struct verb *verbs;
	size_t verb_count;
	const struct verb_ending *endings;
	size_t ending_count;
};
extern const struct verb_table cue_verbs_en, cue_verbs_es;

struct cue_words {
	const struct verb_table *verbs;
	struct phrase_table phrases; /* what: CUE_SENSE(); nouns and set phrases */
	struct phrase_table helpers;
	bool has_tense_in_ending; /* Spanish: the verb alone says future or conditional */
};

#define CUE_SENSE(kind, status) ((int)(kind)*16 + (int)(status))
#define CUE_SENSE_KIND(sense) ((enum cue_kind)((sense) / 16))
#define CUE_SENSE_STATUS(sense) ((enum fact_status)((sense) % 16))

/* ---- entries ---- */
/* clang-format off */
#define VERB(root, tail, class, status) { root, tail, CLASS_##class, CUE_STATUS, STATUS_##status }
#define OTHER(root, tail, class, kind) { root, tail, CLASS_##class, CUE_##kind, 0 }
#define ENDING(ending, class, form) { ending, CLASS_##class, FORM_##form, false }
#define ACCENTED(ending, class, form) { ending, CLASS_##class, FORM_##form, true }
#define STEP(words, status) { words, CUE_SENSE(CUE_STATUS, STATUS_##status), 0, NULL }
#define SENSE(words, kind) { words, CUE_SENSE(CUE_##kind, 0), 0, NULL }
/* clang-format on */

#endif
