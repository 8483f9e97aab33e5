/* Tokens, quantities, dates and cues of arbitrary bytes in both languages, and the same bytes as a metadata date.
 * Spans must lie inside the sentence and values must be finite. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "cue.h"
#include "dates.h"
#include "limit.h"
#include "quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void expect(bool condition)
{
	if (!condition)
		abort();
}

static void check_span(struct span span, struct sv text)
{
	expect(span.from < span.to && span.to <= text.n);
}

static void read_as(struct arena *arena, struct sv text, const struct language *language)
{
	struct token_list tokens = { 0 };
	struct quantity_list quantities = { 0 };
	struct date_list dates = { 0 };
	struct cue_list cues = { 0 };
	struct wall_ms when;
	text_tokens(arena, text, language, &tokens);
	text_quantities(arena, text, &tokens, language, &quantities);
	text_dates(arena, text, &tokens, language, (struct date){ 2026, 2, 28 }, &dates);
	text_cues(arena, text, &tokens, language, &cues);
	for (size_t i = 0; i < quantities.n; i++) {
		expect(isfinite(quantities.items[i].value) && isfinite(quantities.items[i].high));
		check_span(quantities.items[i].number, text);
		check_span(quantities.items[i].phrase, text);
	}
	for (size_t i = 0; i < dates.n; i++) {
		expect(date_is_valid(dates.items[i].date) && date_is_valid(dates.items[i].start));
		check_span(dates.items[i].span, text);
	}
	for (size_t i = 0; i < cues.n; i++)
		check_span(cues.items[i].span, text);
	(void)text_date_parse(text, language, &when);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct sv text = { (const char *)bytes, n < LIMIT_SENTENCE_BYTES ? n : LIMIT_SENTENCE_BYTES };
	struct arena *arena = arena_new(1u << 26);
	read_as(arena, text, language_find(SV("en")));
	read_as(arena, text, language_find(SV("es")));
	arena_free(arena);
	return 0;
}
