/* The `facts` list: reading it, and writing it in the same syntax. */
#include <libconfig.h>
#include <math.h>
#include <string.h>

#include "buf.h"
#include "id.h"
#include "limit.h"
#include "reader.h"

static bool parse_kind(struct sv v, void *out)
{
	return fact_kind_parse(v, out);
}

static bool parse_status(struct sv v, void *out)
{
	return fact_status_parse(v, out);
}

static bool parse_bound(struct sv v, void *out)
{
	return bound_parse(v, out);
}

static bool parse_direction(struct sv v, void *out)
{
	return direction_parse(v, out);
}

static const struct field figure_fields[] = {
	{ "value", FIELD_NUMBER, offsetof(struct figure, value), .is_required = true },
	{ "unit", FIELD_TEXT, offsetof(struct figure, unit), .is_required = true },
	{ "bound", FIELD_NAME, offsetof(struct figure, bound), .parse = parse_bound,
		.names = "exact, at-least, at-most or about" },
	{ "direction", FIELD_NAME, offsetof(struct figure, direction), .parse = parse_direction,
		.names = "up or down" },
	{ "per", FIELD_TEXT, offsetof(struct figure, per) },
};

static const struct field fields[] = {
	{ "id", FIELD_TEXT, offsetof(struct fact, id), .is_required = true },
	{ "kind", FIELD_NAME, offsetof(struct fact, kind), .is_required = true, .parse = parse_kind,
		.names = "commitment, agreement, body, measure, figure or position" },
	{ "status", FIELD_NAME, offsetof(struct fact, status), .is_required = true, .parse = parse_status,
		.names = "proposed, announced, agreed, in-force, fulfilled, delayed, suspended, withdrawn, expired, "
			 "rejected" },
	{ "text", FIELD_TEXT, offsetof(struct fact, text), .is_required = true },
	{ "as_of", FIELD_DATE, offsetof(struct fact, as_of), .is_required = true },
	{ "deadline", FIELD_DATE, offsetof(struct fact, deadline) },
	{ "parties", FIELD_TEXTS, offsetof(struct fact, parties) },
	{ "figure", FIELD_GROUP, offsetof(struct fact, figure), .fields = figure_fields,
		.n_fields = sizeof figure_fields / sizeof figure_fields[0] },
	{ "aliases", FIELD_TEXTS, offsetof(struct fact, aliases) },
};

void read_facts(struct reader *reader, config_setting_t *list, struct fact_list *out)
{
	int n = config_setting_length(list);
	if (!config_setting_is_list(list)) {
		report(reader, list, "'facts' must be a list: ( { … }, { … } )");
		return;
	}
	for (int i = 0; i < n; i++) {
		config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct fact fact = { 0 };
		if (!config_setting_is_group(group)) {
			report(reader, list, "'facts': item %d is not a group: { … }", i + 1);
			continue;
		}
		read_group(reader, group, fields, sizeof fields / sizeof fields[0], &fact);
		fact.figure.is_set = config_setting_get_member(group, "figure") != NULL;
		if (fact.id.n && !id_is_fact(fact.id))
			report(reader, group, "'id' must be <beat>.<name>, both of a-z, 0-9 and '-', not \"%.*s\"",
				SV_ARG(fact.id));
		if (fact.kind == FACT_FIGURE && !fact.figure.is_set)
			report(reader, group, "a fact of kind \"figure\" needs a 'figure'");
		fact.beat = id_fact_beat(fact.id);
		fact.place = (struct place){ reader->file, config_setting_source_line(group) };
		*list_push(reader->arena, out) = fact;
	}
}

/* ---- writing ---- */

static void write_text(struct buf *out, struct sv v)
{
	(void)buf_char(out, '"');
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if (c == '"' || c == '\\')
			(void)buf_printf(out, "\\%c", c);
		else if (c < 0x20)
			(void)buf_printf(out, "\\x%02x", c);
		else
			(void)buf_char(out, (char)c);
	}
	(void)buf_char(out, '"');
}

static void write_setting(struct buf *out, const char *name, struct sv v)
{
	(void)buf_printf(out, "    %s = ", name);
	write_text(out, v);
	(void)buf_append(out, SV(";\n"));
}

static void write_texts(struct buf *out, const char *name, const struct sv_list *list)
{
	if (list->n == 0)
		return;
	(void)buf_printf(out, "    %s = [ ", name);
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			(void)buf_append(out, SV(", "));
		write_text(out, list->items[i]);
	}
	(void)buf_append(out, SV(" ];\n"));
}

/* An integer as one (with L where 32 bits do not hold it: libconfig wants that), else with a decimal point. */
static void write_number(struct buf *out, double v)
{
	if (fabs(v) < 9e15 && !(floor(v) < v))
		(void)buf_printf(out, fabs(v) > 2147483647.0 ? "%.0fL" : "%.0f", v);
	else
		(void)buf_printf(out, "%#.12g", v);
}

static void write_figure(struct buf *out, const struct figure *figure)
{
	if (!figure->is_set)
		return;
	(void)buf_append(out, SV("    figure = { value = "));
	write_number(out, figure->value);
	(void)buf_append(out, SV("; unit = "));
	write_text(out, figure->unit);
	(void)buf_printf(out, "; bound = \"%s\";", bound_name(figure->bound));
	if (figure->direction != DIRECTION_NONE)
		(void)buf_printf(out, " direction = \"%s\";", direction_name(figure->direction));
	if (figure->per.n) {
		(void)buf_append(out, SV(" per = "));
		write_text(out, figure->per);
		(void)buf_char(out, ';');
	}
	(void)buf_append(out, SV(" };\n"));
}

static void write_fact(struct buf *out, const struct fact *fact)
{
	char date[DATE_TEXT];
	(void)buf_append(out, SV("  {\n"));
	write_setting(out, "id", fact->id);
	write_setting(out, "kind", sv_of(fact_kind_name(fact->kind)));
	write_setting(out, "status", sv_of(fact_status_name(fact->status)));
	write_setting(out, "as_of", sv_of(date_format(fact->as_of, date)));
	if (date_is_set(fact->deadline))
		write_setting(out, "deadline", sv_of(date_format(fact->deadline, date)));
	write_setting(out, "text", fact->text);
	write_texts(out, "parties", &fact->parties);
	write_figure(out, &fact->figure);
	write_texts(out, "aliases", &fact->aliases);
	(void)buf_append(out, SV("  }"));
}

struct sv config_write_facts(struct arena *arena, const struct fact_list *facts)
{
	struct buf out;
	buf_init(&out, LIMIT_CONFIG_BYTES);
	(void)buf_append(&out, SV("facts: (\n"));
	for (size_t i = 0; i < facts->n; i++) {
		if (i)
			(void)buf_append(&out, SV(",\n"));
		write_fact(&out, &facts->items[i]);
	}
	(void)buf_append(&out, SV("\n);\n"));
	struct sv text = arena_sv(arena, buf_sv(&out));
	buf_done(&out);
	return text;
}
