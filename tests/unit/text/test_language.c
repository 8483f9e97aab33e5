#include "test.h"

#include "lexicon.h"
#include "segment_words.h"

static void expect(const char *text, const char *hint, const char *want)
{
	assert_sv(language_tag(language_detect(sv_of(text), sv_of(hint))), want);
}

static void finds_languages_by_tag(void **state)
{
	(void)state;
	assert_ptr_equal(language_find(SV("es-MX")), &language_es);
	assert_ptr_equal(language_find(SV("EN_us")), &language_en);
	assert_ptr_equal(language_find(SV("spa")), &language_es);
	assert_null(language_find(SV("fr")));
	assert_null(language_find(SV("")));
	assert_null(language_find(SV("enx")));
}

static void detects_by_function_words(void **state)
{
	(void)state;
	expect("The government of Mexico has said that it would send more of its troops to the border.", "", "en");
	expect("El gobierno de México ha dicho que enviará más de sus tropas a la frontera.", "", "es");
	expect("LA SECRETARÍA DE LA DEFENSA NACIONAL INFORMÓ QUE EL DESPLIEGUE SIGUE", "en", "es");
}

static void a_wrong_hint_does_not_win_over_running_text(void **state)
{
	(void)state;
	expect("El presidente dijo que los aranceles de The New York Times no son de la agenda.", "en-US", "es");
	expect("The president of El Salvador said that the tariffs were not on the agenda.", "es", "en");
}

static void the_hint_and_then_the_letters_decide_on_short_texts(void **state)
{
	(void)state;
	expect("28,000", "es", "es");
	expect("28,000", "", "en");
	expect("México anuncia 28.000 soldados", "", "es");
	expect("", "", "en");
}

/* bsearch() needs it; a line in the wrong place would be a word never found. */
static void tables_are_sorted(void **state)
{
	(void)state;
	const struct language *languages[] = { &language_en, &language_es };
	for (size_t i = 0; i < 2; i++) {
		const struct language *l = languages[i];
		const struct segment_words *s = l->segments;
		assert_null(l->stop_words[l->stop_word_count]);
		for (size_t j = 1; j < l->stop_word_count; j++)
			assert_true(strcmp(l->stop_words[j - 1], l->stop_words[j]) < 0);
		for (size_t j = 1; j < s->dot_word_count; j++)
			assert_true(strcmp(s->dot_words[j - 1].word, s->dot_words[j].word) < 0);
		for (size_t j = 1; j < s->starter_count; j++)
			assert_true(strcmp(s->starters[j - 1], s->starters[j]) < 0);
		for (size_t j = 1; j < s->after_time_count; j++)
			assert_true(strcmp(s->after_times[j - 1], s->after_times[j]) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_languages_by_tag),
		cmocka_unit_test(detects_by_function_words),
		cmocka_unit_test(a_wrong_hint_does_not_win_over_running_text),
		cmocka_unit_test(the_hint_and_then_the_letters_decide_on_short_texts),
		cmocka_unit_test(tables_are_sorted),
	};
	return RUN(tests);
}
