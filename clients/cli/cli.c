#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clean.h"

int cli_fail(const struct cli *cli, int status, const char *format, ...)
{
	va_list args;
	(void)fprintf(stderr, "policywatch%s%s: ", cli->command ? " " : "", cli->command ? cli->command : "");
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return status;
}

static size_t columns_of_output(void)
{
	struct winsize size;
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

bool cli_set_color(struct cli *cli, const char *when)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	bool is_wanted = !(no_color && no_color[0]) && terminal && strcmp(terminal, "dumb") != 0;
	cli->style.columns = columns_of_output();
	if (strcmp(when, "auto") == 0)
		cli->style.is_color = cli->style.columns > 0 && is_wanted;
	else if (strcmp(when, "always") == 0)
		cli->style.is_color = true;
	else if (strcmp(when, "never") == 0)
		cli->style.is_color = false;
	else
		return false;
	return true;
}

struct pw_options cli_options(const struct cli *cli)
{
	struct pw_options options = PW_OPTIONS_INIT;
	options.events = cli->events;
	options.query = cli->query;
	options.key_file = cli->key;
	options.server_key = cli->server_key;
	return options;
}

int cli_call(struct cli *cli, const char *name, const char *params, const void *body, size_t body_bytes, int timeout_ms,
	struct pw_reply **out)
{
	struct pw_options options = cli_options(cli);
	struct pw_client *client = NULL;
	int result = EXIT_OK;
	options.request_timeout_ms = timeout_ms;
	enum pw_status st = pw_connect(&options, &client);
	if (st == PW_OK)
		st = pw_call(client, name, params, body, body_bytes, out);
	if (st) {
		*out = NULL;
		const char *why = pw_error(client);
		result = cli_fail(cli, EXIT_FAILED, "%s", why[0] ? why : pw_status_text(st));
		if (st == PW_UNREACHABLE)
			(void)cli_fail(cli, 0, "is policywatchd running, and may you use its socket?");
	}
	pw_close(client);
	return result;
}

int cli_print(const struct cli *cli, struct out *out)
{
	char *text = out_take(out);
	if (!text)
		return cli_fail(cli, EXIT_FAILED, "no memory");
	bool is_written = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
	free(text);
	if (is_written || errno == EPIPE) /* who reads has enough */
		return EXIT_OK;
	return cli_fail(cli, EXIT_FAILED, "standard output: %s", strerror(errno));
}

int cli_print_json(const struct cli *cli, const struct pw_reply *reply)
{
	struct out out = { 0 };
	if (cli->style.columns)
		clean_json(&out, pw_reply_json(reply));
	else
		out_text(&out, pw_reply_json(reply));
	out_text(&out, "\n");
	return cli_print(cli, &out);
}
