#include "test.h"

#include "limit.h"
#include "segment.h"

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

/* All sentences, a bar between them. */
static void expect(const char *tag, const char *text, const char *want)
{
	struct span_list spans;
	struct sv paragraph = sv_of(text), got = SV("");
	text_sentences(arena, paragraph, language_find(sv_of(tag)), &spans);
	for (size_t i = 0; i < spans.n; i++) {
		struct sv one = sv_slice(paragraph, spans.items[i].from, spans.items[i].to);
		got = arena_printf(arena, "%.*s%s%.*s", SV_ARG(got), i ? "|" : "", SV_ARG(one));
	}
	assert_sv(got, want);
}

static void ends_at_terminators_with_what_closes_behind_them(void **state)
{
	(void)state;
	expect("en", " It rose. Did it? Yes!! \n", "It rose.|Did it?|Yes!!");
	expect("en", "He said \"we sign.\" Then he left.", "He said \"we sign.\"|Then he left.");
	expect("es", "¿Cuándo? ¡Hoy! Así será…", "¿Cuándo?|¡Hoy!|Así será…");
	expect("en", "It grew.[7][8] It shrank.", "It grew.[7][8]|It shrank.");
	expect("en", "", "");
}

static void goes_on_after_titles_and_abbreviations(void **state)
{
	(void)state;
	expect("en", "Gen. Smith and Mr. Jones met Sen. Cruz at No. 5 today.",
		"Gen. Smith and Mr. Jones met Sen. Cruz at No. 5 today.");
	expect("en", "Sec. 4.2 and art. 3 apply. P. 12 does not.", "Sec. 4.2 and art. 3 apply.|P. 12 does not.");
	expect("es", "El Sr. López y la Dra. Ruiz hablaron con EE. UU. a las 8 p. m. del lunes.",
		"El Sr. López y la Dra. Ruiz hablaron con EE. UU. a las 8 p. m. del lunes.");
	expect("es", "Véase el núm. 5 del art. 3.", "Véase el núm. 5 del art. 3.");
	expect("en", "J. K. Rowling wrote it.", "J. K. Rowling wrote it.");
}

static void ends_after_an_abbreviation_before_a_word_that_starts_sentences(void **state)
{
	(void)state;
	expect("en", "He works for the U.S. Government. He left the U.S. The end.",
		"He works for the U.S. Government.|He left the U.S.|The end.");
	expect("es", "Llegó a EE. UU. El martes volvió.", "Llegó a EE. UU.|El martes volvió.");
	expect("en", "It closed at 5 p.m. Monday. It opens at 9 a.m. Mr. Smith waits.",
		"It closed at 5 p.m. Monday.|It opens at 9 a.m.|Mr. Smith waits.");
}

static void quotes_and_brackets_may_end_inside_a_sentence(void **state)
{
	(void)state;
	expect("en", "\"This is great.\" she said. (He knew it.) at last.",
		"\"This is great.\" she said.|(He knew it.) at last.");
	expect("en", "He was [...] Home in 2020.", "He was [...] Home in 2020.");
}

static void list_items_are_sentences(void **state)
{
	(void)state;
	expect("en", "1. First, talk. 2. Then sign.", "1. First, talk.|2. Then sign.");
	expect("en", "a) the wall b) the fence c) the rest", "a) the wall|b) the fence|c) the rest");
	expect("en", "(i) the wall; (ii) the fence", "(i) the wall;|(ii) the fence");
	expect("en", "A. Smith and B. Jones agreed", "A. Smith and B. Jones agreed");
}

static void addresses_and_decimals_hold_no_ends(void **state)
{
	(void)state;
	expect("en", "Go to www.a.example/B.C?d=1.5 or me@a.example. It is 3.5 high.",
		"Go to www.a.example/B.C?d=1.5 or me@a.example.|It is 3.5 high.");
}

static void a_forgotten_space_does_not_hide_an_end(void **state)
{
	(void)state;
	expect("en", "The deal is done.Today it starts.", "The deal is done.|Today it starts.");
}

static void cuts_endless_sentences_at_a_space(void **state)
{
	(void)state;
	size_t n = LIMIT_SENTENCE_BYTES * 3;
	char *text = arena_alloc(arena, n);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 7 == 6 ? ' ' : 'x';
	struct span_list spans;
	text_sentences(arena, (struct sv){ text, n }, language_find(SV("en")), &spans);
	assert_int_equal(spans.n, 4);
	for (size_t i = 0; i < spans.n; i++) {
		assert_true(spans.items[i].to - spans.items[i].from <= LIMIT_SENTENCE_BYTES);
		assert_int_equal(text[spans.items[i].from], 'x');
		assert_int_equal(text[spans.items[i].to - 1], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_at_terminators_with_what_closes_behind_them),
		cmocka_unit_test(goes_on_after_titles_and_abbreviations),
		cmocka_unit_test(ends_after_an_abbreviation_before_a_word_that_starts_sentences),
		cmocka_unit_test(quotes_and_brackets_may_end_inside_a_sentence),
		cmocka_unit_test(list_items_are_sentences),
		cmocka_unit_test(addresses_and_decimals_hold_no_ends),
		cmocka_unit_test(a_forgotten_space_does_not_hide_an_end),
		cmocka_unit_test(cuts_endless_sentences_at_a_space),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
