/* Events are written by json_out in the order of the schema. An event that does not fit LIMIT_EVENT_BYTES is written again
 * with shorter texts and lists, step by step; the last step fits whatever the event holds. Identifiers are never
 * long (the configuration sees to it) and are cut only in the sense of a last guard; a URL is left out rather than
 * cut, as half a URL is a wrong one. */
#include "encode.h"

#include <inttypes.h>

#include "buf.h"
#include "id.h"
#include "json.h"
#include "json_out.h"
#include "limit.h"

struct cut {
	size_t text_bytes, items;
};
static const struct cut no_cut = { SIZE_MAX, SIZE_MAX };
static const struct cut cuts[] = { { SIZE_MAX, SIZE_MAX }, { 8192, 256 }, { 4096, 64 }, { 2048, 32 }, { 1024, 16 },
	{ 256, 8 }, { 64, 8 } };

static const struct {
	const char *name;
	bool is_about_facts;
} families[] = { [EVENT_FACT] = { "fact", true },
	[EVENT_DOCUMENT] = { "document", true },
	[EVENT_SOURCE] = { "source", false },
	[EVENT_DAEMON] = { "daemon", false } };

#define ID_BYTES 256 /* guard for identifiers */

static struct sv level(struct sv id)
{
	return id.n > LIMIT_ID_BYTES ? sv_slice(id, 0, LIMIT_ID_BYTES) : id;
}

struct sv encode_topic(struct arena *arena, const struct event *event)
{
	struct sv what = level(event->what);
	switch (event->family) {
	case EVENT_FACT: {
		bool has_fact = id_is_fact(event->subject);
		struct sv beat = has_fact ? id_fact_beat(event->subject) : event->subject;
		struct sv slug = has_fact ? id_fact_slug(event->subject) : SV("-");
		return arena_printf(
			arena, "fact/%.*s/%.*s/%.*s/", SV_ARG(level(beat)), SV_ARG(level(slug)), SV_ARG(what));
	}
	case EVENT_DOCUMENT: {
		struct sv source = event->source_id.n ? event->source_id : event->subject;
		return arena_printf(arena, "document/%.*s/%.*s/", SV_ARG(level(source)), SV_ARG(what));
	}
	case EVENT_SOURCE: return arena_printf(arena, "source/%.*s/%.*s/", SV_ARG(level(event->subject)), SV_ARG(what));
	case EVENT_DAEMON: return arena_printf(arena, "daemon/%.*s/", SV_ARG(what));
	}
	return (struct sv){ 0 };
}

bool encode_topic_facts(struct arena *arena, struct sv prefix, struct sv *out_id, bool *out_is_whole)
{
	struct sv root = SV("fact/"), end = SV("state/");
	*out_id = (struct sv){ 0 };
	*out_is_whole = false;
	if (prefix.n <= root.n)
		return sv_starts(root, prefix);
	struct sv beat = sv_slice(prefix, root.n, prefix.n);
	size_t slash = sv_find_char(beat, '/');
	if (!sv_starts(prefix, root) || slash == 0)
		return false;
	*out_id = beat;
	if (slash == SIZE_MAX)
		return sv_find_char(beat, '.') == SIZE_MAX;
	struct sv slug = sv_slice(beat, slash + 1, beat.n);
	beat = sv_slice(beat, 0, slash);
	slash = sv_find_char(slug, '/');
	struct sv rest = sv_slice(slug, slash == SIZE_MAX ? slug.n : slash + 1, slug.n);
	*out_is_whole = slash != SIZE_MAX;
	slug = sv_slice(slug, 0, slash);
	*out_id = arena_printf(arena, "%.*s.%.*s", SV_ARG(beat), SV_ARG(slug));
	bool has_dot = sv_find_char(beat, '.') != SIZE_MAX || sv_find_char(slug, '.') != SIZE_MAX;
	return !has_dot && (!*out_is_whole || slug.n) && sv_starts(end, rest);
}

struct sv encode_event_id(struct arena *arena, uint64_t epoch, uint64_t seq)
{
	return arena_printf(arena, "%016" PRIx64 "-%" PRIu64, epoch, seq);
}

/* ---- pieces ---- */

static void put_text(struct buf *out, const char *key, struct sv text, const struct cut *cut)
{
	if (text.n)
		json_out_text(out, key, text, cut->text_bytes);
}

static void put_id(struct buf *out, const char *key, struct sv id)
{
	if (id.n)
		json_out_text(out, key, id, ID_BYTES);
}

static void put_time(struct buf *out, const char *key, struct wall_ms time)
{
	char text[WALL_TEXT];
	put_id(out, key, sv_of(wall_format(time, text)));
}

static void put_date(struct buf *out, const char *key, struct date date)
{
	char text[DATE_TEXT];
	put_id(out, key, sv_of(date_format(date, text)));
}

static void put_list(struct buf *out, const char *key, const struct sv_list *list, const struct cut *cut)
{
	json_out_open(out, key, '[');
	for (size_t i = 0; i < list->n && i < cut->items && !out->is_over; i++)
		json_out_text(out, NULL, list->items[i], cut->text_bytes);
	json_out_close(out, ']');
}

static void put_value(struct buf *out, const char *key, const struct value *value, const struct cut *cut)
{
	switch (value->kind) {
	case VALUE_NONE: break;
	case VALUE_NUMBER: json_out_number(out, key, value->number); return;
	case VALUE_TEXT: json_out_text(out, key, value->text, cut->text_bytes); return;
	case VALUE_STATUS: json_out_text(out, key, sv_of(fact_status_name(value->status)), ID_BYTES); return;
	case VALUE_DATE:
		if (!date_is_set(value->date))
			break;
		put_date(out, key, value->date);
		return;
	case VALUE_NAMES:
	case VALUE_NUMBERS: put_list(out, key, &value->names, cut); return;
	}
	json_out_null(out, key);
}

static void put_figure(struct buf *out, const struct figure *figure, const struct cut *cut)
{
	json_out_open(out, "figure", '{');
	json_out_number(out, "value", figure->value);
	put_text(out, "unit", figure->unit, cut);
	put_id(out, "bound", sv_of(bound_name(figure->bound)));
	put_id(out, "direction", sv_of(direction_name(figure->direction)));
	put_text(out, "per", figure->per, cut);
	json_out_close(out, '}');
}

static void put_fact(struct buf *out, const struct fact *fact, const struct cut *cut)
{
	put_id(out, "id", fact->id);
	put_id(out, "beat", fact->beat);
	put_id(out, "kind", sv_of(fact_kind_name(fact->kind)));
	json_out_text(out, "text", fact->text, cut->text_bytes);
	put_list(out, "parties", &fact->parties, cut);
	put_id(out, "status", sv_of(fact_status_name(fact->status)));
	put_date(out, "as_of", fact->as_of);
	put_date(out, "deadline", fact->deadline);
	if (fact->figure.is_set)
		put_figure(out, &fact->figure, cut);
}

static void put_edit_value(struct buf *out, const char *key, const struct statement *statement, const struct cut *cut)
{
	if (statement)
		json_out_text(out, key, statement->text, cut->text_bytes);
	else
		json_out_null(out, key);
}

/* An edit says what a change says, in the slot "text"; where an event has both, the edit adds its numbers. */
static void put_change(struct buf *out, const struct event *event, const struct cut *cut)
{
	const struct change *change = event->change;
	const struct edit *edit = event->edit;
	if (!change && !edit)
		return;
	json_out_open(out, "change", '{');
	put_id(out, "kind", sv_of(change_kind_name(change ? change->kind : edit->kind)));
	json_out_text(out, "slot", change ? sv_of(change->slot) : SV("text"), ID_BYTES);
	if (change) {
		put_value(out, "old", &change->old, cut);
		put_value(out, "new", &change->new, cut);
	} else {
		put_edit_value(out, "old", edit->old, cut);
		put_edit_value(out, "new", edit->new, cut);
	}
	if (edit) {
		put_list(out, "old_numbers", &edit->old_numbers, cut);
		put_list(out, "new_numbers", &edit->new_numbers, cut);
	}
	put_id(out, "state", event->is_proposed ? SV("proposed") : SV("applied"));
	double confidence = change ? change->confidence : 1;
	json_out_number(out, "confidence", (double)(int)(100 * confidence + 0.5) / 100); /* more would be no meaning */
	json_out_close(out, '}');
}

static const struct statement *statement_of(const struct event *event)
{
	if (event->is_state)
		return event->said;
	if (event->change && event->change->statement)
		return event->change->statement;
	if (event->edit)
		return event->edit->new ? event->edit->new : event->edit->old;
	return NULL;
}

static void put_statement(struct buf *out, const struct event *event, const struct cut *cut)
{
	const struct statement *statement = statement_of(event);
	if (!statement)
		return;
	json_out_open(out, "statement", '{');
	json_out_text(out, "text", statement->text, cut->text_bytes);
	put_text(out, "speaker", statement->speaker, cut);
	put_id(out, "lang", statement->lang.n || !event->document ? statement->lang : event->document->lang);
	if (event->document)
		put_time(out, "published", event->document->published);
	put_text(out, "prefix", statement->prefix, cut);
	put_text(out, "suffix", statement->suffix, cut);
	json_out_close(out, '}');
}

static void put_document(struct buf *out, const struct event *event, const struct cut *cut)
{
	const struct document *document = event->document;
	if (!document && !event->source_id.n)
		return;
	json_out_open(out, "document", '{');
	put_id(out, "source", event->source_id);
	if (document) {
		if (document->url.n <= cut->text_bytes)
			put_text(out, "url", document->url, cut);
		put_text(out, "title", document->title, cut);
	}
	if (event->version)
		json_out_number(out, "version", event->version);
	put_time(out, "retrieved", event->retrieved);
	put_id(out, "sha256", event->sha256);
	json_out_close(out, '}');
}

static const struct sv_list *why_of(const struct event *event, const struct sv_list *nothing)
{
	if (event->change)
		return &event->change->why;
	return event->edit ? &event->edit->why : nothing;
}

static void put_data(struct buf *out, const struct event *event, const struct cut *cut)
{
	static const struct sv_list nothing;
	json_out_open(out, "data", '{');
	if (families[event->family].is_about_facts) {
		if (event->fact) {
			json_out_open(out, "fact", '{');
			put_fact(out, event->fact, cut);
			json_out_close(out, '}');
		}
		put_change(out, event, cut);
		put_statement(out, event, cut);
		put_document(out, event, cut);
		put_text(out, "message", event->message, cut);
		json_out_number(out, "sightings", event->sightings);
		put_id(out, "severity", sv_of(severity_name(event->severity)));
		put_list(out, "why", why_of(event, &nothing), cut);
	} else {
		put_id(out, "source", event->source_id);
		json_out_text(out, "message", event->message, cut->text_bytes);
		put_id(out, "severity", sv_of(severity_name(event->severity)));
	}
	json_out_close(out, '}');
}

static struct sv correlation_of(const struct event *event)
{
	if (event->fact && event->fact->id.n)
		return event->fact->id;
	return event->change ? event->change->fact_id : (struct sv){ 0 };
}

static void put_event(struct buf *out, struct arena *arena, const struct event *event, struct sv instance,
	uint64_t epoch, uint64_t seq, const struct cut *cut)
{
	json_out_open(out, NULL, '{');
	put_id(out, "specversion", SV("1.0"));
	struct sv id = encode_event_id(arena, epoch, seq);
	if (event->is_state)
		id = arena_printf(arena, "%.*s-%.*s", SV_ARG(id), SV_ARG(level(event->subject)));
	put_id(out, "id", id);
	put_id(out, "source", instance.n ? instance : SV("policywatchd"));
	put_id(out, "type",
		arena_printf(
			arena, "policywatch.%s.%.*s.v1", families[event->family].name, SV_ARG(level(event->what))));
	put_id(out, "subject", event->subject);
	put_time(out, "time", event->time);
	put_time(out, "recordedtime", event->recorded);
	put_id(out, "sequence", arena_printf(arena, "%020" PRIu64, seq));
	put_id(out, "correlationid", correlation_of(event));
	put_id(out, "causationid", event->causation);
	put_id(out, "datacontenttype", SV("application/json"));
	put_data(out, event, cut);
	json_out_close(out, '}');
}

struct sv encode_event(struct arena *arena, const struct event *event, struct sv instance, uint64_t epoch, uint64_t seq)
{
	struct buf out;
	buf_init(&out, LIMIT_EVENT_BYTES);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		buf_clear(&out);
		put_event(&out, arena, event, instance, epoch, seq, &cuts[i]);
		if (!out.is_over)
			break;
	}
	struct sv json = arena_sv(arena, buf_sv(&out));
	buf_done(&out);
	return json;
}

/* The tree is read from the same text that events carry, so that the two cannot drift apart. */
struct json_t *encode_fact(const struct fact *fact)
{
	struct buf out;
	struct json_t *tree = NULL;
	struct error err;
	buf_init(&out, LIMIT_CONFIG_BYTES);
	json_out_open(&out, NULL, '{');
	put_fact(&out, fact, &no_cut);
	put_list(&out, "aliases", &fact->aliases, &no_cut);
	json_out_close(&out, '}');
	enum status st = json_read(buf_sv(&out), &tree, &err);
	buf_done(&out);
	return st ? json_new_null() : tree;
}
