/* A fetch waits in the queue, becomes a transfer when its turn comes, and ends as a result in words of the project.
 *
 * Invariant: a fetch is in the queue from fetch_start() until its end, and has a transfer exactly while it runs. */
#include "fetch.h"

#include <stdlib.h>

#include "answer.h"
#include "limit.h"
#include "location.h"
#include "queue.h"
#include "say.h"
#include "transfer.h"

struct fetcher {
	struct loop *loop;
	struct transfers *transfers;
	struct queue queue;
	struct arena *arena; /* of one result */
};

struct fetch {
	struct fetcher *fetcher;
	struct queue_item item;
	struct fetch_request request; /* strings in `arena` */
	struct arena *arena;
	struct transfer *transfer;
	fetch_done *done;
	void *ctx;
};

static void free_fetch(struct fetch *fetch)
{
	transfer_cancel(fetch->transfer);
	queue_remove(&fetch->fetcher->queue, &fetch->item);
	arena_free(fetch->arena);
	free(fetch);
}

/* ---- what went wrong below HTTP, in words ---- */

static enum status describe_cut(const struct transfer_result *result, struct error *err)
{
	char got[SAY_TEXT], whole[SAY_TEXT];
	(void)say_count(result->got_bytes, got);
	if (result->whole_bytes < 0)
		return error_set(err, E_NETWORK, "connection closed before the whole page arrived (%s bytes)", got);
	return error_set(err, E_NETWORK, "connection closed before the whole page arrived (%s of %s bytes)", got,
		say_count(result->whole_bytes, whole));
}

static enum status describe_timeout(
	const struct fetch *fetch, const struct transfer_result *result, struct sv host, struct error *err)
{
	char duration[SAY_TEXT];
	(void)say_duration(fetch->request.timeout_ms, duration);
	if (result->was_connected)
		return error_set(err, E_TIMEOUT, "timed out after %s", duration);
	return error_set(err, E_TIMEOUT, "cannot connect to %.*s: timed out after %s", SV_ARG(host), duration);
}

static enum status describe(const struct fetch *fetch, const struct transfer_result *result, struct error *err)
{
	const struct fetch_request *request = &fetch->request;
	struct arena *arena = fetch->fetcher->arena;
	struct sv host = location_host(arena, result->url);
	struct sv url = location_without_secrets(arena, result->url);
	const char *reason = result->reason;
	char size[SAY_TEXT];
	switch (result->end) {
	case TRANSFER_BAD_URL: return error_set(err, E_FORMAT, "not a URL: %.*s", SV_ARG(url));
	case TRANSFER_BAD_SCHEME:
		return error_set(err, E_REFUSED, "only http and https are fetched, not %.*s", SV_ARG(url));
	case TRANSFER_NO_ADDRESS: return error_set(err, E_NETWORK, "no address known for %.*s", SV_ARG(host));
	case TRANSFER_NO_CONNECTION:
		if (result->sys)
			return error_sys(err, E_NETWORK, result->sys, "cannot connect to %.*s", SV_ARG(host));
		return error_set(err, E_NETWORK, "cannot connect to %.*s: %s", SV_ARG(host), reason);
	case TRANSFER_NO_TLS: return error_set(err, E_NETWORK, "no TLS with %.*s: %s", SV_ARG(host), reason);
	case TRANSFER_BAD_CERTIFICATE:
		return error_set(err, E_REFUSED, "certificate of %.*s not accepted: %s", SV_ARG(host), reason);
	case TRANSFER_TIMEOUT: return describe_timeout(fetch, result, host, err);
	case TRANSFER_SILENT: return error_set(err, E_NETWORK, "%.*s closed without an answer", SV_ARG(host));
	case TRANSFER_LOST: return error_set(err, E_NETWORK, "connection to %.*s lost: %s", SV_ARG(host), reason);
	case TRANSFER_CUT: return describe_cut(result, err);
	case TRANSFER_TOO_LARGE: return error_set(err, E_LIMIT, "larger than %s", say_size(request->max_bytes, size));
	case TRANSFER_TOO_MANY_REDIRECTS:
		return error_set(err, E_LIMIT, "redirected more than %d times", request->max_redirects);
	case TRANSFER_BAD_ENCODING: return error_set(err, E_FORMAT, "broken compression: %s", reason);
	case TRANSFER_NOT_HTTP: return error_set(err, E_FORMAT, "%.*s does not speak HTTP", SV_ARG(host));
	case TRANSFER_WHOLE:
	case TRANSFER_OTHER: break;
	}
	return error_set(err, E_NETWORK, "%.*s: %s", SV_ARG(host), reason);
}

/* ---- the end of a transfer ---- */

static void fill_snapshot(const struct fetcher *fetcher, const struct transfer_result *result, struct snapshot *out)
{
	answer_media_type(fetcher->arena, result->content_type, &out->media_type, &out->charset);
	out->url = location_without_secrets(fetcher->arena, result->url);
	out->etag = result->etag;
	out->last_modified = result->last_modified;
	out->retrieved = loop_wall(fetcher->loop);
	out->http_status = result->http_status;
	out->body = result->body;
}

static void judge(const struct fetch *fetch, const struct transfer_result *result, struct fetch_result *out)
{
	const struct fetch_request *request = &fetch->request;
	struct answer answer = { .http_status = result->http_status,
		.was_conditional = request->etag.n || request->last_modified.n,
		.is_challenge = result->is_challenge,
		.retry_after_ms = result->retry_after_ms };
	out->outcome = FETCH_FAILED;
	out->retry_after_ms = result->retry_after_ms;
	/* An error page that did not arrive whole still said its status. */
	if (result->end != TRANSFER_WHOLE && result->http_status < 400) {
		out->failure.http_status = result->http_status;
		(void)describe(fetch, result, &out->failure.error);
		return;
	}
	if (answer_judge(&answer, &out->failure))
		return;
	fill_snapshot(fetch->fetcher, result, &out->snapshot);
	out->outcome = result->http_status == 304 ? FETCH_UNCHANGED : FETCH_GOT;
}

static void run_waiting(struct fetcher *fetcher);

static void on_ended(void *ctx, const struct transfer_result *result)
{
	struct fetch *fetch = ctx;
	struct fetcher *fetcher = fetch->fetcher;
	struct fetch_result judged = { 0 };
	arena_reset(fetcher->arena);
	judge(fetch, result, &judged);
	fetch->transfer = NULL; /* ends by itself */
	queue_remove(&fetcher->queue, &fetch->item);
	fetch->done(fetch->ctx, &judged);
	free_fetch(fetch);
	run_waiting(fetcher);
}

static void run_waiting(struct fetcher *fetcher)
{
	for (;;) {
		struct queue_item *item = queue_next(&fetcher->queue);
		if (!item)
			return;
		struct fetch *fetch = item->owner;
		fetch->transfer = transfer_start(fetcher->transfers, &fetch->request, on_ended, fetch);
	}
}

/* ---- the front ---- */

enum status fetcher_new(struct loop *loop, struct fetcher **out, struct error *err)
{
	struct transfers *transfers = NULL;
	enum status st = transfers_new(loop, &transfers, err);
	if (st)
		return st;
	struct fetcher *fetcher = calloc(1, sizeof *fetcher);
	if (!fetcher)
		abort();
	fetcher->loop = loop;
	fetcher->transfers = transfers;
	fetcher->arena = arena_new(1u << 20);
	fetcher_configure(fetcher, (struct sv){ 0 }, 1, 1);
	*out = fetcher;
	return OK;
}

void fetcher_configure(struct fetcher *fetcher, struct sv user_agent, int limit, int limit_per_host)
{
	queue_set_limits(&fetcher->queue, limit, limit_per_host);
	transfers_configure(fetcher->transfers, user_agent, fetcher->queue.limit);
	run_waiting(fetcher);
}

int fetcher_in_flight(const struct fetcher *fetcher)
{
	return fetcher->queue.running;
}

struct fetch *fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_done *done, void *ctx)
{
	struct fetch *fetch = calloc(1, sizeof *fetch);
	if (!fetch)
		abort();
	struct arena *arena = arena_new(1u << 20);
	fetch->fetcher = fetcher;
	fetch->arena = arena;
	fetch->request = *request;
	fetch->request.url = arena_sv(arena, request->url);
	fetch->request.etag = arena_sv(arena, request->etag);
	fetch->request.last_modified = arena_sv(arena, request->last_modified);
	fetch->done = done;
	fetch->ctx = ctx;
	fetch->item.owner = fetch;
	queue_add(&fetcher->queue, &fetch->item, location_host(arena, request->url));
	run_waiting(fetcher);
	return fetch;
}

void fetch_cancel(struct fetch *fetch)
{
	if (!fetch)
		return;
	struct fetcher *fetcher = fetch->fetcher;
	free_fetch(fetch);
	run_waiting(fetcher);
}

void fetcher_free(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	transfers_free(fetcher->transfers);
	arena_free(fetcher->arena);
	free(fetcher);
}
