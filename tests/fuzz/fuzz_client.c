/* What a client takes from the wire: records, replies and pages of a replay, then the event's JSON as a person sees it.
 * The first byte chooses. Whatever comes in, nothing that acts on a terminal may come out. */
#include <policywatch/wire.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "message.h"
#include "render.h"
#include "value.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Line ends are ours; everything else below 0x20, DEL and C1 would act. */
static void must_be_harmless(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool is_c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
		if ((*p < 0x20 && *p != '\n') || *p == 0x7f || is_c1)
			abort();
	}
}

static void show(const uint8_t *json, size_t n)
{
	static const struct render_style styles[] = { { 0, false }, { 80, false }, { 120, false }, { 7, false } };
	const void *text = json;
	struct pw_value *event = value_read(text, n);
	for (size_t i = 0; event && i < sizeof styles / sizeof *styles; i++) {
		struct out out = { 0 };
		render_line(&out, event, &styles[i]);
		out_text(&out, "\n");
		render_full(&out, event, &styles[i]);
		render_subject(&out, event, 70);
		char *shown = out_take(&out);
		if (shown)
			must_be_harmless(shown);
		free(shown);
	}
	value_free(event);
}

static void clean(const uint8_t *bytes, size_t n)
{
	struct out out = { 0 };
	char *text = malloc(n + 1);
	if (!text)
		return;
	memcpy(text, bytes, n);
	text[n] = '\0';
	size_t columns = clean_text(&out, text, 20);
	if (columns > 20)
		abort();
	clean_json(&out, text);
	clean_wrapped(&out, text, 30, 4);
	free(text);
	out_done(&out);
}

static void read_record(const uint8_t *bytes, size_t n)
{
	struct pw_record record;
	uint8_t head[PW_RECORD_FIXED + 8 * (PW_LEVELS_MAX + 1)];
	if (pw_record_read(bytes, n, &record))
		return;
	pw_record_head(&record, head);
	if (memcmp(head, bytes, pw_record_head_bytes(record.nprev)) != 0)
		abort();
	struct pw_event *event = event_new("fact/a/", 7, &record);
	if (event)
		(void)pw_event_text(event, "data.fact.text");
	pw_event_free(event);
}

/* Frames of up to 255 bytes, each after its length. */
static void read_messages(const uint8_t *bytes, size_t n)
{
	struct filter filter;
	struct frames frames = { 0 };
	struct pw_request reply;
	struct hello hello;
	struct page page;
	struct facts facts;
	const char *bad;
	uint8_t copy[4096];
	size_t ends[64];
	frames.bytes = copy;
	frames.ends = ends;
	for (size_t at = 0; at < n && frames.n < 64;) {
		size_t size = bytes[at++];
		if (size > n - at || frames.used + size > sizeof copy)
			break;
		memcpy(copy + frames.used, bytes + at, size);
		frames.used += size;
		ends[frames.n++] = frames.used;
		at += size;
	}
	if (filter_init(&filter, (const char *const[]){ "fact/a", NULL }, &bad))
		abort();
	(void)message_read_reply(&frames, &reply);
	if (message_read_hello(&frames, &hello) == PW_OK && hello.interval_ms < 10)
		abort();
	if (message_read_page(&frames, 1, 0, &filter, &page) == PW_OK) {
		if (page.scanned_to > page.head)
			abort();
		event_drop_all(&page.events);
	}
	if (message_read_facts(&frames, &filter, "fact/a/b/state/", &facts) == PW_OK) {
		if (facts.is_more && (!facts.id || strcmp(facts.last, "fact/a/b/state/") == 0))
			abort(); /* would be asked for without end */
		event_drop_all(&facts.events);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static void (*const readers[])(const uint8_t *, size_t) = { show, clean, read_record, read_messages };
	if (n > 0)
		readers[bytes[0] % 4](bytes + 1, n - 1);
	return 0;
}
