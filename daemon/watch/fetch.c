/* One multi handle of libcurl on the loop.
 *
 * libcurl tells which sockets it waits for and when it wants to be called; both become a loop_fd and one timer.
 * Within its callbacks nothing of it may be called, so they only note; results are collected after each
 * curl_multi_socket_action(). Easy handles and connections are used again, as making them costs more than a 304.
 *
 * Invariants: a fetch is in the queue from fetch_start() to its end; it has a transfer exactly while it runs.
 * Known faults of libcurl 7.88 that are met here: a pooled connection that died is tried up to five times and then
 * given up (so: young connections only, and once more on a fresh one), and a transfer may stall for ever in rare
 * cases (so: a deadline of our own behind libcurl's). HTTP/1.1 only, as dead HTTP/2 connections are reused as well. */
#include "fetch.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "limit.h"
#include "location.h"
#include "queue.h"
#include "say.h"

enum {
	CONNECTION_AGE_S = 30,     /* below what servers wait before they close an idle connection */
	IDLE_TRANSFERS = 16,       /* easy handles kept, some 10 KB each */
	KEPT_BODY_BYTES = 1 << 17, /* a larger body gives its memory back */
	STALL_GRACE_MS = 5000,     /* after libcurl's own timeout */
};

struct transfer {
	struct fetcher *fetcher;
	CURL *easy;
	struct curl_slist *headers;
	struct fetch *fetch;
	struct buf body;
	size_t discarded; /* bytes of an error page */
	bool is_retry;
	struct mono_ms deadline;
	struct transfer *next; /* idle or running */
	char reason[CURL_ERROR_SIZE];
};

struct fetcher {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;    /* libcurl's */
	struct loop_timer *watchdog; /* ours */
	bool is_watchdog_set;
	struct queue queue;
	struct transfer *idle, *running;
	int n_idle;
	struct arena *arena; /* of one result */
	char *user_agent;
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

static void *must_alloc(size_t bytes)
{
	void *p = calloc(1, bytes);
	if (!p)
		abort();
	return p;
}

/* ---- transfers ---- */

static long http_status(const struct transfer *transfer)
{
	long status = 0;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	n *= size;
	if (http_status(transfer) < 300)
		return buf_append(&transfer->body, (struct sv){ bytes, n }) ? 0 : n;
	transfer->discarded += n;
	return transfer->discarded > LIMIT_ERROR_BODY_BYTES ? 0 : n;
}

/* What is the same for each fetch. Setting an option fails only when memory is out or libcurl was built without it;
 * the options that guard are asked. */
static struct transfer *make_transfer(struct fetcher *fetcher)
{
	struct transfer *transfer = must_alloc(sizeof *transfer);
	CURL *easy = curl_easy_init();
	if (!easy || curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ||
		curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"))
		abort();
	transfer->fetcher = fetcher;
	transfer->easy = easy;
	buf_init(&transfer->body, 0);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_S);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	return transfer;
}

static void free_transfer(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	buf_done(&transfer->body);
	free(transfer);
}

static struct transfer *take_transfer(struct fetcher *fetcher)
{
	struct transfer *transfer = fetcher->idle;
	if (!transfer)
		return make_transfer(fetcher);
	fetcher->idle = transfer->next;
	fetcher->n_idle--;
	return transfer;
}

/* Ends a fetch's hold on its transfer. The handle must be out of libcurl's callbacks. */
static void release_transfer(struct transfer *transfer)
{
	struct fetcher *fetcher = transfer->fetcher;
	struct transfer **at = &fetcher->running;
	while (*at != transfer)
		at = &(*at)->next;
	*at = transfer->next;
	(void)curl_multi_remove_handle(fetcher->multi, transfer->easy);
	transfer->fetch->transfer = NULL;
	transfer->fetch = NULL;
	(void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	buf_clear(&transfer->body);
	if (transfer->body.cap > KEPT_BODY_BYTES)
		buf_done(&transfer->body);
	if (fetcher->n_idle >= IDLE_TRANSFERS) {
		free_transfer(transfer);
		return;
	}
	transfer->next = fetcher->idle;
	fetcher->idle = transfer;
	fetcher->n_idle++;
}

static void add_header(struct transfer *transfer, const char *name, struct sv value, struct arena *arena)
{
	if (!value.n)
		return;
	/* From a server or the store: a line break in it would be a header of somebody else's making. */
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 127)
			return;
	struct sv line = arena_printf(arena, "%s: %.*s", name, SV_ARG(value));
	struct curl_slist *headers = curl_slist_append(transfer->headers, arena_cstr(arena, line));
	if (!headers)
		abort();
	transfer->headers = headers;
}

static void arm_watchdog(struct fetcher *fetcher)
{
	if (fetcher->is_watchdog_set || !fetcher->running)
		return;
	struct mono_ms first = fetcher->running->deadline;
	for (struct transfer *t = fetcher->running; t; t = t->next)
		if (t->deadline.v < first.v)
			first = t->deadline;
	fetcher->is_watchdog_set = true;
	loop_timer_set(fetcher->watchdog, first.v - loop_mono(fetcher->loop).v);
}

static void hand_to_curl(struct transfer *transfer)
{
	const struct fetch_request *request = &transfer->fetch->request;
	transfer->reason[0] = '\0';
	transfer->discarded = 0;
	buf_clear(&transfer->body);
	transfer->deadline.v = loop_mono(transfer->fetcher->loop).v + request->timeout_ms + STALL_GRACE_MS;
	(void)curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, transfer->is_retry ? 1L : 0L);
	if (curl_multi_add_handle(transfer->fetcher->multi, transfer->easy))
		abort(); /* only without memory, or for a handle that is in already */
}

static void run_fetch(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;
	const struct fetch_request *request = &fetch->request;
	struct transfer *transfer = take_transfer(fetcher);
	CURL *easy = transfer->easy;
	transfer->fetch = fetch;
	transfer->is_retry = false;
	transfer->next = fetcher->running;
	fetcher->running = transfer;
	fetch->transfer = transfer;
	transfer->body.max = request->max_bytes;
	add_header(transfer, "If-None-Match", request->etag, fetch->arena);
	add_header(transfer, "If-Modified-Since", request->last_modified, fetch->arena);
	(void)curl_easy_setopt(easy, CURLOPT_URL, arena_cstr(fetch->arena, request->url));
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, fetcher->user_agent);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)request->max_redirects);
	(void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max_bytes);
	hand_to_curl(transfer);
	arm_watchdog(fetcher);
}

static void run_waiting(struct fetcher *fetcher)
{
	for (;;) {
		struct queue_item *item = queue_next(&fetcher->queue);
		if (!item)
			return;
		run_fetch(item->owner);
	}
}

/* ---- results ---- */

static struct sv header_of(const struct transfer *transfer, const char *name)
{
	struct curl_header *header = NULL;
	/* -1: of the last answer, after all redirects. */
	if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return (struct sv){ 0 };
	return sv_of(header->value);
}

static struct sv last_url(const struct transfer *transfer)
{
	char *url = NULL;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
	return url ? sv_of(url) : transfer->fetch->request.url;
}

static bool has_challenge(const struct transfer *transfer)
{
	/* Sent by the two large services that put challenges before pages. */
	static const struct {
		const char *header;
		struct sv value;
	} challenges[] = {
		{ "cf-mitigated", { "challenge", 9 } },
		{ "x-amzn-waf-action", { "challenge", 9 } },
		{ "x-amzn-waf-action", { "captcha", 7 } },
	};
	for (size_t i = 0; i < sizeof challenges / sizeof challenges[0]; i++)
		if (sv_eq_nocase(header_of(transfer, challenges[i].header), challenges[i].value))
			return true;
	return false;
}

static enum status describe_cut(const struct transfer *transfer, struct error *err)
{
	curl_off_t got = 0, whole = -1;
	char got_text[SAY_TEXT], whole_text[SAY_TEXT];
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &whole);
	(void)say_count(got, got_text);
	if (whole < 0)
		return error_set(
			err, E_NETWORK, "connection closed before the whole page arrived (%s bytes)", got_text);
	return error_set(err, E_NETWORK, "connection closed before the whole page arrived (%s of %s bytes)", got_text,
		say_count(whole, whole_text));
}

static enum status describe_timeout(const struct transfer *transfer, struct sv host, struct error *err)
{
	char duration[SAY_TEXT];
	double connected = 0;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME, &connected);
	(void)say_duration(transfer->fetch->request.timeout_ms, duration);
	if (connected > 0)
		return error_set(err, E_TIMEOUT, "timed out after %s", duration);
	return error_set(err, E_TIMEOUT, "cannot connect to %.*s: timed out after %s", SV_ARG(host), duration);
}

static enum status describe_no_connection(const struct transfer *transfer, struct sv host, struct error *err)
{
	long sys = 0;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &sys);
	if (sys)
		return error_sys(err, E_NETWORK, (int)sys, "cannot connect to %.*s", SV_ARG(host));
	return error_set(err, E_NETWORK, "cannot connect to %.*s: %s", SV_ARG(host), transfer->reason);
}

/* What went wrong below HTTP, in words. */
static enum status describe(struct transfer *transfer, CURLcode code, struct error *err)
{
	const struct fetch_request *request = &transfer->fetch->request;
	const char *reason = transfer->reason[0] ? transfer->reason : curl_easy_strerror(code);
	struct sv host = location_host(transfer->fetcher->arena, last_url(transfer));
	char size[SAY_TEXT];
	switch ((int)code) {
	case CURLE_COULDNT_CONNECT: return describe_no_connection(transfer, host, err);
	case CURLE_OPERATION_TIMEDOUT: return describe_timeout(transfer, host, err);
	case CURLE_PARTIAL_FILE: return describe_cut(transfer, err);
	case CURLE_COULDNT_RESOLVE_HOST: return error_set(err, E_NETWORK, "no address known for %.*s", SV_ARG(host));
	case CURLE_COULDNT_RESOLVE_PROXY: return error_set(err, E_NETWORK, "no address known for the proxy");
	case CURLE_TOO_MANY_REDIRECTS:
		return error_set(err, E_LIMIT, "redirected more than %d times", request->max_redirects);
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_WRITE_ERROR: return error_set(err, E_LIMIT, "larger than %s", say_size(request->max_bytes, size));
	case CURLE_UNSUPPORTED_PROTOCOL:
		return error_set(
			err, E_REFUSED, "only http and https are fetched, not %.*s", SV_ARG(last_url(transfer)));
	case CURLE_URL_MALFORMAT: return error_set(err, E_FORMAT, "not a URL: %.*s", SV_ARG(last_url(transfer)));
	case CURLE_GOT_NOTHING: return error_set(err, E_NETWORK, "%.*s closed without an answer", SV_ARG(host));
	case CURLE_PEER_FAILED_VERIFICATION:
		return error_set(err, E_REFUSED, "certificate of %.*s not accepted: %s", SV_ARG(host), reason);
	case CURLE_SSL_CONNECT_ERROR: return error_set(err, E_NETWORK, "no TLS with %.*s: %s", SV_ARG(host), reason);
	case CURLE_BAD_CONTENT_ENCODING: return error_set(err, E_FORMAT, "broken compression: %s", reason);
	case CURLE_WEIRD_SERVER_REPLY: return error_set(err, E_FORMAT, "%.*s does not speak HTTP", SV_ARG(host));
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR: return error_set(err, E_NETWORK, "connection to %.*s lost: %s", SV_ARG(host), reason);
	}
	return error_set(err, E_NETWORK, "%.*s: %s", SV_ARG(host), reason);
}

static void fill_snapshot(struct transfer *transfer, struct snapshot *out)
{
	struct arena *arena = transfer->fetcher->arena;
	answer_media_type(arena, header_of(transfer, "Content-Type"), &out->media_type, &out->charset);
	out->url = location_without_secrets(arena, last_url(transfer));
	out->etag = arena_sv(arena, header_of(transfer, "ETag"));
	out->last_modified = arena_sv(arena, header_of(transfer, "Last-Modified"));
	out->retrieved = loop_wall(transfer->fetcher->loop);
	out->http_status = (int)http_status(transfer);
	out->body = buf_sv(&transfer->body);
}

static void read_result(struct transfer *transfer, CURLcode code, struct fetch_result *out)
{
	const struct fetch_request *request = &transfer->fetch->request;
	curl_off_t retry_after_s = 0;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	if (retry_after_s > LIMIT_BACKOFF_MS / 1000)
		retry_after_s = LIMIT_BACKOFF_MS / 1000;
	out->retry_after_ms = retry_after_s * 1000;
	struct answer answer = { .http_status = (int)http_status(transfer),
		.was_conditional = request->etag.n || request->last_modified.n,
		.is_challenge = has_challenge(transfer),
		.retry_after_ms = out->retry_after_ms };
	out->outcome = FETCH_FAILED;
	/* An error page that did not arrive whole still said its status. */
	if (code && answer.http_status < 400) {
		out->failure.http_status = answer.http_status;
		(void)describe(transfer, code, &out->failure.error);
		return;
	}
	if (answer_judge(&answer, &out->failure))
		return;
	fill_snapshot(transfer, &out->snapshot);
	out->outcome = answer.http_status == 304 ? FETCH_UNCHANGED : FETCH_GOT;
}

static void free_fetch(struct fetch *fetch)
{
	if (fetch->transfer)
		release_transfer(fetch->transfer);
	queue_remove(&fetch->fetcher->queue, &fetch->item);
	arena_free(fetch->arena);
	free(fetch);
}

static void finish(struct transfer *transfer, const struct fetch_result *result)
{
	struct fetch *fetch = transfer->fetch;
	fetch_done *done = fetch->done;
	void *ctx = fetch->ctx;
	/* The callback may start other fetches and must not cancel this one: it is marked as over first, but its
	 * transfer holds the body until the callback is back. */
	queue_remove(&fetch->fetcher->queue, &fetch->item);
	done(ctx, result);
	free_fetch(fetch);
}

/* A connection from the pool that turned out to be dead, before anything came over it. */
static bool is_worth_retry(const struct transfer *transfer, CURLcode code)
{
	long connections = 0;
	if (transfer->is_retry || transfer->body.n || http_status(transfer))
		return false;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
	return connections == 0 && (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING);
}

static void collect(struct fetcher *fetcher)
{
	int left = 0;
	for (;;) {
		struct CURLMsg *message = curl_multi_info_read(fetcher->multi, &left);
		if (!message)
			break;
		struct transfer *transfer = NULL;
		CURLcode code = message->data.result;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		if (is_worth_retry(transfer, code)) {
			(void)curl_multi_remove_handle(fetcher->multi, transfer->easy);
			transfer->is_retry = true;
			hand_to_curl(transfer);
			continue;
		}
		struct fetch_result result = { 0 };
		arena_reset(fetcher->arena);
		read_result(transfer, code, &result);
		finish(transfer, &result);
	}
	run_waiting(fetcher);
}

/* ---- libcurl on the loop ---- */

static void on_ready(void *ctx, int fd, unsigned ready)
{
	struct fetcher *fetcher = ctx;
	int still_running = 0;
	int mask = (ready & LOOP_READ ? CURL_CSELECT_IN : 0) | (ready & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	(void)curl_multi_socket_action(fetcher->multi, fd, mask, &still_running);
	collect(fetcher);
}

static void on_timer(void *ctx)
{
	struct fetcher *fetcher = ctx;
	int still_running = 0;
	(void)curl_multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0, &still_running);
	collect(fetcher);
}

static int want_timer(CURLM *multi, long after_ms, void *ctx)
{
	struct fetcher *fetcher = ctx;
	(void)multi;
	if (after_ms < 0)
		loop_timer_stop(fetcher->timer);
	else
		loop_timer_set(fetcher->timer, after_ms);
	return 0;
}

static void free_fd(void *ctx)
{
	loop_fd_free(ctx);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct fetcher *fetcher = ctx;
	struct loop_fd *watch = socket_ctx;
	(void)easy;
	unsigned wanted = (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
	if (what == CURL_POLL_REMOVE) {
		if (watch) {
			loop_fd_want(watch, 0);
			loop_defer_free(fetcher->loop, free_fd, watch);
		}
		return 0;
	}
	if (watch) {
		loop_fd_want(watch, wanted);
		return 0;
	}
	(void)curl_multi_assign(fetcher->multi, fd, loop_fd_new(fetcher->loop, fd, wanted, on_ready, fetcher));
	return 0;
}

static void on_watchdog(void *ctx)
{
	struct fetcher *fetcher = ctx;
	struct mono_ms now = loop_mono(fetcher->loop);
	fetcher->is_watchdog_set = false;
	for (struct transfer *t = fetcher->running, *next; t; t = next) {
		next = t->next;
		if (t->deadline.v > now.v)
			continue;
		struct fetch_result result = { .outcome = FETCH_FAILED };
		arena_reset(fetcher->arena);
		(void)describe(t, CURLE_OPERATION_TIMEDOUT, &result.failure.error);
		finish(t, &result);
		next = fetcher->running; /* the callback may have changed the list */
	}
	run_waiting(fetcher);
	arm_watchdog(fetcher);
}

/* ---- the front ---- */

enum status fetcher_new(struct loop *loop, struct fetcher **out, struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return error_set(err, E_SYSTEM, "libcurl does not start");
	CURLM *multi = curl_multi_init();
	if (!multi) {
		curl_global_cleanup();
		return error_set(err, E_SYSTEM, "libcurl does not start");
	}
	struct fetcher *fetcher = must_alloc(sizeof *fetcher);
	fetcher->loop = loop;
	fetcher->multi = multi;
	fetcher->timer = loop_timer_new(loop, on_timer, fetcher);
	fetcher->watchdog = loop_timer_new(loop, on_watchdog, fetcher);
	fetcher->arena = arena_new(1u << 20);
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, fetcher);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, fetcher);
	fetcher_configure(fetcher, (struct sv){ 0 }, 16, 4);
	*out = fetcher;
	return OK;
}

void fetcher_configure(struct fetcher *fetcher, struct sv user_agent, int limit, int limit_per_host)
{
	free(fetcher->user_agent);
	fetcher->user_agent = user_agent.n ? strndup(user_agent.p, user_agent.n) : NULL;
	queue_set_limits(&fetcher->queue, limit, limit_per_host);
	(void)curl_multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, (long)fetcher->queue.limit);
	run_waiting(fetcher);
}

int fetcher_in_flight(const struct fetcher *fetcher)
{
	return fetcher->queue.running;
}

struct fetch *fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_done *done, void *ctx)
{
	struct fetch *fetch = must_alloc(sizeof *fetch);
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
	/* Whoever started fetches has cancelled them; those of nobody go here. */
	while (fetcher->running)
		free_fetch(fetcher->running->fetch);
	for (struct queue_item *item = queue_next(&fetcher->queue); item; item = queue_next(&fetcher->queue))
		free_fetch(item->owner);
	while (fetcher->idle) {
		struct transfer *transfer = fetcher->idle;
		fetcher->idle = transfer->next;
		free_transfer(transfer);
	}
	(void)curl_multi_cleanup(fetcher->multi);
	curl_global_cleanup();
	loop_timer_free(fetcher->timer);
	loop_timer_free(fetcher->watchdog);
	arena_free(fetcher->arena);
	free(fetcher->user_agent);
	free(fetcher);
}
