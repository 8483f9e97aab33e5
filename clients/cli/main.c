/* policywatch: see what changed, look up what is known, from a terminal or a script. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"

struct command {
	const char *name, *arguments, *summary;
	int (*run)(struct cli *cli, int argc, char **argv);
};

static int version_run(struct cli *cli, int argc, char **argv);
static int help_run(struct cli *cli, int argc, char **argv);

static const struct command commands[] = {
	{ "tail", "[TOPIC …]", "print changes as they come, or since a time", tail_run },
	{ "facts", "[ID]", "what is known, or one fact with its history", facts_run },
	{ "sources", "", "what is watched, and how each source does", sources_run },
	{ "status", "", "how the daemon does", status_run },
	{ "cursors", "", "where registered clients are, and how far behind", cursors_run },
	{ "learn", "FILE|URL|-", "propose facts from an article, in the syntax of the configuration", learn_run },
	{ "push", "SOURCE FILE|-", "hand in a document for a push source", push_run },
	{ "keygen", "PATH", "make a pair of keys for encrypted connections", keygen_run },
	{ "version", "", "print the version", version_run },
	{ "help", "[COMMAND]", "print this, or the manual page", help_run },
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void print_usage(FILE *to)
{
	(void)fputs("Usage: policywatch [--events ENDPOINT] [--query ENDPOINT] [--key FILE] [--server-key FILE|KEY]\n"
		    "                   [--color WHEN] COMMAND …\n\n",
		to);
	for (size_t i = 0; i < COMMANDS; i++) {
		/* Two columns more for "…", which is three bytes. */
		int columns = strstr(commands[i].arguments, "…") ? 14 : 12;
		(void)fprintf(
			to, "  %-8s %-*s %s\n", commands[i].name, columns, commands[i].arguments, commands[i].summary);
	}
	(void)fputs("\nOptions of a command: policywatch COMMAND --help. More: man policywatch\n", to);
}

static int version_run(struct cli *cli, int argc, char **argv)
{
	(void)cli;
	(void)argc;
	(void)argv;
	return printf("policywatch %s\n", pw_version()) > 0 ? EXIT_OK : EXIT_FAILED;
}

static int help_run(struct cli *cli, int argc, char **argv)
{
	(void)cli;
	(void)argc;
	(void)argv;
	print_usage(stdout);
	return EXIT_OK;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

enum { OPT_EVENTS = 256, OPT_QUERY, OPT_KEY, OPT_SERVER_KEY, OPT_COLOR };
static const struct option options[] = {
	{ "events", required_argument, NULL, OPT_EVENTS },
	{ "query", required_argument, NULL, OPT_QUERY },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "server-key", required_argument, NULL, OPT_SERVER_KEY },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* The options before the command. Returns -1, or the status to exit with. */
static int read_options(struct cli *cli, int argc, char **argv)
{
	for (int c = getopt_long(argc, argv, "+hV", options, NULL); c != -1;
		c = getopt_long(argc, argv, "+hV", options, NULL)) {
		switch (c) {
		case OPT_EVENTS: cli->events = optarg; break;
		case OPT_QUERY: cli->query = optarg; break;
		case OPT_KEY: cli->key = optarg; break;
		case OPT_SERVER_KEY: cli->server_key = optarg; break;
		case OPT_COLOR:
			if (!cli_set_color(cli, optarg))
				return cli_fail(cli, EXIT_USAGE, "--color is auto, always or never");
			break;
		case 'V': return version_run(cli, 0, NULL);
		case 'h': return help_run(cli, 0, NULL);
		default: print_usage(stderr); return EXIT_USAGE;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	(void)signal(SIGPIPE, SIG_IGN); /* EPIPE says it as well, and can be handled */
	tzset();
	(void)cli_set_color(&cli, "auto");
	int status = read_options(&cli, argc, argv);
	if (status >= 0)
		return status;
	if (optind >= argc) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	const struct command *command = find_command(argv[optind]);
	if (!command)
		return cli_fail(&cli, EXIT_USAGE, "no command '%s' (see policywatch help)", argv[optind]);
	cli.command = command->name;
	argc -= optind;
	argv += optind;
	optind = 0; /* getopt starts anew, with the command as program */
	return command->run(&cli, argc, argv);
}
