/* Makes the keys of a client or of a daemon. Nothing is asked of a daemon. */
#include <errno.h>
#include <getopt.h>
#include <policywatch/keyfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char usage[] = "Usage: policywatch keygen [--name NAME] [--rights RIGHTS] PATH\n\n"
			    "  PATH             of the public key; the secret one is PATH_secret beside it\n"
			    "  --name NAME      of whom it is; else the end of PATH without .key\n"
			    "  --rights RIGHTS  \"subscribe\" (the default), \"subscribe control\", \"ingest\" …\n";

enum { OPT_NAME = 256, OPT_RIGHTS };
static const struct option long_options[] = {
	{ "name", required_argument, NULL, OPT_NAME },
	{ "rights", required_argument, NULL, OPT_RIGHTS },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct keygen {
	const char *path, *rights;
	char name[PW_KEY_NAME_CHARS + 1];
};

static bool take_name(struct keygen *keygen, const char *text, size_t n)
{
	if (!pw_key_is_name(text, n))
		return false;
	memcpy(keygen->name, text, n);
	keygen->name[n] = '\0';
	return true;
}

/* "/etc/policywatch/newsroom.key" → "newsroom" */
static bool name_by_path(struct keygen *keygen)
{
	const char *slash = strrchr(keygen->path, '/');
	const char *file = slash ? slash + 1 : keygen->path;
	size_t n = strlen(file), ending = strlen(".key");
	bool has_ending = n > ending && strcmp(file + n - ending, ".key") == 0;
	return take_name(keygen, file, has_ending ? n - ending : n);
}

static int read_arguments(const struct cli *cli, struct keygen *keygen, int argc, char **argv)
{
	unsigned rights;
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		switch (c) {
		case OPT_NAME:
			if (!take_name(keygen, optarg, strlen(optarg)))
				return cli_fail(cli, EXIT_USAGE, "--name: at most %d of A-Z, a-z, 0-9, '.', '_', '-'",
					PW_KEY_NAME_CHARS);
			break;
		case OPT_RIGHTS:
			if (pw_rights_read(optarg, strlen(optarg), &rights) || rights == 0)
				return cli_fail(cli, EXIT_USAGE, "--rights: any of subscribe, ingest, control");
			keygen->rights = optarg;
			break;
		case 'h': return fputs(usage, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (argc - optind != 1) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	keygen->path = argv[optind];
	if (!keygen->name[0] && !name_by_path(keygen))
		return cli_fail(cli, EXIT_USAGE, "'%s' is no name for a key: give one with --name", keygen->path);
	return -1;
}

int keygen_run(struct cli *cli, int argc, char **argv)
{
	struct keygen keygen = { .rights = "subscribe" };
	struct out out = { 0 };
	int status = read_arguments(cli, &keygen, argc, argv);
	if (status >= 0)
		return status;
	if (pw_key_make(keygen.path, keygen.name, keygen.rights) != PW_OK)
		return cli_fail(cli, EXIT_FAILED, "%s, %s_secret: %s", keygen.path, keygen.path, strerror(errno));
	out_printf(&out, "%s         public: give it to the other side\n", keygen.path);
	out_printf(&out, "%s_secret  secret: stays on this machine\n", keygen.path);
	return cli_print(cli, &out);
}
