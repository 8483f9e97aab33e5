#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mail.h"
#include "sink.h"

static void on_done(void *ctx, const struct transfer_result *result)
{
	sink_done(ctx, result);
}

bool email_start(struct sink *sink, const char **why)
{
	const struct sink_settings *settings = sink->settings;
	const struct pw_value *event = pw_event_value(sink->event);
	const char *const *to = (const char *const *)settings->to;
	struct out out = { 0 };
	if (!event) {
		*why = "the event is not JSON";
		return false;
	}
	mail_write(&out, event, settings->name, settings->from, to, (int64_t)time(NULL));
	char *text = out_take(&out);
	if (!text)
		return false;
	struct transfer_job job = { .url = settings->url,
		.body = text,
		.body_bytes = strlen(text),
		.timeout_ms = settings->timeout_ms,
		.from = settings->from,
		.to = to,
		.user = settings->user,
		.password = settings->password,
		.require_tls = settings->require_tls,
		.ctx = sink,
		.done = on_done };
	*why = "the transfer could not begin";
	bool is_begun = transfers_start(sink->transfers, &job);
	free(text);
	return is_begun;
}
