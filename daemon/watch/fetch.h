/* HTTP: fetches on the loop, within limits of time, size, redirects and of how many run at once. */
#ifndef WATCH_FETCH_H
#define WATCH_FETCH_H

#include "watch.h"

struct fetcher;
struct fetch;

struct fetch_request {
	struct sv url;                 /* http or https */
	struct sv etag, last_modified; /* empty: unconditional */
	int64_t timeout_ms;            /* from the moment it runs, not while it waits for its turn */
	size_t max_bytes;              /* of the body, decompressed */
	int max_redirects;
};

enum fetch_outcome { FETCH_GOT, FETCH_UNCHANGED, FETCH_FAILED };
struct fetch_result {
	enum fetch_outcome outcome;
	struct snapshot snapshot;     /* of FETCH_GOT; lives during the callback. etag and last_modified also of 304 */
	struct watch_failure failure; /* of FETCH_FAILED */
	int64_t retry_after_ms;       /* 0: not said */
};
/* Exactly once, on the loop, never before fetch_start() returns; the fetch is gone afterwards. */
typedef void fetch_done(void *ctx, const struct fetch_result *result);

enum status fetcher_new(struct loop *loop, struct fetcher **out, struct error *err);
void fetcher_free(struct fetcher *fetcher); /* after its fetches */
void fetcher_configure(struct fetcher *fetcher, struct sv user_agent, int limit, int limit_per_host);
int fetcher_in_flight(const struct fetcher *fetcher);

struct fetch *fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_done *done, void *ctx);
void fetch_cancel(struct fetch *fetch); /* without a callback; NULL is fine */

#endif
