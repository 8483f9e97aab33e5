/* One multi handle of libcurl on the loop.
 *
 * libcurl tells which sockets it waits for and when it wants to be called; both become a loop_fd and one timer.
 * Within its callbacks nothing of it may be called, so they only note; results are collected after each
 * curl_multi_socket_action(). Easy handles and connections are used again, as making them costs more than a 304.
 *
 * Invariant: a transfer is in `running`, and its handle in the multi handle, from transfer_start() until its callback
 * is back or it is cancelled; else it is in `idle`.
 *
 * Known faults of libcurl 7.88 that are met here: a pooled connection that died is tried up to five times and then
 * given up (so: young connections only, and once more on a fresh one), and a transfer may stall for ever in rare
 * cases (so: a deadline of our own behind libcurl's). HTTP/1.1 only, as dead HTTP/2 connections are reused as well. */
#include "transfer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "limit.h"

enum {
	CONNECTION_AGE_S = 30,     /* below what servers wait before they close an idle connection */
	IDLE_TRANSFERS = 16,       /* easy handles kept, some 10 KB each */
	KEPT_BODY_BYTES = 1 << 17, /* a larger body gives its memory back */
	STALL_GRACE_MS = 5000,     /* after libcurl's own timeout */
};

struct transfer {
	struct transfers *transfers;
	CURL *easy;
	struct curl_slist *headers;
	int64_t timeout_ms;
	struct buf body;
	size_t discarded; /* bytes of an error page */
	bool is_retry;
	struct mono_ms deadline;
	transfer_ended *ended;
	void *ctx;
	struct transfer *next; /* idle or running */
	char reason[CURL_ERROR_SIZE];
};

struct transfers {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;    /* libcurl's */
	struct loop_timer *watchdog; /* ours */
	bool is_watchdog_set;
	struct transfer *idle, *running;
	int n_idle;
	char *user_agent;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* ---- one transfer ---- */

static int http_status(const struct transfer *transfer)
{
	long status = 0;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type */
static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	n *= size;
	if (http_status(transfer) < 300)
		return buf_append(&transfer->body, (struct sv){ bytes, n }) ? 0 : n;
	transfer->discarded += n;
	return transfer->discarded > LIMIT_ERROR_BODY_BYTES ? 0 : n;
}

static int on_new_socket(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
	(void)ctx;
	(void)purpose;
	return fcntl(fd, F_SETFD, FD_CLOEXEC) ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

/* What is the same for each use. Setting an option fails only when memory is out or libcurl was built without it;
 * the options that guard are asked. */
static struct transfer *make_transfer(struct transfers *transfers)
{
	struct transfer *transfer = must(calloc(1, sizeof *transfer));
	CURL *easy = must(curl_easy_init());
	if (curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ||
		curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"))
		abort();
	transfer->transfers = transfers;
	transfer->easy = easy;
	buf_init(&transfer->body, 0);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_S);
	(void)curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_new_socket);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	return transfer;
}

static void free_transfer(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	buf_done(&transfer->body);
	free(transfer);
}

static struct transfer *take_transfer(struct transfers *transfers)
{
	struct transfer *transfer = transfers->idle;
	if (!transfer)
		return make_transfer(transfers);
	transfers->idle = transfer->next;
	transfers->n_idle--;
	return transfer;
}

static void release_transfer(struct transfer *transfer)
{
	struct transfers *transfers = transfer->transfers;
	struct transfer **at = &transfers->running;
	while (*at != transfer)
		at = &(*at)->next;
	*at = transfer->next;
	if (!transfers->running) {
		loop_timer_stop(transfers->watchdog); /* an idle program does not wake up */
		transfers->is_watchdog_set = false;
	}
	(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
	(void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	buf_clear(&transfer->body);
	if (transfer->body.cap > KEPT_BODY_BYTES)
		buf_done(&transfer->body);
	if (transfers->n_idle >= IDLE_TRANSFERS) {
		free_transfer(transfer);
		return;
	}
	transfer->next = transfers->idle;
	transfers->idle = transfer;
	transfers->n_idle++;
}

static void add_header(struct transfer *transfer, const char *name, struct sv value)
{
	char line[LIMIT_VALIDATOR_BYTES + 64];
	if (!value.n || value.n > LIMIT_VALIDATOR_BYTES)
		return;
	/* From a server or the store: a line break in it would be a header of somebody else's making. */
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 127)
			return;
	(void)snprintf(line, sizeof line, "%s: %.*s", name, SV_ARG(value));
	transfer->headers = must(curl_slist_append(transfer->headers, line));
}

static void arm_watchdog(struct transfers *transfers)
{
	if (transfers->is_watchdog_set || !transfers->running)
		return;
	struct mono_ms first = transfers->running->deadline;
	for (const struct transfer *t = transfers->running; t; t = t->next)
		if (t->deadline.v < first.v)
			first = t->deadline;
	transfers->is_watchdog_set = true;
	loop_timer_set(transfers->watchdog, first.v - loop_mono(transfers->loop).v);
}

static void hand_to_curl(struct transfer *transfer)
{
	transfer->reason[0] = '\0';
	transfer->discarded = 0;
	buf_clear(&transfer->body);
	transfer->deadline.v = loop_mono(transfer->transfers->loop).v + transfer->timeout_ms + STALL_GRACE_MS;
	(void)curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, transfer->is_retry ? 1L : 0L);
	if (curl_multi_add_handle(transfer->transfers->multi, transfer->easy))
		abort(); /* only without memory, or for a handle that is in already */
}

struct transfer *transfer_start(
	struct transfers *transfers, const struct fetch_request *request, transfer_ended *ended, void *ctx)
{
	struct transfer *transfer = take_transfer(transfers);
	CURL *easy = transfer->easy;
	char *url = must(strndup(request->url.n ? request->url.p : "", request->url.n));
	transfer->ended = ended;
	transfer->ctx = ctx;
	transfer->is_retry = false;
	transfer->timeout_ms = request->timeout_ms;
	transfer->next = transfers->running;
	transfers->running = transfer;
	transfer->body.max = request->max_bytes;
	add_header(transfer, "If-None-Match", request->etag);
	add_header(transfer, "If-Modified-Since", request->last_modified);
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, transfers->user_agent);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)request->max_redirects);
	(void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max_bytes);
	free(url);
	hand_to_curl(transfer);
	arm_watchdog(transfers);
	return transfer;
}

void transfer_cancel(struct transfer *transfer)
{
	if (transfer)
		release_transfer(transfer);
}

/* ---- results ---- */

static enum transfer_end end_of(CURLcode code)
{
	static const struct {
		CURLcode code;
		enum transfer_end end;
	} ends[] = {
		{ CURLE_OK, TRANSFER_WHOLE },
		{ CURLE_URL_MALFORMAT, TRANSFER_BAD_URL },
		{ CURLE_UNSUPPORTED_PROTOCOL, TRANSFER_BAD_SCHEME },
		{ CURLE_COULDNT_RESOLVE_HOST, TRANSFER_NO_ADDRESS },
		{ CURLE_COULDNT_RESOLVE_PROXY, TRANSFER_NO_ADDRESS },
		{ CURLE_COULDNT_CONNECT, TRANSFER_NO_CONNECTION },
		{ CURLE_SSL_CONNECT_ERROR, TRANSFER_NO_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, TRANSFER_BAD_CERTIFICATE },
		{ CURLE_OPERATION_TIMEDOUT, TRANSFER_TIMEOUT },
		{ CURLE_GOT_NOTHING, TRANSFER_SILENT },
		{ CURLE_SEND_ERROR, TRANSFER_LOST },
		{ CURLE_RECV_ERROR, TRANSFER_LOST },
		{ CURLE_PARTIAL_FILE, TRANSFER_CUT },
		{ CURLE_FILESIZE_EXCEEDED, TRANSFER_TOO_LARGE },
		{ CURLE_WRITE_ERROR, TRANSFER_TOO_LARGE },
		{ CURLE_TOO_MANY_REDIRECTS, TRANSFER_TOO_MANY_REDIRECTS },
		{ CURLE_BAD_CONTENT_ENCODING, TRANSFER_BAD_ENCODING },
		{ CURLE_WEIRD_SERVER_REPLY, TRANSFER_NOT_HTTP },
	};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (ends[i].code == code)
			return ends[i].end;
	return TRANSFER_OTHER;
}

static struct sv header_of(const struct transfer *transfer, const char *name)
{
	struct curl_header *header = NULL;
	/* -1: of the last answer, after all redirects. */
	if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return (struct sv){ 0 };
	return sv_of(header->value);
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

static void read_result(struct transfer *transfer, CURLcode code, struct transfer_result *out)
{
	CURL *easy = transfer->easy;
	curl_off_t retry_after_s = 0, got = 0, whole = -1;
	long sys = 0;
	double connected = 0;
	char *url = NULL;
	(void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	(void)curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
	(void)curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &whole);
	(void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &sys);
	(void)curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME, &connected);
	(void)curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	*out = (struct transfer_result){
		.end = end_of(code),
		.reason = transfer->reason[0] ? transfer->reason : curl_easy_strerror(code),
		.sys = (int)sys,
		.was_connected = connected > 0,
		.got_bytes = got,
		.whole_bytes = whole,
		.url = sv_of(url),
		.http_status = http_status(transfer),
		.retry_after_ms = retry_after_s > LIMIT_BACKOFF_MS / 1000 ? LIMIT_BACKOFF_MS
									  : (int64_t)retry_after_s * 1000,
		.is_challenge = has_challenge(transfer),
		.content_type = header_of(transfer, "Content-Type"),
		.etag = header_of(transfer, "ETag"),
		.last_modified = header_of(transfer, "Last-Modified"),
		.body = buf_sv(&transfer->body),
	};
}

static void end_transfer(struct transfer *transfer, CURLcode code)
{
	struct transfer_result result;
	read_result(transfer, code, &result);
	transfer->ended(transfer->ctx, &result);
	release_transfer(transfer);
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

static void collect(struct transfers *transfers)
{
	int left = 0;
	for (;;) {
		struct CURLMsg *message = curl_multi_info_read(transfers->multi, &left);
		if (!message)
			return;
		struct transfer *transfer = NULL;
		CURLcode code = message->data.result;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		if (!is_worth_retry(transfer, code)) {
			end_transfer(transfer, code);
			continue;
		}
		(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
		transfer->is_retry = true;
		hand_to_curl(transfer);
	}
}

static void on_watchdog(void *ctx)
{
	struct transfers *transfers = ctx;
	struct mono_ms now = loop_mono(transfers->loop);
	struct transfer *t = transfers->running;
	transfers->is_watchdog_set = false;
	while (t) {
		struct transfer *late = t->deadline.v <= now.v ? t : NULL;
		t = t->next;
		if (!late)
			continue;
		end_transfer(late, CURLE_OPERATION_TIMEDOUT);
		t = transfers->running; /* the callback may have changed the list */
	}
	arm_watchdog(transfers);
}

/* ---- libcurl on the loop ---- */

static void on_ready(void *ctx, int fd, unsigned ready)
{
	struct transfers *transfers = ctx;
	int still_running = 0;
	int mask = (ready & LOOP_READ ? CURL_CSELECT_IN : 0) | (ready & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	(void)curl_multi_socket_action(transfers->multi, fd, mask, &still_running);
	collect(transfers);
}

static void on_timer(void *ctx)
{
	struct transfers *transfers = ctx;
	int still_running = 0;
	(void)curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &still_running);
	collect(transfers);
}

static int want_timer(CURLM *multi, long after_ms, void *ctx)
{
	struct transfers *transfers = ctx;
	(void)multi;
	if (after_ms < 0)
		loop_timer_stop(transfers->timer);
	else
		loop_timer_set(transfers->timer, after_ms);
	return 0;
}

static void free_fd(void *ctx)
{
	loop_fd_free(ctx);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct transfers *transfers = ctx;
	struct loop_fd *watch = socket_ctx;
	unsigned wanted = (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch) {
			loop_fd_want(watch, 0);
			loop_defer_free(transfers->loop, free_fd, watch);
		}
		return 0;
	}
	if (watch) {
		loop_fd_want(watch, wanted);
		return 0;
	}
	watch = loop_fd_new(transfers->loop, fd, wanted, on_ready, transfers);
	(void)curl_multi_assign(transfers->multi, fd, watch);
	return 0;
}

/* ---- life ---- */

enum status transfers_new(struct loop *loop, struct transfers **out, struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return error_set(err, E_SYSTEM, "libcurl does not start");
	CURLM *multi = must(curl_multi_init());
	struct transfers *transfers = must(calloc(1, sizeof *transfers));
	transfers->loop = loop;
	transfers->multi = multi;
	transfers->timer = loop_timer_new(loop, on_timer, transfers);
	transfers->watchdog = loop_timer_new(loop, on_watchdog, transfers);
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers);
	*out = transfers;
	return OK;
}

void transfers_configure(struct transfers *transfers, struct sv user_agent, int max_connections)
{
	free(transfers->user_agent);
	transfers->user_agent = user_agent.n ? must(strndup(user_agent.p, user_agent.n)) : NULL;
	(void)curl_multi_setopt(transfers->multi, CURLMOPT_MAXCONNECTS, (long)max_connections);
}

void transfers_free(struct transfers *transfers)
{
	if (!transfers)
		return;
	while (transfers->idle) {
		struct transfer *transfer = transfers->idle;
		transfers->idle = transfer->next;
		free_transfer(transfer);
	}
	(void)curl_multi_cleanup(transfers->multi);
	curl_global_cleanup();
	loop_timer_free(transfers->timer);
	loop_timer_free(transfers->watchdog);
	free(transfers->user_agent);
	free(transfers);
}
