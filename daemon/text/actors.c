/* Longest match of folded words against a sorted table.
 *
 * Tokens say of themselves whether they may begin a name (it is kept with the other forms of a word), so that the
 * table is only searched where it may give something. From there the phrase grows word by word while some entry starts
 * with it; the longest entry that is written as it must be wins, and reading goes on behind it. */
#include "actors.h"

#include <string.h>

#include "actor_words.h"

enum { PHRASE_BYTES = 80, PHRASE_WORDS = 16 };

/* Index of the first name that is not before `phrase`. */
static size_t lower_bound(const struct actor_words *words, struct sv phrase)
{
	size_t low = 0, high = words->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (sv_compare(sv_of(words->names[middle].phrase), phrase) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool actor_begins(const struct language *language, struct sv folded)
{
	size_t i = lower_bound(language->actors, folded);
	if (folded.n == 0 || i == language->actors->count)
		return false;
	struct sv name = sv_of(language->actors->names[i].phrase);
	/* Space and apostrophe sort before letters, so a name of that word would be this one. */
	return sv_starts(name, folded) && (name.n == folded.n || name.p[folded.n] == ' ' || name.p[folded.n] == '\'');
}

struct finder {
	struct sv sentence;
	const struct token *tokens;
	size_t n;
	const struct actor_words *words;
	bool is_shouted; /* no lower-case letter in the sentence */
};

static bool is_hyphen(const struct token *token)
{
	return token->kind == TOKEN_PUNCT && !token->space_before && sv_eq(token->folded, SV("-"));
}

/* Puts the folded form of token i behind the phrase. False when it is full or the token cannot be part of a name. */
static bool append(const struct finder *f, size_t first, size_t i, char *phrase, size_t *n)
{
	const struct token *token = &f->tokens[i];
	if (token->kind == TOKEN_PUNCT || *n + 1 + token->folded.n > PHRASE_BYTES)
		return false;
	if (i > first && (token->space_before || is_hyphen(&f->tokens[i - 1])))
		phrase[(*n)++] = ' ';
	memcpy(phrase + *n, token->folded.p, token->folded.n);
	*n += token->folded.n;
	return true;
}

/* "Mexico", "d'Ivoire". */
static bool has_capital(const struct token *token)
{
	for (size_t i = 0; i < token->text.n; i++)
		if (token->text.p[i] >= 'A' && token->text.p[i] <= 'Z')
			return true;
	return token->is_capital;
}

static bool is_upper_only(const struct token *token)
{
	for (size_t i = 0; i < token->text.n; i++)
		if (token->text.p[i] >= 'a' && token->text.p[i] <= 'z')
			return false;
	return true;
}

/* A word with a capital beside a name, with nothing in between, that makes it a part of another name. */
static bool is_name_word(const struct finder *f, size_t i)
{
	const struct token *token = &f->tokens[i];
	return token->kind == TOKEN_WORD && token->is_capital && !token->is_stop && !token->begins_name;
}

static bool stands_alone(const struct finder *f, size_t first, size_t end)
{
	bool after = end < f->n && f->tokens[end].space_before && is_name_word(f, end);
	/* The first word of a sentence has its capital from there. */
	bool before = first > 1 && f->tokens[first].space_before && is_name_word(f, first - 1);
	bool initial = first > 0 && f->tokens[first - 1].text.n == 2 && f->tokens[first - 1].text.p[1] == '.';
	return f->is_shouted || (!after && !before && !initial);
}

static bool is_written_so(const struct finder *f, size_t first, size_t end, enum actor_case written)
{
	const struct token *a = &f->tokens[first], *b = &f->tokens[end - 1];
	bool has_capitals = a->is_capital && (has_capital(b) || b->kind == TOKEN_NUMBER);
	switch (written) {
	case NAME_ANY: return true;
	case NAME_CAPITAL: return has_capitals;
	case NAME_UPPER: return is_upper_only(a) && (!f->is_shouted || sv_find_char(a->text, '.') != SIZE_MAX);
	case NAME_CAREFUL: return has_capitals && stands_alone(f, first, end);
	}
	return false;
}

/* The longest name that starts at `first`; NULL when there is none. */
static const struct actor_name *find_at(const struct finder *f, size_t first, size_t *out_end)
{
	const struct actor_name *best = NULL;
	char phrase[PHRASE_BYTES];
	size_t n = 0;
	for (size_t i = first; i < f->n && i < first + PHRASE_WORDS; i++) {
		if (i > first && is_hyphen(&f->tokens[i]))
			continue;
		if (!append(f, first, i, phrase, &n))
			break;
		struct sv so_far = { phrase, n };
		size_t at = lower_bound(f->words, so_far);
		if (at == f->words->count || !sv_starts(sv_of(f->words->names[at].phrase), so_far))
			break;
		const struct actor_name *name = &f->words->names[at];
		if (strlen(name->phrase) == n && is_written_so(f, first, i + 1, name->written)) {
			best = name;
			*out_end = i + 1;
		}
	}
	return best;
}

static bool has_lower(struct sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] >= 'a' && v.p[i] <= 'z')
			return true;
	return false;
}

void text_actors(struct arena *arena, struct sv sentence, const struct token_list *tokens,
	const struct language *language, struct actor_list *out)
{
	struct finder f = { .sentence = sentence,
		.tokens = tokens->items,
		.n = tokens->n,
		.words = language->actors,
		.is_shouted = !has_lower(sentence) };
	*out = (struct actor_list){ 0 };
	for (size_t i = 0; i < f.n; i++) {
		size_t end = i + 1;
		const struct actor_name *name = f.tokens[i].begins_name ? find_at(&f, i, &end) : NULL;
		if (!name)
			continue;
		if (name->code[0]) {
			struct actor *actor = list_push(arena, out);
			actor->code = sv_of(name->code);
			actor->span = (struct span){ f.tokens[i].span.from, f.tokens[end - 1].span.to };
		}
		i = end - 1;
	}
}
