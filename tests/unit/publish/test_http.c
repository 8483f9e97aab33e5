/* The server with raw sockets: the loop turns until the client has read the end of the answer. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

#define PATIENCE_MS 20000
#define MANY 100 /* more connections than are served at once */

struct client {
	int fd;
	char text[4096];
	size_t n;
	bool is_closed, is_kept; /* kept alive: over when an answer came */
};

struct world {
	struct loop *loop;
	struct http *http;
	struct loop_timer *poll;
	struct mono_ms deadline;
	struct client clients[MANY];
	size_t n;
	bool is_good;
};

static void metrics(void *ctx, struct buf *out)
{
	(void)ctx;
	(void)buf_append(out, SV("policywatch_up 1\n"));
}

static bool check(void *ctx, struct buf *out_reason)
{
	const struct world *w = ctx;
	if (!w->is_good)
		(void)buf_append(out_reason, SV("store: disk full"));
	return w->is_good;
}

static bool have_all_ended(struct world *w)
{
	bool all = true;
	for (size_t i = 0; i < w->n; i++) {
		struct client *c = &w->clients[i];
		ssize_t n = recv(c->fd, c->text + c->n, sizeof c->text - 1 - c->n, MSG_DONTWAIT);
		if (n > 0)
			c->n += (size_t)n;
		c->is_closed = c->is_closed || n == 0 || (n < 0 && errno != EAGAIN);
		all = all && (c->is_closed || (c->is_kept && c->n));
	}
	return all;
}

static void on_poll(void *ctx)
{
	struct world *w = ctx;
	if (have_all_ended(w) || mono_now().v > w->deadline.v)
		loop_stop(w->loop);
	else
		loop_timer_set(w->poll, 1);
}

static void turn(struct world *w)
{
	struct error err;
	w->deadline.v = mono_now().v + PATIENCE_MS;
	loop_timer_set(w->poll, 0);
	assert_ok(loop_run(w->loop, &err), err);
	assert_true(mono_now().v <= w->deadline.v);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct error err;
	struct http_ops ops = { .ctx = w, .metrics = metrics, .is_healthy = check, .is_ready = check };
	w->is_good = true;
	assert_ok(loop_new(&w->loop, &err), err);
	w->poll = loop_timer_new(w->loop, on_poll, w);
	assert_ok(http_new(w->loop, SV("127.0.0.1:0"), &ops, &w->http, &err), err);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < w->n; i++)
		(void)close(w->clients[i].fd);
	http_free(w->http);
	loop_timer_free(w->poll);
	loop_free(w->loop);
	free(w);
	return 0;
}

static struct client *send_request(struct world *w, const char *request)
{
	struct client *c = &w->clients[w->n++];
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)http_port(w->http)) };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(send(c->fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return c;
}

static const char *ask(struct world *w, const char *line)
{
	char request[512];
	(void)snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", line);
	struct client *c = send_request(w, request);
	turn(w);
	return c->text;
}

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");
	assert_non_null(end);
	return end + 4;
}

static void metrics_are_text_of_the_prometheus_format(void **state)
{
	const char *answer = ask(*state, "GET /metrics");
	assert_non_null(strstr(answer, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(answer, "Content-Type: text/plain; version=0.0.4"));
	assert_string_equal(body_of(answer), "policywatch_up 1\n");
}

static void head_is_answered_without_a_body(void **state)
{
	const char *answer = ask(*state, "HEAD /metrics");
	assert_non_null(strstr(answer, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(answer, "Content-Length: 17\r\n"));
	assert_string_equal(body_of(answer), "");
}

static void health_and_readiness_are_200_when_good(void **state)
{
	struct world *w = *state;
	assert_string_equal(body_of(ask(w, "GET /-/healthy")), "ok\n");
	assert_non_null(strstr(ask(w, "GET /-/ready"), "HTTP/1.1 200 OK\r\n"));
}

static void health_is_503_with_the_reason_when_bad(void **state)
{
	struct world *w = *state;
	w->is_good = false;
	const char *answer = ask(w, "GET /-/healthy");
	assert_non_null(strstr(answer, "HTTP/1.1 503 Service Unavailable\r\n"));
	assert_string_equal(body_of(answer), "store: disk full\n");
	assert_non_null(strstr(ask(w, "GET /-/ready?x=1"), "HTTP/1.1 503"));
}

static void anything_else_is_404(void **state)
{
	struct world *w = *state;
	assert_non_null(strstr(ask(w, "GET /"), "HTTP/1.1 404 Not Found\r\n"));
	assert_non_null(strstr(ask(w, "GET /metrics/x"), "HTTP/1.1 404 Not Found\r\n"));
}

static void other_methods_are_405(void **state)
{
	struct world *w = *state;
	const char *answer = ask(w, "POST /metrics");
	assert_non_null(strstr(answer, "HTTP/1.1 405 Method Not Allowed\r\n"));
	assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
	assert_non_null(strstr(ask(w, "DELETE /metrics"), "HTTP/1.1 405"));
}

static void headers_over_the_limit_are_refused(void **state)
{
	struct world *w = *state;
	char request[16384];
	(void)snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nX: %12000s\r\n\r\n", "y");
	struct client *c = send_request(w, request);
	turn(w);
	assert_null(strstr(c->text, "200 OK"));
}

static void what_is_no_http_closes_the_connection(void **state)
{
	struct world *w = *state;
	struct client *c = send_request(w, "\x16\x03\x01\r\n\r\n");
	turn(w);
	assert_null(strstr(c->text, "200 OK"));
}

static void more_connections_than_the_bound_are_all_served_in_turn(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < MANY; i++)
		(void)send_request(w, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	turn(w);
	for (size_t i = 0; i < MANY; i++)
		assert_non_null(strstr(w->clients[i].text, "200 OK"));
}

static void a_server_with_open_connections_can_be_freed(void **state)
{
	struct world *w = *state;
	struct client *c = send_request(w, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	c->is_kept = true;
	turn(w);
	assert_non_null(strstr(c->text, "200 OK"));
}

static void a_busy_address_is_an_error_with_its_name(void **state)
{
	struct world *w = *state;
	struct error err;
	struct http_ops ops = { .ctx = w, .metrics = metrics, .is_healthy = check, .is_ready = check };
	struct http *second = NULL;
	char listen[64], want[128];
	(void)snprintf(listen, sizeof listen, "127.0.0.1:%d", http_port(w->http));
	(void)snprintf(want, sizeof want, "cannot listen on %s: Address already in use", listen);
	assert_int_equal(http_new(w->loop, sv_of(listen), &ops, &second, &err), E_SYSTEM);
	assert_string_equal(err.text, want);
}

static void an_address_without_a_port_is_refused(void **state)
{
	static const char *const wrong[] = { "", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:x" };
	struct world *w = *state;
	struct error err;
	struct http_ops ops = { .ctx = w, .metrics = metrics, .is_healthy = check, .is_ready = check };
	struct http *second = NULL;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(http_new(w->loop, sv_of(wrong[i]), &ops, &second, &err), E_CONFIG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(metrics_are_text_of_the_prometheus_format),
		TEST(head_is_answered_without_a_body),
		TEST(health_and_readiness_are_200_when_good),
		TEST(health_is_503_with_the_reason_when_bad),
		TEST(anything_else_is_404),
		TEST(other_methods_are_405),
		TEST(headers_over_the_limit_are_refused),
		TEST(what_is_no_http_closes_the_connection),
		TEST(more_connections_than_the_bound_are_all_served_in_turn),
		TEST(a_server_with_open_connections_can_be_freed),
		TEST(a_busy_address_is_an_error_with_its_name),
		TEST(an_address_without_a_port_is_refused),
	};
	return RUN(tests);
}
