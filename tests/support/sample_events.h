/* One event of each kind that the daemon sends, with ordinary and with awkward content. */
#ifndef SUPPORT_SAMPLE_EVENTS_H
#define SUPPORT_SAMPLE_EVENTS_H

#include <string.h>

#include "change.h"

#define SAMPLE_EVENTS 17

struct sample_parts {
	struct statement statement, older;
	struct document document;
	struct statement said;
	struct document place;
	struct fact fact;
	struct change changes[SAMPLE_EVENTS];
	struct edit edits[SAMPLE_EVENTS];
};

static inline struct sv_list sample_names(struct arena *arena, const char *first, const char *second)
{
	struct sv_list names = { 0 };
	*list_push(arena, &names) = sv_of(first);
	if (second)
		*list_push(arena, &names) = sv_of(second);
	return names;
}

static inline void sample_fill_parts(struct arena *arena, struct sample_parts *parts)
{
	parts->statement = (struct statement){ .text = SV("Mexico has 28,000 troops \"on mission\" in the south."),
		.speaker = SV("the secretary"),
		.lang = SV("en"),
		.prefix = SV("On Friday, "),
		.suffix = SV(" He spoke in Tapachula.") };
	parts->older = parts->statement;
	parts->older.text = SV("Mexico has 12,000 troops in the south.");
	parts->document = (struct document){ .key = SV("k"),
		.url = SV("https://example.org/a?b=1&c=2"),
		.title = SV("Déploiement"),
		.published = { 1633694400000 } };
	parts->fact = (struct fact){ .id = SV("us-mexico.security-personnel"),
		.beat = SV("us-mexico"),
		.kind = FACT_FIGURE,
		.status = STATUS_IN_FORCE,
		.text = SV("Mexico has deployed more than 12,000 security personnel."),
		.parties = sample_names(arena, "MX", NULL),
		.as_of = { 2021, 10, 8 },
		.figure = { .is_set = true, .value = 28000, .unit = SV("security personnel"), .bound = BOUND_ABOUT },
		.aliases = sample_names(arena, "southern deployment", NULL) };
}

static inline struct event sample_base(const struct sample_parts *parts, enum change_kind kind)
{
	return (struct event){ .family = EVENT_FACT,
		.what = sv_of(change_kind_name(kind)),
		.subject = parts->fact.id,
		.time = parts->document.published,
		.recorded = { 1633700000123 },
		.severity = SEVERITY_NOTICE,
		.fact = &parts->fact,
		.document = &parts->document,
		.source_id = SV("state-press"),
		.version = 2,
		.retrieved = { 1633699999000 },
		.sha256 = SV("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
		.sightings = 1 };
}

static inline struct value sample_text(struct sv text)
{
	return (struct value){ .kind = VALUE_TEXT, .text = text };
}

static inline void sample_changes(struct arena *arena, struct sample_parts *parts)
{
	struct change *c = parts->changes;
	for (size_t i = 0; i < SAMPLE_EVENTS; i++)
		c[i] = (struct change){
			.fact_id = parts->fact.id, .slot = "", .confidence = 0.9, .statement = &parts->statement
		};
	c[0].kind = CHANGE_FIGURE;
	c[0].slot = "figure";
	c[0].old = (struct value){ .kind = VALUE_NUMBER, .number = 12000 };
	c[0].new = (struct value){ .kind = VALUE_NUMBER, .number = 28000.5 };
	c[0].why = sample_names(arena, "matched: troops", "old value 12,000");
	c[1].kind = CHANGE_STATUS;
	c[1].slot = "status";
	c[1].old = (struct value){ .kind = VALUE_STATUS, .status = STATUS_ANNOUNCED };
	c[1].new = (struct value){ .kind = VALUE_STATUS, .status = STATUS_IN_FORCE };
	c[2].kind = CHANGE_DEADLINE;
	c[2].slot = "deadline";
	c[2].new = (struct value){ .kind = VALUE_DATE, .date = { 2030, 0, 0 } };
	c[3].kind = CHANGE_PARTIES;
	c[3].slot = "parties";
	c[3].old = (struct value){ .kind = VALUE_NAMES, .names = sample_names(arena, "MX", NULL) };
	c[3].new = (struct value){ .kind = VALUE_NAMES, .names = sample_names(arena, "MX", "US") };
	c[4].kind = CHANGE_NEW;
	c[4].fact_id = (struct sv){ 0 };
	c[5].kind = CHANGE_OVERDUE;
	c[5].slot = "deadline";
	c[5].old = (struct value){ .kind = VALUE_DATE, .date = { 2026, 6, 30 } };
	c[5].statement = NULL;
	c[6].kind = CHANGE_CONTRADICTED;
	c[6].slot = "text";
	c[6].old = sample_text(SV("It stands."));
	c[6].new = sample_text(SV("It never stood."));
	c[7].kind = CHANGE_REAFFIRMED;
	c[8].kind = CHANGE_REWORDED;
	c[8].slot = "text";
	c[8].old = sample_text(parts->older.text);
	c[8].new = sample_text(parts->statement.text);
}

static inline void sample_edits(struct arena *arena, struct sample_parts *parts)
{
	parts->edits[8] = (struct edit){ .kind = CHANGE_REWORDED,
		.old = &parts->older,
		.new = &parts->statement,
		.old_numbers = sample_names(arena, "12,000", NULL),
		.new_numbers = sample_names(arena, "28,000", NULL) };
	parts->edits[9] = parts->edits[8];
	parts->edits[10] = (struct edit){ .kind = CHANGE_ADDED, .new = &parts->statement };
	parts->edits[11] = (struct edit){ .kind = CHANGE_REMOVED, .old = &parts->older };
}

static inline void sample_states(struct sample_parts *parts, struct event out[2])
{
	parts->said = (struct statement){ .text = parts->statement.text, .speaker = parts->statement.speaker };
	parts->place = (struct document){ .url = parts->document.url, .published = WALL_NONE };
	out[0] = (struct event){ .family = EVENT_FACT,
		.what = SV("state"),
		.subject = parts->fact.id,
		.time = parts->document.published,
		.recorded = { 1633700000123 },
		.is_state = true,
		.fact = &parts->fact,
		.said = &parts->said,
		.document = &parts->place,
		.source_id = SV("state-press"),
		.retrieved = WALL_NONE,
		.sightings = 3 };
	out[1] = out[0];
	out[1].said = NULL;
	out[1].document = NULL;
	out[1].source_id = SV("config");
	out[1].time = WALL_NONE;
	out[1].sightings = 0;
}

/* Fills SAMPLE_EVENTS events. 0-8 of facts, 9-11 of documents, 12-13 of sources, 14 of the daemon, 15-16 states of a fact:
 * as a statement left it, as a file declared it. */
static inline void sample_events(struct arena *arena, struct event *out)
{
	struct sample_parts *parts = arena_new_of(arena, struct sample_parts);
	sample_fill_parts(arena, parts);
	sample_changes(arena, parts);
	sample_edits(arena, parts);
	for (size_t i = 0; i < 9; i++) {
		out[i] = sample_base(parts, parts->changes[i].kind);
		out[i].change = &parts->changes[i];
	}
	out[1].is_proposed = true;
	out[4].fact = NULL;
	out[4].subject = parts->fact.beat;
	out[5].document = NULL;
	out[5].source_id = (struct sv){ 0 };
	out[5].time = WALL_NONE;
	out[5].version = 0;
	out[5].retrieved = WALL_NONE;
	out[5].sha256 = (struct sv){ 0 };
	out[7].causation = SV("1122334455667788-41");
	out[8].edit = &parts->edits[8];
	for (size_t i = 9; i < 12; i++) {
		out[i] = sample_base(parts, parts->edits[i].kind);
		out[i].family = EVENT_DOCUMENT;
		out[i].subject = out[i].source_id;
		out[i].fact = NULL;
		out[i].edit = &parts->edits[i];
		out[i].sightings = 0;
	}
	for (size_t i = 12; i < 15; i++)
		out[i] = (struct event){ .family = EVENT_SOURCE,
			.what = SV("failing"),
			.subject = SV("state-press"),
			.source_id = SV("state-press"),
			.time = { 1633700000000 },
			.recorded = { 1633700000123 },
			.severity = SEVERITY_WARNING,
			.message = SV("5 failures in a row: connection refused") };
	out[13].what = SV("recovered");
	out[14].family = EVENT_DAEMON;
	out[14].what = SV("started");
	out[14].subject = out[14].source_id = (struct sv){ 0 };
	out[14].severity = SEVERITY_INFO;
	sample_states(parts, &out[15]);
}

/* Makes every text of the event longer than an event may be, and full of what needs an escape. */
static inline struct event sample_monster(struct arena *arena)
{
	struct event *events = arena_array(arena, struct event, SAMPLE_EVENTS);
	sample_events(arena, events);
	struct event event = events[8];
	size_t n = 300000;
	char *bytes = arena_alloc(arena, n);
	for (size_t i = 0; i < n; i++)
		bytes[i] = "\x01\"\\\xc3\xa9\n\xff"[i % 7];
	struct sv text = { bytes, n };
	struct sv_list names = { 0 };
	for (int i = 0; i < 2000; i++)
		*list_push(arena, &names) = text;
	struct statement *statement = arena_new_of(arena, struct statement);
	struct change *change = arena_new_of(arena, struct change);
	struct fact *fact = arena_new_of(arena, struct fact);
	struct document *document = arena_new_of(arena, struct document);
	struct edit *edit = arena_new_of(arena, struct edit);
	*statement = (struct statement){ .text = text, .speaker = text, .lang = text, .prefix = text, .suffix = text };
	*change = *event.change;
	change->old = (struct value){ .kind = VALUE_NAMES, .names = names };
	change->new = sample_text(text);
	change->why = names;
	change->statement = statement;
	*fact = *event.fact;
	fact->text = fact->figure.unit = fact->figure.per = text;
	fact->parties = names;
	*document = (struct document){ .url = text, .title = text };
	*edit = (struct edit){ .kind = CHANGE_REWORDED, .old_numbers = names, .new_numbers = names };
	event.fact = fact;
	event.change = change;
	event.document = document;
	event.edit = edit;
	event.message = text;
	return event;
}

#endif
