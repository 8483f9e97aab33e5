#include "test.h"

#include "quote.h"
#include "read_support.h"

static struct sv speaker_in(struct arena *arena, const char *sentence, const char *lang)
{
	struct statement s = { 0 };
	struct error err = { 0 };
	assert_ok(read_statement(arena, sv_of(sentence), sv_of(lang), (struct date){ 0 }, &s, &err), err);
	return s.speaker;
}

struct speaker_case {
	const char *lang, *sentence, *speaker;
};

static void check(const struct speaker_case *cases, size_t n)
{
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	for (size_t i = 0; i < n; i++) {
		struct sv got = speaker_in(arena, cases[i].sentence, cases[i].lang);
		if (!sv_eq(got, sv_of(cases[i].speaker)))
			fail_msg("'%s': got '%.*s', not '%s'", cases[i].sentence, SV_ARG(got), cases[i].speaker);
	}
}

static void speaker_before_the_verb_is_found(void **state)
{
	(void)state;
	static const struct speaker_case cases[] = {
		{ "en", "“We share history,” Vice President Kamala Harris said in a tweet during her trip.",
			"Vice President Kamala Harris" },
		{ "en", "During her trip, Vice President Harris announced that agencies will partner.",
			"Vice President Harris" },
		{ "en",
			"“We will act,” Harris said June 7 before meeting with Guatemalan President Alejandro "
			"Giammattei.",
			"Harris" },
		{ "en", "Marcelo Ebrard, Mexico’s foreign minister, told reporters that the talks go on.",
			"Marcelo Ebrard" },
		{ "en", "Officials said the number was wrong.", "Officials" },
		{ "en", "A spokesman for the Interior Ministry later said that nobody was hurt.",
			"spokesman for the Interior Ministry" },
		{ "en", "On Tuesday Harris said the plan would start.", "Harris" },
		{ "en", "Harris and Biden said they would meet again.", "Harris and Biden" },
		{ "es", "El presidente López Obrador dijo que enviará 10,000 elementos.", "presidente López Obrador" },
		{ "es", "La Secretaría de Relaciones Exteriores señaló que el acuerdo sigue vigente.",
			"Secretaría de Relaciones Exteriores" },
	};
	check(cases, sizeof cases / sizeof *cases);
}

static void speaker_after_the_verb_is_found(void **state)
{
	(void)state;
	static const struct speaker_case cases[] = {
		{ "en", "“We will act,” said Antony Blinken on Tuesday.", "Antony Blinken" },
		{ "en", "\"We will act,\" said the president of Mexico, Andrés Manuel López Obrador, in March.",
			"president of Mexico, Andrés Manuel López Obrador" },
		{ "en", "The figure was 12,000, according to the Interior Ministry.", "Interior Ministry" },
		{ "es",
			"El despliegue suma ya 13 mil elementos, frente a los 12 mil de junio, informó la Secretaría "
			"de la Defensa.",
			"Secretaría de la Defensa" },
		{ "es", "«Vamos a cumplir», dijo Marcelo Ebrard en conferencia de prensa.", "Marcelo Ebrard" },
		{ "es", "“Vamos a cumplir”, aseguró el canciller Marcelo Ebrard este martes.",
			"canciller Marcelo Ebrard" },
		{ "es", "La cifra subió a 15 mil, según el Instituto Nacional de Migración.",
			"Instituto Nacional de Migración" },
	};
	check(cases, sizeof cases / sizeof *cases);
}

static void sentences_without_speech_have_no_speaker(void **state)
{
	(void)state;
	static const struct speaker_case cases[] = {
		{ "en", "The United States is working with neighboring countries.", "" },
		{ "en", "The United States and Mexico similarly will work together.", "" },
		{ "en", "The plan was announced by the White House.", "" },
		{ "en", "The measures announced by Mexico take effect in May.", "" },
		{ "en", "Harris unveiled the Task Force.", "" },
		{ "es", "El acuerdo fue anunciado por México.", "" },
	};
	check(cases, sizeof cases / sizeof *cases);
}

static void marks_of_every_kind_are_paired(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	static const struct {
		const char *text;
		size_t n;
		bool is_open;
	} cases[] = {
		{ "He said “a ‘b’ c” and \"d\" and «e» and ‘it’s f’.", 4, false },
		{ "Nothing but rock ’n’ roll, the neighbours’ 5\" pipe.", 0, false },
		{ "“It goes on", 1, true },
		{ "", 0, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span_list spans = { 0 };
		bool is_open;
		quote_spans(arena, sv_of(cases[i].text), &spans, &is_open);
		assert_int_equal(spans.n, cases[i].n);
		assert_int_equal(is_open, cases[i].is_open);
	}
}

static void signature_of_a_tweet_gives_name_and_date(void **state)
{
	(void)state;
	struct signature s;
	assert_true(quote_signature(SV("— Vice President Kamala Harris (@VP) June 8, 2021"), &s));
	assert_sv(s.name, "Vice President Kamala Harris");
	assert_sv(s.date, "June 8, 2021");
	assert_false(quote_signature(SV("— that is what they said."), &s));
	assert_false(quote_signature(SV("Kamala Harris (@VP) June 8, 2021"), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaker_before_the_verb_is_found),
		cmocka_unit_test(speaker_after_the_verb_is_found),
		cmocka_unit_test(sentences_without_speech_have_no_speaker),
		cmocka_unit_test(marks_of_every_kind_are_paired),
		cmocka_unit_test(signature_of_a_tweet_gives_name_and_date),
	};
	return RUN(tests);
}
