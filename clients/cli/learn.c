/* Proposes facts from an article: the daemon reads it, the answer is ready to paste into facts.d/. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "cli.h"

#define ARTICLE_BYTES ((size_t)8 << 20) /* what one call carries, nearly */
#define LEARN_MS 60000                  /* the daemon may have to fetch it */

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

static const char *media_type_of(const char *file)
{
	static const struct {
		const char *ending, *type;
	} known[] = { { ".html", "text/html" }, { ".htm", "text/html" }, { ".txt", "text/plain" },
		{ ".md", "text/plain" }, { ".xml", "application/xml" }, { ".rss", "application/rss+xml" },
		{ ".atom", "application/atom+xml" }, { ".json", "application/json" } };
	const char *ending = strrchr(file, '.');
	for (size_t i = 0; ending && i < sizeof known / sizeof *known; i++) {
		if (strcmp(ending, known[i].ending) == 0)
			return known[i].type;
	}
	return NULL;
}

static int read_body(struct learn *learn)
{
	bool is_stdin = strcmp(learn->what, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(learn->what, "rbe");
	char chunk[65536];
	size_t n = 0;
	int status = EXIT_OK;
	if (!file)
		return cli_fail(learn->cli, EXIT_FAILED, "%s: %s", learn->what, strerror(errno));
	do {
		n = fread(chunk, 1, sizeof chunk, file);
		out_bytes(&learn->body, chunk, n);
	} while (n > 0 && learn->body.n <= ARTICLE_BYTES);
	if (ferror(file))
		status = cli_fail(learn->cli, EXIT_FAILED, "%s: %s", learn->what, strerror(errno));
	else if (learn->body.n > ARTICLE_BYTES)
		status = cli_fail(learn->cli, EXIT_FAILED, "%s: more than 8 MiB", learn->what);
	else if (learn->body.is_failed)
		status = cli_fail(learn->cli, EXIT_FAILED, "no memory");
	else if (learn->body.n == 0)
		status = cli_fail(learn->cli, EXIT_FAILED, "%s: empty", learn->what);
	if (!is_stdin)
		(void)fclose(file);
	return status;
}

static int ask(struct learn *learn)
{
	struct pw_reply *reply = NULL;
	struct out out = { 0 };
	const char *type = learn->media_type ? learn->media_type : media_type_of(learn->what);
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
	status = is_url(learn.what) ? EXIT_OK : read_body(&learn);
	if (status == EXIT_OK)
		status = ask(&learn);
	out_done(&learn.body);
	return status;
}
