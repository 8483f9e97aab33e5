/* Shares are weighted by surprise, so that "fentanyl" counts for more than "country". Numbers of the fact's text are
 * left out of its share: they are what changes. An alias counts as named when its words stand close together. */
#include <stdlib.h>

#include "judge.h"

#define NAMED_BITS 9.0 /* surprise of an alias that names its fact without doubt: one rare word, two common ones */
#define ALIAS_SLACK 3  /* words between the words of an alias */
#define TEXT_BITS 12.0
#define ENOUGH_BITS 30.0

struct tally {
	double total, own, all;
};

static int by_place(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static void add_hit(struct judge *judge, const struct query_term *t, bool *seen)
{
	size_t i = (size_t)(t - judge->query->terms.items);
	if (seen[i])
		return;
	seen[i] = true;
	judge->topic.bits += (double)(t->weight * t->surprise);
	if (t->place == PLACE_CONTEXT)
		return;
	judge->hits.places[judge->hits.n++] = t->place;
	judge->topic.own += (double)t->surprise;
}

static struct tally tally_text(struct judge *judge, struct term_run run, bool *seen)
{
	struct tally tally = { 0 };
	while (run.n > 0) {
		uint32_t term = run_next(&run);
		enum term_kind kind = terms_kind(judge->index->terms, term);
		if (kind == TERM_NUMBER || kind == TERM_ACTOR)
			continue;
		const struct query_term *t = query_find(judge->query, term);
		double surprise = t ? (double)t->surprise : index_weight(judge->index, term);
		tally.total += surprise;
		if (!t)
			continue;
		tally.all += surprise * (double)t->weight;
		if (t->place != PLACE_CONTEXT)
			tally.own += surprise;
		add_hit(judge, t, seen);
	}
	return tally;
}

/* The share of one alias and its surprise; words far apart count half. */
static void weigh_alias(struct judge *judge, struct term_run run, struct sv alias, bool *seen)
{
	double total = 0, found = 0;
	uint32_t first = UINT32_MAX, last = 0, n = run.n;
	bool has_own = false;
	struct term_run copy = run;
	while (copy.n > 0) {
		uint32_t term = run_next(&copy);
		const struct query_term *t = query_find(judge->query, term);
		double surprise = t ? (double)t->surprise : index_weight(judge->index, term);
		total += surprise;
		if (!t)
			continue;
		found += surprise * (double)t->weight;
		if (t->place == PLACE_CONTEXT)
			continue;
		has_own = true;
		first = t->place < first ? t->place : first;
		last = t->place > last ? t->place : last;
	}
	if (!(total > 0) || !(found > 0))
		return;
	double share = found / total;
	if (has_own && last - first > n + ALIAS_SLACK)
		share *= 0.6;
	double named = found / NAMED_BITS > 1 ? 1 : found / NAMED_BITS;
	if (share * named > judge->topic.alias * judge->topic.named) {
		judge->topic.alias = share;
		judge->topic.named = named;
	}
	if (share > 0.99)
		*list_push(judge->arena, &judge->why) = arena_printf(judge->arena, "names: %.*s", SV_ARG(alias));
	while (run.n > 0) {
		const struct query_term *t = query_find(judge->query, run_next(&run));
		if (!t)
			continue;
		add_hit(judge, t, seen);
		if (t->place != PLACE_CONTEXT && share >= 0.5)
			judge->hits.named[t->place] = true;
	}
}

static bool names_actor(const struct judge *judge, struct sv code, bool own_only)
{
	const struct actor_list *actors = &judge->statement->actors;
	for (size_t i = 0; i < actors->n; i++)
		if (sv_eq_nocase(actors->items[i].code, code))
			return true;
	if (own_only)
		return false;
	char name[80] = "@";
	if (code.n + 1 >= sizeof name)
		return false;
	for (size_t i = 0; i < code.n; i++)
		name[i + 1] = code.p[i];
	uint32_t term = terms_find(judge->index->terms, (struct sv){ name, code.n + 1 });
	return term != TERM_NONE && query_find(judge->query, term);
}

static void weigh_actors(struct judge *judge)
{
	for (size_t i = 0; i < judge->fact.parties.n && !judge->topic.shares_actor; i++)
		judge->topic.shares_actor = names_actor(judge, judge->fact.parties.items[i], false);
	judge->topic.clashes_actor = !judge->topic.shares_actor && judge->query->has_actors &&
		judge->fact.parties.n > 0;
}

static double score_of(const struct topic *t)
{
	double alias = t->alias * t->alias * t->named;
	double text = t->around > 1 ? 1 : t->around;
	double depth = t->bits / ENOUGH_BITS > 1 ? 1 : t->bits / ENOUGH_BITS;
	double full = t->alias > 0.99 ? 0.2 * t->named : 0;
	double score = 0.45 * alias + full + 0.45 * text + 0.2 * depth + (t->unit ? 0.05 : 0);
	if (t->shares_actor)
		score += 0.08;
	if (t->clashes_actor)
		score *= TOPIC_CLASH;
	/* Mostly what stands around it: the statement itself may be about anything. */
	if (t->own < 0.5)
		score *= 0.5 + t->own;
	return score > 1 ? 1 : score;
}

static void explain(struct judge *judge)
{
	struct sv line = { 0 };
	for (size_t i = 0; i < judge->hits.n && i < 8; i++) {
		const struct word *w = &judge->query->words.items[judge->hits.places[i]];
		struct sv shown = span_text(judge, w->span);
		line = line.n == 0 ? arena_printf(judge->arena, "matched: %.*s", SV_ARG(shown))
				   : arena_printf(judge->arena, "%.*s, %.*s", SV_ARG(line), SV_ARG(shown));
	}
	if (line.n > 0)
		*list_push(judge->arena, &judge->why) = line;
}

void topic_read(struct judge *judge)
{
	const struct query *query = judge->query;
	bool *seen = arena_array(judge->arena, bool, query->terms.n + 1);
	judge->hits.places = arena_array(judge->arena, uint32_t, query->terms.n + 1);
	judge->hits.named = arena_array(judge->arena, bool, query->words.n + 1);
	struct profile profile = record_profile(judge->record);
	struct term_run run;
	struct topic *topic = &judge->topic;
	if (!profile_next(&profile, &run))
		return;
	struct tally text = tally_text(judge, run, seen);
	/* A fact of few words ("X is a member of Y") is not found by one of them. */
	double total = text.total > TEXT_BITS ? text.total : TEXT_BITS;
	topic->text = text.own / total;
	topic->around = text.all / total;
	for (size_t i = 0; i < judge->fact.aliases.n && profile_next(&profile, &run); i++)
		weigh_alias(judge, run, judge->fact.aliases.items[i], seen);
	while (profile_next(&profile, &run)) {
		while (run.n > 0) {
			const struct query_term *t = query_find(query, run_next(&run));
			topic->unit = topic->unit || (t && t->place != PLACE_CONTEXT);
		}
	}
	weigh_actors(judge);
	if (judge->hits.n > 1)
		qsort(judge->hits.places, judge->hits.n, sizeof *judge->hits.places, by_place);
	topic->own = topic->bits > 0 ? topic->own / topic->bits : 0;
	topic->score = score_of(topic);
	explain(judge);
}
