/* What a language calls numbers, their units and the words about them. */
#ifndef TEXT_NUMBER_WORDS_H
#define TEXT_NUMBER_WORDS_H

#include "lexicon.h"
#include "phrase.h"

/* phrase.what of `numerals` */
enum numeral_kind {
	NUMERAL_SMALL = 1, /* adds: five, twenty, doscientos */
	NUMERAL_ONE,       /* adds, but alone it is an article or a pronoun: un, one */
	NUMERAL_HUNDRED,   /* multiplies what stands before it: hundred, dozen */
	NUMERAL_SCALE,     /* multiplies and closes a group: thousand, mil, millones */
	NUMERAL_SUFFIX,    /* a scale only when glued to digits: k, m */
	NUMERAL_FRACTION,  /* half, tercio: value is the denominator */
	NUMERAL_PART,      /* the same after a number or article, else an ordinal: third */
	NUMERAL_ORDINAL,
	NUMERAL_ARTICLE, /* a, an, un, una: before hundreds, scales and fractions */
	NUMERAL_MINUS,
	NUMERAL_POINT /* "two point five" */
};

/* phrase.what of `units`; phrase.name is the unit to report, phrase.value a factor when not 0 */
enum unit_kind {
	UNIT_PERCENT = 1,
	UNIT_POINTS, /* percentage points, basis points */
	UNIT_MONEY,
	UNIT_DURATION,
	UNIT_MEASURE,
	UNIT_SCALED_MONEY, /* "mdp": millions of pesos */
	UNIT_CLOCK         /* "p.m.": not a quantity */
};

/* phrase.what of `before`: what may stand right before a number, articles between them allowed */
enum before_kind {
	BEFORE_BOUND = 1, /* value: enum bound */
	BEFORE_OLD,       /* up from, frente a */
	BEFORE_FROM,      /* from: the old value when something moves, else the start of a range */
	BEFORE_TO,        /* to: the new value when something moves */
	BEFORE_BY,        /* by: the difference */
	BEFORE_BETWEEN,
	BEFORE_MORE, /* another, otros: adds to what was */
	BEFORE_RATE  /* annual: per year */
};

/* phrase.what of `after`: what may stand right after a number and its unit */
enum after_kind {
	AFTER_BOUND = 1, /* value: enum bound */
	AFTER_PER,       /* name: the period */
	AFTER_MORE,      /* value: enum direction; "more", "lower than" */
};

struct number_words {
	struct phrase_table numerals, units, before, after;
	struct phrase_table names;     /* words that make the number after them a name: title, article */
	struct phrase_table stops;     /* words that end a noun phrase and are no stop words: will, hold */
	struct phrase_table articles;  /* the, los: skipped between a word of `before` and its number */
	struct phrase_table range_to;  /* to, and: between the ends of a range */
	struct phrase_table links;     /* of, de: may stand inside a unit */
	struct phrase_table and_words; /* and, y */
	const char *ordinal_marks[8];  /* what is glued to digits: st, nd, .º */
	bool has_and_between_tens;     /* "treinta y uno", and only there */
};

/* Symbols and codes that every language shares: %, $, EUR, km. */
extern const struct phrase_table unit_symbols;

#endif
