#include "test.h"

#include "token.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct token_list tokens_of(const char *text, const char *tag)
{
	struct token_list tokens;
	text_tokens(arena, sv_of(text), language_find(sv_of(tag)), &tokens);
	return tokens;
}

/* All tokens as written, a bar between them. */
static void expect_tokens(const char *tag, const char *text, const char *want)
{
	struct token_list tokens = tokens_of(text, tag);
	struct sv got = SV("");
	for (size_t i = 0; i < tokens.n; i++)
		got = arena_printf(arena, "%.*s%s%.*s", SV_ARG(got), i ? "|" : "", SV_ARG(tokens.items[i].text));
	assert_sv(got, want);
}

static void words_keep_inner_apostrophes_and_dots_of_abbreviations(void **state)
{
	(void)state;
	expect_tokens("en", "The U.S. didn't sign.", "The|U.S.|didn't|sign|.");
	expect_tokens("en", "He lives in the U.S.", "He|lives|in|the|U.S.");
	expect_tokens("en", "J. K. Rowling met Mr. Smith.", "J.|K.|Rowling|met|Mr.|Smith|.");
	expect_tokens("es", "EE. UU. y México, núm. 5 a las 8 p. m.", "EE.|UU.|y|México|,|núm.|5|a|las|8|p.|m|.");
	expect_tokens("en", "Dr. O’Brien said so", "Dr.|O’Brien|said|so");
}

static void numbers_keep_their_separators(void **state)
{
	(void)state;
	expect_tokens("en", "12,000.5 or 13 181, up 25%.", "12,000.5|or|13|181|,|up|25|%|.");
	expect_tokens("es", "1.234,5 y 28 mil.", "1.234,5|y|28|mil|.");
	expect_tokens("en", "US$12m on 2021-06-08", "US|$|12|m|on|2021|-|06|-|08");
	expect_tokens("en", "the 21st COP26, an F-16", "the|21|st|COP26|,|an|F|-|16");
}

static void hyphens_and_possessives_are_tokens_of_their_own(void **state)
{
	(void)state;
	expect_tokens("en", "U.S.-Mexico talks", "U.S.|-|Mexico|talks");
	expect_tokens("en", "Mexico's and the States’ 'new' plan", "Mexico|'s|and|the|States|’|'|new|'|plan");
}

static void addresses_are_one_token(void **state)
{
	(void)state;
	expect_tokens("en", "See https://a.example/x?y=12,5. Or mail me@a.example, now",
		"See|https://a.example/x?y=12,5|.|Or|mail|me@a.example|,|now");
	expect_tokens("en", "at state.gov today", "at|state.gov|today");
}

static void folds_and_stems(void **state)
{
	(void)state;
	struct token_list en = tokens_of("U.S. deployments", "en");
	assert_sv(en.items[0].folded, "us");
	assert_sv(en.items[1].stem, "deploy");
	struct token_list es = tokens_of("Suspensión Despliegues EE.UU.", "es");
	assert_sv(es.items[0].folded, "suspension");
	assert_sv(es.items[1].stem, "desplieg");
	assert_sv(es.items[2].folded, "eeuu");
	assert_true(es.items[0].is_capital);
	assert_true(es.items[1].space_before);
	assert_false(es.items[0].space_before);
}

static void a_name_in_capitals_is_no_function_word(void **state)
{
	(void)state;
	struct token_list tokens = tokens_of("The US told us in May", "en");
	assert_true(tokens.items[0].is_stop);
	assert_false(tokens.items[1].is_stop);
	assert_true(tokens.items[3].is_stop);
	struct token_list headline = tokens_of("TROOPS IN THE SOUTH", "en");
	assert_true(headline.items[2].is_stop);
}

/* The same words again come out of the cache, and must come out the same. */
static void forms_are_the_same_the_second_time(void **state)
{
	(void)state;
	for (int round = 0; round < 2; round++) {
		struct token_list tokens = tokens_of("Ministries’ Peña running", "en");
		assert_sv(tokens.items[0].folded, "ministries");
		assert_sv(tokens.items[0].stem, "ministri");
		assert_sv(tokens.items[2].folded, "pena");
		assert_sv(tokens.items[3].stem, "run");
		assert_true(tokens.items[3].folded.p == tokens.items[3].text.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_keep_inner_apostrophes_and_dots_of_abbreviations),
		cmocka_unit_test(numbers_keep_their_separators),
		cmocka_unit_test(hyphens_and_possessives_are_tokens_of_their_own),
		cmocka_unit_test(addresses_are_one_token),
		cmocka_unit_test(folds_and_stems),
		cmocka_unit_test(a_name_in_capitals_is_no_function_word),
		cmocka_unit_test(forms_are_the_same_the_second_time),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
