/* libcurl on the loop: one transfer at a time, whatever comes of it. The only part that knows libcurl. */
#ifndef WATCH_TRANSFER_H
#define WATCH_TRANSFER_H

#include "fetch.h"

struct transfers;
struct transfer;

enum transfer_end {
	TRANSFER_WHOLE,
	TRANSFER_BAD_URL,
	TRANSFER_BAD_SCHEME,
	TRANSFER_NO_ADDRESS,
	TRANSFER_NO_CONNECTION,
	TRANSFER_NO_TLS,
	TRANSFER_BAD_CERTIFICATE,
	TRANSFER_TIMEOUT,
	TRANSFER_SILENT, /* closed without an answer */
	TRANSFER_LOST,   /* while it was going on */
	TRANSFER_CUT,    /* before the body was whole */
	TRANSFER_TOO_LARGE,
	TRANSFER_TOO_MANY_REDIRECTS,
	TRANSFER_BAD_ENCODING,
	TRANSFER_NOT_HTTP,
	TRANSFER_OTHER,
};

/* Views live during the callback. */
struct transfer_result {
	enum transfer_end end;
	const char *reason; /* libcurl's words */
	int sys;            /* errno of the last connect, or 0 */
	bool was_connected;
	int64_t got_bytes, whole_bytes; /* of the body as sent; whole: -1 when not said */
	struct sv url;                  /* after redirects */
	/* of the last answer; http_status 0: there was none */
	int http_status;
	int64_t retry_after_ms;
	bool is_challenge;
	struct sv content_type, etag, last_modified;
	struct sv body;
};
typedef void transfer_ended(void *ctx, const struct transfer_result *result);

enum status transfers_new(struct loop *loop, struct transfers **out, struct error *err);
void transfers_free(struct transfers *transfers); /* after its transfers */
void transfers_configure(struct transfers *transfers, struct sv user_agent, int max_connections);

/* The callback comes once, on the loop, never before this returns; the transfer is gone after it. */
struct transfer *transfer_start(
	struct transfers *transfers, const struct fetch_request *request, transfer_ended *ended, void *ctx);
void transfer_cancel(struct transfer *transfer); /* not within its own callback; NULL is fine */

#endif
