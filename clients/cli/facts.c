/* What is known: a list, or one fact with how it came to be. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "cli.h"
#include "when.h"

#define PAGE 1000

static const char usage[] = "Usage: policywatch facts [--beat BEAT] [--as-of DATE] [--json] [ID]\n\n"
			    "  --beat BEAT    only facts of this beat\n"
			    "  --as-of DATE   as they stood at the end of that day\n"
			    "  --json         the daemon's answer as JSON; a list is one fact a line\n";

struct facts {
	struct cli *cli;
	const char *beat, *as_of, *id;
	bool is_json;
};

enum { OPT_BEAT = 256, OPT_AS_OF, OPT_JSON };
static const struct option long_options[] = {
	{ "beat", required_argument, NULL, OPT_BEAT },
	{ "as-of", required_argument, NULL, OPT_AS_OF },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int read_arguments(struct facts *facts, int argc, char **argv)
{
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		switch (c) {
		case OPT_BEAT: facts->beat = optarg; break;
		case OPT_AS_OF: facts->as_of = optarg; break;
		case OPT_JSON: facts->is_json = true; break;
		case 'h': return fputs(usage, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	facts->id = argv[optind];
	return -1;
}

/* ---- the list ---- */

/* "28,000 security personnel", and when it is due. */
static void figure_and_deadline(struct table *table, const struct pw_value *fact)
{
	struct out text = { 0 };
	const struct pw_value *figure = pw_get(fact, "figure");
	const char *deadline = pw_text(pw_get(fact, "deadline"));
	if (pw_is_object(figure))
		render_figure(&text, figure);
	if (deadline[0])
		out_printf(&text, "%sby %s", text.n ? ", " : "", deadline);
	table_cell_out(table, &text);
}

static void add_fact(struct table *table, const struct pw_value *fact)
{
	table_cell(table, pw_text(pw_get(fact, "id")));
	table_cell(table, pw_text(pw_get(fact, "kind")));
	table_cell(table, pw_text(pw_get(fact, "status")));
	table_cell(table, pw_text(pw_get(fact, "as_of")));
	figure_and_deadline(table, fact);
	table_cell(table, pw_text(pw_get(fact, "text")));
}

static char *page_params(const struct facts *facts, const char *after)
{
	char *params = pw_params_integer(NULL, "limit", PAGE);
	if (params && facts->beat)
		params = pw_params_text(params, "beat", facts->beat);
	if (params && facts->as_of)
		params = pw_params_text(params, "as_of", facts->as_of);
	if (params && after[0])
		params = pw_params_text(params, "after", after);
	return params;
}

/* One page. *next: where the following one begins, "" at the end; malloc'd. */
static int take_page(const struct facts *facts, struct table *table, char **next)
{
	struct pw_reply *reply = NULL;
	char *params = page_params(facts, *next);
	if (!params)
		return cli_fail(facts->cli, EXIT_USAGE, "the beat or date is not UTF-8");
	int status = cli_call(facts->cli, "facts", params, NULL, 0, CLI_CALL_MS, &reply);
	free(params);
	if (status)
		return status;
	const struct pw_value *list = pw_get(pw_reply_value(reply), "facts");
	for (size_t i = 0; i < pw_size(list); i++)
		add_fact(table, pw_at(list, i));
	if (facts->is_json)
		status = cli_print_json(facts->cli, reply);
	free(*next);
	*next = strdup(pw_size(list) ? pw_text(pw_get(pw_reply_value(reply), "next")) : "");
	pw_reply_free(reply);
	return *next ? status : cli_fail(facts->cli, EXIT_FAILED, "no memory");
}

static int list_facts(const struct facts *facts)
{
	static const char *const heads[] = { "ID", "KIND", "STATUS", "AS OF", "FIGURE", "TEXT" };
	struct table *table = table_new(6, heads);
	char *next = strdup("");
	struct out out = { 0 };
	int status = table && next ? EXIT_OK : cli_fail(facts->cli, EXIT_FAILED, "no memory");
	do {
		if (status == EXIT_OK)
			status = take_page(facts, table, &next);
	} while (status == EXIT_OK && next[0]);
	if (status == EXIT_OK && !facts->is_json) {
		table_write(table, &out, &facts->cli->style);
		status = cli_print(facts->cli, &out);
	}
	table_free(table);
	free(next);
	return status;
}

/* ---- one fact ---- */

static void line(struct out *out, const struct cli *cli, const char *label, const char *text)
{
	if (!text[0])
		return;
	render_color(out, &cli->style, COLOR_FAINT);
	out_printf(out, "%-10s", label);
	render_plain(out, &cli->style);
	clean_wrapped(out, text, cli->style.columns, 10);
	out_text(out, "\n");
}

static void value_line(struct out *out, const struct cli *cli, const char *label, const struct pw_value *value)
{
	struct out text = { 0 };
	if (pw_is_object(value))
		render_figure(&text, value);
	else
		render_value(&text, value);
	line(out, cli, label, text.p ? text.p : "");
	out_done(&text);
}

static void write_slots(struct out *out, const struct cli *cli, const struct pw_value *fact)
{
	static const struct {
		const char *label, *path;
	} slots[] = { { "beat", "beat" }, { "kind", "kind" }, { "status", "status" }, { "as of", "as_of" },
		{ "figure", "figure" }, { "deadline", "deadline" }, { "parties", "parties" },
		{ "aliases", "aliases" } };
	render_color(out, &cli->style, COLOR_STRONG);
	(void)clean_text(out, pw_text(pw_get(fact, "id")), CLEAN_NO_LIMIT);
	render_plain(out, &cli->style);
	out_text(out, "\n");
	clean_wrapped(out, pw_text(pw_get(fact, "text")), cli->style.columns, 0);
	out_text(out, "\n\n");
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
		value_line(out, cli, slots[i].label, pw_get(fact, slots[i].path));
}

/* The slot that a change moved, of the fact before or after it. */
static void slot_text(struct out *out, const struct pw_value *fact, const char *change)
{
	if (!fact)
		return;
	if (strcmp(change, "status") == 0 || strcmp(change, "parties") == 0 || strcmp(change, "deadline") == 0)
		render_value(out, pw_get(fact, change));
	else if (pw_is_object(pw_get(fact, "figure")))
		render_figure(out, pw_get(fact, "figure"));
	else
		render_value(out, pw_get(fact, "status"));
	if (out->n == 0)
		out_text(out, "–");
}

static void write_entry(
	struct out *out, const struct cli *cli, const struct pw_value *entry, const struct pw_value *before)
{
	const char *change = pw_text(pw_get(entry, "change")), *said = pw_text(pw_get(entry, "said"));
	const char *who = pw_text(pw_get(entry, "speaker")), *origin = pw_text(pw_get(entry, "origin"));
	struct out old = { 0 }, now = { 0 };
	slot_text(&old, pw_get(before, "fact"), change);
	slot_text(&now, pw_get(entry, "fact"), change);
	out_text(out, "  ");
	when_text(out, said[0] ? said : pw_text(pw_get(entry, "recorded")));
	out_text(out, "  ");
	render_color(out, &cli->style, COLOR_STRONG);
	(void)clean_text(out, change, CLEAN_NO_LIMIT);
	render_plain(out, &cli->style);
	out_text(out, "  ");
	if (old.p && now.p && strcmp(old.p, now.p) != 0) {
		render_color(out, &cli->style, COLOR_OLD);
		out_text(out, old.p);
		render_plain(out, &cli->style);
		out_text(out, " → ");
	}
	render_color(out, &cli->style, COLOR_NEW);
	out_text(out, now.p ? now.p : "");
	render_plain(out, &cli->style);
	if (who[0]) {
		out_text(out, "  — ");
		(void)clean_text(out, who, CLEAN_NO_LIMIT);
	}
	if (origin[0]) {
		out_text(out, " [");
		(void)clean_text(out, origin, CLEAN_NO_LIMIT);
		out_text(out, "]");
	}
	out_text(out, "\n");
	static const char *const more[] = { "statement", "url" };
	for (size_t i = 0; i < 2; i++) {
		const char *text = pw_text(pw_get(entry, more[i]));
		if (!text[0])
			continue;
		out_spaces(out, 6);
		clean_wrapped(out, text, cli->style.columns, 6);
		out_text(out, "\n");
	}
	out->is_failed = out->is_failed || old.is_failed || now.is_failed;
	out_done(&old);
	out_done(&now);
}

static void write_sightings(struct out *out, const struct cli *cli, const struct pw_value *list)
{
	for (size_t i = 0; i < pw_size(list); i++) {
		const struct pw_value *sighting = pw_at(list, i);
		const char *said = pw_text(pw_get(sighting, "said"));
		out_text(out, "  ");
		when_text(out, said[0] ? said : pw_text(pw_get(sighting, "recorded")));
		out_text(out, "  [");
		(void)clean_text(out, pw_text(pw_get(sighting, "source")), CLEAN_NO_LIMIT);
		out_text(out, "]  ");
		(void)clean_text(out, pw_text(pw_get(sighting, "speaker")), CLEAN_NO_LIMIT);
		out_text(out, "\n");
		out_spaces(out, 6);
		clean_wrapped(out, pw_text(pw_get(sighting, "statement")), cli->style.columns, 6);
		out_text(out, "\n");
	}
}

static int show_fact(const struct facts *facts)
{
	struct pw_reply *reply = NULL;
	struct out out = { 0 };
	char *params = pw_params_text(NULL, "id", facts->id);
	if (params && facts->as_of)
		params = pw_params_text(params, "as_of", facts->as_of);
	if (!params)
		return cli_fail(facts->cli, EXIT_USAGE, "the id or date is not UTF-8");
	int status = cli_call(facts->cli, "fact", params, NULL, 0, CLI_CALL_MS, &reply);
	free(params);
	if (status)
		return status;
	if (facts->is_json) {
		status = cli_print_json(facts->cli, reply);
		pw_reply_free(reply);
		return status;
	}
	const struct pw_value *value = pw_reply_value(reply), *history = pw_get(value, "history");
	write_slots(&out, facts->cli, pw_get(value, "fact"));
	if (pw_size(history))
		out_text(&out, "\nHistory\n");
	for (size_t i = 0; i < pw_size(history); i++)
		write_entry(&out, facts->cli, pw_at(history, i), i ? pw_at(history, i - 1) : NULL);
	if (pw_size(pw_get(value, "sightings")))
		out_text(&out, "\nSeen\n");
	write_sightings(&out, facts->cli, pw_get(value, "sightings"));
	pw_reply_free(reply);
	return cli_print(facts->cli, &out);
}

int facts_run(struct cli *cli, int argc, char **argv)
{
	struct facts facts = { .cli = cli };
	int status = read_arguments(&facts, argc, argv);
	if (status >= 0)
		return status;
	return facts.id ? show_fact(&facts) : list_facts(&facts);
}
