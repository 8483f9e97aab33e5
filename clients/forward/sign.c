#include "sign.h"

#include <sodium.h>
#include <string.h>

#define KEY_BYTES 512
#define PREFIX "whsec_"

/* The key behind one line of secrets. */
static bool read_key(const char *line, size_t n, unsigned char key[KEY_BYTES], size_t *out_bytes)
{
	size_t prefix = sizeof PREFIX - 1;
	if (n > prefix && memcmp(line, PREFIX, prefix) == 0)
		return sodium_base642bin(key, KEY_BYTES, line + prefix, n - prefix, NULL, out_bytes, NULL,
			       sodium_base64_VARIANT_ORIGINAL) == 0 &&
			*out_bytes > 0;
	/* Keys of the asymmetric kind make signatures of another kind: not here. */
	if (n > KEY_BYTES || (n > 5 && (memcmp(line, "whsk_", 5) == 0 || memcmp(line, "whpk_", 5) == 0)))
		return false;
	memcpy(key, line, n);
	*out_bytes = n;
	return true;
}

static void mac(const unsigned char *key, size_t key_bytes, const char *const parts[3], const size_t sizes[3],
	unsigned char out[crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256_state state;
	(void)crypto_auth_hmacsha256_init(&state, key, key_bytes);
	for (size_t i = 0; i < 3; i++) {
		const void *part = parts[i];
		if (i)
			(void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
		(void)crypto_auth_hmacsha256_update(&state, part, sizes[i]);
	}
	(void)crypto_auth_hmacsha256_final(&state, out);
}

bool sign_webhook(const char *secrets, const char *id, const char *timestamp, const char *body, size_t body_bytes,
	char out[SIGN_HEADER_BYTES])
{
	const char *const parts[3] = { id, timestamp, body };
	const size_t sizes[3] = { strlen(id), strlen(timestamp), body_bytes };
	size_t at = 0, count = 0;
	while (*secrets) {
		unsigned char key[KEY_BYTES], digest[crypto_auth_hmacsha256_BYTES];
		size_t n = strcspn(secrets, "\r\n"), key_bytes = 0;
		if (n > 0) {
			if (count == SIGN_KEYS || !read_key(secrets, n, key, &key_bytes))
				return false;
			mac(key, key_bytes, parts, sizes, digest);
			memcpy(out + at, count ? " v1," : "v1,", count ? 4 : 3);
			at += count ? 4 : 3;
			(void)sodium_bin2base64(out + at, SIGN_HEADER_BYTES - at, digest, sizeof digest,
				sodium_base64_VARIANT_ORIGINAL);
			at += strlen(out + at);
			count++;
		}
		secrets += n + (secrets[n] != '\0');
	}
	return count > 0;
}
