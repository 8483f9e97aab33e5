/* Parts of reading quantities that quantity.c is made of. Not for others. */
#ifndef TEXT_QUANTITY_SCAN_H
#define TEXT_QUANTITY_SCAN_H

#include "number.h"
#include "number_words.h"
#include "quantity.h"

/* A sentence with what is known of each token before the first number is looked at. */
struct quantity_scan {
	struct arena *arena;
	struct sv sentence;
	const struct token_list *tokens;
	const struct language *language;
	const bool *is_dated; /* lies inside a date */
	const uint8_t *moves; /* enum direction, of words that raise or lower something */
	struct quantity_list *out;
	/* the piece of text without white space that was looked at last */
	struct span chunk;
	bool is_chunk_name;
};

/* What stands before a number, collected until the number comes. */
struct quantity_lead {
	size_t from;     /* first token */
	size_t end;      /* token behind it */
	size_t articles; /* skipped since */
	bool is_set;
	bool has_bound;
	enum bound bound;
	enum before_kind role; /* BEFORE_OLD, _FROM, _TO, _BY, _BETWEEN, or 0 */
	enum direction direction;
	bool is_more;               /* another 2,000 */
	const char *per;            /* annual */
	const struct phrase *money; /* a currency before the digits */
};

/* What a number counts. */
struct quantity_unit {
	enum unit_kind kind; /* 0: a noun phrase, or nothing */
	struct sv text;      /* "percent", "USD", "days", "security personnel" */
	double factor;       /* of the value; 1 */
	size_t end;          /* token behind it */
};

/* Is the number a name, a year, a time, a place in a list, a part of an address? */
bool quantity_is_name(struct quantity_scan *s, size_t i, const struct number *number, const struct quantity_lead *lead);
/* The unit that begins at token i, right behind the number. */
void quantity_unit_at(const struct quantity_scan *s, size_t i, const struct number *number, struct quantity_unit *out);
/* Role and direction of a quantity whose number begins at token i and whose phrase ends before token end. */
void quantity_find_role(
	const struct quantity_scan *s, size_t i, size_t end, const struct quantity_lead *lead, struct quantity *q);
/* After all are found: the partner of an old value is the new one; a bare number takes its partner's unit. */
void quantity_pair(struct quantity_list *list);

#endif
