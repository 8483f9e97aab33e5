/* Everything that an event says, in lines of a label and its text. */
#include <string.h>

#include "clean.h"
#include "render.h"
#include "view.h"
#include "when.h"

#define INDENT 2
#define LABEL_COLUMNS 11
#define TEXT_AT (INDENT + LABEL_COLUMNS)

static void label(struct out *out, const char *name, const struct render_style *style)
{
	out_spaces(out, INDENT);
	render_color(out, style, COLOR_FAINT);
	out_text(out, name);
	render_plain(out, style);
	size_t n = strlen(name);
	out_spaces(out, n < LABEL_COLUMNS ? LABEL_COLUMNS - n : 1);
}

static void row(struct out *out, const char *name, const char *text, const struct render_style *style)
{
	if (!text[0])
		return;
	label(out, name, style);
	clean_wrapped(out, text, style->columns, TEXT_AT);
	out_text(out, "\n");
}

static void row_value(struct out *out, const char *name, const struct pw_value *value, enum render_color color,
	const struct render_style *style)
{
	struct out text = { 0 };
	if (pw_is_null(value))
		return;
	render_value(&text, value);
	label(out, name, style);
	render_color(out, style, color);
	clean_wrapped(out, text.p ? text.p : "–", style->columns, TEXT_AT);
	render_plain(out, style);
	out_text(out, "\n");
	out_done(&text);
}

static void head(
	struct out *out, const struct view *view, const struct pw_value *event, const struct render_style *style)
{
	const char *severity = pw_text(pw_get(event, "data.severity"));
	when_text(out, view->time);
	out_text(out, "  ");
	(void)clean_text(out, view->area, CLEAN_NO_LIMIT);
	out_text(out, "  ");
	render_color(out, style, COLOR_STRONG);
	if (view->is_warning)
		render_color(out, style, COLOR_WARN);
	(void)clean_text(out, view->what, CLEAN_NO_LIMIT);
	render_plain(out, style);
	if (view->is_proposed)
		out_text(out, "  proposed, not applied");
	if (view->is_warning) {
		out_text(out, "  ");
		(void)clean_text(out, severity, CLEAN_NO_LIMIT);
	}
	out_text(out, "\n");
	out_spaces(out, INDENT);
	clean_wrapped(out, view->headline, style->columns, INDENT);
	out_text(out, "\n");
}

static void change(
	struct out *out, const struct view *view, const struct pw_value *event, const struct render_style *style)
{
	const struct pw_value *figure = pw_get(event, "data.fact.figure");
	struct out text = { 0 };
	row_value(out, "before", pw_get(event, "data.change.old"), COLOR_OLD, style);
	row_value(out, "now", pw_get(event, "data.change.new"), COLOR_NEW, style);
	if (strcmp(pw_text(pw_get(event, "data.change.slot")), "text") == 0) {
		row_value(out, "number", view->old, COLOR_OLD, style);
		row_value(out, "now", view->new, COLOR_NEW, style);
	}
	if (pw_is_object(figure)) {
		render_figure(&text, figure);
		row(out, "figure", text.p ? text.p : "", style);
		out_done(&text);
	}
	row(out, "status", pw_text(pw_get(event, "data.fact.status")), style);
	row(out, "deadline", pw_text(pw_get(event, "data.fact.deadline")), style);
	row_value(out, "parties", pw_get(event, "data.fact.parties"), COLOR_STRONG, style);
}

static void evidence(
	struct out *out, const struct view *view, const struct pw_value *event, const struct render_style *style)
{
	const struct pw_value *why = pw_get(event, "data.why");
	const char *sentence = pw_text(pw_get(event, "data.statement.text"));
	const struct pw_value *sightings = pw_get(event, "data.sightings");
	row(out, "said by", view->speaker, style);
	if (strcmp(sentence, view->headline) != 0)
		row(out, "sentence", sentence, style);
	row(out, "title", pw_text(pw_get(event, "data.document.title")), style);
	row(out, "source", view->source, style);
	row(out, "url", pw_text(pw_get(event, "data.document.url")), style);
	if (pw_integer(sightings) > 1)
		row_value(out, "sightings", sightings, COLOR_STRONG, style);
	for (size_t i = 0; i < pw_size(why); i++)
		row(out, i ? "" : "why", pw_text(pw_at(why, i)), style);
}

void render_full(struct out *out, const struct pw_value *event, const struct render_style *style)
{
	struct view view;
	struct out recorded = { 0 };
	view_of(event, &view);
	head(out, &view, event, style);
	change(out, &view, event, style);
	evidence(out, &view, event, style);
	row(out, "fact", pw_text(pw_get(event, "data.fact.id")), style);
	when_text(&recorded, pw_text(pw_get(event, "recordedtime")));
	row(out, "recorded", recorded.p ? recorded.p : "", style);
	out_done(&recorded);
	row(out, "event", pw_text(pw_get(event, "id")), style);
}
