/* What a language calls days, months and spans of time, and the words that give a date its role. */
#ifndef TEXT_DATE_WORDS_H
#define TEXT_DATE_WORDS_H

#include "lexicon.h"
#include "phrase.h"

/* phrase.what of `words` */
enum date_word {
	DATE_WORD_MONTH = 1, /* value 1..12; name set: only beside a number ("may", "mar") */
	DATE_WORD_WEEKDAY,   /* value 0..6 from Monday; name set: as above ("sat") */
	DATE_WORD_UNIT,      /* value: enum date_unit */
	DATE_WORD_DAY,       /* value: days from today: tomorrow, ayer */
	DATE_WORD_NEXT,      /* before or after what it shifts: next, próximo, que viene */
	DATE_WORD_LAST,
	DATE_WORD_THIS,
	DATE_WORD_PART,    /* value: enum date_part: end, mediados */
	DATE_WORD_IN,      /* before a count of units in the future: in, dentro de */
	DATE_WORD_WITHIN,  /* the same as a limit: within, en un plazo de */
	DATE_WORD_AGO,     /* behind a count in English ("ago"), before it in Spanish ("hace") */
	DATE_WORD_HENCE,   /* behind a count: "from now" */
	DATE_WORD_COMING,  /* before a count: the next 90 days */
	DATE_WORD_PAST,    /* before a count: the past 90 days */
	DATE_WORD_HOLIDAY, /* value: month * 100 + day */
	DATE_WORD_YEAR_END,
	DATE_WORD_QUARTER /* value 1..4: Q3 */
};
enum date_unit {
	UNIT_OF_DAYS,
	UNIT_OF_WORKDAYS,
	UNIT_OF_WEEKS,
	UNIT_OF_WEEKENDS,
	UNIT_OF_MONTHS,
	UNIT_OF_QUARTERS,
	UNIT_OF_HALVES,
	UNIT_OF_YEARS,
	UNIT_OF_DECADES,
	UNIT_OF_CENTURIES
};
enum date_part { PART_START, PART_MIDDLE, PART_END, PART_EARLY, PART_LATE };

/* phrase.what of `leads`: enum date_role + 1, or these */
enum { DATE_LEAD_BETWEEN = 100, DATE_LEAD_IN };

struct date_words {
	struct phrase_table words;
	struct phrase_table leads;
	struct phrase_table fillers; /* the, of, el, de: between lead, parts and numbers of a date */
	struct phrase_table to;      /* to, until, al: between the ends of a range */
	struct phrase_table and_words;
	struct phrase_table ahead;     /* value 1: looks ahead (will, due); 0: looks back (said, announced) */
	const char *future_endings[4]; /* of verbs, as written: "rá" */
	bool has_ago_before;           /* hace tres días */
};

#endif
