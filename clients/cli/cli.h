/* What the sub-commands share. Each is one file with one function in the table of main.c. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <policywatch/policywatch.h>
#include <stdbool.h>

#include "out.h"
#include "render.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct cli {
	const char *events, *query;   /* endpoints, or NULL */
	const char *key, *server_key; /* as in struct pw_options, or NULL */
	struct render_style style;    /* of standard output */
	const char *command;          /* the one that runs */
};

int tail_run(struct cli *cli, int argc, char **argv);
int facts_run(struct cli *cli, int argc, char **argv);
int sources_run(struct cli *cli, int argc, char **argv);
int status_run(struct cli *cli, int argc, char **argv);
int cursors_run(struct cli *cli, int argc, char **argv);
int learn_run(struct cli *cli, int argc, char **argv);
int push_run(struct cli *cli, int argc, char **argv);
int keygen_run(struct cli *cli, int argc, char **argv);

/* "policywatch facts: …" on standard error; gives status back. */
int cli_fail(const struct cli *cli, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "auto", "always", "never". False: none of them. */
bool cli_set_color(struct cli *cli, const char *when);

/* Options of a client for the daemon that the command line names. */
struct pw_options cli_options(const struct cli *cli);
/* Asks the daemon. On failure it has said why, and *out is NULL. */
int cli_call(struct cli *cli, const char *name, const char *params, const void *body, size_t body_bytes, int timeout_ms,
	struct pw_reply **out);
#define CLI_CALL_MS 5000

/* All of a file, or of standard input ("-"), at most 8 MiB. On failure it has said why. */
int cli_read_input(const struct cli *cli, const char *path, struct out *body);
/* By the ending of a file name; NULL: not known. */
const char *cli_media_type(const char *file);

/* Prints what was gathered and empties it. */
int cli_print(const struct cli *cli, struct out *out);
int cli_print_json(const struct cli *cli, const struct pw_reply *reply);

/* A table: columns as wide as their widest text. Texts are cleaned; the last column is cut to the terminal. */
struct table;
struct table *table_new(size_t columns, const char *const *heads);
void table_free(struct table *table);
void table_cell(struct table *table, const char *text); /* the next cell, left to right */
void table_cell_color(struct table *table, const char *text, enum render_color color);
void table_cell_out(struct table *table, struct out *text); /* takes it over */
void table_write(const struct table *table, struct out *out, const struct render_style *style);

#endif
