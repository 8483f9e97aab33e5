/* The parties slot: who joined, who left. Only actors of the kind that the fact already has (states among states)
 * count. When one of two leaves, nothing is left to be a party to: that is a matter of status. */
#include "judge.h"

#define NEXT_TO 8 /* bytes: "of the " */

static bool is_state(struct sv code)
{
	return code.n == 2 && code.p[0] >= 'A' && code.p[0] <= 'Z' && code.p[1] >= 'A' && code.p[1] <= 'Z';
}

static bool list_has(const struct sv_list *list, struct sv name)
{
	for (size_t i = 0; i < list->n; i++)
		if (sv_eq_nocase(list->items[i], name))
			return true;
	return false;
}

static bool parties_are_states(const struct fact *fact)
{
	size_t states = 0;
	for (size_t i = 0; i < fact->parties.n; i++)
		states += is_state(fact->parties.items[i]);
	return 2 * states > fact->parties.n;
}

static bool can_have_parties(enum fact_kind kind)
{
	return kind == FACT_AGREEMENT || kind == FACT_BODY || kind == FACT_POSITION;
}

static const struct cue *membership_cue(const struct judge *judge)
{
	for (size_t i = 0; i < judge->statement->cues.n; i++) {
		const struct cue *cue = &judge->statement->cues.items[i];
		if ((cue->kind == CUE_JOIN || cue->kind == CUE_LEAVE) && cue_is_done(cue) && !cue_is_name(judge, cue))
			return cue;
	}
	return NULL;
}

/* Only a comma or "and" stands between two actors. */
static bool is_joined(const struct judge *judge, struct span a, struct span b)
{
	struct sv between = sv_trim(sv_slice(judge->statement->text, a.to, b.from));
	static const struct sv joints[] = { SV(","), SV("and"), SV("y"), SV("e"), SV(", and"), SV("and the"),
		SV("the") };
	for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
		if (sv_eq_nocase(between, joints[i]))
			return true;
	return false;
}

/* The run of actors that the cue is about: the last ones before it, or when there are none, the first ones after. */
static struct span actor_run(const struct judge *judge, const struct cue *cue)
{
	const struct actor_list *actors = &judge->statement->actors;
	uint32_t n = (uint32_t)actors->n, split = 0;
	while (split < n && actors->items[split].span.from < cue->span.from)
		split++;
	if (split > 0) {
		uint32_t from = split - 1;
		while (from > 0 && is_joined(judge, actors->items[from - 1].span, actors->items[from].span))
			from--;
		return (struct span){ from, split };
	}
	uint32_t to = n > 0 && actors->items[0].span.from < cue->span.to + NEXT_TO ? 1 : 0;
	while (to > 0 && to < n && is_joined(judge, actors->items[to - 1].span, actors->items[to].span))
		to++;
	return (struct span){ 0, to };
}

/* Actors that the cue moves: those not yet in when it says join, those in when it says leave. */
static struct sv_list moved_actors(const struct judge *judge, const struct cue *cue)
{
	struct sv_list moved = { 0 };
	struct span run = actor_run(judge, cue);
	for (uint32_t i = run.from; i < run.to; i++) {
		struct sv code = judge->statement->actors.items[i].code;
		if (!is_state(code) || list_has(&moved, code))
			continue;
		if (list_has(&judge->fact.parties, code) != (cue->kind == CUE_JOIN))
			*list_push(judge->arena, &moved) = arena_sv(judge->arena, code);
	}
	return moved;
}

bool judge_parties(const struct judge *judge, struct change *out)
{
	if (!can_have_parties(judge->fact.kind) || judge->fact.parties.n < 3 || !parties_are_states(&judge->fact))
		return false;
	const struct cue *cue = membership_cue(judge);
	if (!cue || is_question(judge->statement->text))
		return false;
	struct sv_list moved = moved_actors(judge, cue);
	if (moved.n == 0 || moved.n > 5)
		return false;
	/* Who joins was no party before: that is no clash. */
	double topic = judge->topic.clashes_actor ? judge->topic.score / TOPIC_CLASH : judge->topic.score;
	double confidence = 1.2 * topic * (moved.n == 1 ? 0.95 : 0.85);
	if (is_open(judge->statement))
		confidence *= 0.5;
	struct change change = change_start(judge, CHANGE_PARTIES, "parties", confidence > 0.97 ? 0.97 : confidence);
	change.old.kind = change.new.kind = VALUE_NAMES;
	for (size_t i = 0; i < judge->fact.parties.n; i++) {
		struct sv name = arena_sv(judge->arena, judge->fact.parties.items[i]);
		*list_push(judge->arena, &change.old.names) = name;
		if (cue->kind == CUE_JOIN || !list_has(&moved, name))
			*list_push(judge->arena, &change.new.names) = name;
	}
	for (size_t i = 0; i < moved.n && cue->kind == CUE_JOIN; i++)
		*list_push(judge->arena, &change.new.names) = moved.items[i];
	struct sv shown = span_text(judge, cue->span);
	change_because(judge->arena, &change, "%s: %.*s (%.*s)", cue->kind == CUE_JOIN ? "joined" : "left",
		SV_ARG(moved.items[0]), SV_ARG(shown));
	*out = change;
	return true;
}
