/* Identifiers: of sources, beats and facts; random numbers; digests. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "arena.h"

/* A slug: [a-z0-9] and '-', not at its ends, 1..LIMIT_ID_BYTES. Sources and beats are slugs. */
bool id_is_slug(struct sv v);
/* A fact id: beat '.' slug. */
bool id_is_fact(struct sv v);
struct sv id_fact_beat(struct sv fact_id); /* the part before the '.' */
struct sv id_fact_slug(struct sv fact_id); /* the part after it */
/* Any text to a slug: ASCII letters and digits kept in lower case, the rest becomes single '-'. */
struct sv id_slugify(struct arena *arena, struct sv text, size_t max_bytes);

uint64_t id_random(void); /* from the kernel, never 0 */

#define DIGEST_HEX 65
void digest_sha256_hex(struct sv bytes, char out[DIGEST_HEX]);

#endif
