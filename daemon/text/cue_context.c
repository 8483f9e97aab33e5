/* Tense, modality, negation and voice of a cue, from the words around it. */
#include <string.h>

#include "cue_scan.h"

enum { CHAIN = 7, REACH = 10, AHEAD = 14, OBJECT = 2 };

static bool ends_clause(const struct token *token)
{
	return token->kind == TOKEN_PUNCT && token->folded.n == 1 && strchr(".;:?!()", token->folded.p[0]) != NULL;
}

static bool is_comma(const struct token *token)
{
	return token->kind == TOKEN_PUNCT && token->folded.n == 1 && token->folded.p[0] == ',';
}

static bool is_adverb(const struct token *token)
{
	return token->folded.n > 4 && (sv_ends(token->folded, SV("ly")) || sv_ends(token->folded, SV("mente")));
}

/* What the chain right before the verb said. */
struct chain {
	bool negated, be, have, will, may, would, must, to, refuse, plan, urge, threat, decide;
	size_t start; /* first token of the chain */
};

static void note(struct chain *c, enum helper_kind kind)
{
	switch (kind) {
	case HELP_NOT: c->negated = true; return;
	case HELP_BE: c->be = true; return;
	case HELP_HAVE: c->have = true; return;
	case HELP_WILL: c->will = true; return;
	case HELP_MAY: c->may = true; return;
	case HELP_WOULD: c->would = true; return;
	case HELP_MUST: c->must = true; return;
	case HELP_TO: c->to = true; return;
	case HELP_PLAN: c->plan = true; return;
	case HELP_URGE: c->urge = true; return;
	case HELP_REFUSE: c->refuse = true; return;
	case HELP_THREAT: c->threat = true; return;
	case HELP_DECIDE: c->decide = true; return;
	case HELP_NO:
	case HELP_DO:
	case HELP_SKIP:
	case HELP_IF:
	case HELP_WHETHER:
	case HELP_BREAK:
	case HELP_ARTICLE: return;
	}
}

static bool is_chain_end(enum helper_kind kind)
{
	return kind == 0 || kind == HELP_BREAK || kind == HELP_ARTICLE || kind == HELP_IF || kind == HELP_WHETHER ||
		kind == HELP_NO;
}

/* Reads backwards from token i. */
static struct chain read_chain(const struct cue_scan *s, size_t i)
{
	struct chain c = { .start = i };
	for (size_t back = 1; back <= CHAIN && back <= i; back++) {
		size_t at = i - back;
		enum helper_kind kind = (enum helper_kind)s->helpers[at];
		if (kind == 0 && is_adverb(&s->tokens->items[at]))
			continue;
		if (is_chain_end(kind))
			break;
		note(&c, kind);
		c.start = at;
	}
	return c;
}

/* Words of the clause before the chain that still reach the verb. */
static void read_clause(const struct cue_scan *s, size_t from, bool is_infinitive, struct chain *c, bool *out_if)
{
	bool crossed_comma = false;
	for (size_t back = 1; back <= REACH && back <= from; back++) {
		size_t at = from - back;
		enum helper_kind kind = (enum helper_kind)s->helpers[at];
		if (ends_clause(&s->tokens->items[at]) || kind == HELP_BREAK)
			return;
		crossed_comma = crossed_comma || is_comma(&s->tokens->items[at]);
		if (kind == HELP_IF || kind == HELP_WHETHER)
			*out_if = *out_if || !crossed_comma;
		else if (kind == HELP_NO && !crossed_comma)
			c->negated = true;
		else if (crossed_comma)
			continue;
		else if (kind == HELP_URGE || kind == HELP_REFUSE)
			note(c, kind);
		else if (is_infinitive && (kind == HELP_PLAN || kind == HELP_THREAT || kind == HELP_DECIDE))
			note(c, kind);
	}
}

/* "signed no document", "no pactó nada": a denial in the object. */
static bool has_no_object(const struct cue_scan *s, size_t end)
{
	for (size_t k = 0; k < OBJECT && end + k < s->tokens->n; k++) {
		if (ends_clause(&s->tokens->items[end + k]) || is_comma(&s->tokens->items[end + k]))
			return false;
		if (s->helpers[end + k] == HELP_NO)
			return true;
		if (k == 0 && token_is(s->tokens, end, "no"))
			return true;
	}
	return false;
}

/* "will withdraw unless": a condition behind the verb. */
static bool has_condition_behind(const struct cue_scan *s, size_t end)
{
	for (size_t k = 0; k < AHEAD && end + k < s->tokens->n; k++) {
		if (ends_clause(&s->tokens->items[end + k]))
			return false;
		if (s->helpers[end + k] == HELP_IF)
			return !token_is(s->tokens, end + k, "until");
	}
	return false;
}

static enum cue_mode mode_of_form(enum verb_form form)
{
	switch (form) {
	case FORM_FUTURE: return MODE_PLANNED;
	case FORM_CONDITIONAL: return MODE_CONDITIONAL;
	case FORM_SUBJUNCTIVE: return MODE_URGED;
	case FORM_BASE:
	case FORM_PRESENT:
	case FORM_PAST:
	case FORM_PARTICIPLE:
	case FORM_PAST_EITHER:
	case FORM_GERUND:
	case FORM_NOUN: return MODE_DONE;
	}
	return MODE_DONE;
}

/* The strongest word wins: a condition over a wish over a possibility over a plan. */
static enum cue_mode mode_of(const struct chain *c, enum verb_form form, bool is_if, bool is_infinitive)
{
	bool is_done_form = form == FORM_PAST || form == FORM_PRESENT;
	if (is_if || (c->would && !is_done_form))
		return MODE_CONDITIONAL;
	if (c->may && !is_done_form)
		return MODE_POSSIBLE;
	if (c->threat && (is_infinitive || form == FORM_NOUN || form == FORM_GERUND))
		return MODE_POSSIBLE;
	if ((c->urge || c->must) && !is_done_form)
		return MODE_URGED;
	if (c->will && !is_done_form)
		return MODE_PLANNED;
	if (is_infinitive && c->decide)
		return MODE_DONE;
	if (is_infinitive && (c->to || c->plan))
		return MODE_PLANNED;
	return mode_of_form(form);
}

static bool is_infinitive_form(const struct cue_scan *s, enum verb_form form, const struct chain *c)
{
	if (s->words->has_tense_in_ending)
		return form == FORM_BASE;
	return c->to && form != FORM_PRESENT && form != FORM_PAST && form != FORM_NOUN && !c->have;
}

void cue_context_of(const struct cue_scan *s, size_t i, size_t end, enum verb_form form, struct cue_context *out)
{
	struct chain c = read_chain(s, i);
	bool is_infinitive = is_infinitive_form(s, form, &c);
	bool is_if = false;
	bool is_participle = form == FORM_PARTICIPLE || form == FORM_PAST_EITHER;
	read_clause(s, c.start, is_infinitive || form == FORM_NOUN, &c, &is_if);
	if (i > 0 && (s->helpers[i - 1] == HELP_IF || s->helpers[i - 1] == HELP_WHETHER))
		is_if = true;
	out->mode = mode_of(&c, form, is_if, is_infinitive || (c.to && c.be));
	if (out->mode == MODE_PLANNED && has_condition_behind(s, end))
		out->mode = MODE_CONDITIONAL;
	if (s->is_question)
		out->mode = MODE_ASKED;
	out->negated = c.negated || c.refuse || has_no_object(s, end) ||
		(i > 0 && form == FORM_NOUN && token_is(s->tokens, i - 1, "no"));
	out->passive = c.be && is_participle;
	out->progressive = c.be && form == FORM_GERUND;
	if (!out->passive && is_participle && form == FORM_PARTICIPLE && !c.have && !s->words->has_tense_in_ending)
		out->passive = true;
}
