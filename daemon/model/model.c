/* Names of the model's enums, and the few operations on plain facts. */
#include "change.h"

static bool find_name(const char *const *names, size_t n, struct sv v, size_t *out)
{
	for (size_t i = 0; i < n; i++) {
		if (sv_eq(sv_of(names[i]), v)) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* One table of names an enum, and its two directions. */
#define ENUM_NAMES(prefix, type, parameter, count, ...)                   \
	static const char *const prefix##_names[count] = { __VA_ARGS__ }; \
	const char *prefix##_name(enum type parameter)                    \
	{                                                                 \
		return prefix##_names[parameter];                         \
	}                                                                 \
	bool prefix##_parse(struct sv v, enum type *out)                  \
	{                                                                 \
		size_t i;                                                 \
		if (!find_name(prefix##_names, count, v, &i))             \
			return false;                                     \
		*out = (enum type)i;                                      \
		return true;                                              \
	}

ENUM_NAMES(source_kind, source_kind, kind, SOURCE_KINDS, "feed", "page", "file", "folder", "push")
ENUM_NAMES(source_trust, source_trust, trust, SOURCE_TRUSTS, "primary", "secondary", "low")
ENUM_NAMES(source_track, source_track, track, SOURCE_TRACKS, "facts", "all")
ENUM_NAMES(source_health, source_health, health, SOURCE_HEALTHS, "new", "ok", "failing", "blocked", "stale", "held")
ENUM_NAMES(fact_kind, fact_kind, kind, FACT_KINDS, "commitment", "agreement", "body", "measure", "figure", "position")
ENUM_NAMES(fact_status, fact_status, status, FACT_STATUSES, "proposed", "announced", "agreed", "in-force", "fulfilled",
	"delayed", "suspended", "withdrawn", "expired", "rejected")
ENUM_NAMES(bound, bound, bound, BOUNDS, "exact", "at-least", "at-most", "about")
ENUM_NAMES(direction, direction, direction, DIRECTIONS, "", "up", "down")
ENUM_NAMES(change_kind, change_kind, kind, CHANGE_KINDS, "figure", "status", "deadline", "parties", "contradicted",
	"reaffirmed", "new", "removed", "reworded", "added", "overdue")
ENUM_NAMES(severity, severity, severity, SEVERITIES, "info", "notice", "warning", "critical")

bool fact_status_is_final(enum fact_status status)
{
	return status == STATUS_FULFILLED || status == STATUS_WITHDRAWN || status == STATUS_EXPIRED ||
		status == STATUS_REJECTED;
}

static struct sv_list copy_list(struct arena *arena, const struct sv_list *list)
{
	struct sv_list copy = { 0 };
	for (size_t i = 0; i < list->n; i++)
		*list_push(arena, &copy) = arena_sv(arena, list->items[i]);
	return copy;
}

struct fact fact_copy(struct arena *arena, const struct fact *fact)
{
	struct fact copy = *fact;
	copy.id = arena_sv(arena, fact->id);
	copy.beat = arena_sv(arena, fact->beat);
	copy.text = arena_sv(arena, fact->text);
	copy.parties = copy_list(arena, &fact->parties);
	copy.aliases = copy_list(arena, &fact->aliases);
	copy.figure.unit = arena_sv(arena, fact->figure.unit);
	copy.figure.per = arena_sv(arena, fact->figure.per);
	return copy;
}

static bool figures_equal(const struct figure *a, const struct figure *b)
{
	if (!a->is_set || !b->is_set)
		return a->is_set == b->is_set;
	return !(a->value < b->value) && !(a->value > b->value) && sv_eq(a->unit, b->unit) && a->bound == b->bound &&
		a->direction == b->direction && sv_eq(a->per, b->per);
}

bool fact_eq(const struct fact *a, const struct fact *b)
{
	return sv_eq(a->id, b->id) && sv_eq(a->beat, b->beat) && a->kind == b->kind && a->status == b->status &&
		sv_eq(a->text, b->text) && sv_list_eq(&a->parties, &b->parties) && date_eq(a->as_of, b->as_of) &&
		date_eq(a->deadline, b->deadline) && figures_equal(&a->figure, &b->figure) &&
		sv_list_eq(&a->aliases, &b->aliases);
}

struct fact fact_apply(const struct fact *fact, const struct change *change)
{
	struct fact after = *fact;
	switch (change->kind) {
	case CHANGE_FIGURE:
		after.figure.is_set = true;
		after.figure.value = change->new.number;
		after.figure.bound = change->new_bound;
		break;
	case CHANGE_STATUS: after.status = change->new.status; break;
	case CHANGE_DEADLINE: after.deadline = change->new.date; break;
	case CHANGE_PARTIES: after.parties = change->new.names; break;
	case CHANGE_CONTRADICTED:
	case CHANGE_REAFFIRMED:
	case CHANGE_NEW:
	case CHANGE_REMOVED:
	case CHANGE_REWORDED:
	case CHANGE_ADDED:
	case CHANGE_OVERDUE: break;
	}
	return after;
}
