/* From a statement to the fact it states.
 *
 * The kind follows from what the sentence is about, in this order: a number with a unit (figure), a named body, an
 * agreement, a measure (all by their nouns, which need a verb that says a step was taken), a will or a present
 * cooperation of a named actor (commitment), a named person's own words (position). The slots follow from what the
 * reader marked: cues give the status, dates the deadline, actors the parties, and the noun phrase gives name and id. */
#include "propose.h"

#include <string.h>

#include "id.h"
#include "language.h"
#include "token.h"
#include "unicode.h"

enum { ID_WORDS = 5, ID_BYTES = 48, QUOTE_WORDS = 8, ALIAS_WORDS = 7 };

/* Nouns that name a kind of fact, as folded phrases; longer ones first. */
struct kind_noun {
	const char *phrase;
	enum fact_kind kind;
};
static const struct kind_noun kind_nouns[] = {
	{ "task force", FACT_BODY },
	{ "working group", FACT_BODY },
	{ "commission", FACT_BODY },
	{ "committee", FACT_BODY },
	{ "council", FACT_BODY },
	{ "grupo de trabajo", FACT_BODY },
	{ "fuerza de tarea", FACT_BODY },
	{ "comision", FACT_BODY },
	{ "comite", FACT_BODY },
	{ "consejo", FACT_BODY },
	{ "memorandum of understanding", FACT_AGREEMENT },
	{ "memorando de entendimiento", FACT_AGREEMENT },
	{ "memorandum de entendimiento", FACT_AGREEMENT },
	{ "agreement", FACT_AGREEMENT },
	{ "treaty", FACT_AGREEMENT },
	{ "accord", FACT_AGREEMENT },
	{ "pact", FACT_AGREEMENT },
	{ "acuerdo", FACT_AGREEMENT },
	{ "tratado", FACT_AGREEMENT },
	{ "convenio", FACT_AGREEMENT },
	{ "tariff", FACT_MEASURE },
	{ "tariffs", FACT_MEASURE },
	{ "sanctions", FACT_MEASURE },
	{ "ban", FACT_MEASURE },
	{ "arancel", FACT_MEASURE },
	{ "aranceles", FACT_MEASURE },
	{ "sanciones", FACT_MEASURE },
	{ "prohibicion", FACT_MEASURE },
};
enum { KIND_NOUNS = sizeof kind_nouns / sizeof kind_nouns[0] };

/* Present-tense verbs of a commitment that is being kept. */
static const char *const acting_verbs[] = { "cooperates", "cooperate", "works", "supports", "funds", "provides",
	"coopera", "cooperan", "trabaja", "trabajan", "apoya", "apoyan" };

struct proposal {
	struct arena *arena;
	const struct statement *statement;
	struct token_list tokens;
	size_t noun_from, noun_to; /* tokens of the noun that names it; equal: none */
};

static bool matches_at(const struct token_list *tokens, size_t at, struct sv phrase, size_t *out_n)
{
	struct sv word;
	size_t n = 0;
	while (sv_split(&phrase, ' ', &word)) {
		if (at + n >= tokens->n || !sv_eq(tokens->items[at + n].folded, word))
			return false;
		n++;
	}
	*out_n = n;
	return true;
}

static const struct kind_noun *find_kind_noun(struct proposal *p)
{
	for (size_t i = 0; i < KIND_NOUNS; i++) {
		for (size_t at = 0; at < p->tokens.n; at++) {
			size_t n;
			if (!matches_at(&p->tokens, at, sv_of(kind_nouns[i].phrase), &n))
				continue;
			p->noun_from = at;
			p->noun_to = at + n;
			return &kind_nouns[i];
		}
	}
	return NULL;
}

/* The capitalised words around the noun are its name: "Human Smuggling and Trafficking Task Force". */
static void widen_to_name(struct proposal *p)
{
	const struct token *tokens = p->tokens.items;
	while (p->noun_from > 0) {
		size_t before = p->noun_from - 1;
		bool joins = tokens[before].is_stop && !tokens[before].is_capital && before > 0 &&
			tokens[before - 1].is_capital && tokens[before].folded.n <= 3;
		if (tokens[before].kind != TOKEN_WORD || !(tokens[before].is_capital || joins) ||
			p->noun_to - before > ALIAS_WORDS + 2)
			break;
		p->noun_from = before;
	}
	while (p->noun_from < p->noun_to && tokens[p->noun_from].is_stop)
		p->noun_from++;
}

static struct sv noun_text(const struct proposal *p)
{
	if (p->noun_from >= p->noun_to)
		return (struct sv){ 0 };
	return sv_slice(
		p->statement->text, p->tokens.items[p->noun_from].span.from, p->tokens.items[p->noun_to - 1].span.to);
}

static const struct quantity *main_quantity(const struct statement *statement)
{
	for (size_t i = 0; i < statement->quantities.n; i++) {
		const struct quantity *q = &statement->quantities.items[i];
		bool is_counted = q->kind == QUANTITY_COUNT && q->unit.n > 0 && q->value >= 2;
		bool is_measured = q->kind == QUANTITY_PERCENT || q->kind == QUANTITY_MONEY;
		if (q->role != ROLE_OLD && (is_counted || is_measured))
			return q;
	}
	return NULL;
}

static bool has_actor(const struct statement *statement)
{
	return statement->actors.n > 0;
}

static bool is_acting(const struct proposal *p)
{
	for (size_t i = 0; i < p->tokens.n; i++)
		for (size_t k = 0; k < sizeof acting_verbs / sizeof acting_verbs[0]; k++)
			if (sv_eq(p->tokens.items[i].folded, sv_of(acting_verbs[k])))
				return true;
	return false;
}

/* "will partner", "va a trabajar": a future of any verb. */
static bool has_future(const struct proposal *p)
{
	static const char *const marks[] = { "will", "shall", "pledged", "pledges", "committed", "trabajara",
		"trabajaran", "colaborara", "colaboraran" };
	for (size_t i = 0; i < p->tokens.n; i++)
		for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++)
			if (sv_eq(p->tokens.items[i].folded, sv_of(marks[k])))
				return true;
	return false;
}

static const struct cue *done_cue(const struct statement *statement)
{
	for (size_t i = 0; i < statement->cues.n; i++) {
		const struct cue *cue = &statement->cues.items[i];
		if (cue->kind == CUE_STATUS && cue->mode == MODE_DONE && !cue->negated)
			return cue;
	}
	return NULL;
}

/* “We share an interest,” she said: the words are hers, the sentence is the paper's. */
static bool opens_with_quote(struct sv text)
{
	return sv_starts(text, SV("“")) || sv_starts(text, SV("\"")) || sv_starts(text, SV("«"));
}

static bool find_kind(struct proposal *p, enum fact_kind *out)
{
	const struct statement *statement = p->statement;
	const struct kind_noun *noun = find_kind_noun(p);
	if (statement->is_heading)
		return false;
	if (statement->is_quote || opens_with_quote(statement->text)) {
		*out = FACT_POSITION;
		return statement->speaker.n > 0 && p->tokens.n >= QUOTE_WORDS;
	}
	if (main_quantity(statement) && (has_actor(statement) || done_cue(statement) || statement->dates.n)) {
		*out = FACT_FIGURE;
		return true;
	}
	if (noun && (done_cue(statement) || has_future(p))) {
		*out = noun->kind;
		widen_to_name(p);
		return true;
	}
	*out = FACT_COMMITMENT;
	p->noun_from = p->noun_to = 0;
	return has_actor(statement) && (has_future(p) || is_acting(p));
}

static enum fact_status status_of(const struct proposal *p, enum fact_kind kind, struct wall_ms said)
{
	const struct cue *cue = done_cue(p->statement);
	struct date today = date_from_wall(said);
	if (kind == FACT_FIGURE) {
		/* A number of a period that is over stands for good. */
		for (size_t i = 0; i < p->statement->dates.n; i++) {
			const struct date_mention *mention = &p->statement->dates.items[i];
			if (!date_eq(mention->start, mention->date) && date_is_set(today) &&
				date_compare(mention->date, today) < 0)
				return STATUS_FULFILLED;
		}
		return STATUS_IN_FORCE;
	}
	if (kind == FACT_POSITION)
		return STATUS_ANNOUNCED;
	if (cue && !(kind == FACT_COMMITMENT && cue->status == STATUS_AGREED))
		return cue->status;
	return has_future(p) ? STATUS_ANNOUNCED : STATUS_IN_FORCE;
}

static void add_party(struct arena *arena, struct sv_list *parties, struct sv party)
{
	for (size_t i = 0; i < parties->n; i++)
		if (sv_eq(parties->items[i], party))
			return;
	*list_push(arena, parties) = party;
}

static struct figure figure_of(const struct quantity *q)
{
	return (struct figure){ .is_set = true,
		.value = q->value,
		.unit = q->kind == QUANTITY_PERCENT ? SV("percent") : q->unit,
		.bound = q->bound,
		.direction = q->direction,
		.per = q->per };
}

static struct date deadline_of(const struct statement *statement)
{
	for (size_t i = 0; i < statement->dates.n; i++) {
		const struct date_mention *mention = &statement->dates.items[i];
		if (mention->role == DATE_BY || mention->role == DATE_UNTIL)
			return mention->date;
	}
	return (struct date){ 0 };
}

/* "She announced that …": what was announced names the fact, not that it was. */
static size_t after_report(const struct token_list *tokens)
{
	enum { NEAR = 12 };
	for (size_t i = 0; i < tokens->n && i < NEAR; i++)
		if (sv_eq(tokens->items[i].folded, SV("that")) || sv_eq(tokens->items[i].folded, SV("que")))
			return i + 1;
	return 0;
}

/* An id from the first words that carry meaning: of the name if there is one, else of the sentence. */
static struct sv id_of(const struct proposal *p, struct sv beat)
{
	struct sv name = { 0 };
	size_t from = after_report(&p->tokens), to = p->tokens.n, words = 0;
	if (p->noun_from < p->noun_to) {
		from = p->noun_from;
		to = p->noun_to;
	}
	for (size_t i = from; i < to && words < ID_WORDS; i++) {
		const struct token *token = &p->tokens.items[i];
		if (token->kind == TOKEN_PUNCT || token->is_stop || (token->kind == TOKEN_NUMBER && words == 0))
			continue;
		name = arena_printf(p->arena, "%.*s %.*s", SV_ARG(name), SV_ARG(token->folded));
		words++;
	}
	struct sv slug = id_slugify(p->arena, name, ID_BYTES);
	return slug.n ? arena_printf(p->arena, "%.*s.%.*s", SV_ARG(beat), SV_ARG(slug)) : slug;
}

static void add_aliases(const struct proposal *p, struct fact *fact)
{
	struct sv name = noun_text(p);
	if (name.n)
		*list_push(p->arena, &fact->aliases) = name;
	if (fact->kind == FACT_FIGURE && fact->figure.unit.n && sv_find_char(fact->figure.unit, ' ') != SIZE_MAX)
		*list_push(p->arena, &fact->aliases) = fact->figure.unit;
}

bool propose_fact(
	struct arena *arena, const struct statement *statement, struct sv beat, struct wall_ms said, struct fact *out)
{
	struct proposal p = { .arena = arena, .statement = statement };
	struct fact fact = { .beat = beat, .text = statement->text, .as_of = date_from_wall(said) };
	const struct language *language = language_find(statement->lang);
	if (!language)
		language = language_detect(statement->text, (struct sv){ 0 });
	text_tokens(arena, statement->text, language, &p.tokens);
	if (!find_kind(&p, &fact.kind))
		return false;
	const struct quantity *quantity = main_quantity(statement);
	fact.status = status_of(&p, fact.kind, said);
	if (quantity && fact.kind != FACT_POSITION)
		fact.figure = figure_of(quantity);
	if (fact.kind != FACT_FIGURE)
		fact.deadline = deadline_of(statement);
	for (size_t i = 0; i < statement->actors.n; i++)
		add_party(arena, &fact.parties, statement->actors.items[i].code);
	if (fact.kind == FACT_POSITION)
		add_party(arena, &fact.parties, statement->speaker);
	fact.id = id_of(&p, beat);
	add_aliases(&p, &fact);
	if (!id_is_fact(fact.id))
		return false;
	*out = fact;
	return true;
}

static bool is_listed(const struct fact_list *facts, struct sv id)
{
	for (size_t i = 0; i < facts->n; i++)
		if (sv_eq(facts->items[i].id, id))
			return true;
	return false;
}

void propose_facts(struct arena *arena, const struct document *document, struct sv beat, struct wall_ms said,
	struct fact_list *out)
{
	enum { MOST = 500 };
	for (size_t i = 0; i < document->statements.n && out->n < MOST; i++) {
		struct fact fact;
		if (propose_fact(arena, &document->statements.items[i], beat, said, &fact) && !is_listed(out, fact.id))
			*list_push(arena, out) = fact;
	}
}
