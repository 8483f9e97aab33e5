/* A set of keys in memory, by way of a folder. */
#ifndef SUPPORT_SAMPLE_KEYS_H
#define SUPPORT_SAMPLE_KEYS_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"

struct sample_key {
	const char *name, *rights, *public_key;
};

/* secret: of the daemon, or NULL. */
static inline struct keys *sample_keys(const char *secret, const struct sample_key *clients, size_t n)
{
	char folder[] = "/tmp/pw-sample-XXXXXX", path[128];
	struct keys *keys = NULL;
	struct error err;
	struct arena *arena = arena_new(1 << 20);
	struct key_issues issues = { .arena = arena };
	if (!mkdtemp(folder))
		abort();
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%zu", folder, i);
		FILE *file = fopen(path, "we");
		(void)fprintf(file, "metadata\n name = \"%s\"\n rights = \"%s\"\ncurve\n public-key = \"%s\"\n",
			clients[i].name, clients[i].rights, clients[i].public_key);
		(void)fclose(file);
		(void)chmod(path, 0600);
	}
	(void)snprintf(path, sizeof path, "%s/own_secret", folder);
	if (secret) {
		FILE *file = fopen(path, "we");
		(void)fprintf(file, "curve\n public-key = \"%s\"\n secret-key = \"%s\"\n", secret, secret);
		(void)fclose(file);
		(void)chmod(path, 0600);
	}
	struct keys_options options = { .folder = sv_of(folder), .server_key = secret ? sv_of(path) : SV("") };
	enum status st = keys_load(&options, &keys, &issues, &err);
	assert(st == OK && issues.n == 0);
	(void)st;
	(void)unlink(path);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%zu", folder, i);
		(void)unlink(path);
	}
	(void)rmdir(folder);
	arena_free(arena);
	return keys;
}

#endif
