#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "cli.h"
#include "when.h"

static const char usage[] = "Usage: policywatch status [--json]\n";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void row(struct out *out, const struct cli *cli, const char *label, struct out *text)
{
	if (text->n == 0)
		return;
	render_color(out, &cli->style, COLOR_FAINT);
	out_printf(out, "%-10s", label);
	render_plain(out, &cli->style);
	(void)clean_text(out, text->p, CLEAN_NO_LIMIT);
	out_text(out, "\n");
	out_done(text);
}

static void append_count(struct out *out, const struct pw_value *value, const char *what)
{
	out_text(out, out->n ? ", " : "");
	number_text(out, pw_number(value));
	out_printf(out, " %s", what);
}

static void sources_text(struct out *out, const struct pw_value *sources)
{
	static const char *const healths[] = { "ok", "new", "failing", "blocked", "stale", "held" };
	for (size_t i = 0; i < sizeof healths / sizeof *healths; i++) {
		const struct pw_value *count = pw_get(sources, healths[i]);
		if (pw_integer(count) > 0)
			append_count(out, count, healths[i]);
	}
	if (out->n == 0)
		out_text(out, "none");
}

static void endpoints_text(struct out *out, const struct pw_value *status)
{
	static const char *const lists[] = { "events_endpoints", "query_endpoints" };
	for (size_t k = 0; k < 2; k++) {
		const struct pw_value *list = pw_get(status, lists[k]);
		for (size_t i = 0; i < pw_size(list); i++)
			out_printf(out, "%s%s", out->n ? "  " : "", pw_text(pw_at(list, i)));
	}
}

static void log_text(struct out *out, const struct pw_value *status)
{
	append_count(out, pw_get(status, "events"), "events");
	out_printf(out, ", %lld to %lld, epoch ", (long long)pw_integer(pw_get(status, "oldest")),
		(long long)pw_integer(pw_get(status, "head")));
	if (pw_is_text(pw_get(status, "epoch")))
		out_text(out, pw_text(pw_get(status, "epoch")));
	else
		out_printf(out, "%llx", (unsigned long long)pw_integer(pw_get(status, "epoch")));
}

static void cursors_text(struct out *out, const struct pw_value *cursors)
{
	const char *behind = pw_text(pw_get(cursors, "furthest_behind"));
	if (!behind[0])
		return;
	append_count(out, pw_get(cursors, "count"), "registered");
	out_printf(out, ", furthest behind %s by ", behind);
	number_text(out, pw_number(pw_get(cursors, "lag")));
}

static void write_status(struct out *out, const struct cli *cli, const struct pw_value *status)
{
	struct out text = { 0 };
	out_printf(&text, "%s  %s", pw_text(pw_get(status, "version")), pw_text(pw_get(status, "instance")));
	row(out, cli, "daemon", &text);
	when_text(&text, pw_text(pw_get(status, "started")));
	out_text(&text, " (");
	when_ago(&text, pw_text(pw_get(status, "started")), when_now_ms());
	out_text(&text, ")");
	row(out, cli, "started", &text);
	sources_text(&text, pw_get(status, "sources"));
	row(out, cli, "sources", &text);
	append_count(&text, pw_get(status, "facts"), "facts");
	append_count(&text, pw_get(status, "sightings"), "sightings");
	append_count(&text, pw_get(status, "documents"), "documents");
	append_count(&text, pw_get(status, "statements"), "statements");
	row(out, cli, "known", &text);
	log_text(&text, status);
	row(out, cli, "log", &text);
	append_count(&text, pw_get(status, "subscriptions"), "subscriptions");
	append_count(&text, pw_get(status, "published"), "published");
	row(out, cli, "bus", &text);
	cursors_text(&text, pw_get(status, "cursors"));
	row(out, cli, "cursors", &text);
	endpoints_text(&text, status);
	row(out, cli, "endpoints", &text);
	number_text(&text, floor(pw_number(pw_get(status, "store_bytes")) / 1024));
	out_text(&text, " KiB");
	row(out, cli, "store", &text);
	out_printf(&text, "%s, generation %lld, loaded ", pw_text(pw_get(status, "config.file")),
		(long long)pw_integer(pw_get(status, "config.generation")));
	when_text(&text, pw_text(pw_get(status, "config.loaded")));
	if (pw_true(pw_get(status, "config.reload_failed")))
		out_text(&text, "; a newer one was refused, see the log");
	row(out, cli, "config", &text);
}

int status_run(struct cli *cli, int argc, char **argv)
{
	struct pw_reply *reply = NULL;
	struct out out = { 0 };
	bool is_json = false;
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		is_json = is_json || c == 'j';
		if (c == 'j')
			continue;
		(void)fputs(usage, c == 'h' ? stdout : stderr);
		return c == 'h' ? EXIT_OK : EXIT_USAGE;
	}
	int status = cli_call(cli, "status", NULL, NULL, 0, CLI_CALL_MS, &reply);
	if (status)
		return status;
	if (is_json) {
		status = cli_print_json(cli, reply);
	} else {
		write_status(&out, cli, pw_reply_value(reply));
		status = cli_print(cli, &out);
	}
	pw_reply_free(reply);
	return status;
}
