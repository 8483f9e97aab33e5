#include "test.h"

#include "cue.h"
#include "cue_words.h"
#include "sentence.h"

static struct cue_list cues_of(const char *tag, const char *text, struct arena **out_arena)
{
	struct sentence s = sentence_of(tag, text);
	struct cue_list list = { 0 };
	text_cues(s.arena, s.text, &s.tokens, s.language, &list);
	*out_arena = s.arena;
	return list;
}

static void tells_the_step_of_a_verb(void **state)
{
	(void)state;
	static const struct {
		const char *tag, *text;
		enum fact_status status;
	} cases[] = {
		{ "en", "The White House unveiled a task force.", STATUS_ANNOUNCED },
		{ "en", "They signed the memorandum.", STATUS_AGREED },
		{ "en", "It took effect at midnight.", STATUS_IN_FORCE },
		{ "en", "The tariff entered into force.", STATUS_IN_FORCE },
		{ "en", "It was put into operation.", STATUS_IN_FORCE },
		{ "en", "They have kept their promise.", STATUS_FULFILLED },
		{ "en", "The tariff has been put off for a month.", STATUS_DELAYED },
		{ "en", "DHS has paused the programme.", STATUS_SUSPENDED },
		{ "en", "They put his ruling on hold.", STATUS_SUSPENDED },
		{ "en", "CBP One was scrapped.", STATUS_WITHDRAWN },
		{ "en", "The WHO has called off the emergency.", STATUS_WITHDRAWN },
		{ "en", "Title 42 lapsed.", STATUS_EXPIRED },
		{ "en", "The bill was voted down in the Senate.", STATUS_REJECTED },
		{ "es", "La vicepresidenta anunció un grupo.", STATUS_ANNOUNCED },
		{ "es", "Se firmó ayer un memorándum.", STATUS_AGREED },
		{ "es", "Entró en vigor el arancel.", STATUS_IN_FORCE },
		{ "es", "El acuerdo quedó sin efecto.", STATUS_WITHDRAWN },
		{ "es", "Rusia suspende su participación.", STATUS_SUSPENDED },
		{ "es", "La vacuna se retrasa.", STATUS_DELAYED },
		{ "es", "El Senado rechazó la reforma.", STATUS_REJECTED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena;
		struct cue_list c = cues_of(cases[i].tag, cases[i].text, &arena);
		if (c.n == 0 || c.items[0].kind != CUE_STATUS || c.items[0].status != cases[i].status)
			fail_msg("\"%s\": %s", cases[i].text, c.n ? fact_status_name(c.items[0].status) : "no cue");
		assert_int_equal(c.items[0].mode, MODE_DONE);
		assert_false(c.items[0].negated);
		arena_free(arena);
	}
}

static void tells_mode_and_negation(void **state)
{
	(void)state;
	static const struct {
		const char *tag, *text;
		enum cue_mode mode;
		bool negated;
	} cases[] = {
		{ "en", "They have suspended it.", MODE_DONE, false },
		{ "en", "They have not suspended it.", MODE_DONE, true },
		{ "en", "It hasn't been suspended.", MODE_DONE, true },
		{ "en", "They never suspended it.", MODE_DONE, true },
		{ "en", "Guatemala signed no document.", MODE_DONE, true },
		{ "en", "Nobody signed it.", MODE_DONE, true },
		{ "en", "They will suspend it.", MODE_PLANNED, false },
		{ "en", "They plan to suspend it.", MODE_PLANNED, false },
		{ "en", "It is set to be suspended.", MODE_PLANNED, false },
		{ "en", "They may suspend it.", MODE_POSSIBLE, false },
		{ "en", "They would suspend it.", MODE_CONDITIONAL, false },
		{ "en", "They will suspend it unless he comes.", MODE_CONDITIONAL, false },
		{ "en", "He urged Mexico to suspend it.", MODE_URGED, false },
		{ "en", "They must suspend it.", MODE_URGED, false },
		{ "en", "Will they suspend it?", MODE_ASKED, false },
		{ "es", "Han suspendido el plan.", MODE_DONE, false },
		{ "es", "No ha suspendido el plan.", MODE_DONE, true },
		{ "es", "Suspenderán el plan.", MODE_PLANNED, false },
		{ "es", "Van a suspender el plan.", MODE_PLANNED, false },
		{ "es", "Podrían suspender el plan.", MODE_POSSIBLE, false },
		{ "es", "Suspenderían el plan.", MODE_CONDITIONAL, false },
		{ "es", "Piden suspender el plan.", MODE_URGED, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena;
		struct cue_list c = cues_of(cases[i].tag, cases[i].text, &arena);
		if (c.n != 1)
			fail_msg("\"%s\": %zu cues", cases[i].text, c.n);
		if (c.items[0].mode != cases[i].mode || c.items[0].negated != cases[i].negated)
			fail_msg(
				"\"%s\": mode %d, negated %d", cases[i].text, (int)c.items[0].mode, c.items[0].negated);
		arena_free(arena);
	}
}

static void refused_infinitive_is_negated(void **state)
{
	(void)state;
	struct arena *arena;
	struct cue_list c = cues_of("en", "Hungary refused to ratify it.", &arena);
	assert_true(c.n > 0);
	assert_int_equal(c.items[c.n - 1].status, STATUS_AGREED);
	assert_true(c.items[c.n - 1].negated);
	arena_free(arena);
}

static void what_is_denied_is_negated(void **state)
{
	(void)state;
	struct arena *arena;
	struct cue_list c = cues_of("en", "The president denied that Mexico had agreed to a fence.", &arena);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.items[0].kind, CUE_DENY);
	assert_int_equal(c.items[1].status, STATUS_AGREED);
	assert_true(c.items[1].negated);
	arena_free(arena);
	c = cues_of("en", "The minister denied having agreed to a fence.", &arena);
	assert_true(c.n >= 2 && c.items[1].negated);
	arena_free(arena);
}

static void tells_joining_leaving_and_the_rest(void **state)
{
	(void)state;
	static const struct {
		const char *tag, *text;
		enum cue_kind kind;
	} cases[] = {
		{ "en", "Sweden joined NATO.", CUE_JOIN },
		{ "en", "They withdrew from the treaty.", CUE_LEAVE },
		{ "es", "Se retiró del tratado.", CUE_LEAVE },
		{ "es", "La Argentina ya no forma parte de la OMS.", CUE_LEAVE },
		{ "en", "He denied it.", CUE_DENY },
		{ "en", "There is no separate arrangement.", CUE_DENY },
		{ "en", "He reaffirmed it.", CUE_REAFFIRM },
		{ "en", "The rule supersedes it.", CUE_REPLACE },
		{ "en", "They extended it.", CUE_EXTEND },
		{ "en", "It rose again.", CUE_INCREASE },
		{ "es", "Bajó la tasa.", CUE_DECREASE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena;
		struct cue_list c = cues_of(cases[i].tag, cases[i].text, &arena);
		if (c.n == 0 || c.items[0].kind != cases[i].kind)
			fail_msg("\"%s\": %d", cases[i].text, c.n ? (int)c.items[0].kind : -1);
		arena_free(arena);
	}
}

static void passive_is_told(void **state)
{
	(void)state;
	struct arena *arena;
	struct cue_list c = cues_of("en", "The plan was suspended.", &arena);
	assert_int_equal(c.n, 1);
	assert_true(c.items[0].passive);
	arena_free(arena);
	c = cues_of("en", "They suspended the plan.", &arena);
	assert_int_equal(c.n, 1);
	assert_false(c.items[0].passive);
	arena_free(arena);
}

static void noun_behind_an_article_is_no_verb(void **state)
{
	(void)state;
	struct arena *arena;
	struct cue_list c = cues_of("en", "He sent the offer to us.", &arena);
	assert_int_equal(c.n, 0);
	arena_free(arena);
}

static void tables_are_sorted(void **state)
{
	(void)state;
	const struct cue_words *const all[] = { &cue_words_en, &cue_words_es };
	for (size_t i = 0; i < 2; i++) {
		const struct verb_table *v = all[i]->verbs;
		assert_true(phrase_table_is_sorted(&all[i]->phrases));
		assert_true(phrase_table_is_sorted(&all[i]->helpers));
		for (size_t k = 1; k < v->verb_count; k++)
			assert_true(strcmp(v->verbs[k - 1].root, v->verbs[k].root) <= 0);
		for (size_t k = 1; k < v->ending_count; k++)
			assert_true(strcmp(v->endings[k - 1].ending, v->endings[k].ending) <= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_step_of_a_verb),
		cmocka_unit_test(tells_mode_and_negation),
		cmocka_unit_test(refused_infinitive_is_negated),
		cmocka_unit_test(what_is_denied_is_negated),
		cmocka_unit_test(tells_joining_leaving_and_the_rest),
		cmocka_unit_test(passive_is_told),
		cmocka_unit_test(noun_behind_an_article_is_no_verb),
		cmocka_unit_test(tables_are_sorted),
	};
	return RUN(tests);
}
