/* Who speaks, by rules over the words of one sentence outside of its quotations.
 *
 * For each verb of speech the phrase before it is tried ("Vice President Kamala Harris said", "Ebrard, the foreign
 * minister, said"), then, where the verb may stand first, the phrase after it ("said Harris"). A phrase is a
 * speaker when it holds a name (a capital word that is not there by its place in the sentence), a noun that can
 * speak ("officials"), or is a pronoun. "According to X" is tried last. A word is looked at a bounded number of times. */
#include "quote.h"
#include "speech_words.h"

enum { PHRASE_WORDS = 14 };

struct words {
	struct sv sentence;
	const struct token_list *tokens;
	const bool *quoted; /* of each token */
	const struct speech_words *list;
};

/* A phrase: tokens [from, to). */
struct phrase {
	size_t from, to;
};

static const struct token *word_at(const struct words *w, size_t i)
{
	return &w->tokens->items[i];
}

static bool is_in(const struct words *w, size_t i, const char *const *list)
{
	return i < w->tokens->n && !w->quoted[i] && speech_is_word(list, word_at(w, i)->folded);
}

static bool is_comma(const struct words *w, size_t i)
{
	return i < w->tokens->n && sv_eq(word_at(w, i)->text, SV(","));
}

/* Part of a phrase at all: a word, a number, a hyphen inside a word. */
static bool is_phrase_word(const struct words *w, size_t i)
{
	if (w->quoted[i])
		return false;
	const struct token *t = word_at(w, i);
	return t->kind == TOKEN_WORD || t->kind == TOKEN_NUMBER || (sv_eq(t->text, SV("-")) && !t->space_before) ||
		sv_eq(t->text, SV("'s")) || sv_eq(t->text, SV("\342\200\231s"));
}

static bool is_name_word(const struct words *w, size_t i)
{
	const struct token *t = word_at(w, i);
	if (!t->is_capital || t->kind != TOKEN_WORD || w->quoted[i] || is_in(w, i, w->list->days))
		return false;
	bool starts = i == 0 || w->quoted[i - 1];
	bool is_function_word = t->is_stop || is_in(w, i, w->list->openers) || is_in(w, i, w->list->auxiliaries);
	return !(starts && is_function_word) && !(is_function_word && t->text.n < 4);
}

static bool holds_speaker(const struct words *w, struct phrase p)
{
	for (size_t i = p.from; i < p.to; i++)
		if (is_name_word(w, i) || is_in(w, i, w->list->roles))
			return true;
	return false;
}

/* Where the run of phrase words that ends at `to` starts. */
static size_t walk_left(const struct words *w, size_t to)
{
	size_t i = to;
	while (i > 0 && to - i < PHRASE_WORDS) {
		if (!is_phrase_word(w, i - 1) || is_in(w, i - 1, w->list->breaks))
			break;
		bool is_joint = is_in(w, i - 1, w->list->joints);
		if (is_joint && !(i >= 2 && i < to && is_name_word(w, i - 2) && is_name_word(w, i)))
			break;
		i--;
	}
	return i;
}

/* Days, "on", auxiliaries off the end; articles off the front; a phrase that opens the sentence ("On Tuesday
 * Harris") leaves its last run of names. */
static struct phrase trim(const struct words *w, struct phrase p)
{
	while (p.to > p.from && (is_in(w, p.to - 1, w->list->days) || word_at(w, p.to - 1)->kind == TOKEN_NUMBER))
		p.to--;
	while (p.to > p.from &&
		(is_in(w, p.to - 1, w->list->auxiliaries) || is_in(w, p.to - 1, w->list->connectors) ||
			is_in(w, p.to - 1, w->list->joints)))
		p.to--;
	bool is_opened = p.from < p.to && is_in(w, p.from, w->list->openers) &&
		!(is_in(w, p.from, w->list->articles) && !is_in(w, p.from + 1, w->list->days));
	if (is_opened) {
		size_t i = p.to;
		while (i > p.from && is_name_word(w, i - 1))
			i--;
		if (i > p.from && i < p.to && is_in(w, i - 1, w->list->roles)) /* "presidente López" */
			i--;
		p.from = i;
	}
	while (p.from < p.to && is_in(w, p.from, w->list->articles))
		p.from++;
	return p;
}

static struct speaker as_speaker(const struct words *w, struct phrase p)
{
	if (p.from >= p.to || !holds_speaker(w, p))
		return (struct speaker){ 0 };
	uint32_t from = word_at(w, p.from)->span.from, to = word_at(w, p.to - 1)->span.to;
	return (struct speaker){ SPEAKER_NAMED, sv_slice(w->sentence, from, to) };
}

static struct speaker speaker_before(const struct words *w, size_t verb)
{
	size_t to = verb;
	while (to > 0 && verb - to < 3 && is_in(w, to - 1, w->list->auxiliaries))
		to--;
	if (to == 0 || w->quoted[to - 1])
		return (struct speaker){ 0 };
	bool is_pronoun = is_in(w, to - 1, w->list->pronouns) &&
		!(w->list->may_drop_subject && word_at(w, to - 1)->text.n == 2 && verb != to);
	if (is_pronoun)
		return (struct speaker){ SPEAKER_BEFORE, { 0 } };
	if (is_comma(w, to - 1)) { /* "Ebrard, the foreign minister, said" */
		size_t i = to - 1;
		while (i > 0 && to - i < PHRASE_WORDS + 4 && !is_comma(w, i - 1) && !w->quoted[i - 1])
			i--;
		if (i == 0 || !is_comma(w, i - 1))
			return (struct speaker){ 0 };
		struct phrase p = { walk_left(w, i - 1), i - 1 };
		return as_speaker(w, trim(w, p));
	}
	struct phrase p = { walk_left(w, to), to };
	return as_speaker(w, trim(w, p));
}

/* May the speaker follow this verb? Where the sentence or a clause starts with it, or a quotation ends before. */
static bool is_inverted(const struct words *w, size_t verb)
{
	size_t before = verb;
	while (before > 0 && is_in(w, before - 1, w->list->auxiliaries))
		before--;
	if (before == 0)
		return true;
	const struct token *t = word_at(w, before - 1);
	return w->quoted[before - 1] || (t->kind == TOKEN_PUNCT && !sv_eq(t->text, SV("-")));
}

static size_t walk_right(const struct words *w, size_t from)
{
	size_t i = from;
	while (i < w->tokens->n && i - from < PHRASE_WORDS && is_phrase_word(w, i)) {
		if (is_in(w, i, w->list->days) || is_in(w, i, w->list->breaks))
			break;
		bool is_article_of_day = is_in(w, i, w->list->articles) && is_in(w, i + 1, w->list->days);
		bool joins_names = is_in(w, i, w->list->joints) && i > from && i + 1 < w->tokens->n &&
			is_name_word(w, i - 1) && is_name_word(w, i + 1);
		if (is_article_of_day || (is_in(w, i, w->list->enders) && !joins_names))
			break;
		i++;
	}
	return i;
}

static bool are_names(const struct words *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!is_name_word(w, i) && !is_in(w, i, w->list->connectors))
			return false;
	return to > from + 1;
}

static struct speaker speaker_after(const struct words *w, size_t from)
{
	if (is_in(w, from, w->list->pronouns) && !is_phrase_word(w, from + 1 < w->tokens->n ? from + 1 : from))
		return (struct speaker){ SPEAKER_BEFORE, { 0 } };
	size_t to = walk_right(w, from);
	if (is_comma(w, to) && to + 1 < w->tokens->n) { /* "dijo el presidente de México, Andrés Manuel …," */
		size_t end = walk_right(w, to + 1);
		if (are_names(w, to + 1, end))
			to = end;
	}
	struct phrase p = { from, to };
	while (p.from < p.to && is_in(w, p.from, w->list->articles))
		p.from++;
	while (p.to > p.from && is_in(w, p.to - 1, w->list->connectors))
		p.to--;
	return as_speaker(w, p);
}

static struct speaker by_verb(const struct words *w, size_t verb, bool has_quotes)
{
	struct speaker none = { 0 };
	if (!is_in(w, verb, w->list->verbs) || word_at(w, verb)->kind != TOKEN_WORD)
		return none;
	if (word_at(w, verb)->is_capital && verb > 0) /* "United States" */
		return none;
	size_t before = verb;
	while (before > 0 && is_in(w, before - 1, w->list->auxiliaries))
		before--;
	if (is_in(w, verb + 1, w->list->agents) || (before > 0 && is_in(w, before - 1, w->list->passives)))
		return none;
	/* ", informó la Secretaría": where the verb comes first, what stands before the comma is what was said. */
	bool is_verb_first = w->list->may_drop_subject && verb > 0 && is_comma(w, verb - 1);
	struct speaker found = is_verb_first ? speaker_after(w, verb + 1) : none;
	if (found.kind == SPEAKER_NONE)
		found = speaker_before(w, verb);
	if (found.kind == SPEAKER_NONE && is_inverted(w, verb))
		found = speaker_after(w, verb + 1);
	if (found.kind == SPEAKER_NONE && has_quotes && w->list->may_drop_subject && is_inverted(w, verb))
		found = (struct speaker){ SPEAKER_BEFORE, { 0 } };
	return found;
}

/* "According to X": the number of tokens of the phrase at i, or 0. */
static size_t according_at(const struct words *w, size_t i)
{
	for (const char *const *phrase = w->list->according; *phrase; phrase++) {
		struct sv rest = sv_of(*phrase), word;
		size_t n = 0;
		bool fits = true;
		while (fits && sv_split(&rest, ' ', &word)) {
			fits = i + n < w->tokens->n && !w->quoted[i + n] && sv_eq(word_at(w, i + n)->folded, word);
			n++;
		}
		if (fits)
			return n;
	}
	return 0;
}

static bool *mark_quoted(struct arena *arena, const struct token_list *tokens, const struct span_list *quoted)
{
	bool *marks = arena_array(arena, bool, tokens->n + 1);
	size_t q = 0;
	for (size_t i = 0; i < tokens->n; i++) {
		while (q < quoted->n && quoted->items[q].to <= tokens->items[i].span.from)
			q++;
		marks[i] = q < quoted->n && quoted->items[q].from <= tokens->items[i].span.from;
	}
	return marks;
}

struct speaker quote_speaker(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct span_list *quoted, const struct language *language)
{
	struct words w = { sentence, tokens, mark_quoted(arena, tokens, quoted),
		speech_words_of(language_tag(language)) };
	struct speaker found = { 0 };
	for (size_t i = 0; i < tokens->n && found.kind == SPEAKER_NONE; i++)
		if (!w.quoted[i])
			found = by_verb(&w, i, quoted->n > 0);
	for (size_t i = 0; i < tokens->n && found.kind == SPEAKER_NONE; i++) {
		size_t n = w.quoted[i] ? 0 : according_at(&w, i);
		if (n && i + n < tokens->n)
			found = speaker_after(&w, i + n);
	}
	return found;
}
