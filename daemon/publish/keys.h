/* The keys of the bus: the daemon's own secret one, and those of the clients that may connect.
 *
 * Loaded whole, never changed: a reload loads another set. A client's file that is wrong is an issue and is left out; the
 * others stand. What makes the set as a whole unsafe or useless (the daemon's key, a folder anybody may write to) is
 * an error. Files are read from a held folder, so that a name can't be swapped on the way. */
#ifndef PUBLISH_KEYS_H
#define PUBLISH_KEYS_H

#include <policywatch/keyfile.h>

#include "arena.h"

struct keys;

struct key {
	char text[PW_KEY_CHARS + 1];      /* public, Z85 */
	char name[PW_KEY_NAME_CHARS + 1]; /* of its file where the file says none */
	unsigned rights;                  /* PW_RIGHT_… */
};

struct keys_options {
	struct sv server_key; /* path of a file with a secret key; empty: none */
	struct sv folder;     /* of clients' public keys; empty: none */
	bool must_exist;      /* the folder; else a missing one holds no keys */
};

/* Why a file was left out; line 0: all of it. */
struct key_issue {
	struct sv file;
	unsigned line;
	struct sv text;
};
struct key_issues {
	struct arena *arena; /* of the caller, owns the texts */
	struct key_issue *items;
	size_t n, cap;
};

enum status keys_load(
	const struct keys_options *options, struct keys **out, struct key_issues *issues, struct error *err);
void keys_free(struct keys *keys);
const char *keys_server_secret(const struct keys *keys); /* Z85; NULL: none */
size_t keys_count(const struct keys *keys);
const struct key *keys_find(const struct keys *keys, struct sv text); /* NULL: unknown */
/* Somebody who may be connected under the old set may less, or nothing, under the new one; or speaks to another server key. */
bool keys_must_cut(const struct keys *old, const struct keys *new);

/* 32 bytes of a key as 40 characters of Z85. */
void key_text(const char raw[32], char out[PW_KEY_CHARS + 1]);

#endif
