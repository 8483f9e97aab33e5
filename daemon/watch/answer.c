#include "answer.h"

#include "location.h"

enum status answer_judge(const struct answer *answer, struct watch_failure *failure)
{
	static const struct {
		int http_status;
		enum status code;
		bool is_blocked;
	} known[] = {
		{ 200, OK, false },
		{ 201, OK, false },
		{ 203, OK, false },
		{ 401, E_REFUSED, true },
		{ 403, E_REFUSED, true },
		{ 404, E_NOT_FOUND, false },
		{ 408, E_NETWORK, false },
		{ 410, E_NOT_FOUND, false },
		{ 425, E_NETWORK, false },
		{ 429, E_REFUSED, true },
	};
	int http_status = answer->http_status;
	enum status code = http_status >= 500 ? E_NETWORK : E_REFUSED;
	bool is_blocked = http_status == 503 && answer->retry_after_ms > 0;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].http_status == http_status) {
			code = known[i].code;
			is_blocked = known[i].is_blocked;
		}
	if (http_status == 304 && answer->was_conditional)
		code = OK;
	if (!code && !answer->is_challenge)
		return OK;
	failure->http_status = http_status;
	failure->is_blocked = is_blocked || answer->is_challenge;
	if (answer->is_challenge)
		return error_set(&failure->error, E_REFUSED, "HTTP %d with a challenge for people", http_status);
	return error_set(&failure->error, code, "HTTP %d", http_status);
}

static struct sv lower(struct arena *arena, struct sv v)
{
	char *text = arena_alloc(arena, v.n + 1);
	for (size_t i = 0; i < v.n; i++)
		text[i] = location_lower(v.p[i]);
	return (struct sv){ text, v.n };
}

void answer_media_type(struct arena *arena, struct sv header, struct sv *media_type, struct sv *charset)
{
	struct sv rest = header, piece;
	*media_type = *charset = (struct sv){ 0 };
	if (!sv_split(&rest, ';', &piece))
		return;
	*media_type = lower(arena, sv_trim(piece));
	while (sv_split(&rest, ';', &piece)) {
		piece = sv_trim(piece);
		size_t equals = sv_find_char(piece, '=');
		if (equals == SIZE_MAX || !sv_eq_nocase(sv_trim(sv_slice(piece, 0, equals)), SV("charset")))
			continue;
		struct sv value = sv_trim(sv_slice(piece, equals + 1, piece.n));
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = sv_slice(value, 1, value.n - 1);
		*charset = lower(arena, value);
		return;
	}
}
