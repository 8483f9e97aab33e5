#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "when.h"

static const char usage[] = "Usage: policywatch sources [--json]\n";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static enum render_color color_of(const char *health)
{
	if (strcmp(health, "ok") == 0)
		return COLOR_NEW;
	return strcmp(health, "new") == 0 ? COLOR_FAINT : COLOR_WARN;
}

static void add_source(struct table *table, const struct pw_value *source, int64_t now_ms)
{
	struct out success = { 0 }, due = { 0 }, documents = { 0 };
	const char *health = pw_text(pw_get(source, "health"));
	const char *next = pw_text(pw_get(source, "next_due"));
	table_cell(table, pw_text(pw_get(source, "id")));
	table_cell(table, pw_text(pw_get(source, "kind")));
	table_cell_color(table, health, color_of(health));
	when_ago(&success, pw_text(pw_get(source, "last_success")), now_ms);
	table_cell_out(table, &success);
	if (next[0])
		when_ago(&due, next, now_ms);
	else
		out_text(&due, "–");
	table_cell_out(table, &due);
	number_text(&documents, pw_number(pw_get(source, "documents")));
	table_cell_out(table, &documents);
	const char *error = pw_text(pw_get(source, "error"));
	bool is_failing = error[0] && strcmp(health, "ok") != 0;
	if (is_failing)
		table_cell_color(table, error, COLOR_WARN);
	else
		table_cell(table, pw_text(pw_get(source, "url")));
}

int sources_run(struct cli *cli, int argc, char **argv)
{
	static const char *const heads[] = { "ID", "KIND", "HEALTH", "LAST SUCCESS", "NEXT", "DOCUMENTS",
		"URL OR ERROR" };
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
	int status = cli_call(cli, "sources", NULL, NULL, 0, CLI_CALL_MS, &reply);
	if (status)
		return status;
	struct table *table = table_new(7, heads);
	const struct pw_value *sources = pw_get(pw_reply_value(reply), "sources");
	for (size_t i = 0; table && i < pw_size(sources); i++)
		add_source(table, pw_at(sources, i), when_now_ms());
	if (is_json)
		status = cli_print_json(cli, reply);
	else if (table)
		table_write(table, &out, &cli->style);
	if (!is_json)
		status = table ? cli_print(cli, &out) : cli_fail(cli, EXIT_FAILED, "no memory");
	table_free(table);
	pw_reply_free(reply);
	return status;
}
