/* Hands a document to the daemon, for a source of kind push. When this returns 0, what follows from it is on disk. */
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PUSH_MS 30000

static const char usage[] = "Usage: policywatch push [--url URL] [--type MEDIA-TYPE] [--json] SOURCE FILE|-\n";

enum { OPT_URL = 256, OPT_TYPE, OPT_JSON };
static const struct option long_options[] = {
	{ "url", required_argument, NULL, OPT_URL },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct push {
	struct cli *cli;
	const char *url, *media_type, *source, *file;
	bool is_json;
	struct out body;
};

static int read_arguments(struct push *push, int argc, char **argv)
{
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		switch (c) {
		case OPT_URL: push->url = optarg; break;
		case OPT_TYPE: push->media_type = optarg; break;
		case OPT_JSON: push->is_json = true; break;
		case 'h': return fputs(usage, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (argc - optind != 2) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	push->source = argv[optind];
	push->file = argv[optind + 1];
	if (!push->url && strcmp(push->file, "-") == 0)
		return cli_fail(
			push->cli, EXIT_USAGE, "standard input needs --url: it tells one document from another");
	return -1;
}

/* A file without --url is known by its path. */
static char *params_of(const struct push *push)
{
	char path[PATH_MAX], url[PATH_MAX + 8];
	const char *type = push->media_type ? push->media_type : cli_media_type(push->file);
	char *params = pw_params_text(NULL, "source", push->source);
	if (!push->url)
		(void)snprintf(url, sizeof url, "file://%s", realpath(push->file, path) ? path : push->file);
	if (params)
		params = pw_params_text(params, "url", push->url ? push->url : url);
	if (params && type)
		params = pw_params_text(params, "media_type", type);
	return params;
}

static int ask(struct push *push)
{
	struct pw_reply *reply = NULL;
	struct out out = { 0 };
	char *params = params_of(push);
	if (!params)
		return cli_fail(push->cli, EXIT_USAGE, "an argument is not UTF-8");
	int status = cli_call(push->cli, "ingest", params, push->body.p, push->body.n, PUSH_MS, &reply);
	free(params);
	if (status)
		return status;
	if (push->is_json) {
		status = cli_print_json(push->cli, reply);
	} else {
		int64_t events = pw_integer(pw_get(pw_reply_value(reply), "events"));
		out_printf(&out, "%" PRId64 " event%s\n", events, events == 1 ? "" : "s");
		status = cli_print(push->cli, &out);
	}
	pw_reply_free(reply);
	return status;
}

int push_run(struct cli *cli, int argc, char **argv)
{
	struct push push = { .cli = cli };
	int status = read_arguments(&push, argc, argv);
	if (status >= 0)
		return status;
	status = cli_read_input(cli, push.file, &push.body);
	if (status == EXIT_OK)
		status = ask(&push);
	out_done(&push.body);
	return status;
}
