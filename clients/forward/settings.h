/* forward.conf: where events go. Every mistake is reported at once, each with file:line. */
#ifndef FORWARD_SETTINGS_H
#define FORWARD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sink_kind { SINK_WEBHOOK, SINK_EMAIL, SINK_EXEC };
#define SINK_KINDS 3

struct sink_settings {
	char *name; /* also names its cursor file */
	enum sink_kind kind;
	char **topics;      /* NULL-terminated; NULL: everything */
	int min_severity;   /* place in settings_severity() */
	bool from_oldest;   /* without a cursor: from the oldest event, and not from now on */
	int64_t timeout_ms; /* of one delivery */
	int64_t give_up_ms; /* an event that fails for so long is skipped; 0: never */

	char *url;             /* webhook: http, https; email: smtp, smtps */
	char *secret;          /* webhook: content of secret_file, or NULL */
	char *from, **to;      /* email */
	char *user, *password; /* email */
	bool require_tls;      /* email; by default when there is a user */
	char **argv;           /* exec */
};

struct settings {
	char *events, *query;   /* endpoints, or NULL */
	char *key, *server_key; /* as in struct pw_options, or NULL */
	char *state_dir;        /* of the cursor files */
	struct sink_settings *sinks;
	size_t n;
};

/* Complains on standard error. NULL: there were mistakes. */
struct settings *settings_read(const char *file);
void settings_free(struct settings *settings); /* NULL is fine */

/* Places in info, notice, warning, critical; -1: none of them. */
int settings_severity(const char *name);

#endif
