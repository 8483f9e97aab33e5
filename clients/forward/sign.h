/* Signatures as in Standard Webhooks 1.0. */
#ifndef FORWARD_SIGN_H
#define FORWARD_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#define SIGN_KEYS 4 /* keys in use at the same time, for rotation */
#define SIGN_HEADER_BYTES (SIGN_KEYS * 64)

/* secrets: one a line, "whsec_<base64>" or plain text. Writes "v1,… v1,…". False: a secret is not valid. */
bool sign_webhook(const char *secrets, const char *id, const char *timestamp, const char *body, size_t body_bytes,
	char out[SIGN_HEADER_BYTES]);

#endif
