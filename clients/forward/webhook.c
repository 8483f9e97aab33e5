/* The event as it is, posted as a structured CloudEvent. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sign.h"
#include "sink.h"

#define HEADER_BYTES 512

static void on_done(void *ctx, const struct transfer_result *result)
{
	sink_done(ctx, result);
}

bool webhook_start(struct sink *sink, const char **why)
{
	char id[HEADER_BYTES], timestamp[HEADER_BYTES], signature[HEADER_BYTES] = "";
	const char *headers[] = { "Content-Type: application/cloudevents+json; charset=UTF-8", "Expect:", id, timestamp,
		NULL, NULL };
	const char *event_id = pw_event_text(sink->event, "id"), *json = pw_event_json(sink->event);
	char seconds[32], signed_text[SIGN_HEADER_BYTES];
	if (strpbrk(event_id, "\r\n") || strlen(event_id) > HEADER_BYTES / 2) {
		*why = "the id of the event can't stand in a header";
		return false;
	}
	(void)snprintf(seconds, sizeof seconds, "%lld", (long long)time(NULL));
	(void)snprintf(id, sizeof id, "webhook-id: %s", event_id);
	(void)snprintf(timestamp, sizeof timestamp, "webhook-timestamp: %s", seconds);
	if (sink->settings->secret) {
		if (!sign_webhook(sink->settings->secret, event_id, seconds, json, strlen(json), signed_text)) {
			*why = "secret_file holds no secret that can sign";
			return false;
		}
		(void)snprintf(signature, sizeof signature, "webhook-signature: %s", signed_text);
		headers[4] = signature;
	}
	struct transfer_job job = { .url = sink->settings->url,
		.headers = headers,
		.body = json,
		.body_bytes = strlen(json),
		.timeout_ms = sink->settings->timeout_ms,
		.ctx = sink,
		.done = on_done };
	*why = "the transfer could not begin";
	return transfers_start(sink->transfers, &job);
}
