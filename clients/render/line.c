/* One event, one line:
 *
 *	2021-10-08 14:02  us-mexico  figure      Mexico has deployed …: 12,000 → 28,000  — Luis Cresencio Sandoval [sre-press]
 *
 * Columns first, then the text with its values, then who says so. On a narrow terminal the speaker goes first,
 * then the source, then the end of the text; never the values. */
#include <string.h>

#include "clean.h"
#include "render.h"
#include "view.h"
#include "when.h"

#define TIME_COLUMNS 16
#define DATE_COLUMNS 10
#define AREA_COLUMNS 9
#define KIND_COLUMNS 10
#define NARROW 100    /* below, the time of day is left out */
#define TEXT_LEAST 20 /* room for the text that the speaker or the source does not take */
#define TEXT_FLOOR 8  /* of a text that is cut; narrower terminals wrap */
#define SPEAKER_MOST 28
#define SOURCE_MOST 24

/* A piece of the line, with the columns it takes. */
struct piece {
	struct out out;
	size_t columns;
};

static void measure(struct piece *piece)
{
	piece->columns = piece->out.p ? clean_columns(piece->out.p) : 0;
}

static void put_piece(struct out *out, const struct piece *piece, const char *between)
{
	if (piece->columns) {
		out_text(out, between);
		out_text(out, piece->out.p);
	}
	out->is_failed = out->is_failed || piece->out.is_failed;
}

static void pad(struct out *out, size_t used, size_t columns)
{
	out_spaces(out, (used < columns ? columns - used : 0) + 2);
}

static void one_value(struct out *out, const struct pw_value *value, const struct view *view)
{
	render_value(out, value);
	if (view->unit[0] && pw_is_number(value))
		out_printf(out, " %s", view->unit);
}

static bool has_name(const struct pw_value *names, const char *name)
{
	for (size_t i = 0; i < pw_size(names); i++)
		if (strcmp(pw_text(pw_at(names, i)), name) == 0)
			return true;
	return false;
}

/* Names of one list that are not in the other, each behind a sign. */
static void put_difference(
	struct out *out, const struct pw_value *names, const struct pw_value *other, const char *sign)
{
	for (size_t i = 0; i < pw_size(names); i++) {
		const char *name = pw_text(pw_at(names, i));
		if (has_name(other, name))
			continue;
		out_text(out, sign);
		(void)clean_text(out, name, CLEAN_NO_LIMIT);
	}
}

/* ": +GB −US": who came and went says it in a line, the whole lists don't. */
static void put_parties(struct out *out, const struct view *view, const struct render_style *style)
{
	out_text(out, ":");
	render_color(out, style, COLOR_NEW);
	put_difference(out, view->new, view->old, " +");
	render_plain(out, style);
	render_color(out, style, COLOR_OLD);
	put_difference(out, view->old, view->new, " −");
	render_plain(out, style);
}

/* ": at least 28,000 security personnel, in-force, due 2021-12-31": where a fact stands. */
static void put_state(struct out *out, const struct pw_value *fact, const struct render_style *style)
{
	const struct pw_value *figure = pw_get(fact, "figure");
	const char *status = pw_text(pw_get(fact, "status")), *deadline = pw_text(pw_get(fact, "deadline"));
	const char *between = ": ";
	render_color(out, style, COLOR_NEW);
	if (pw_is_object(figure)) {
		out_text(out, between);
		render_figure(out, figure);
		between = ", ";
	}
	if (status[0]) {
		out_text(out, between);
		(void)clean_text(out, status, CLEAN_NO_LIMIT);
		between = ", ";
	}
	if (deadline[0]) {
		out_printf(out, "%sdue ", between);
		(void)clean_text(out, deadline, CLEAN_NO_LIMIT);
	}
	render_plain(out, style);
}

/* ": 12,000 → 28,000". plain: without colours, to be measured. */
static void put_values(
	struct out *out, const struct pw_value *event, const struct view *view, const struct render_style *style)
{
	bool is_overdue = strcmp(view->what, "overdue") == 0;
	const char *deadline = pw_text(pw_get(event, "data.fact.deadline"));
	if (is_overdue && deadline[0]) {
		out_text(out, ": was due ");
		render_color(out, style, COLOR_OLD);
		(void)clean_text(out, deadline, CLEAN_NO_LIMIT);
		render_plain(out, style);
		return;
	}
	if (strcmp(view->what, "state") == 0) {
		put_state(out, pw_get(event, "data.fact"), style);
		return;
	}
	bool is_new = strcmp(view->what, "new") == 0; /* the headline is the sentence */
	if (is_new || (!view->old && !view->new))
		return;
	if (strcmp(view->what, "parties") == 0) {
		put_parties(out, view, style);
		return;
	}
	out_text(out, ": ");
	bool is_same = strcmp(view->what, "reaffirmed") == 0 && view->new;
	if (view->old && !is_same) {
		render_color(out, style, COLOR_OLD);
		one_value(out, view->old, view);
		render_plain(out, style);
		out_text(out, view->between);
	}
	if (view->old && !view->new)
		out_text(out, "–");
	if (view->new) {
		render_color(out, style, COLOR_NEW);
		one_value(out, view->new, view);
		render_plain(out, style);
	}
}

static void put_speaker(struct out *out, const struct view *view, size_t room)
{
	if (!view->speaker[0])
		return;
	out_text(out, "— ");
	(void)clean_text(out, view->speaker, room < SPEAKER_MOST ? room : SPEAKER_MOST);
}

static void put_source(struct out *out, const struct view *view)
{
	if (!view->source[0])
		return;
	out_text(out, "[");
	(void)clean_text(out, view->source, SOURCE_MOST);
	out_text(out, "]");
}

/* Date, area and kind. Returns the columns used. */
static size_t put_columns(struct out *out, const struct view *view, const struct render_style *style)
{
	struct out time = { 0 };
	bool is_narrow = style->columns && style->columns < NARROW;
	size_t time_columns = is_narrow ? DATE_COLUMNS : TIME_COLUMNS;
	when_text(&time, view->time);
	render_color(out, style, COLOR_FAINT);
	if (is_narrow && time.n > DATE_COLUMNS)
		time.p[DATE_COLUMNS] = '\0';
	size_t used = clean_text(out, time.p ? time.p : "", CLEAN_NO_LIMIT);
	render_plain(out, style);
	out_done(&time);
	pad(out, used, time_columns);
	size_t area = clean_text(out, view->area, SOURCE_MOST);
	pad(out, area, AREA_COLUMNS);
	render_color(out, style, COLOR_STRONG);
	if (view->is_warning)
		render_color(out, style, COLOR_WARN);
	size_t kind = clean_text(out, view->what, SOURCE_MOST);
	out_text(out, view->is_proposed ? "?" : "");
	kind += view->is_proposed;
	render_plain(out, style);
	pad(out, kind, KIND_COLUMNS);
	return time_columns + 2 + (area > AREA_COLUMNS ? area : AREA_COLUMNS) + 2 +
		(kind > KIND_COLUMNS ? kind : KIND_COLUMNS) + 2;
}

/* The headline without the full stop that would stand before the values. */
static void put_headline(struct out *out, const char *headline, bool has_values, size_t columns)
{
	struct out whole = { 0 };
	(void)clean_text(&whole, headline, CLEAN_NO_LIMIT);
	if (has_values && whole.n && whole.p[whole.n - 1] == '.')
		whole.p[--whole.n] = '\0';
	(void)clean_text(out, whole.p ? whole.p : "", columns);
	out->is_failed = out->is_failed || whole.is_failed;
	out_done(&whole);
}

static size_t at_least(size_t a, size_t b)
{
	return a > b ? a : b;
}

void render_line(struct out *out, const struct pw_value *event, const struct render_style *style)
{
	static const struct render_style plain = { 0, false };
	struct view view;
	struct piece values = { 0 }, speaker = { 0 }, source = { 0 };
	view_of(event, &view);
	size_t used = put_columns(out, &view, style), room = CLEAN_NO_LIMIT;
	put_values(&values.out, event, &view, &plain);
	put_speaker(&speaker.out, &view, SPEAKER_MOST);
	put_source(&source.out, &view);
	measure(&values);
	measure(&speaker);
	measure(&source);
	speaker.columns += speaker.columns ? 2 : 0; /* for the spaces between */
	source.columns += source.columns ? 2 : 0;
	if (style->columns) {
		size_t text = clean_columns(view.headline);
		size_t least = used + values.columns + (text < TEXT_LEAST ? text : TEXT_LEAST);
		if (least + speaker.columns + source.columns > style->columns)
			speaker.columns = 0;
		if (least + source.columns > style->columns)
			source.columns = 0;
		size_t taken = used + values.columns + speaker.columns + source.columns;
		room = at_least(style->columns > taken ? style->columns - taken : 0, TEXT_FLOOR);
	}
	put_headline(out, view.headline, values.columns > 0, room);
	put_values(out, event, &view, style);
	put_piece(out, &speaker, "  ");
	if (source.columns)
		render_color(out, style, COLOR_FAINT);
	put_piece(out, &source, speaker.columns ? " " : "  ");
	if (source.columns)
		render_plain(out, style);
	out_done(&values.out);
	out_done(&speaker.out);
	out_done(&source.out);
}

void render_subject(struct out *out, const struct pw_value *event, size_t columns)
{
	static const struct render_style plain = { 0, false };
	struct view view;
	struct out values = { 0 };
	view_of(event, &view);
	size_t used = clean_text(out, view.area, SOURCE_MOST) + 1;
	out_text(out, " ");
	used += clean_text(out, view.what, SOURCE_MOST) + 2;
	out_text(out, view.is_proposed ? "?: " : ": ");
	put_values(&values, event, &view, &plain);
	size_t taken = used + (values.p ? clean_columns(values.p) : 0);
	put_headline(out, view.headline, values.n > 0, at_least(columns > taken ? columns - taken : 0, TEXT_LEAST));
	if (values.p)
		out_text(out, values.p);
	out->is_failed = out->is_failed || values.is_failed;
	out_done(&values);
}
