/* Helpers that the slots share. */
#include "judge.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "unicode.h"

#define WHY_BYTES 240
#define ROUNDING 0.005 /* of a value: "12 thousand" for 12,043 is the same number told shorter */

struct change change_start(const struct judge *judge, enum change_kind kind, const char *slot, double confidence)
{
	struct change change = { .kind = kind, .slot = slot, .statement = judge->statement };
	change.fact_id = arena_sv(judge->arena, judge->fact.id);
	change.beat = arena_sv(judge->arena, judge->fact.beat);
	change.confidence = confidence < 0 ? 0 : confidence > 1 ? 1 : confidence;
	for (size_t i = 0; i < judge->why.n; i++)
		*list_push(judge->arena, &change.why) = judge->why.items[i];
	return change;
}

void change_because(struct arena *arena, struct change *change, const char *format, ...)
{
	char line[WHY_BYTES];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0)
		return;
	struct sv text = { line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1 };
	*list_push(arena, &change->why) = arena_sv(arena, text);
}

struct sv span_text(const struct judge *judge, struct span span)
{
	return sv_slice(judge->statement->text, span.from, span.to);
}

size_t words_to_fact(const struct judge *judge, struct span span)
{
	const struct word_list *words = &judge->query->words;
	size_t at = 0, best = SIZE_MAX / 2, best_named = SIZE_MAX / 2;
	while (at < words->n && words->items[at].span.to <= span.from)
		at++;
	for (size_t i = 0; i < judge->hits.n; i++) {
		size_t place = judge->hits.places[i];
		size_t distance = place > at ? place - at : at - place;
		best = distance < best ? distance : best;
		if (judge->hits.named[place])
			best_named = distance < best_named ? distance : best_named;
	}
	return best_named < SIZE_MAX / 2 ? best_named : best;
}

/* Capitals inside a sentence: "Baja California" lowers nothing. */
static bool is_proper(const struct statement *statement, struct span span)
{
	if (span.from == 0 || statement->is_heading || span.to <= span.from)
		return false;
	size_t at = span.from, before = span.from;
	if (!text_is_upper(text_next(statement->text, &at)))
		return false;
	int32_t last = text_prev(statement->text, &before);
	while (last >= 0 && text_is_space(last))
		last = text_prev(statement->text, &before);
	return text_is_letter(last) || last == ',';
}

bool cue_is_name(const struct judge *judge, const struct cue *cue)
{
	const struct word_list *words = &judge->query->words;
	bool any = false;
	if (is_proper(judge->statement, cue->span))
		return true;
	if (sv_find_char(span_text(judge, cue->span), ' ') != SIZE_MAX)
		return false; /* a phrase with its small words is said, not named */
	for (size_t i = 0; i < words->n; i++) {
		if (words->items[i].span.from >= cue->span.to || cue->span.from >= words->items[i].span.to)
			continue;
		any = true;
		if (!judge->hits.named[i])
			return false;
	}
	return any;
}

bool cue_is_done(const struct cue *cue)
{
	return cue->mode == MODE_DONE && !cue->negated;
}

bool cue_is_firm(const struct cue *cue)
{
	return (cue->mode == MODE_DONE || cue->mode == MODE_PLANNED) && !cue->negated;
}

bool numbers_equal(double a, double b)
{
	double size = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
	return fabs(a - b) <= ROUNDING * size;
}

bool is_question(struct sv text)
{
	while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '"'))
		text.n--;
	return sv_ends(text, SV("?"));
}

bool is_open(const struct statement *statement)
{
	if (is_question(statement->text))
		return true;
	for (size_t i = 0; i < statement->cues.n; i++) {
		enum cue_mode mode = statement->cues.items[i].mode;
		if (mode == MODE_CONDITIONAL || mode == MODE_POSSIBLE || mode == MODE_URGED || mode == MODE_ASKED)
			return true;
	}
	return false;
}

const struct date_mention *date_ahead(const struct judge *judge)
{
	const struct date_mention *best = NULL;
	for (size_t i = 0; i < judge->statement->dates.n; i++) {
		const struct date_mention *m = &judge->statement->dates.items[i];
		if (m->role == DATE_SINCE || date_compare(m->date, judge->context->published) <= 0)
			continue;
		bool looks = m->role == DATE_BY || m->role == DATE_FROM || m->role == DATE_UNTIL;
		if (!best || (looks && best->role == DATE_ON))
			best = m;
	}
	return best;
}

bool word_before(const struct statement *statement, struct span span, size_t near, const char *words)
{
	struct sv before = sv_slice(statement->text, 0, span.from);
	for (size_t i = 0; i < near && before.n > 0; i++) {
		before = sv_trim(before);
		size_t from = before.n;
		while (from > 0 && before.p[from - 1] != ' ')
			from--;
		struct sv last = sv_slice(before, from, before.n), rest = sv_of(words), word;
		while (sv_split(&rest, ' ', &word))
			if (sv_eq_nocase(word, last))
				return true;
		before.n = from;
	}
	return false;
}

bool is_forecast(const struct statement *statement)
{
	static const char words[] = "expects expect expected forecast forecasts predicts predicted projects projected "
				    "estimates reckons preve preven pronostica estima espera esperan proyecta";
	struct span end = { (uint32_t)statement->text.n, (uint32_t)statement->text.n };
	return word_before(statement, end, 200, words);
}
