#include "transfer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 10000L
#define KEEP_SECONDS 30L /* idle connections: below what servers keep them, or a post meets a dead one */
#define FDS_MAX 1024
#define RETRY_AFTER_MAX_S 86400

struct transfers {
	CURLM *multi;
	struct transfer *first;
};

struct transfer {
	struct transfer *next;
	CURL *easy;
	struct curl_slist *headers, *to;
	char *body;
	size_t body_bytes, sent;
	bool is_mail;
	void *ctx;
	transfer_done *done;
	char error[CURL_ERROR_SIZE];
};

static void free_transfer(struct transfer *transfer)
{
	curl_slist_free_all(transfer->headers);
	curl_slist_free_all(transfer->to);
	curl_easy_cleanup(transfer->easy);
	free(transfer->body);
	free(transfer);
}

struct transfers *transfers_new(void)
{
	struct transfers *transfers = calloc(1, sizeof *transfers);
	if (!transfers)
		return NULL;
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	transfers->multi = curl_multi_init();
	if (transfers->multi)
		return transfers;
	free(transfers);
	return NULL;
}

void transfers_free(struct transfers *transfers)
{
	if (!transfers)
		return;
	while (transfers->first) {
		struct transfer *transfer = transfers->first;
		transfers->first = transfer->next;
		(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
		free_transfer(transfer);
	}
	(void)curl_multi_cleanup(transfers->multi);
	curl_global_cleanup();
	free(transfers);
}

static size_t on_answer(char *bytes, size_t size, size_t n, void *ctx) /* NOLINT: libcurl says how */
{
	(void)bytes;
	(void)ctx;
	return size * n; /* its status says it all */
}

static size_t on_read(char *out, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	size_t rest = transfer->body_bytes - transfer->sent, room = size * n;
	size_t part = rest < room ? rest : room;
	memcpy(out, transfer->body + transfer->sent, part);
	transfer->sent += part;
	return part;
}

static struct curl_slist *list_of(const char *const *texts)
{
	struct curl_slist *list = NULL;
	for (size_t i = 0; texts && texts[i]; i++) {
		struct curl_slist *longer = curl_slist_append(list, texts[i]);
		if (!longer)
			break;
		list = longer;
	}
	return list;
}

static CURLcode set_up_post(CURL *easy, const struct transfer_job *job, const struct transfer *transfer)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	code = code ? code : curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_USERAGENT, "policywatch-forward/" PW_VERSION);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body_bytes);
	return code ? code : curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body);
}

static CURLcode set_up_mail(CURL *easy, const struct transfer_job *job, struct transfer *transfer)
{
	long tls = job->require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	code = code ? code : curl_easy_setopt(easy, CURLOPT_USE_SSL, tls);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_MAIL_FROM, job->from);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer->to);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
	if (job->user) {
		code = code ? code : curl_easy_setopt(easy, CURLOPT_USERNAME, job->user);
		code = code ? code : curl_easy_setopt(easy, CURLOPT_PASSWORD, job->password);
	}
	return code;
}

static CURLcode set_up(const struct transfer_job *job, struct transfer *transfer)
{
	CURL *easy = transfer->easy;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, job->url);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)job->timeout_ms);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, KEEP_SECONDS);
	code = code ? code : curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	if (code)
		return code;
	return transfer->is_mail ? set_up_mail(easy, job, transfer) : set_up_post(easy, job, transfer);
}

bool transfers_start(struct transfers *transfers, const struct transfer_job *job)
{
	struct transfer *transfer = calloc(1, sizeof *transfer);
	if (!transfer)
		return false;
	transfer->easy = curl_easy_init();
	transfer->body_bytes = job->body_bytes;
	transfer->body = malloc(job->body_bytes + 1);
	transfer->headers = list_of(job->headers);
	transfer->to = list_of(job->to);
	transfer->is_mail = job->from != NULL;
	transfer->ctx = job->ctx;
	transfer->done = job->done;
	if (transfer->body)
		memcpy(transfer->body, job->body, job->body_bytes);
	if (!transfer->easy || !transfer->body || set_up(job, transfer) != CURLE_OK ||
		curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK) {
		free_transfer(transfer);
		return false;
	}
	transfer->next = transfers->first;
	transfers->first = transfer;
	return true;
}

/* Only 2xx is success; a redirect is a failure, for a moved receiver must be looked at by a person. */
static struct transfer_result result_of(const struct transfer *transfer, CURLcode code)
{
	struct transfer_result result = { 0 };
	curl_off_t retry_after = 0;
	long status = 0;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	if (retry_after > RETRY_AFTER_MAX_S)
		retry_after = RETRY_AFTER_MAX_S;
	result.retry_after_ms = (int64_t)retry_after * 1000;
	if (code != CURLE_OK && transfer->is_mail && status >= 400)
		(void)snprintf(result.why, sizeof result.why, "the mail server answered %ld", status);
	else if (code != CURLE_OK)
		(void)snprintf(result.why, sizeof result.why, "%.199s",
			transfer->error[0] ? transfer->error : curl_easy_strerror(code));
	else if (!transfer->is_mail && status / 100 != 2)
		(void)snprintf(result.why, sizeof result.why, "HTTP status %ld", status);
	else
		result.is_ok = true;
	return result;
}

static void unlink_transfer(struct transfers *transfers, const struct transfer *transfer)
{
	struct transfer **at = &transfers->first;
	while (*at && *at != transfer)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = transfer->next;
}

static void finish(struct transfers *transfers)
{
	int left = 0;
	for (CURLMsg *message = curl_multi_info_read(transfers->multi, &left); message;
		message = curl_multi_info_read(transfers->multi, &left)) {
		struct transfer *transfer = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		struct transfer_result result = result_of(transfer, code);
		unlink_transfer(transfers, transfer);
		(void)curl_multi_remove_handle(transfers->multi, transfer->easy);
		transfer->done(transfer->ctx, &result);
		free_transfer(transfer);
	}
}

static int count(const struct transfers *transfers)
{
	int n = 0;
	for (const struct transfer *transfer = transfers->first; transfer; transfer = transfer->next)
		n++;
	return n;
}

void transfers_wait(struct transfers *transfers, struct pollfd *fds, size_t n, int timeout_ms)
{
	struct curl_waitfd wait[FDS_MAX];
	int running = 0;
	if (n > FDS_MAX)
		n = FDS_MAX;
	for (size_t i = 0; i < n; i++)
		wait[i] = (struct curl_waitfd){ .fd = fds[i].fd, .events = CURL_WAIT_POLLIN };
	(void)curl_multi_perform(transfers->multi, &running);
	if (running < count(transfers))
		timeout_ms = 0; /* one is over already, and nothing would wake us for it */
	(void)curl_multi_poll(transfers->multi, wait, (unsigned)n, timeout_ms, NULL);
	for (size_t i = 0; i < n; i++)
		fds[i].revents = wait[i].revents;
	(void)curl_multi_perform(transfers->multi, &running);
	finish(transfers);
}
