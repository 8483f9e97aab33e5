#include <sys/stat.h>
#include <unistd.h>

#include "client_test.h"
#include "settings.h"

/* Reads text as a file, with what was complained about in `said`. */
static struct settings *read_text(const char *text, char *said, size_t said_bytes)
{
	char path[] = "/tmp/pw-forward-XXXXXX";
	int fd = mkstemp(path), pipe_fds[2], saved = dup(STDERR_FILENO);
	assert_true(fd >= 0 && saved >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	assert_int_equal(pipe(pipe_fds), 0);
	(void)fflush(stderr);
	assert_true(dup2(pipe_fds[1], STDERR_FILENO) >= 0);
	struct settings *settings = settings_read(path);
	(void)fflush(stderr);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	(void)close(pipe_fds[1]);
	ssize_t n = read(pipe_fds[0], said, said_bytes - 1);
	said[n > 0 ? n : 0] = '\0';
	(void)close(pipe_fds[0]);
	(void)unlink(path);
	return settings;
}

static void every_kind_of_sink_is_read(void **state)
{
	(void)state;
	char said[4096];
	struct settings *settings = read_text(
		"state_dir = \"/tmp/x\";\nsinks: (\n"
		"{ name = \"a\"; kind = \"webhook\"; url = \"https://example.org/\"; topics = [\"us-mexico\", "
		"\"source\"]; "
		"min_severity = \"warning\"; give_up_after = \"2d\"; start = \"oldest\"; },\n"
		"{ name = \"b\"; kind = \"email\"; url = \"smtp://h\"; from = \"a@b\"; to = \"c@d\"; require_tls = "
		"true; },\n"
		"{ name = \"c\"; kind = \"exec\"; argv = [\"/bin/true\", \"-x\"]; timeout = \"500ms\"; } );\n",
		said, sizeof said);
	if (!settings)
		fail_msg("%s", said);
	assert_int_equal(settings->n, 3);
	assert_string_equal(settings->state_dir, "/tmp/x");
	assert_string_equal(settings->sinks[0].topics[0], "fact/us-mexico");
	assert_string_equal(settings->sinks[0].topics[1], "source");
	assert_int_equal(settings->sinks[0].min_severity, 2);
	assert_true(settings->sinks[0].give_up_ms == 2 * 86400000);
	assert_true(settings->sinks[0].from_oldest);
	assert_string_equal(settings->sinks[1].to[0], "c@d");
	assert_true(settings->sinks[1].require_tls);
	assert_int_equal(settings->sinks[2].timeout_ms, 500);
	assert_string_equal(settings->sinks[2].argv[1], "-x");
	settings_free(settings);
}

static void every_mistake_is_said_at_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", ":1: no sinks" },
		{ "sinks: ( );", ":1: sinks is a list" },
		{ "\nsinks: ( {", ":2: syntax error" },
		{ "x = 1;\nsinks: ( { name = \"a\"; kind = \"exec\"; argv = [\"/x\"]; } );", ":1: unknown key 'x'" },
		{ "sinks: (\n{ name = \"a\";\nkind = \"fax\"; } );", ":3: kind 'fax' is none of" },
		{ "sinks: (\n{ name = \"A b\";\nkind = \"exec\"; argv = [\"/x\"]; } );", "name 'A b'" },
		{ "sinks: ( { name = \"a\"; kind = \"exec\"; argv = [\"x\"]; } );", "full path" },
		{ "sinks: ( { name = \"a\"; kind = \"exec\"; } );", "needs 'argv'" },
		{ "sinks: ( { name = \"a\"; kind = \"exec\"; argv = [\"/x\"];\nurl = \"y\"; } );",
			":2: 'url' is not for" },
		{ "sinks: ( { name = \"a\"; kind = \"exec\"; argv = [\"/x\"];\ntimeout = \"1y\"; } );",
			":2: 'timeout' is a" },
		{ "sinks: ( { name = \"a\"; kind = \"exec\"; argv = [\"/x\"];\ntimeout = \"1h\"; } );",
			"more than 600 s" },
		{ "sinks: ( { name = \"a\"; kind = \"webhook\"; url = \"ftp://x\"; } );", "http:// or https://" },
		{ "sinks: ( { name = \"a\"; kind = \"email\"; url = \"smtp://x\"; from = \"a\"; to = \"b@c\"; } );",
			"'a' is no plain address" },
		{ "sinks: ( { name = \"a\"; kind = \"email\"; url = \"smtp://x\"; from = \"a@b\"; to = \"b@c\\nBcc:\"; "
		  "} );",
			"no plain address" },
		{ "sinks: ( { name = \"a\"; kind = \"exec\"; argv = [\"/x\"]; },\n{ name = \"a\"; kind = \"exec\"; "
		  "argv = "
		  "[\"/x\"]; } );",
			":2: two sinks are called 'a'" },
		{ "sinks: ( { name = \"a\"; kind = \"webhook\"; url = \"http://x\"; secret_file = \"/nonexistent\"; } "
		  ");",
			"/nonexistent: No such file" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char said[4096];
		struct settings *settings = read_text(cases[i].text, said, sizeof said);
		if (settings || !strstr(said, cases[i].want))
			fail_msg("case %zu: wanted '%s', got '%s'", i, cases[i].want, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_sink_is_read),
		cmocka_unit_test(every_mistake_is_said_at_its_line),
	};
	return RUN(tests);
}
