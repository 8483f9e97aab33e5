/* Runs golden cases: a folder holds a configuration, snapshots in order and the events that must come of them.
 *
 *	golden CASE…            compares
 *	golden --update CASE…   rewrites what is expected
 *
 * case/policywatchd.conf names sources and facts. Each file NN.<source>.<ending> is what that source gave at minute NN of
 * a fixed day, in order of name. case/expect.json holds the events, without what differs from run to run (epoch). The whole
 * pipeline runs, with a store in memory, no network and no bus. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "json.h"
#include "policywatch/wire.h"

enum { FILE_MOST = 4 << 20, WORK = 256 << 20 };
static const char FIXED_DAY[] = "2026-01-15T10:00:00Z";

static struct sv read_file(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return (struct sv){ 0 };
	char *bytes = arena_alloc(arena, FILE_MOST);
	size_t n = fread(bytes, 1, FILE_MOST, file);
	(void)fclose(file);
	return (struct sv){ bytes, n };
}

static const struct source *find_source(const struct app *app, struct sv id)
{
	for (size_t i = 0; i < app->config->sources.n; i++)
		if (sv_eq(app->config->sources.items[i].id, id))
			return &app->config->sources.items[i];
	return NULL;
}

static struct sv media_type_of(struct sv name)
{
	if (sv_ends(name, SV(".html")))
		return SV("text/html");
	if (sv_ends(name, SV(".xml")))
		return SV("application/xml");
	return sv_ends(name, SV(".json")) ? SV("application/json") : SV("text/plain");
}

/* "03.press.xml": minute 3, source press. */
static int take_input(struct app *app, struct arena *arena, const char *folder, struct sv name, bool *seen)
{
	struct sv rest = name, minute, id;
	uint64_t number;
	struct error err;
	if (!sv_split(&rest, '.', &minute) || !sv_split(&rest, '.', &id) || !sv_to_u64(minute, 99, &number))
		return 0;
	const struct source *source = find_source(app, id);
	if (!source) {
		(void)fprintf(stderr, "%.*s: no such source\n", SV_ARG(name));
		return 1;
	}
	struct wall_ms now;
	if (!wall_parse(sv_of(FIXED_DAY), &now))
		return 1;
	now.v += (int64_t)number * 60000;
	loop_fix_wall(app->loop, now);
	struct snapshot snapshot = { .url = source->url,
		.media_type = media_type_of(name),
		.retrieved = now,
		.body = read_file(arena, arena_printf(arena, "%s/%.*s", folder, SV_ARG(name)).p) };
	size_t index = (size_t)(source - app->config->sources.items);
	bool is_baseline = !seen[index] && source->kind != SOURCE_FOLDER && !source->catch_up;
	seen[index] = true;
	if (!pipeline_take(app, source, &snapshot, is_baseline, &err)) {
		(void)fprintf(stderr, "%.*s: %s\n", SV_ARG(name), err.text);
		return 1;
	}
	app_commit_now(app);
	return 0;
}

static struct sv all_events(struct app *app, struct arena *arena)
{
	struct event_rows rows = { 0 };
	struct error err;
	uint64_t to;
	struct json_t *array = json_new_array();
	if (store_events(app->store, arena, 1, (struct sv){ 0 }, 10000, FILE_MOST, &rows, &to, &err))
		return SV("");
	for (size_t i = 0; i < rows.n; i++) {
		struct pw_record record;
		struct json_t *event, *row = json_new_object();
		if (pw_record_read(rows.items[i].record.p, rows.items[i].record.n, &record) ||
			json_read((struct sv){ record.payload, record.payload_bytes }, &event, &err))
			return SV("unreadable record");
		json_put(event, "id", json_new_text(SV("-")));
		json_put_text(row, "topic", rows.items[i].topic);
		json_put(row, "event", event);
		json_push(array, row);
	}
	struct sv text = json_write_pretty(arena, array);
	json_free(array);
	return text;
}

static int compare(const char *folder, struct arena *arena, struct sv got, bool is_update)
{
	const char *path = arena_printf(arena, "%s/expect.json", folder).p;
	struct sv want = read_file(arena, path);
	if (is_update) {
		FILE *file = fopen(path, "wb");
		if (!file)
			return 1;
		(void)fprintf(file, "%.*s\n", SV_ARG(got));
		return fclose(file) != 0;
	}
	if (sv_eq(sv_trim(want), sv_trim(got)))
		return 0;
	const char *actual = arena_printf(arena, "/tmp/policywatch-golden-%ld.json", (long)random()).p;
	FILE *file = fopen(actual, "wb");
	if (file) {
		(void)fprintf(file, "%.*s\n", SV_ARG(got));
		(void)fclose(file);
	}
	(void)fprintf(stderr, "%s differs; compare: diff %s %s\n%.*s\n", folder, path, actual, SV_ARG(got));
	return 1;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int take_inputs(struct app *app, struct arena *arena, const char *folder)
{
	struct dirent **entries;
	int bad = 0;
	int n = scandir(folder, &entries, NULL, by_name);
	bool *seen = arena_array(arena, bool, app->config->sources.n + 1);
	for (int i = 0; i < n; i++) {
		bad += take_input(app, arena, folder, sv_of(entries[i]->d_name), seen);
		free(entries[i]);
	}
	free(entries);
	return n <= 0 ? 1 : bad;
}

static int run_case(const char *folder, bool is_update)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(WORK);
	struct config_issues issues = { .arena = arena };
	struct app app = { 0 };
	struct error err;
	if (config_load(arena_printf(arena, "%s/policywatchd.conf", folder).p, &app.config, &issues, &err) ||
		loop_new(&app.loop, &err) || store_open(":memory:", &app.store, &err)) {
		(void)fprintf(stderr, "%s: %s\n", folder, err.text);
		return 1;
	}
	struct wall_ms start;
	if (wall_parse(sv_of(FIXED_DAY), &start))
		loop_fix_wall(app.loop, start);
	app.index = fact_index_new();
	app.notes = source_notes_new();
	int bad = knowledge_load(&app, &err) ? 1 : 0;
	knowledge_check_deadlines(&app);
	app_commit_now(&app);
	bad += take_inputs(&app, arena, folder);
	bad += compare(folder, arena, all_events(&app, arena), is_update);
	loop_free(app.loop);
	store_close(app.store);
	fact_index_free(app.index);
	source_notes_free(app.notes);
	config_unref(app.config);
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 0, first = 1;
	bool is_update = argc > 1 && strcmp(argv[1], "--update") == 0;
	first += is_update;
	for (int i = first; i < argc; i++)
		bad += run_case(argv[i], is_update);
	return bad || first >= argc ? 1 : 0;
}
