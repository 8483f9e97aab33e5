/* Prints events as they come. What was written and flushed, and out of a pipe was read and handled, is acknowledged, so a
 * cursor never runs ahead of who handles the output: after a crash some lines come again, none is missing. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clean.h"
#include "cli.h"
#include "reader.h"
#include "topic.h"
#include "when.h"

#define TOPICS 64
#define FLUSH_EVERY 100 /* events between two acknowledgements while catching up */
#define PATIENCE_MS 2000
#define OVERLAP_MS 3600000 /* before the last event, when the log is another one: clocks and delays differ */

enum form { FORM_LINE, FORM_FULL, FORM_JSON };

struct tail {
	struct cli *cli;
	struct pw_options options;
	enum form form;
	bool is_snapshot, is_since;
	uint64_t count; /* events to print; 0: all */
	int timeout_ms; /* of idleness; -1: for ever */
	char topics[TOPICS][TOPIC_BYTES];
	const char *topic_list[TOPICS + 1];

	struct pw_client *client;
	struct reader reader; /* holds what was printed and is not acknowledged */
	uint64_t printed, unflushed;
	int signal_fd;
	int64_t started_ms, idle_since_ms;
	bool is_told;    /* that there is no daemon */
	bool is_refused; /* and that it does not take our key */
	bool is_over;
};

static const char usage[] =
	"Usage: policywatch tail [OPTION …] [TOPIC …]\n\n"
	"  TOPIC           us-mexico, us-mexico.security-personnel, fact, source/sre-press, document …\n"
	"  --since WHERE   2h, 3d, 2021-10-08, a time, or a sequence number; 0: the oldest\n"
	"  --snapshot      first the facts as they stand, then what comes\n"
	"  --json          one event as JSON a line\n"
	"  --full          everything an event says\n"
	"  --cursor FILE   go on where the last run with this file ended\n"
	"  --count N       end after N events\n"
	"  --timeout SECS  end when nothing came for so long\n"
	"  --color WHEN    auto, always, never\n";

static bool read_number(const char *text, uint64_t *out)
{
	char *end = NULL;
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*out = value;
	return true;
}

static bool read_since(const char *text, struct pw_options *options)
{
	int64_t ms;
	if (read_number(text, &options->from_seq))
		return true;
	if (!when_since(text, when_now_ms(), &ms))
		return false;
	options->from_time_ms = ms;
	return true;
}

enum { OPT_SINCE = 256, OPT_SNAPSHOT, OPT_JSON, OPT_FULL, OPT_CURSOR, OPT_COUNT, OPT_TIMEOUT, OPT_COLOR };
static const struct option long_options[] = {
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "snapshot", no_argument, NULL, OPT_SNAPSHOT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "cursor", required_argument, NULL, OPT_CURSOR },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int read_option(struct tail *tail, int c)
{
	uint64_t seconds;
	switch (c) {
	case OPT_SINCE:
		tail->is_since = true;
		if (read_since(optarg, &tail->options))
			return -1;
		return cli_fail(tail->cli, EXIT_USAGE, "--since: '%s' is no time, date, duration or number", optarg);
	case OPT_SNAPSHOT: tail->is_snapshot = true; return -1;
	case OPT_JSON: tail->form = FORM_JSON; return -1;
	case OPT_FULL: tail->form = FORM_FULL; return -1;
	case OPT_CURSOR: tail->options.cursor_file = optarg; return -1;
	case OPT_COUNT:
		if (read_number(optarg, &tail->count) && tail->count)
			return -1;
		return cli_fail(tail->cli, EXIT_USAGE, "--count: '%s' is no number of events", optarg);
	case OPT_TIMEOUT:
		if (!read_number(optarg, &seconds) || seconds > INT32_MAX / 1000)
			return cli_fail(tail->cli, EXIT_USAGE, "--timeout: '%s' is no number of seconds", optarg);
		tail->timeout_ms = (int)seconds * 1000;
		return -1;
	case OPT_COLOR:
		if (cli_set_color(tail->cli, optarg))
			return -1;
		return cli_fail(tail->cli, EXIT_USAGE, "--color is auto, always or never");
	case 'h': return fputs(usage, stdout) >= 0 ? EXIT_OK : EXIT_FAILED;
	default: (void)fputs(usage, stderr); return EXIT_USAGE;
	}
}

static int read_arguments(struct tail *tail, int argc, char **argv)
{
	for (int c = getopt_long(argc, argv, "h", long_options, NULL); c != -1;
		c = getopt_long(argc, argv, "h", long_options, NULL)) {
		int status = read_option(tail, c);
		if (status >= 0)
			return status;
	}
	for (int i = optind; i < argc; i++) {
		size_t at = (size_t)(i - optind);
		if (at == TOPICS)
			return cli_fail(tail->cli, EXIT_USAGE, "more than %d topics", TOPICS);
		if (!topic_expand(argv[i], tail->topics[at]))
			return cli_fail(tail->cli, EXIT_USAGE, "topic too long");
		tail->topic_list[at] = tail->topics[at];
	}
	tail->options.topics = tail->topic_list;
	if (tail->is_snapshot && tail->is_since)
		return cli_fail(tail->cli, EXIT_USAGE, "--snapshot and --since exclude each other");
	if (tail->is_snapshot)
		tail->options.from_seq = PW_FROM_SNAPSHOT;
	return -1;
}

/* Signals come as a descriptor, so that none can slip in between a look at them and the wait. */
static int watch_signals(void)
{
	sigset_t set;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int acknowledge(struct tail *tail)
{
	struct pw_event *event = reader_take(&tail->reader);
	enum pw_status st = event ? pw_ack(tail->client, event) : PW_OK;
	pw_event_free(event);
	return st ? cli_fail(tail->cli, EXIT_FAILED, "%s", pw_error(tail->client)) : EXIT_OK;
}

static int flush_output(struct tail *tail)
{
	reader_ask(&tail->reader);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		if (errno != EPIPE)
			return cli_fail(tail->cli, EXIT_FAILED, "standard output: %s", strerror(errno));
		tail->is_over = true; /* who reads has enough */
		return acknowledge(tail);
	}
	reader_flushed(&tail->reader);
	tail->unflushed = 0;
	return acknowledge(tail);
}

static int print_event(struct tail *tail, struct pw_event *event)
{
	struct out out = { 0 };
	const struct pw_value *value = tail->form == FORM_JSON ? NULL : pw_event_value(event);
	if (tail->form == FORM_JSON && tail->cli->style.columns)
		clean_json(&out, pw_event_json(event));
	else if (tail->form == FORM_JSON)
		out_text(&out, pw_event_json(event));
	else if (!value)
		out_printf(&out, "(event %" PRIu64 " is not JSON)", pw_event_seq(event));
	else if (tail->form == FORM_FULL)
		render_full(&out, value, &tail->cli->style);
	else
		render_line(&out, value, &tail->cli->style);
	out_text(&out, "\n");
	tail->unflushed++;
	tail->printed++;
	tail->idle_since_ms = when_now_ms();
	tail->is_over = tail->count && tail->printed == tail->count;
	char *text = out_take(&out);
	if (!text) {
		pw_event_free(event);
		return cli_fail(tail->cli, EXIT_FAILED, "no memory");
	}
	(void)fputs(text, stdout); /* flush_output() looks at what became of it */
	reader_add(&tail->reader, strlen(text), event);
	free(text);
	if (tail->is_over)
		reader_end(&tail->reader);
	return tail->is_over || tail->unflushed >= FLUSH_EVERY ? flush_output(tail) : EXIT_OK;
}

/* The place is no more: events are gone, or the log is another one. With the time of the last event nothing is missed, for
 * another log tells of the same time under numbers of its own. */
static int resume(struct tail *tail)
{
	char why[240];
	(void)snprintf(why, sizeof why, "%s", pw_error(tail->client)); /* acknowledging could change it */
	int status = flush_output(tail);
	if (status || tail->is_over)
		return status;
	reader_done(&tail->reader); /* what is still unread comes again, or is no more */
	int64_t last_ms = pw_last_time(tail->client);
	enum pw_status st;
	if (last_ms > OVERLAP_MS) {
		(void)cli_fail(
			tail->cli, 0, "%s; going on from an hour before the last event, some may come again", why);
		st = pw_resume_time(tail->client, last_ms - OVERLAP_MS);
	} else if (tail->is_snapshot) {
		(void)cli_fail(tail->cli, 0, "%s; going on with the facts as they stand", why);
		st = pw_resume(tail->client, PW_FROM_SNAPSHOT);
	} else {
		(void)cli_fail(tail->cli, 0, "%s; going on with the oldest event there is", why);
		st = pw_resume(tail->client, 0);
	}
	return st ? cli_fail(tail->cli, EXIT_FAILED, "%s", pw_error(tail->client)) : EXIT_OK;
}

/* Tells a person once that nobody answers, and once that it is over. */
static void tell_state(struct tail *tail)
{
	enum pw_state state = pw_client_state(tail->client);
	const char *why = pw_error(tail->client);
	bool is_away = state == PW_STALE || (state == PW_CONNECTING && when_now_ms() - tail->started_ms >= PATIENCE_MS);
	if (is_away && !tail->is_told)
		(void)cli_fail(tail->cli, 0, "no daemon answers%s%s, waiting", why[0] ? ": " : "", why);
	if (tail->is_told && state == PW_LIVE)
		(void)cli_fail(tail->cli, 0, "the daemon is back");
	tail->is_refused = tail->is_refused && state != PW_LIVE;
	tail->is_told = state == PW_LIVE ? false : tail->is_told || is_away;
}

/* The library tries again now and then: whoever lets the key in need not start this anew. */
static void tell_refusal(struct tail *tail)
{
	if (!tail->is_refused)
		(void)cli_fail(tail->cli, 0, "%s; trying again every half minute", pw_error(tail->client));
	tail->is_refused = tail->is_told = true;
}

static int sooner(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

static int wait_for_more(struct tail *tail)
{
	struct pollfd fds[] = { { .fd = tail->signal_fd, .events = POLLIN },
		{ .fd = pw_fd(tail->client), .events = POLLIN }, { .fd = STDOUT_FILENO } };
	int wait_ms = pw_wait_ms(tail->client);
	int status = flush_output(tail);
	if (status || tail->is_over)
		return status;
	tell_state(tail);
	if (!tail->is_told && pw_client_state(tail->client) == PW_CONNECTING)
		wait_ms = sooner(wait_ms, PATIENCE_MS);
	if (reader_wait_ms(&tail->reader) >= 0)
		wait_ms = sooner(wait_ms, reader_wait_ms(&tail->reader));
	if (tail->timeout_ms >= 0)
		wait_ms = sooner(wait_ms, tail->idle_since_ms + tail->timeout_ms - when_now_ms());
	if (poll(fds, 3, wait_ms) < 0 && errno != EINTR)
		return cli_fail(tail->cli, EXIT_FAILED, "poll: %s", strerror(errno));
	bool is_idle = tail->timeout_ms >= 0 && when_now_ms() - tail->idle_since_ms >= tail->timeout_ms;
	tail->is_over = fds[0].revents || (fds[2].revents & POLLERR) || is_idle;
	if (is_idle)
		reader_end(&tail->reader);
	return EXIT_OK;
}

static int follow(struct tail *tail)
{
	int status = EXIT_OK;
	while (status == EXIT_OK && !tail->is_over) {
		struct pw_event *event = NULL;
		enum pw_status st = pw_next(tail->client, 0, &event);
		if (st == PW_OK)
			status = print_event(tail, event);
		else if (st == PW_TIMEOUT)
			status = wait_for_more(tail);
		else if (st == PW_GONE || st == PW_EPOCH)
			status = resume(tail);
		else if (st == PW_DENIED)
			tell_refusal(tail);
		else
			status = cli_fail(tail->cli, EXIT_FAILED, "%s", pw_error(tail->client));
	}
	return status;
}

/* With --count and --timeout the end is ours: the reader gets the time to take what is in the pipe. */
static int end_output(struct tail *tail)
{
	struct pollfd fds[] = { { .fd = tail->signal_fd, .events = POLLIN }, { .fd = STDOUT_FILENO } };
	int status = flush_output(tail);
	while (status == EXIT_OK && reader_wait_ms(&tail->reader) >= 0) {
		if (poll(fds, 2, reader_wait_ms(&tail->reader)) != 0)
			break; /* asked to end, or nobody reads any more */
		status = acknowledge(tail);
	}
	return status == EXIT_OK ? acknowledge(tail) : status;
}

int tail_run(struct cli *cli, int argc, char **argv)
{
	struct tail *tail = calloc(1, sizeof *tail);
	if (!tail)
		return cli_fail(cli, EXIT_FAILED, "no memory");
	*tail = (struct tail){ .cli = cli, .options = cli_options(cli), .timeout_ms = -1 };
	int status = read_arguments(tail, argc, argv);
	if (status < 0) {
		tail->signal_fd = watch_signals();
		tail->started_ms = tail->idle_since_ms = when_now_ms();
		reader_init(&tail->reader, tail->form == FORM_JSON && tail->options.cursor_file);
		if (tail->signal_fd < 0)
			status = cli_fail(cli, EXIT_FAILED, "signalfd: %s", strerror(errno));
		else if (pw_connect(&tail->options, &tail->client) != PW_OK)
			status = cli_fail(cli, EXIT_FAILED, "%s", pw_error(tail->client));
		else
			status = follow(tail);
		if (status == EXIT_OK)
			status = end_output(tail);
	}
	reader_done(&tail->reader);
	pw_close(tail->client);
	free(tail);
	return status;
}
