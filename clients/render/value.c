#include <ctype.h>
#include <string.h>

#include "clean.h"
#include "render.h"
#include "when.h"

static const char *const codes[] = {
	[COLOR_OLD] = "\033[31m",
	[COLOR_NEW] = "\033[32m",
	[COLOR_STRONG] = "\033[1m",
	[COLOR_FAINT] = "\033[2m",
	[COLOR_WARN] = "\033[33m",
};

void render_color(struct out *out, const struct render_style *style, enum render_color color)
{
	if (style->is_color)
		out_text(out, codes[color]);
}

void render_plain(struct out *out, const struct render_style *style)
{
	if (style->is_color)
		out_text(out, "\033[0m");
}

void render_value(struct out *out, const struct pw_value *value)
{
	if (pw_is_number(value)) {
		number_text(out, pw_number(value));
	} else if (pw_is_array(value)) {
		for (size_t i = 0; i < pw_size(value); i++) {
			out_text(out, i ? ", " : "");
			render_value(out, pw_at(value, i));
		}
	} else {
		(void)clean_text(out, pw_text(value), CLEAN_NO_LIMIT);
	}
}

static bool is_currency(const char *unit)
{
	return strlen(unit) == 3 && isupper((unsigned char)unit[0]) && isupper((unsigned char)unit[1]) &&
		isupper((unsigned char)unit[2]);
}

void render_figure(struct out *out, const struct pw_value *figure)
{
	static const struct {
		const char *bound, *text;
	} bounds[] = { { "at-least", "at least " }, { "at-most", "at most " }, { "about", "about " } };
	const char *bound = pw_text(pw_get(figure, "bound")), *unit = pw_text(pw_get(figure, "unit"));
	const char *direction = pw_text(pw_get(figure, "direction")), *per = pw_text(pw_get(figure, "per"));
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		if (strcmp(bound, bounds[i].bound) == 0)
			out_text(out, bounds[i].text);
	}
	if (is_currency(unit))
		out_printf(out, "%s ", unit);
	number_text(out, pw_number(pw_get(figure, "value")));
	if (strcmp(unit, "percent") == 0) {
		out_text(out, " %");
	} else if (unit[0] && !is_currency(unit)) {
		out_text(out, " ");
		(void)clean_text(out, unit, CLEAN_NO_LIMIT);
	}
	if (per[0]) {
		out_text(out, " a ");
		(void)clean_text(out, per, CLEAN_NO_LIMIT);
	}
	if (direction[0]) {
		out_text(out, ", ");
		(void)clean_text(out, direction, CLEAN_NO_LIMIT);
	}
}
