/* A small web server on the loopback, with the manners and the bad manners of real ones.
 *
 * It runs in threads of its own, one a connection. What it answers depends on the path (see web_routes); the
 * number of requests and the text of the last one can be asked. */
#ifndef SUPPORT_WEB_H
#define SUPPORT_WEB_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WEB_CONNECTIONS = 64, WEB_REQUEST = 8192 };

struct web_connection {
	struct web *web;
	int fd;
	int answered; /* requests on this connection so far */
	pthread_t thread;
};

struct web {
	int listener, port;
	pthread_t thread;
	pthread_mutex_t mutex; /* of what follows */
	struct web_connection connections[WEB_CONNECTIONS];
	int n_connections;
	int requests;
	int running, most_running; /* requests at the same time */
	bool is_stopping;
	char last[WEB_REQUEST];
};

/* False: the connection is to be closed. */
typedef bool web_route(struct web_connection *connection, const char *path, const char *request);

static inline bool web_send(struct web_connection *connection, const void *bytes, size_t n)
{
	const char *at = bytes;
	while (n) {
		ssize_t sent = send(connection->fd, at, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

static inline bool web_text(struct web_connection *connection, const char *text)
{
	return web_send(connection, text, strlen(text));
}

/* status: "200 OK"; headers: each with its "\r\n". */
static inline bool web_answer(
	struct web_connection *connection, const char *status, const char *headers, const void *body, size_t n)
{
	char head[1024];
	(void)snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, n, headers);
	return web_text(connection, head) && web_send(connection, body, n);
}

static inline bool web_ok(struct web_connection *connection, const char *path, const char *request)
{
	static const char body[] = "<p>Mexico deploys 12,000 people.</p>";
	static const char tags[] = "ETag: \"v1\"\r\nLast-Modified: Tue, 08 Jun 2021 14:30:00 GMT\r\n"
				   "Content-Type: Text/HTML; Charset=\"ISO-8859-1\"\r\n";
	(void)path;
	if (strstr(request, "If-None-Match: \"v1\""))
		return web_text(connection, "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
	return web_answer(connection, "200 OK", tags, body, sizeof body - 1);
}

static inline bool web_same(struct web_connection *connection, const char *path, const char *request)
{
	(void)path;
	(void)request;
	return web_answer(connection, "200 OK", "Content-Type: text/plain\r\n", "always the same", 15);
}

static inline bool web_status(struct web_connection *connection, const char *path, const char *request)
{
	static const struct {
		const char *path, *status, *headers;
	} answers[] = {
		{ "/missing", "404 Not Found", "" },
		{ "/forbidden", "403 Forbidden", "" },
		{ "/calm", "429 Too Many Requests", "Retry-After: 3600\r\n" },
		{ "/busy", "503 Service Unavailable", "Retry-After: 120\r\n" },
		{ "/broken", "500 Internal Server Error", "" },
		{ "/challenge", "202 Accepted", "x-amzn-waf-action: challenge\r\n" },
		{ "/loop", "302 Found", "Location: /loop\r\n" },
		{ "/hops/2", "301 Moved Permanently", "Location: /hops/1\r\n" },
		{ "/hops/1", "302 Found", "Location: /ok\r\n" },
		{ "/to-file", "302 Found", "Location: file:///etc/hostname\r\n" },
	};
	(void)request;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (!strcmp(answers[i].path, path))
			return web_answer(connection, answers[i].status, answers[i].headers, "no", 2);
	return web_answer(connection, "404 Not Found", "", "", 0);
}

/* Says nothing until the other side gives up. */
static inline bool web_slow(struct web_connection *connection, const char *path, const char *request)
{
	char byte;
	(void)path;
	(void)request;
	(void)recv(connection->fd, &byte, 1, 0);
	return false;
}

static inline bool web_cut(struct web_connection *connection, const char *path, const char *request)
{
	char body[12345];
	(void)path;
	(void)request;
	memset(body, 'x', sizeof body);
	(void)web_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n");
	(void)web_send(connection, body, sizeof body);
	return false;
}

/* 100,000 bytes, whose length is said before. */
static inline bool web_big(struct web_connection *connection, const char *path, const char *request)
{
	static const char body[100000];
	(void)path;
	(void)request;
	return web_answer(connection, "200 OK", "", body, sizeof body);
}

/* Goes on for ever, without a length. */
static inline bool web_endless(struct web_connection *connection, const char *path, const char *request)
{
	static const char body[4096];
	(void)path;
	(void)request;
	(void)web_text(connection, "HTTP/1.1 200 OK\r\n\r\n");
	while (web_send(connection, body, sizeof body))
		;
	return false;
}

static inline bool web_gzip(struct web_connection *connection, const char *path, const char *request)
{
	static const unsigned char packed[] = { 31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 179, 41, 176, 43, 72, 76, 206, 78, 77,
		177, 209, 47, 176, 3, 0, 125, 49, 92, 245, 13, 0, 0, 0 };
	(void)path;
	(void)request;
	return web_answer(connection, "200 OK", "Content-Encoding: gzip\r\n", packed, sizeof packed);
}

/* 64 MiB of zeros in some 400 KB: a literal, then "258 bytes as the last one" over and over, in the fixed code. */
static inline bool web_bomb(struct web_connection *connection, const char *path, const char *request)
{
	enum { PAIRS = (64 << 20) / 258, ROOM = PAIRS * 13 / 8 + 64 };
	static const unsigned char head[] = { 31, 139, 8, 0, 0, 0, 0, 0, 0, 3 };
	unsigned char *packed = calloc(1, ROOM);
	size_t bit = 8 * sizeof head;
	(void)path;
	(void)request;
	if (!packed)
		abort();
	memcpy(packed, head, sizeof head);
	/* Last block, fixed code (1, then 01 from its low bit on), literal 0 = 00110000. */
	static const char first[] = "11000110000";
	static const char pair[] = "1100010100000";
	for (int i = -1; i < PAIRS; i++)
		for (const char *c = i < 0 ? first : pair; *c; c++, bit++)
			if (*c == '1')
				packed[bit / 8] |= (unsigned char)(1 << bit % 8);
	(void)web_answer(connection, "200 OK", "Content-Encoding: gzip\r\n", packed, bit / 8 + 1);
	free(packed);
	return false;
}

/* Keeps the connection open and hangs up on the second request that comes over it, as a server does that closed it
 * while the request was on its way. */
static inline bool web_stale(struct web_connection *connection, const char *path, const char *request)
{
	if (connection->answered > 0)
		return false;
	return web_same(connection, path, request);
}

static const struct {
	const char *path;
	web_route *route;
} web_routes[] = {
	{ "/ok", web_ok },
	{ "/same", web_same },
	{ "/slow", web_slow },
	{ "/cut", web_cut },
	{ "/big", web_big },
	{ "/endless", web_endless },
	{ "/gzip", web_gzip },
	{ "/bomb", web_bomb },
	{ "/stale", web_stale },
	{ "/", web_status },
};

static inline bool web_serve(struct web_connection *connection, const char *request)
{
	struct web *web = connection->web;
	char path[256] = "";
	(void)sscanf(request, "GET %255[^ ?]", path);
	pthread_mutex_lock(&web->mutex);
	web->requests++;
	if (++web->running > web->most_running)
		web->most_running = web->running;
	(void)snprintf(web->last, sizeof web->last, "%s", request);
	pthread_mutex_unlock(&web->mutex);
	bool is_kept = false;
	for (size_t i = 0; i < sizeof web_routes / sizeof web_routes[0]; i++)
		if (!strncmp(path, web_routes[i].path, strlen(web_routes[i].path))) {
			is_kept = web_routes[i].route(connection, path, request);
			break;
		}
	connection->answered++;
	pthread_mutex_lock(&web->mutex);
	web->running--;
	pthread_mutex_unlock(&web->mutex);
	return is_kept;
}

static inline void *web_run_connection(void *ctx)
{
	struct web_connection *connection = ctx;
	char request[WEB_REQUEST];
	bool is_kept = true;
	while (is_kept) {
		size_t n = 0;
		request[0] = '\0';
		while (!strstr(request, "\r\n\r\n") && n < sizeof request - 1) {
			ssize_t got = recv(connection->fd, request + n, sizeof request - 1 - n, 0);
			if (got <= 0)
				break;
			n += (size_t)got;
			request[n] = '\0';
		}
		is_kept = strstr(request, "\r\n\r\n") && web_serve(connection, request);
	}
	(void)shutdown(connection->fd, SHUT_RDWR);
	return NULL;
}

static inline void *web_run(void *ctx)
{
	struct web *web = ctx;
	for (;;) {
		int fd = accept(web->listener, NULL, NULL);
		pthread_mutex_lock(&web->mutex);
		bool is_over = web->is_stopping || fd < 0 || web->n_connections == WEB_CONNECTIONS;
		if (!is_over) {
			struct web_connection *connection = &web->connections[web->n_connections++];
			int on = 1;
			(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
			*connection = (struct web_connection){ .web = web, .fd = fd };
			if (pthread_create(&connection->thread, NULL, web_run_connection, connection))
				abort();
		}
		pthread_mutex_unlock(&web->mutex);
		if (is_over) {
			if (fd >= 0)
				(void)close(fd);
			return NULL;
		}
	}
}

static inline struct web *web_start(void)
{
	struct web *web = calloc(1, sizeof *web);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	if (!web)
		abort();
	(void)setenv("no_proxy", "*", 1);
	web->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(web->listener, (struct sockaddr *)&address, length) || listen(web->listener, 64) ||
		getsockname(web->listener, (struct sockaddr *)&address, &length))
		abort();
	web->port = ntohs(address.sin_port);
	(void)pthread_mutex_init(&web->mutex, NULL);
	if (pthread_create(&web->thread, NULL, web_run, web))
		abort();
	return web;
}

static inline void web_stop(struct web *web)
{
	pthread_mutex_lock(&web->mutex);
	web->is_stopping = true;
	pthread_mutex_unlock(&web->mutex);
	(void)shutdown(web->listener, SHUT_RDWR);
	(void)pthread_join(web->thread, NULL);
	for (int i = 0; i < web->n_connections; i++) {
		(void)shutdown(web->connections[i].fd, SHUT_RDWR);
		(void)pthread_join(web->connections[i].thread, NULL);
		(void)close(web->connections[i].fd);
	}
	(void)close(web->listener);
	(void)pthread_mutex_destroy(&web->mutex);
	free(web);
}

static inline int web_requests(struct web *web)
{
	pthread_mutex_lock(&web->mutex);
	int n = web->requests;
	pthread_mutex_unlock(&web->mutex);
	return n;
}

/* A port on which nobody listens. */
static inline int web_closed_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&address, length) || getsockname(fd, (struct sockaddr *)&address, &length))
		abort();
	(void)close(fd);
	return ntohs(address.sin_port);
}

#endif
