/* What a command sends along: a file, or standard input. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define INPUT_BYTES ((size_t)8 << 20) /* what one call carries, nearly */

const char *cli_media_type(const char *file)
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

int cli_read_input(const struct cli *cli, const char *path, struct out *body)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rbe");
	char chunk[65536];
	size_t n = 0;
	int status = EXIT_OK;
	if (!file)
		return cli_fail(cli, EXIT_FAILED, "%s: %s", path, strerror(errno));
	do {
		n = fread(chunk, 1, sizeof chunk, file);
		out_bytes(body, chunk, n);
	} while (n > 0 && body->n <= INPUT_BYTES);
	if (ferror(file))
		status = cli_fail(cli, EXIT_FAILED, "%s: %s", path, strerror(errno));
	else if (body->n > INPUT_BYTES)
		status = cli_fail(cli, EXIT_FAILED, "%s: more than 8 MiB", path);
	else if (body->is_failed)
		status = cli_fail(cli, EXIT_FAILED, "no memory");
	else if (body->n == 0)
		status = cli_fail(cli, EXIT_FAILED, "%s: empty", path);
	if (!is_stdin)
		(void)fclose(file);
	return status;
}
