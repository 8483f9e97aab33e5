#include "test.h"

#include "actor_words.h"
#include "actors.h"

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

/* Each actor as code=text. */
static void expect(const char *tag, const char *text, const char *want)
{
	struct token_list tokens;
	struct actor_list actors;
	struct sv sentence = sv_of(text), got = SV("");
	const struct language *language = language_find(sv_of(tag));
	text_tokens(arena, sentence, language, &tokens);
	text_actors(arena, sentence, &tokens, language, &actors);
	for (size_t i = 0; i < actors.n; i++) {
		struct span s = actors.items[i].span;
		got = arena_printf(arena, "%.*s%s%.*s=%.*s", SV_ARG(got), i ? " " : "", SV_ARG(actors.items[i].code),
			SV_ARG(sv_slice(sentence, s.from, s.to)));
	}
	assert_sv(got, want);
}

static void finds_states_by_name_and_demonym(void **state)
{
	(void)state;
	expect("en", "The Mexican government told Germany and the Dutch.", "MX=Mexican DE=Germany NL=Dutch");
	expect("es", "El gobierno mexicano y las tropas alemanas en Catar.", "MX=mexicano DE=alemanas QA=Catar");
	expect("en", "Guinea-Bissau, Equatorial Guinea, Guinea and Papua New Guinea",
		"GW=Guinea-Bissau GQ=Equatorial Guinea GN=Guinea PG=Papua New Guinea");
	expect("en", "Cote d'Ivoire and the People\u2019s Republic of China",
		"CI=Cote d'Ivoire CN=People\u2019s Republic of China");
}

static void finds_the_united_states_in_all_its_forms(void **state)
{
	(void)state;
	expect("en", "The U.S. told us that the US and U.S.-Mexico talks go on.", "US=U.S. US=US US=U.S. MX=Mexico");
	expect("es", "EE. UU., EE.UU., EEUU y Estados Unidos", "US=EE. UU. US=EE.UU. US=EEUU US=Estados Unidos");
	expect("en", "GIVE US MORE TIME IN THE U.S.", "US=U.S.");
}

static void finds_capitals_and_institutions(void **state)
{
	(void)state;
	expect("en", "The White House and Brussels met NATO; the Fed waited.",
		"US=White House EU=Brussels NATO=NATO Federal Reserve=Fed");
	expect("es", "La Casa Blanca, Bruselas, la ONU, la OTAN y Banxico",
		"US=Casa Blanca EU=Bruselas UN=ONU NATO=OTAN Banxico=Banxico");
	expect("en", "He was fed. Who said that? The WHO did.", "WHO=WHO");
}

static void the_longest_name_wins_and_hides_its_parts(void **state)
{
	(void)state;
	expect("en", "New Mexico and the Gulf of Mexico are not Mexico City.", "MX=Mexico City");
	expect("en", "Latin American and American leaders in South Korea", "US=American KR=South Korea");
	expect("es", "El Banco de México y el Estado de México", "Banxico=Banco de M\u00E9xico");
}

static void names_need_their_capitals(void **state)
{
	(void)state;
	expect("en", "They ate turkey from china; the security council of the club met.", "");
	expect("es", "La paz y las malas noticias", "");
}

static void names_of_people_are_no_states(void **state)
{
	(void)state;
	expect("en", "Jordan signed, but Michael Jordan did not.", "JO=Jordan");
	expect("en", "In Jordan's north and in Georgia, a man named Jordan Peterson spoke.", "JO=Jordan GE=Georgia");
	expect("en", "George Washington and Denzel Washington never met Washington.", "US=Washington");
}

/* The search needs the tables sorted and folded, and every first word known to its tokens. */
static void tables_are_sorted_and_reachable(void **state)
{
	(void)state;
	const struct language *languages[] = { &language_en, &language_es };
	for (size_t l = 0; l < 2; l++) {
		const struct actor_words *words = languages[l]->actors;
		for (size_t i = 0; i < words->count; i++) {
			const char *phrase = words->names[i].phrase;
			if (i > 0)
				assert_true(strcmp(words->names[i - 1].phrase, phrase) < 0);
			size_t first = strcspn(phrase, " '");
			assert_true(actor_begins(languages[l], (struct sv){ phrase, first }));
			assert_true(strlen(phrase) < 80);
		}
		assert_false(actor_begins(languages[l], SV("mexic")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_states_by_name_and_demonym),
		cmocka_unit_test(finds_the_united_states_in_all_its_forms),
		cmocka_unit_test(finds_capitals_and_institutions),
		cmocka_unit_test(the_longest_name_wins_and_hides_its_parts),
		cmocka_unit_test(names_need_their_capitals),
		cmocka_unit_test(names_of_people_are_no_states),
		cmocka_unit_test(tables_are_sorted_and_reachable),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
