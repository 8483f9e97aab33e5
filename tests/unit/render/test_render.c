#include <time.h>

#include "clean.h"
#include "client_test.h"
#include "render.h"
#include "value.h"

static const char figure_event[] =
	"{\"specversion\":\"1.0\",\"id\":\"00000000000000aa-5\",\"source\":\"policywatch://h/d\","
	"\"type\":\"policywatch.fact.figure.v1\",\"subject\":\"us-mexico.security-personnel\","
	"\"time\":\"2021-10-08T14:02:00.000Z\",\"recordedtime\":\"2021-10-08T14:05:00.000Z\","
	"\"data\":{\"fact\":{\"id\":\"us-mexico.security-personnel\",\"beat\":\"us-mexico\",\"kind\":\"figure\","
	"\"text\":\"Mexico has deployed security personnel to its south.\",\"parties\":[\"MX\"],"
	"\"status\":\"in-force\",\"figure\":{\"value\":28000,\"unit\":\"security personnel\",\"bound\":\"at-least\"}},"
	"\"change\":{\"kind\":\"figure\",\"slot\":\"figure\",\"old\":12000,\"new\":28000,\"state\":\"applied\","
	"\"confidence\":0.97},\"statement\":{\"text\":\"There are now more than 28,000 of them.\","
	"\"speaker\":\"Luis Cresencio Sandoval\"},\"document\":{\"source\":\"sre-press\","
	"\"url\":\"https://example.org/1\",\"title\":\"Joint\\u001b[31m statement\"},"
	"\"sightings\":2,\"severity\":\"notice\",\"why\":[\"matched: security personnel\",\"old value is named\"]}}";
static const char failing_event[] =
	"{\"type\":\"policywatch.source.failing.v1\",\"subject\":\"state-press\",\"time\":\"2021-10-08T14:02:00.000Z\","
	"\"data\":{\"source\":\"state-press\",\"message\":\"HTTP 503 five times in a row\",\"severity\":\"warning\"}}";
static const char percent_event[] =
	"{\"type\":\"policywatch.fact.contradicted.v1\",\"time\":\"2021-10-08T00:00:00.000Z\",\"data\":{\"fact\":"
	"{\"beat\":\"us-mexico\",\"text\":\"Cut by a quarter.\",\"figure\":{\"unit\":\"percent\"}},"
	"\"change\":{\"slot\":\"figure\",\"old\":25,\"new\":20.5,\"state\":\"proposed\"}}}";
static const char reworded_event[] =
	"{\"type\":\"policywatch.document.reworded.v1\",\"time\":\"2021-10-08T00:00:00.000Z\",\"data\":{\"change\":"
	"{\"slot\":\"text\",\"old\":\"It cost 5 million.\",\"new\":\"It cost 7 million.\",\"old_numbers\":[\"5 "
	"million\"],"
	"\"new_numbers\":[\"7 million\"]},\"statement\":{\"text\":\"It cost 7 million.\"}}}";

static const char state_event[] =
	"{\"type\":\"policywatch.fact.state.v1\",\"id\":\"00000000000000aa-5-us-mexico.security-personnel\","
	"\"time\":\"2021-10-08T14:02:00.000Z\",\"data\":{\"fact\":{\"id\":\"us-mexico.security-personnel\","
	"\"beat\":\"us-mexico\",\"text\":\"Mexico has deployed security personnel to its south.\",\"parties\":[\"MX\"],"
	"\"status\":\"in-force\",\"deadline\":\"2021-12-31\","
	"\"figure\":{\"value\":28000,\"unit\":\"security personnel\",\"bound\":\"about\"}},"
	"\"document\":{\"source\":\"sre-press\"},\"sightings\":3,\"severity\":\"info\"}}";
static const char bare_state_event[] =
	"{\"type\":\"policywatch.fact.state.v1\",\"time\":\"2021-10-08T14:02:00.000Z\",\"data\":{\"fact\":"
	"{\"beat\":\"us-mexico\",\"text\":\"A task force exists.\"}}}";

static void is_line(const char *json, struct render_style style, const char *want)
{
	struct out out = { 0 };
	struct pw_value *event = value_read(json, strlen(json));
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	assert_non_null(event);
	render_line(&out, event, &style);
	char *got = out_take(&out);
	assert_string_equal(got, want);
	if (style.columns && !style.is_color)
		assert_true(clean_columns(got) <= style.columns);
	free(got);
	value_free(event);
}

static void a_line_says_what_changed_and_who_says_so(void **state)
{
	(void)state;
	is_line(figure_event, (struct render_style){ 0 },
		"2021-10-08 14:02  us-mexico  figure      Mexico has deployed security personnel to its south: 12,000 "
		"→ "
		"28,000  — Luis Cresencio Sandoval [sre-press]");
	is_line(failing_event, (struct render_style){ 0 },
		"2021-10-08 14:02  source     failing     HTTP 503 five times in a row  [state-press]");
	is_line(percent_event, (struct render_style){ 0 },
		"2021-10-08        us-mexico  contradicted?  Cut by a quarter: 25 % ≠ 20.5 %");
	is_line(reworded_event, (struct render_style){ 0 },
		"2021-10-08        document   reworded    It cost 7 million: 5 million → 7 million");
}

static void a_narrow_line_keeps_its_values(void **state)
{
	(void)state;
	is_line(figure_event, (struct render_style){ 120, false },
		"2021-10-08 14:02  us-mexico  figure      Mexico has deployed s…: 12,000 → 28,000  — Luis Cresencio "
		"Sandoval [sre-press]");
	is_line(figure_event, (struct render_style){ 100, false },
		"2021-10-08 14:02  us-mexico  figure      Mexico has deployed security…: 12,000 → 28,000  [sre-press]");
	is_line(figure_event, (struct render_style){ 80, false },
		"2021-10-08  us-mexico  figure      Mexico has deployed securit…: 12,000 → 28,000");
}

static void colours_are_for_values_and_kinds(void **state)
{
	(void)state;
	is_line(percent_event, (struct render_style){ 0, true },
		"\033[2m2021-10-08\033[0m        us-mexico  \033[1mcontradicted?\033[0m  Cut by a quarter: "
		"\033[31m25 %\033[0m ≠ \033[32m20.5 %\033[0m");
}

static void everything_is_in_the_full_text(void **state)
{
	(void)state;
	struct out out = { 0 };
	struct render_style style = { 72, false };
	struct pw_value *event = value_read(figure_event, strlen(figure_event));
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	render_full(&out, event, &style);
	char *got = out_take(&out);
	assert_string_equal(got,
		"2021-10-08 14:02  us-mexico  figure\n"
		"  Mexico has deployed security personnel to its south.\n"
		"  before     12,000\n"
		"  now        28,000\n"
		"  figure     at least 28,000 security personnel\n"
		"  status     in-force\n"
		"  parties    MX\n"
		"  said by    Luis Cresencio Sandoval\n"
		"  sentence   There are now more than 28,000 of them.\n"
		"  title      Joint statement\n"
		"  source     sre-press\n"
		"  url        https://example.org/1\n"
		"  sightings  2\n"
		"  why        matched: security personnel\n"
		"             old value is named\n"
		"  fact       us-mexico.security-personnel\n"
		"  recorded   2021-10-08 14:05\n"
		"  event      00000000000000aa-5\n");
	free(got);
	value_free(event);
}

static void an_event_with_nothing_in_it_is_still_a_line(void **state)
{
	(void)state;
	is_line("{}", (struct render_style){ 0 }, "?                                        ");
	is_line("{\"type\":7,\"data\":[1]}", (struct render_style){ 0 }, "?                                        ");
}

static void a_subject_is_short(void **state)
{
	(void)state;
	struct out out = { 0 };
	struct pw_value *event = value_read(figure_event, strlen(figure_event));
	render_subject(&out, event, 70);
	char *got = out_take(&out);
	assert_string_equal(got, "us-mexico figure: Mexico has deployed security perso…: 12,000 → 28,000");
	free(got);
	value_free(event);
}

static void a_state_says_where_the_fact_stands(void **state)
{
	(void)state;
	is_line(state_event, (struct render_style){ 0 },
		"2021-10-08 14:02  us-mexico  state       Mexico has deployed security personnel to its south: about "
		"28,000 "
		"security personnel, in-force, due 2021-12-31  [sre-press]");
	is_line(bare_state_event, (struct render_style){ 0 },
		"2021-10-08 14:02  us-mexico  state       A task force exists.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_says_where_the_fact_stands),
		cmocka_unit_test(a_line_says_what_changed_and_who_says_so),
		cmocka_unit_test(a_narrow_line_keeps_its_values),
		cmocka_unit_test(colours_are_for_values_and_kinds),
		cmocka_unit_test(everything_is_in_the_full_text),
		cmocka_unit_test(an_event_with_nothing_in_it_is_still_a_line),
		cmocka_unit_test(a_subject_is_short),
	};
	return RUN(tests);
}
