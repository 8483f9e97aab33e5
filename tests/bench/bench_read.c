/* bench_read: generated pages, feeds and texts through the whole reading, bytes to statements, in CPU time. Prints one JSON
 * object a line: MB of input a second, and the input doubled up to 8 MiB to show that nothing is quadratic. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "read.h"

enum { READ_ARENA = 1 << 30, PAGES = 40, ROUNDS = 5 };

static const char *const sentences[] = {
	"The government said on Tuesday that it would send 1,500 more police officers to the northern border by the "
	"end of June.",
	"Talks on the trade agreement, which began in 2019, are to resume next month in Geneva, according to the "
	"ministry.",
	"“We have kept our promise,” Foreign Minister Elena Duarte said, adding that the tariff of 12.5% stays in "
	"force.",
	"Spending on schools rose by 3.4 per cent to $2.1 billion last year, up from $2.03 billion the year before.",
	"No decision has been taken yet, and the committee may ask for further reports before it votes.",
	"Officials declined to say whether the memorandum, signed in Lima in May, covers fishing rights as well.",
};
enum { SENTENCES = sizeof sentences / sizeof sentences[0] };

static double cpu_seconds(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What surrounds the text of a news page: scripts, styles, cards of other articles. `share`: blocks of it a paragraph. */
static void put_clutter(struct buf *out, unsigned i, unsigned share)
{
	for (unsigned k = 0; k < share; k++)
		(void)buf_printf(out,
			"<div class=\"card card--%u grid__cell\" data-track=\"t%u\"><a class=\"card__link\" "
			"href=\"/2026/01/%u/story-%u\">"
			"<picture><source srcset=\"/img/%u-320.webp 320w, /img/%u-640.webp 640w\" "
			"type=\"image/webp\"><img class=\"card__img\" "
			"loading=\"lazy\" alt=\"\" src=\"/img/%u.jpg\"></picture><span class=\"card__title\">Story "
			"%u</span></a></div>"
			"<script>window.q=window.q||[];q.push([\"slot\",%u,{\"w\":320,\"h\":50,\"lazy\":true,"
			"\"refresh\":30}]);</script>",
			k % 4, i, i % 28 + 1, k, k, k, k, k, k);
}

static void put_page(struct buf *out, unsigned seed, unsigned paragraphs, unsigned share)
{
	(void)buf_printf(out,
		"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Report %u</title>"
		"<meta property=\"article:published_time\" "
		"content=\"2026-01-15T10:00:00Z\"><style>body{margin:0}</style>"
		"<script>var t=%u;</script></head><body><nav><ul>",
		seed, seed);
	for (unsigned i = 0; i < 30; i++)
		(void)buf_printf(out, "<li><a class=\"menu\" href=\"/section/%u\">Section %u</a></li>", i, i);
	put_clutter(out, seed, paragraphs * share);
	(void)buf_printf(out, "</ul></nav><main><article><h1>Report number %u</h1>", seed);
	for (unsigned i = 0; i < paragraphs; i++)
		(void)buf_printf(out, "<p>%s %s <a href=\"/x/%u\">More</a>. %s</p>\n",
			sentences[(seed + i) % SENTENCES], sentences[(seed + i * 3 + 1) % SENTENCES], i,
			sentences[(seed * 7 + i + 2) % SENTENCES]);
	(void)buf_append(
		out, SV("</article></main><footer><p>All rights reserved. Contact us.</p></footer></body></html>"));
}

static size_t read_one(struct arena *arena, struct sv body, const char *media_type, enum source_kind kind)
{
	struct reading reading = { 0 };
	struct error err;
	struct snapshot snapshot = {
		.url = SV("https://news.example/a"), .media_type = sv_of(media_type), .body = body
	};
	struct read_options options = { .kind = kind, .url = snapshot.url };
	size_t n = 0;
	arena_reset(arena);
	if (read_snapshot(arena, &snapshot, &options, &reading, &err)) {
		(void)fprintf(stderr, "bench_read: %s\n", err.text);
		return 0;
	}
	for (size_t i = 0; i < reading.documents.n; i++) {
		struct document *document = &reading.documents.items[i];
		if (document->statements.n == 0 && read_statements(arena, document, &err))
			(void)fprintf(stderr, "bench_read: %s\n", err.text);
		n += document->statements.n;
	}
	return n;
}

/* The best of some rounds: what the code costs, not what else ran. */
static void report(struct arena *arena, const char *metric, struct sv body, const char *type, enum source_kind kind,
	unsigned rounds)
{
	double best = 1e9;
	size_t statements = 0;
	for (unsigned i = 0; i < rounds; i++) {
		double start = cpu_seconds();
		statements = read_one(arena, body, type, kind);
		double took = cpu_seconds() - start;
		if (took < best)
			best = took;
	}
	(void)printf("{\"bench\":\"read\",\"metric\":\"%s\",\"value\":%.2f,\"bytes\":%zu,\"statements\":%zu}\n", metric,
		(double)body.n / best / 1e6, body.n, statements);
}

int main(void)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(READ_ARENA);
	struct buf page;
	char metric[64];
	buf_init(&page, 64 << 20);
	/* News pages of today are ten parts of markup to one of text, and a page of nothing but text is the other end. */
	put_page(&page, 1, 20, 6);
	report(arena, "html_mb_s", buf_sv(&page), "text/html", SOURCE_PAGE, ROUNDS * PAGES);
	buf_clear(&page);
	put_page(&page, 1, 60, 0);
	report(arena, "html_dense_mb_s", buf_sv(&page), "text/html", SOURCE_PAGE, ROUNDS * PAGES);
	buf_clear(&page);
	(void)buf_append(&page, SV("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title>"));
	for (unsigned i = 0; i < 100; i++)
		(void)buf_printf(&page,
			"<item><guid>%u</guid><title>Item %u</title><pubDate>Thu, 15 Jan 2026 10:00:00 "
			"GMT</pubDate><description>%s "
			"%s</description></item>",
			i, i, sentences[i % SENTENCES], sentences[(i + 1) % SENTENCES]);
	(void)buf_append(&page, SV("</channel></rss>"));
	report(arena, "feed_mb_s", buf_sv(&page), "application/rss+xml", SOURCE_FEED, ROUNDS * PAGES);
	for (unsigned kib = 512; kib <= 8192; kib *= 2) {
		buf_clear(&page);
		while (page.n < (size_t)kib << 10)
			(void)buf_printf(&page, "%s ", sentences[page.n % SENTENCES]);
		(void)snprintf(metric, sizeof metric, "text_%u_kib_mb_s", kib);
		report(arena, metric, buf_sv(&page), "text/plain", SOURCE_FILE, 1);
	}
	buf_done(&page);
	return 0;
}
