#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "when.h"

static const char usage[] = "Usage: policywatch cursors [--json] [--forget NAME]\n";

static const struct option long_options[] = {
	{ "forget", required_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void add_cursor(struct table *table, const struct pw_value *cursor, int64_t oldest, int64_t now_ms)
{
	struct out seq = { 0 }, lag = { 0 }, acked = { 0 };
	int64_t at = pw_integer(pw_get(cursor, "seq"));
	table_cell(table, pw_text(pw_get(cursor, "name")));
	number_text(&seq, (double)at);
	table_cell_out(table, &seq);
	number_text(&lag, pw_number(pw_get(cursor, "lag")));
	table_cell_out(table, &lag);
	when_ago(&acked, pw_text(pw_get(cursor, "acked")), now_ms);
	table_cell_out(table, &acked);
	if (at + 1 < oldest)
		table_cell_color(table, "before the oldest event", COLOR_WARN);
	else
		table_cell(table, "");
}

static int list(struct cli *cli, bool is_json)
{
	static const char *const heads[] = { "NAME", "AT", "BEHIND", "HEARD OF", "" };
	struct pw_reply *reply = NULL;
	struct out out = { 0 };
	int status = cli_call(cli, "cursors", NULL, NULL, 0, CLI_CALL_MS, &reply);
	if (status)
		return status;
	if (is_json) {
		status = cli_print_json(cli, reply);
		pw_reply_free(reply);
		return status;
	}
	struct table *table = table_new(5, heads);
	const struct pw_value *cursors = pw_get(pw_reply_value(reply), "cursors");
	int64_t oldest = pw_integer(pw_get(pw_reply_value(reply), "oldest"));
	for (size_t i = 0; table && i < pw_size(cursors); i++)
		add_cursor(table, pw_at(cursors, i), oldest, when_now_ms());
	if (table)
		table_write(table, &out, &cli->style);
	status = table ? cli_print(cli, &out) : cli_fail(cli, EXIT_FAILED, "no memory");
	table_free(table);
	pw_reply_free(reply);
	return status;
}

static int forget(struct cli *cli, const char *name)
{
	struct pw_reply *reply = NULL;
	char *params = pw_params_text(NULL, "name", name);
	if (!params)
		return cli_fail(cli, EXIT_FAILED, "no memory");
	int status = cli_call(cli, "forget_cursor", params, NULL, 0, CLI_CALL_MS, &reply);
	free(params);
	pw_reply_free(reply);
	return status;
}

int cursors_run(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	bool is_json = false;
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		if (c == 'j') {
			is_json = true;
		} else if (c == 'f') {
			name = optarg;
		} else {
			(void)fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? EXIT_OK : EXIT_USAGE;
		}
	}
	return name ? forget(cli, name) : list(cli, is_json);
}
