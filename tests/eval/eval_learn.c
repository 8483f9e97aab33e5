/* pw_eval_learn FILE BEAT: what `policywatch learn` would propose from an article, in configuration syntax. */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "propose.h"
#include "read.h"

enum { WORK = 256 << 20, FILE_MOST = 8 << 20 };

static struct sv read_all(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return (struct sv){ 0 };
	char *bytes = arena_alloc(arena, FILE_MOST);
	size_t n = fread(bytes, 1, FILE_MOST, file);
	(void)fclose(file);
	return (struct sv){ bytes, n };
}

int main(int argc, char **argv)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(WORK);
	struct reading reading = { 0 };
	struct fact_list facts = { 0 };
	struct error err = { 0 };
	if (argc != 3) {
		(void)fprintf(stderr, "usage: pw_eval_learn FILE BEAT\n");
		return 2;
	}
	struct snapshot snapshot = {
		.url = SV("file:///article"), .body = read_all(arena, argv[1]), .retrieved = wall_now()
	};
	struct read_options options = { .kind = SOURCE_PAGE, .url = snapshot.url };
	if (read_snapshot(arena, &snapshot, &options, &reading, &err)) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], err.text);
		return 1;
	}
	for (size_t i = 0; i < reading.documents.n; i++) {
		struct document *document = &reading.documents.items[i];
		if (document->statements.n == 0 && read_statements(arena, document, &err)) {
			(void)fprintf(stderr, "%s: %s\n", argv[1], err.text);
			return 1;
		}
		struct wall_ms said = wall_is_known(document->published) ? document->published : snapshot.retrieved;
		propose_facts(arena, document, sv_of(argv[2]), said, &facts);
	}
	struct sv text = config_write_facts(arena, &facts);
	(void)printf("%.*s", SV_ARG(text));
	return 0;
}
