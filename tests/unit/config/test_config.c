#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

/* A folder of its own for each test, with the files it writes. */
struct place_of_test {
	char folder[64];
	struct arena *arena;
	struct config_issues issues;
	struct config *config;
	struct error err;
};

static int set_up(void **state)
{
	struct place_of_test *t = calloc(1, sizeof *t);
	if (!t)
		return -1;
	(void)snprintf(t->folder, sizeof t->folder, "/tmp/pw-config-XXXXXX");
	if (!mkdtemp(t->folder))
		return -1;
	t->arena = arena_new(1 << 24);
	t->issues.arena = t->arena;
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct place_of_test *t = *state;
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s", t->folder);
	int result = system(command);
	config_unref(t->config);
	arena_free(t->arena);
	free(t);
	return result;
}

static void write_file(struct place_of_test *t, const char *name, const char *text)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", t->folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_folder(struct place_of_test *t, const char *name)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", t->folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static enum status load(struct place_of_test *t)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/main.conf", t->folder);
	return config_load(path, &t->config, &t->issues, &t->err);
}

/* Some issue at this file and line has this text. */
static void assert_issue(struct place_of_test *t, const char *file, unsigned line, const char *text)
{
	char seen[8192] = "";
	for (size_t i = 0; i < t->issues.n; i++) {
		const struct config_issue *issue = &t->issues.items[i];
		if (sv_ends(issue->file, sv_of(file)) && issue->line == line &&
			sv_find(issue->text, sv_of(text)) != SIZE_MAX)
			return;
		size_t n = strlen(seen);
		(void)snprintf(seen + n, sizeof seen - n, "\n%.*s:%u: %.*s", SV_ARG(issue->file), issue->line,
			SV_ARG(issue->text));
	}
	fail_msg("no issue %s:%u: %s among%s", file, line, text, seen);
}

static void reads_main_file_and_drop_ins_in_order(void **state)
{
	struct place_of_test *t = *state;
	make_folder(t, "sources.d");
	make_folder(t, "facts.d");
	write_file(t, "main.conf", "daemon: { state_dir = \"/tmp/x\"; }; bus: { heartbeat = \"500ms\"; };");
	write_file(t, "sources.d/20-b.conf",
		"sources: ( { id = \"b\"; kind = \"page\"; url = \"https://b.example/\"; } );");
	write_file(t, "sources.d/10-a.conf",
		"sources: ( { id = \"a\"; kind = \"feed\"; url = \"https://a.example/\"; every = \"1h30m\"; max_size = "
		"\"2M\"; "
		"beats = [\"x\"]; follow = true; } );");
	write_file(t, "facts.d/x.conf",
		"facts: ( { id = \"x.troops\"; kind = \"figure\"; status = \"in-force\"; as_of = \"2021-06-08\"; text "
		"= \"T.\"; "
		"deadline = 2026; parties = [\"MX\"]; figure = { value = 5000000000L; unit = \"USD\"; bound = "
		"\"at-least\"; }; } );");
	assert_ok(load(t), t->err);
	assert_int_equal(t->config->sources.n, 2);
	assert_sv(t->config->sources.items[0].id, "a");
	assert_int_equal(t->config->sources.items[0].every_ms, 5400000);
	assert_int_equal(t->config->sources.items[0].max_bytes, 2 << 20);
	assert_int_equal(t->config->heartbeat_ms, 500);
	const struct fact *fact = &t->config->facts.items[0];
	assert_sv(fact->beat, "x");
	assert_true(fact->figure.is_set && fact->figure.value > 4.9e9);
	assert_true(date_eq(fact->deadline, (struct date){ 2026, 0, 0 }));
}

static void reset(struct place_of_test *t)
{
	config_unref(t->config);
	t->config = NULL;
}

static void events_are_kept_for_ever_or_for_a_time(void **state)
{
	struct place_of_test *t = *state;
	write_file(t, "main.conf", "");
	assert_ok(load(t), t->err);
	assert_int_equal(t->config->log_keep_ms, CONFIG_KEEP_FOREVER);
	assert_int_equal(t->config->log_keep_unread_ms, 30LL * 86400000);
	reset(t);
	write_file(t, "main.conf", "log: { keep = \"90d\"; keep_unread = \"12h\"; };\n");
	assert_ok(load(t), t->err);
	assert_int_equal(t->config->log_keep_ms, 90LL * 86400000);
	assert_int_equal(t->config->log_keep_unread_ms, 43200000);
	reset(t);
	write_file(t, "main.conf", "log: { keep = \"forever\"; };\n");
	assert_ok(load(t), t->err);
	assert_int_equal(t->config->log_keep_ms, CONFIG_KEEP_FOREVER);
	reset(t);
	write_file(t, "main.conf", "log: {\n keep = \"always\"; };\n");
	assert_int_equal(load(t), E_CONFIG);
	assert_issue(t, "main.conf", 2, "'keep' must be \"forever\" or a time from \"1s\" on, not \"always\"");
	write_file(t, "main.conf", "log: { keep = \"500ms\"; };\n");
	assert_int_equal(load(t), E_CONFIG);
}

static void reports_ten_different_mistakes_at_once(void **state)
{
	struct place_of_test *t = *state;
	make_folder(t, "sources.d");
	write_file(t, "main.conf",
		"daemon: { state_dirr = \"/tmp/x\"; log_level = \"loud\"; fetch_limit = 0; };\n"
		"bus: { heartbeat = 5; };\n"
		"diff: { apply = 1.5; };\n"
		"sources: (\n"
		"  { id = \"Bad Id\"; kind = \"feed\"; url = \"https://a.example/\"; },\n"
		"  { id = \"b\"; kind = \"pages\"; url = \"https://b.example/\"; },\n"
		"  { id = \"c\"; kind = \"feed\"; url = \"gopher://c.example/\"; },\n"
		"  { id = \"d\"; kind = \"page\"; url = \"https://d.example/\"; evry = \"10m\"; },\n"
		"  { id = \"e\"; kind = \"page\"; url = \"https://e.example/\"; every = \"10 parsecs\"; }\n"
		");\n");
	write_file(t, "sources.d/x.conf", "\n\nsources: ( { id = \"b\"; kind = \"feed\"; url = ; } );\n");
	write_file(t, "sources.d/y.conf",
		"\nsources: ( { id = \"c\"; kind = \"page\"; url = \"https://y.example/\"; } );\n");
	assert_int_equal(load(t), E_CONFIG);
	assert_null(t->config);
	assert_issue(t, "main.conf", 1, "unknown key 'state_dirr' (did you mean 'state_dir'?)");
	assert_issue(t, "main.conf", 1, "'log_level' must be error, warning, info or debug, not \"loud\"");
	assert_issue(t, "main.conf", 1, "'fetch_limit' = 0 is out of range: 1 to 1000");
	assert_issue(t, "main.conf", 2, "'heartbeat' must be a text in quotation marks");
	assert_issue(t, "main.conf", 3, "'apply' = 1.5 is out of range");
	assert_issue(t, "main.conf", 5, "not \"Bad Id\"");
	assert_issue(t, "main.conf", 6, "'kind' must be feed, page, file, folder or push, not \"pages\"");
	assert_issue(t, "main.conf", 7, "must start with http://");
	assert_issue(t, "main.conf", 8, "unknown key 'evry' (did you mean 'every'?)");
	assert_issue(t, "main.conf", 9, "'every' must be a time span");
	assert_issue(t, "sources.d/x.conf", 3, "syntax error");
	assert_issue(t, "sources.d/y.conf", 2, "'c' is already defined at");
}

static void missing_file_is_an_issue(void **state)
{
	struct place_of_test *t = *state;
	assert_int_equal(load(t), E_CONFIG);
	assert_issue(t, "main.conf", 0, "No such file");
}

static void named_folder_must_exist(void **state)
{
	struct place_of_test *t = *state;
	write_file(t, "main.conf", "sources_dir = \"nowhere\";");
	assert_int_equal(load(t), E_CONFIG);
	assert_issue(t, "main.conf", 0, "cannot read the folder");
}

static void written_facts_read_back_the_same(void **state)
{
	struct place_of_test *t = *state;
	const char *text = "facts: ( { id = \"x.a\"; kind = \"figure\"; status = \"fulfilled\"; as_of = \"2021-06\"; "
			   "text = \"A \\\"quoted\\\" text.\"; "
			   "parties = [\"US\", \"MX\"]; figure = { value = 0.75; unit = \"percent\"; bound = "
			   "\"about\"; direction = \"down\"; "
			   "per = \"year\"; }; aliases = [\"a b\", \"ñandú\"]; deadline = \"2030-12\"; }, { id = "
			   "\"x.b\"; kind = \"body\"; "
			   "status = \"announced\"; as_of = \"2021-06-08\"; text = \"B.\"; figure = { value = "
			   "3000000000L; unit = \"USD\"; }; } );";
	struct fact_list first, second;
	assert_ok(config_read_facts(t->arena, sv_of(text), "first", &first, &t->issues, &t->err), t->err);
	struct sv written = config_write_facts(t->arena, &first);
	assert_ok(config_read_facts(t->arena, written, "second", &second, &t->issues, &t->err), t->err);
	assert_int_equal(second.n, 2);
	assert_true(fact_eq(&first.items[0], &second.items[0]));
	assert_true(fact_eq(&first.items[1], &second.items[1]));
}

static void units_of_time_and_size(void **state)
{
	int64_t ms;
	size_t bytes;
	(void)state;
	assert_true(config_parse_duration(SV("1h30m"), &ms) && ms == 5400000);
	assert_true(config_parse_duration(SV("2 d"), &ms) && ms == 172800000);
	assert_true(config_parse_duration(SV("500ms"), &ms) && ms == 500);
	assert_false(config_parse_duration(SV("10"), &ms));
	assert_false(config_parse_duration(SV("-1s"), &ms));
	assert_false(config_parse_duration(SV("9999999999999999w"), &ms));
	assert_false(config_parse_duration(SV(""), &ms));
	assert_true(config_parse_size(SV("8M"), &bytes) && bytes == 8u << 20);
	assert_true(config_parse_size(SV("512"), &bytes) && bytes == 512);
	assert_false(config_parse_size(SV("8X"), &bytes));
	assert_false(config_parse_size(SV("99999999999999999999"), &bytes));
}

static void paths_become_file_urls(void **state)
{
	struct place_of_test *t = *state;
	write_file(t, "main.conf", "sources: ( { id = \"f\"; kind = \"folder\"; path = \"/tmp/my news#1\"; } );");
	assert_ok(load(t), t->err);
	assert_sv(t->config->sources.items[0].url, "file:///tmp/my%20news%231");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_main_file_and_drop_ins_in_order),
		TEST(events_are_kept_for_ever_or_for_a_time),
		TEST(reports_ten_different_mistakes_at_once),
		TEST(missing_file_is_an_issue),
		TEST(named_folder_must_exist),
		TEST(written_facts_read_back_the_same),
		TEST(units_of_time_and_size),
		TEST(paths_become_file_urls),
	};
	return RUN(tests);
}
