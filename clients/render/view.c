#include "view.h"

#include <string.h>

/* The n-th part of "policywatch.fact.figure.v1". */
static void type_part(const char *type, int n, char out[VIEW_NAME])
{
	while (n-- > 0 && *type) {
		type += strcspn(type, ".");
		type += *type == '.';
	}
	size_t length = strcspn(type, ".");
	if (length >= VIEW_NAME)
		length = VIEW_NAME - 1;
	memcpy(out, type, length);
	out[length] = '\0';
}

static const char *first_text(const struct pw_value *event, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = pw_text(pw_get(event, paths[i]));
		if (text[0])
			return text;
	}
	return "";
}
#define FIRST_TEXT(event, ...)                                  \
	first_text(event, (const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static bool is_empty(const struct pw_value *value)
{
	return pw_is_null(value) || (pw_is_array(value) && pw_size(value) == 0) ||
		(pw_is_text(value) && !pw_text(value)[0]);
}

/* Wordings are too long for values: of those the numbers that differ are shown. */
static void find_values(const struct pw_value *change, struct view *out)
{
	bool is_wording = strcmp(pw_text(pw_get(change, "slot")), "text") == 0;
	const struct pw_value *old = pw_get(change, is_wording ? "old_numbers" : "old");
	const struct pw_value *new = pw_get(change, is_wording ? "new_numbers" : "new");
	out->old = is_empty(old) ? NULL : old;
	out->new = is_empty(new) ? NULL : new;
	out->between = strcmp(out->what, "contradicted") == 0 ? " ≠ " : " → ";
	bool is_figure = strcmp(pw_text(pw_get(change, "slot")), "figure") == 0;
	out->unit = is_figure ? "%" : "";
}

static const char *headline_of(const struct pw_value *event, const struct view *view)
{
	if (strcmp(view->family, "fact") == 0)
		return FIRST_TEXT(event, "data.fact.text", "data.statement.text", "data.message", "subject");
	if (strcmp(view->family, "document") == 0)
		return FIRST_TEXT(event, "data.statement.text", "data.document.title", "data.message", "subject");
	return FIRST_TEXT(event, "data.message", "subject");
}

void view_of(const struct pw_value *event, struct view *out)
{
	const char *type = pw_text(pw_get(event, "type"));
	const char *severity = pw_text(pw_get(event, "data.severity"));
	memset(out, 0, sizeof *out);
	type_part(type, 1, out->family);
	type_part(type, 2, out->what);
	find_values(pw_get(event, "data.change"), out);
	if (strcmp(pw_text(pw_get(event, "data.fact.figure.unit")), "percent") != 0)
		out->unit = "";
	out->headline = headline_of(event, out);
	out->time = FIRST_TEXT(event, "time", "recordedtime");
	out->speaker = pw_text(pw_get(event, "data.statement.speaker"));
	out->source = FIRST_TEXT(event, "data.document.source", "data.source");
	bool is_fact = strcmp(out->family, "fact") == 0;
	out->area = is_fact ? FIRST_TEXT(event, "data.fact.beat", "subject") : out->family;
	out->is_proposed = strcmp(pw_text(pw_get(event, "data.change.state")), "proposed") == 0;
	out->is_warning = strcmp(severity, "warning") == 0 || strcmp(severity, "critical") == 0;
}
