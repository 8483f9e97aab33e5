/* libcurl, and nothing of it outside transfer.c: posts and mails that run beside each other, and the one wait of the
 * program. */
#ifndef FORWARD_TRANSFER_H
#define FORWARD_TRANSFER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transfer_result {
	bool is_ok;
	int64_t retry_after_ms; /* what the other side asked for; 0: nothing */
	char why[200];          /* of a failure */
};
typedef void transfer_done(void *ctx, const struct transfer_result *result);

struct transfer_job {
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated; HTTP */
	const char *body;           /* copied */
	size_t body_bytes;
	int64_t timeout_ms;
	const char *from; /* set: a mail */
	const char *const *to;
	const char *user, *password;
	bool require_tls;
	void *ctx;
	transfer_done *done; /* called from transfers_wait() */
};

struct transfers;
struct transfers *transfers_new(void);            /* NULL: no memory */
void transfers_free(struct transfers *transfers); /* cuts what runs, without calling done */
/* False: not even begun. */
bool transfers_start(struct transfers *transfers, const struct transfer_job *job);
/* Waits for a transfer, one of fds or the time, and lets transfers go on. */
void transfers_wait(struct transfers *transfers, struct pollfd *fds, size_t n, int timeout_ms);

#endif
