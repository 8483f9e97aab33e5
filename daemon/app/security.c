/* Keys and rights: what the configuration says, and what is told about it. */
#include "app.h"
#include "keys.h"
#include "log.h"

enum { ISSUES_ARENA = 16 << 20 };

enum status security_keys(const struct config *config, struct keys **out, struct error *err)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(ISSUES_ARENA);
	struct key_issues issues = { .arena = arena };
	struct keys_options options = {
		.server_key = config->server_key, .folder = config->client_keys, .must_exist = config->has_client_keys
	};
	enum status st = keys_load(&options, out, &issues, err);
	for (size_t i = 0; i < issues.n; i++) {
		const struct key_issue *issue = &issues.items[i];
		struct sv line = issue->line ? arena_printf(arena, ":%u", issue->line) : SV("");
		log_error("%.*s%.*s: %.*s; the client it stands for cannot connect", SV_ARG(issue->file), SV_ARG(line),
			SV_ARG(issue->text));
	}
	return st;
}

void security_on_warning(void *ctx, const char *text)
{
	(void)ctx;
	log_warning("%s", text);
}

enum status security_check(const struct bus_peer *peer, unsigned right, struct error *err)
{
	static const struct {
		unsigned right;
		const char *name;
	} names[] = {
		{ PW_RIGHT_SUBSCRIBE, "subscribe" },
		{ PW_RIGHT_INGEST, "ingest" },
		{ PW_RIGHT_CONTROL, "control" },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].right & right & ~peer->rights)
			return error_set(err, E_REFUSED, "this needs the right '%s'", names[i].name);
	return OK;
}
