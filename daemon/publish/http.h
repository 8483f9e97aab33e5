/* A small HTTP server for those who run the daemon: /metrics, /-/healthy, /-/ready. Loopback by default. */
#ifndef PUBLISH_HTTP_H
#define PUBLISH_HTTP_H

#include "buf.h"
#include "loop.h"

struct http;
struct http_ops {
	void *ctx;
	void (*metrics)(void *ctx, struct buf *out);           /* Prometheus text format */
	bool (*is_healthy)(void *ctx, struct buf *out_reason); /* loop turns, store writable */
	bool (*is_ready)(void *ctx, struct buf *out_reason);
};
/* listen: "127.0.0.1:9464" or "[::1]:9464"; port 0 picks one (http_port). */
enum status http_new(
	struct loop *loop, struct sv listen, const struct http_ops *ops, struct http **out, struct error *err);
void http_free(struct http *http);
int http_port(const struct http *http);

#endif
