/* evhttp with what it lacks in 2.1: a bound on connections. evhttp asks for a bufferevent for each connection it
 * accepts and does not tell when it lets go of it. So the guard keeps a reference to each; one whose callbacks are gone is one that
 * evhttp has freed (it closes the descriptor itself, as the bufferevent is not told to). Such leftovers are swept out
 * when the next connection comes, so there are never more than MAX_CONNECTIONS. At the bound, and when there is no
 * descriptor left, the listener stops and a timer sweeps; who comes meanwhile waits in the kernel's queue. */
#include "http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"

enum {
	MAX_CONNECTIONS = 32,
	SWEEP_MS = 20,  /* at the bound */
	LOOK_MS = 1000, /* else: a listener that met an error listens again */
	MAX_HEADERS_BYTES = 8192,
	MAX_BODY_BYTES = 1024, /* nobody needs one */
	TIMEOUT_S = 10,
	METRICS_BYTES = 1 << 20,
	REASON_BYTES = 1024,
	HOST_BYTES = 256
};

struct guard {
	struct bufferevent *open[MAX_CONNECTIONS];
	size_t n;
	struct evconnlistener *listener;
	struct loop_timer *sweep;
};

struct http {
	struct http_ops ops;
	struct evhttp *server;
	struct guard guard;
	int port;
};

/* ---- connections ---- */

static bool is_let_go(struct bufferevent *connection)
{
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;
	void *ctx;
	bufferevent_getcb(connection, &on_read, &on_write, &on_event, &ctx);
	return !on_read && !on_write && !on_event;
}

static void sweep(struct guard *guard)
{
	size_t kept = 0;
	for (size_t i = 0; i < guard->n; i++) {
		if (is_let_go(guard->open[i]))
			(void)bufferevent_decref(guard->open[i]);
		else
			guard->open[kept++] = guard->open[i];
	}
	guard->n = kept;
}

static void on_sweep(void *ctx)
{
	struct guard *guard = ctx;
	sweep(guard);
	bool is_bound = guard->n == MAX_CONNECTIONS;
	if (!is_bound)
		(void)evconnlistener_enable(guard->listener);
	loop_timer_set(guard->sweep, is_bound ? SWEEP_MS : LOOK_MS);
}

/* Without descriptors, accepting fails again at once, for as long as somebody waits. */
static void on_accept_error(struct evconnlistener *listener, void *ctx)
{
	(void)ctx;
	(void)evconnlistener_disable(listener);
}

static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
	struct guard *guard = ctx;
	struct bufferevent *connection = bufferevent_socket_new(base, -1, 0);
	sweep(guard);
	if (!connection || guard->n == MAX_CONNECTIONS) /* cannot be: at the bound nothing is accepted */
		return connection;
	bufferevent_incref(connection);
	guard->open[guard->n++] = connection;
	if (guard->n == MAX_CONNECTIONS) {
		(void)evconnlistener_disable(guard->listener);
		loop_timer_set(guard->sweep, SWEEP_MS);
	}
	return connection;
}

/* ---- answers ---- */

struct answer {
	int code;
	const char *reason, *type;
	struct buf body;
};

static void send_answer(struct evhttp_request *request, const struct answer *answer)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct sv body = buf_sv(&answer->body);
	char length[24];
	(void)snprintf(length, sizeof length, "%zu", body.n);
	(void)evhttp_add_header(headers, "Content-Type", answer->type);
	(void)evhttp_add_header(headers, "Content-Length", length);
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	if (answer->code == HTTP_BADMETHOD)
		(void)evhttp_add_header(headers, "Allow", "GET, HEAD");
	if (body.n && evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		(void)evbuffer_add(evhttp_request_get_output_buffer(request), body.p, body.n);
	evhttp_send_reply(request, answer->code, answer->reason, NULL);
}

static void answer_metrics(struct http *http, struct answer *answer)
{
	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	http->ops.metrics(http->ops.ctx, &answer->body);
}

static void answer_check(struct http *http, bool (*check)(void *ctx, struct buf *out_reason), struct answer *answer)
{
	bool is_good = check(http->ops.ctx, &answer->body);
	if (!is_good) {
		answer->code = HTTP_SERVUNAVAIL;
		answer->reason = "Service Unavailable";
	}
	if (!answer->body.n)
		(void)buf_append(&answer->body, is_good ? SV("ok") : SV("not ok"));
	(void)buf_char(&answer->body, '\n');
}

static void answer_healthy(struct http *http, struct answer *answer)
{
	answer_check(http, http->ops.is_healthy, answer);
}

static void answer_ready(struct http *http, struct answer *answer)
{
	answer_check(http, http->ops.is_ready, answer);
}

static const struct {
	const char *path;
	size_t max_bytes;
	void (*answer)(struct http *http, struct answer *answer);
} routes[] = { { "/metrics", METRICS_BYTES, answer_metrics }, { "/-/healthy", REASON_BYTES, answer_healthy },
	{ "/-/ready", REASON_BYTES, answer_ready } };

static bool route(struct http *http, struct evhttp_request *request, struct answer *answer)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	for (size_t i = 0; path && i < sizeof routes / sizeof routes[0]; i++) {
		if (strcmp(routes[i].path, path) == 0) {
			buf_init(&answer->body, routes[i].max_bytes);
			routes[i].answer(http, answer);
			return true;
		}
	}
	return false;
}

static void on_request(struct evhttp_request *request, void *ctx)
{
	struct answer answer = { .code = HTTP_OK, .reason = "OK", .type = "text/plain; charset=utf-8" };
	enum evhttp_cmd_type method = evhttp_request_get_command(request);
	buf_init(&answer.body, REASON_BYTES);
	if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
		answer.code = HTTP_BADMETHOD;
		answer.reason = "Method Not Allowed";
	} else if (!route(ctx, request, &answer)) {
		answer.code = HTTP_NOTFOUND;
		answer.reason = "Not Found";
		(void)buf_append(&answer.body, SV("Try /metrics, /-/healthy or /-/ready.\n"));
	}
	send_answer(request, &answer);
	buf_done(&answer.body);
}

/* ---- life ---- */

/* "127.0.0.1:9464", "[::1]:9464" */
static bool parse_listen(struct sv listen, char host[HOST_BYTES], uint16_t *out_port)
{
	size_t colon = listen.n;
	uint64_t port;
	while (colon > 0 && listen.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || !sv_to_u64(sv_slice(listen, colon, listen.n), UINT16_MAX, &port))
		return false;
	struct sv name = sv_slice(listen, 0, colon - 1);
	if (sv_starts(name, SV("[")) && sv_ends(name, SV("]")))
		name = sv_slice(name, 1, name.n - 1);
	if (name.n == 0 || name.n >= HOST_BYTES)
		return false;
	memcpy(host, name.p, name.n);
	host[name.n] = 0;
	*out_port = (uint16_t)port;
	return true;
}

static int port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { .v6 = { 0 } };
	socklen_t n = sizeof address;
	if (getsockname(fd, &address.any, &n))
		return 0;
	return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static enum status listen_on(struct http *http, struct sv listen, struct error *err)
{
	char host[HOST_BYTES];
	uint16_t port;
	if (!parse_listen(listen, host, &port))
		return error_set(err, E_CONFIG, "'%.*s' is no address:port to listen on", SV_ARG(listen));
	errno = 0;
	struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http->server, host, port);
	if (!bound)
		return error_sys(err, E_SYSTEM, errno, "cannot listen on %.*s", SV_ARG(listen));
	http->port = port_of(evhttp_bound_socket_get_fd(bound));
	http->guard.listener = evhttp_bound_socket_get_listener(bound);
	evconnlistener_set_error_cb(http->guard.listener, on_accept_error);
	loop_timer_set(http->guard.sweep, LOOK_MS);
	return OK;
}

enum status http_new(
	struct loop *loop, struct sv listen, const struct http_ops *ops, struct http **out, struct error *err)
{
	struct http *http = calloc(1, sizeof *http);
	struct evhttp *server = evhttp_new(loop_base(loop));
	if (!http || !server)
		abort();
	*http = (struct http){ .ops = *ops, .server = server };
	http->guard.sweep = loop_timer_new(loop, on_sweep, &http->guard);
	evhttp_set_max_headers_size(server, MAX_HEADERS_BYTES);
	evhttp_set_max_body_size(server, MAX_BODY_BYTES);
	evhttp_set_timeout(server, TIMEOUT_S);
	/* All of them, so that a wrong one hears 405 and not "not implemented". */
	evhttp_set_allowed_methods(server,
		EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
			EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_bevcb(server, on_connection, &http->guard);
	evhttp_set_gencb(server, on_request, http);
	enum status st = listen_on(http, listen, err);
	if (st) {
		http_free(http);
		return st;
	}
	*out = http;
	return OK;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	evhttp_free(http->server);
	sweep(&http->guard); /* now all of them */
	loop_timer_free(http->guard.sweep);
	free(http);
}

int http_port(const struct http *http)
{
	return http->port;
}
