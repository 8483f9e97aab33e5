/* Proposes facts from an article: the daemon reads it, the answer is ready to paste into facts.d/. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "cli.h"

#define LEARN_MS 60000 /* the daemon may have to fetch it */

static const char usage[] = "Usage: policywatch learn [--beat BEAT] [--type MEDIA-TYPE] [--json] FILE|URL|-\n";

enum { OPT_BEAT = 256, OPT_TYPE, OPT_JSON };
static const struct option long_options[] = {
	{ "beat", required_argument, NULL, OPT_BEAT },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct learn {
	struct cli *cli;
	const char *beat, *media_type, *what;
	bool is_json;
	struct out body;
};

static int read_arguments(struct learn *learn, int argc, char **argv)
{
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		switch (c) {
		case OPT_BEAT: learn->beat = optarg; break;
		case OPT_TYPE: learn->media_type = optarg; break;
		case OPT_JSON: learn->is_json = true; break;
		case 'h': return fputs(usage, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (argc - optind != 1) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	learn->what = argv[optind];
	return -1;
}

static bool is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static int ask(struct learn *learn)
{
	struct pw_reply *reply = NULL;
	struct out out = { 0 };
	const char *type = learn->media_type ? learn->media_type : cli_media_type(learn->what);
	char *params = strdup("{}");
	if (params && is_url(learn->what))
		params = pw_params_text(params, "url", learn->what);
	if (params && type && !is_url(learn->what))
		params = pw_params_text(params, "media_type", type);
	if (params && learn->beat)
		params = pw_params_text(params, "beat", learn->beat);
	if (!params)
		return cli_fail(learn->cli, EXIT_USAGE, "an argument is not UTF-8");
	int status = cli_call(learn->cli, "learn", params, learn->body.p, learn->body.n, LEARN_MS, &reply);
	free(params);
	if (status)
		return status;
	const char *config = pw_text(pw_get(pw_reply_value(reply), "config"));
	size_t n = strlen(config);
	if (learn->is_json) {
		status = cli_print_json(learn->cli, reply);
	} else {
		clean_block(&out, config);
		out_text(&out, n && config[n - 1] == '\n' ? "" : "\n");
		status = cli_print(learn->cli, &out);
	}
	if (!pw_size(pw_get(pw_reply_value(reply), "facts")))
		(void)cli_fail(learn->cli, 0, "found nothing that could be a fact");
	pw_reply_free(reply);
	return status;
}

int learn_run(struct cli *cli, int argc, char **argv)
{
	struct learn learn = { .cli = cli };
	int status = read_arguments(&learn, argc, argv);
	if (status >= 0)
		return status;
	status = is_url(learn.what) ? EXIT_OK : cli_read_input(cli, learn.what, &learn.body);
	if (status == EXIT_OK)
		status = ask(&learn);
	out_done(&learn.body);
	return status;
}
