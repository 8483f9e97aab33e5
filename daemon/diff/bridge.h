/* The bridge: policy words of English and Spanish that mean one thing, as concepts.
 *
 * Words are folded (lower case, no accents); a '*' at the end takes every word that begins so (four letters at
 * least). An exact word wins over a beginning, a longer beginning over a shorter one. A further language is further
 * words in the rows. */
#ifndef DIFF_BRIDGE_H
#define DIFF_BRIDGE_H

struct bridge_row {
	const char *concept;
	const char *words; /* separated by single spaces */
};
extern const struct bridge_row bridge[]; /* ends with a NULL concept */

#endif
