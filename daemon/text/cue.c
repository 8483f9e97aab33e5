/* Cues are verbs and set phrases of the tables. Their mode comes from two looks around them: at the verb chain right
 * before ("has not yet been", "would have", "plans to", "se va a"), read backwards until a word that is no part of
 * it, and at the rest of the clause for words that reach further ("urged Mexico to", "if", "nobody"). What each
 * token is worth as such a helper is worked out once, so that both looks are bounded array reads. */
#include "cue.h"

#include <string.h>

#include "cue_scan.h"
#include "verb.h"

static uint8_t *find_helpers(struct arena *arena, const struct token_list *tokens, const struct cue_words *words)
{
	uint8_t *helpers = arena_array(arena, uint8_t, tokens->n + 1);
	for (size_t i = 0; i < tokens->n;) {
		size_t n = 1;
		const struct phrase *phrase = phrase_at(&words->helpers, tokens, i, &n);
		for (size_t k = 0; phrase && k < n; k++)
			helpers[i + k] = (uint8_t)phrase->what;
		i += phrase ? n : 1;
	}
	return helpers;
}

/* English base forms and -ing forms are nouns behind an article ("the launch", "its opening"). */
static bool is_noun_use(const struct cue_scan *s, size_t i, enum verb_form form)
{
	if (s->words->has_tense_in_ending)
		return false;
	if ((form == FORM_BASE || form == FORM_PRESENT) && token_is(s->tokens, i + 1, "of")) /* "end of", "signs of" */
		return true;
	if (i == 0)
		return false;
	bool is_open = form == FORM_BASE || form == FORM_GERUND || form == FORM_PRESENT;
	return is_open && s->helpers[i - 1] == HELP_ARTICLE && !token_is(s->tokens, i - 1, "any");
}

/* "refused to" denies the verb behind it and is no step of its own. */
static bool is_refusal(const struct cue_scan *s, size_t i)
{
	return s->helpers[i] == HELP_REFUSE && s->helpers[i + 1] == HELP_REFUSE;
}

/* Inside a sentence a capital makes a name ("Baja California"), unless it is written like a heading; behind a hyphen
 * stands no verb. */
static bool is_name(const struct cue_scan *s, size_t i)
{
	if (i > 0 && token_is(s->tokens, i - 1, "-") && token_is_glued(s->tokens, i)) /* "semi-finished" */
		return true;
	return s->capitals_are_names && i > 0 && s->tokens->items[i].is_capital &&
		s->tokens->items[i - 1].kind == TOKEN_WORD;
}

static bool capitals_are_names(const struct token_list *tokens)
{
	size_t words = 0, capitals = 0;
	for (size_t i = 0; i < tokens->n; i++) {
		if (tokens->items[i].kind != TOKEN_WORD || tokens->items[i].is_stop)
			continue;
		words++;
		capitals += tokens->items[i].is_capital;
	}
	return capitals * 3 < words * 2;
}

static bool is_leaving(const struct verb *verb)
{
	return verb->kind == CUE_LEAVE || (verb->kind == CUE_STATUS && verb->status == STATUS_WITHDRAWN);
}

/* A gerund tells of a step only with a form of "be" ("is freezing") or with an object of its own. */
static bool is_loose_gerund(const struct cue_scan *s, size_t i, const struct verb_match *match)
{
	return match->form == FORM_GERUND && match->verb->kind == CUE_LEAVE && (i == 0 || s->helpers[i - 1] != HELP_BE);
}

static void set_mode(struct cue *cue, const struct cue_context *context)
{
	cue->mode = context->mode;
	cue->negated = context->negated;
	cue->passive = context->passive;
}

static struct span span_of(const struct token_list *tokens, size_t from, size_t to)
{
	return (struct span){ tokens->items[from].span.from, tokens->items[to - 1].span.to };
}

/* The cue of a verb at i; false when it is none. */
static bool verb_cue(const struct cue_scan *s, size_t i, struct cue *out, size_t *out_n)
{
	struct verb_match match;
	struct cue_context context;
	if (!verb_at(s->words->verbs, s->tokens, i, &match))
		return false;
	if (is_name(s, i) || is_refusal(s, i) || is_noun_use(s, i, match.form) || is_loose_gerund(s, i, &match))
		return false;
	cue_context_of(s, i, match.tail, match.form, &context);
	if (match.form == FORM_GERUND && context.progressive && is_leaving(match.verb) && context.mode == MODE_DONE)
		context.mode = MODE_PLANNED; /* "is leaving" is not yet gone */
	*out = (struct cue){ .kind = (enum cue_kind)match.verb->kind, .status = (enum fact_status)match.verb->status };
	set_mode(out, &context);
	bool is_adjacent = match.verb->tail && match.verb->tail[0] != '~';
	*out_n = is_adjacent ? match.tail - i : 1;
	out->span = span_of(s->tokens, i, match.verb->tail ? match.tail : i + 1);
	return true;
}

static bool phrase_cue(const struct cue_scan *s, size_t i, struct cue *out, size_t *out_n)
{
	struct cue_context context;
	const struct phrase *phrase = phrase_at(&s->words->phrases, s->tokens, i, out_n);
	if (!phrase || is_name(s, i))
		return false;
	cue_context_of(s, i, i + *out_n, FORM_NOUN, &context);
	*out = (struct cue){ .kind = CUE_SENSE_KIND(phrase->what),
		.status = CUE_SENSE_STATUS(phrase->what),
		.span = span_of(s->tokens, i, i + *out_n) };
	set_mode(out, &context);
	return true;
}

static bool is_clause_end(const struct token *token)
{
	return token->kind == TOKEN_PUNCT && token->folded.n == 1 && strchr(".;:?!", token->folded.p[0]) != NULL;
}

/* "denied that", "denied having", "negó que", "negó haber" */
static bool opens_report(const struct token_list *tokens, size_t i)
{
	return token_is(tokens, i, "that") || token_is(tokens, i, "having") || token_is(tokens, i, "que") ||
		token_is(tokens, i, "haber");
}

/* "denied that Mexico had agreed": what is said to be untrue, to the end of the clause, is turned around. */
static void negate_reported(const struct cue_scan *s, struct cue_list *cues)
{
	size_t denied_to = 0, token = 0;
	for (size_t i = 0; i < cues->n; i++) {
		struct cue *cue = &cues->items[i];
		if (cue->span.from < denied_to) {
			cue->negated = !cue->negated;
			continue;
		}
		if (cue->kind != CUE_DENY || cue->negated || cue->mode != MODE_DONE)
			continue;
		while (token < s->tokens->n && s->tokens->items[token].span.from < cue->span.to)
			token++;
		if (!opens_report(s->tokens, token))
			continue;
		while (token < s->tokens->n && !is_clause_end(&s->tokens->items[token]))
			token++;
		denied_to = token < s->tokens->n ? s->tokens->items[token].span.from : UINT32_MAX;
	}
}

void text_cues(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct cue_list *out)
{
	(void)sentence;
	struct cue_scan s = {
		.tokens = tokens, .words = language->cues, .helpers = find_helpers(arena, tokens, language->cues)
	};
	s.capitals_are_names = capitals_are_names(tokens);
	s.is_question = tokens->n > 0 && token_is(tokens, tokens->n - 1, "?");
	for (size_t i = 0; i < tokens->n;) {
		struct cue cue, phrase;
		size_t n = 1, phrase_n = 1;
		bool has_verb = verb_cue(&s, i, &cue, &n);
		bool has_phrase = phrase_cue(&s, i, &phrase, &phrase_n);
		/* a Spanish form that is also a noun ("recorte") is one */
		size_t longer = language->cues->has_tense_in_ending ? phrase_n + 1 : phrase_n;
		bool is_phrase = has_phrase && (!has_verb || longer > n);
		/* "put it on hold": the words of the tail are no second cue */
		bool is_tail = is_phrase && out->n > 0 && out->items[out->n - 1].span.to == phrase.span.to;
		if ((has_verb || has_phrase) && !is_tail)
			*list_push(arena, out) = is_phrase ? phrase : cue;
		i += is_phrase ? phrase_n : n;
	}
	negate_reported(&s, out);
}
