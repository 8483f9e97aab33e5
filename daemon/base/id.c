#include "id.h"

#include <sodium.h>

#include "limit.h"

static bool is_slug_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool id_is_slug(struct sv v)
{
	if (v.n == 0 || v.n > LIMIT_ID_BYTES || v.p[0] == '-' || v.p[v.n - 1] == '-')
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!is_slug_char(v.p[i]))
			return false;
	return true;
}

bool id_is_fact(struct sv v)
{
	return sv_find_char(v, '.') != SIZE_MAX && id_is_slug(id_fact_beat(v)) && id_is_slug(id_fact_slug(v));
}

struct sv id_fact_beat(struct sv fact_id)
{
	return sv_slice(fact_id, 0, sv_find_char(fact_id, '.'));
}

struct sv id_fact_slug(struct sv fact_id)
{
	size_t dot = sv_find_char(fact_id, '.');
	return dot == SIZE_MAX ? (struct sv){ 0 } : sv_slice(fact_id, dot + 1, fact_id.n);
}

struct sv id_slugify(struct arena *arena, struct sv text, size_t max_bytes)
{
	char *slug = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < max_bytes; i++) {
		char c = text.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (is_slug_char(c) && c != '-')
			slug[n++] = c;
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n && slug[n - 1] == '-')
		n--;
	return (struct sv){ slug, n };
}

uint64_t id_random(void)
{
	uint64_t v = 0;
	while (v == 0)
		randombytes_buf(&v, sizeof v);
	return v;
}

void digest_sha256_hex(struct sv bytes, char out[DIGEST_HEX])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	(void)crypto_hash_sha256(hash, (const unsigned char *)(bytes.n ? bytes.p : ""), bytes.n); /* cannot fail */
	(void)sodium_bin2hex(out, DIGEST_HEX, hash, sizeof hash);
}
