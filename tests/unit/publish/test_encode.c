#include "test.h"

#include "encode.h"
#include "json.h"
#include "limit.h"
#include "sample_events.h"

#define EPOCH 0x1122334455667788u

static struct arena *arena;
static struct event events[SAMPLE_EVENTS];

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(64u << 20);
	sample_events(arena, events);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct json_t *parsed(struct sv json)
{
	struct json_t *tree = NULL;
	struct error err;
	assert_ok(json_read(json, &tree, &err), err);
	return tree;
}

static void a_change_of_a_figure_reads_as_designed(void **state)
{
	(void)state;
	struct sv json = encode_event(arena, &events[0], SV("policywatchd/test"), EPOCH, 42);
	assert_sv(json,
		"{\"specversion\":\"1.0\",\"id\":\"1122334455667788-42\",\"source\":\"policywatchd/test\","
		"\"type\":\"policywatch.fact.figure.v1\",\"subject\":\"us-mexico.security-personnel\","
		"\"time\":\"2021-10-08T12:00:00.000Z\",\"recordedtime\":\"2021-10-08T13:33:20.123Z\","
		"\"sequence\":\"00000000000000000042\",\"correlationid\":\"us-mexico.security-personnel\","
		"\"datacontenttype\":\"application/json\",\"data\":{"
		"\"fact\":{\"id\":\"us-mexico.security-personnel\",\"beat\":\"us-mexico\",\"kind\":\"figure\","
		"\"text\":\"Mexico has deployed more than 12,000 security personnel.\",\"parties\":[\"MX\"],"
		"\"status\":\"in-force\",\"as_of\":\"2021-10-08\","
		"\"figure\":{\"value\":28000,\"unit\":\"security personnel\",\"bound\":\"about\"}},"
		"\"change\":{\"kind\":\"figure\",\"slot\":\"figure\",\"old\":12000,\"new\":28000.5,"
		"\"state\":\"applied\",\"confidence\":0.9},"
		"\"statement\":{\"text\":\"Mexico has 28,000 troops \\\"on mission\\\" in the south.\","
		"\"speaker\":\"the secretary\",\"lang\":\"en\",\"published\":\"2021-10-08T12:00:00.000Z\","
		"\"prefix\":\"On Friday, \",\"suffix\":\" He spoke in Tapachula.\"},"
		"\"document\":{\"source\":\"state-press\",\"url\":\"https://example.org/a?b=1&c=2\","
		"\"title\":\"Déploiement\",\"version\":2,\"retrieved\":\"2021-10-08T13:33:19.000Z\","
		"\"sha256\":\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"},"
		"\"sightings\":1,\"severity\":\"notice\",\"why\":[\"matched: troops\",\"old value 12,000\"]}}");
}

static void a_notice_of_a_source_holds_message_and_severity(void **state)
{
	(void)state;
	assert_sv(encode_event(arena, &events[13], (struct sv){ 0 }, EPOCH, 7),
		"{\"specversion\":\"1.0\",\"id\":\"1122334455667788-7\",\"source\":\"policywatchd\","
		"\"type\":\"policywatch.source.recovered.v1\",\"subject\":\"state-press\","
		"\"time\":\"2021-10-08T13:33:20.000Z\",\"recordedtime\":\"2021-10-08T13:33:20.123Z\","
		"\"sequence\":\"00000000000000000007\",\"datacontenttype\":\"application/json\","
		"\"data\":{\"source\":\"state-press\",\"message\":\"5 failures in a row: connection refused\","
		"\"severity\":\"warning\"}}");
}

/* The text of data.change of a sample. */
static struct sv change_of(size_t sample)
{
	struct sv json = encode_event(arena, &events[sample], SV("x"), EPOCH, 1);
	struct sv key = SV("\"change\":");
	struct sv rest = sv_slice(json, sv_find(json, key) + key.n, json.n);
	return sv_slice(rest, 0, sv_find(rest, SV(",\"statement\"")));
}

static void values_are_written_by_their_kind(void **state)
{
	(void)state;
	assert_sv(change_of(1),
		"{\"kind\":\"status\",\"slot\":\"status\",\"old\":\"announced\",\"new\":\"in-force\","
		"\"state\":\"proposed\",\"confidence\":0.9}");
	assert_sv(change_of(2),
		"{\"kind\":\"deadline\",\"slot\":\"deadline\",\"old\":null,\"new\":\"2030\","
		"\"state\":\"applied\",\"confidence\":0.9}");
	assert_sv(change_of(3),
		"{\"kind\":\"parties\",\"slot\":\"parties\",\"old\":[\"MX\"],\"new\":[\"MX\",\"US\"],"
		"\"state\":\"applied\",\"confidence\":0.9}");
}

static void an_edit_names_both_texts_and_the_numbers_that_differ(void **state)
{
	(void)state;
	assert_sv(change_of(9),
		"{\"kind\":\"reworded\",\"slot\":\"text\",\"old\":\"Mexico has 12,000 troops in the south.\","
		"\"new\":\"Mexico has 28,000 troops \\\"on mission\\\" in the south.\","
		"\"old_numbers\":[\"12,000\"],\"new_numbers\":[\"28,000\"],"
		"\"state\":\"applied\",\"confidence\":1}");
	assert_sv(change_of(11),
		"{\"kind\":\"removed\",\"slot\":\"text\",\"old\":\"Mexico has 12,000 troops in the south.\","
		"\"new\":null,\"old_numbers\":[],\"new_numbers\":[],"
		"\"state\":\"applied\",\"confidence\":1}");
}

static void a_removal_shows_the_statement_that_went(void **state)
{
	(void)state;
	struct json_t *tree = parsed(encode_event(arena, &events[11], SV("x"), EPOCH, 1));
	const struct json_t *statement = json_get(json_get(tree, "data"), "statement");
	assert_sv(json_text(json_get(statement, "text")), "Mexico has 12,000 troops in the south.");
	json_free(tree);
}

static void topics_are_levels_closed_by_a_slash(void **state)
{
	(void)state;
	assert_sv(encode_topic(arena, &events[0]), "fact/us-mexico/security-personnel/figure/");
	assert_sv(encode_topic(arena, &events[4]), "fact/us-mexico/-/new/");
	assert_sv(encode_topic(arena, &events[9]), "document/state-press/reworded/");
	assert_sv(encode_topic(arena, &events[13]), "source/state-press/recovered/");
	assert_sv(encode_topic(arena, &events[14]), "daemon/started/");
}

static void the_longest_names_fit_a_topic(void **state)
{
	(void)state;
	char name[2 * LIMIT_ID_BYTES + 2];
	memset(name, 'a', sizeof name);
	name[LIMIT_ID_BYTES] = '.';
	name[sizeof name - 1] = 0;
	struct event event = events[0];
	event.subject = sv_of(name);
	event.what = SV("contradicted");
	assert_true(encode_topic(arena, &event).n <= LIMIT_TOPIC_BYTES);
}

static void every_sample_is_json_with_its_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_EVENTS; i++) {
		struct json_t *tree = parsed(encode_event(arena, &events[i], SV("x"), EPOCH, i + 1));
		uint64_t sequence = 0;
		assert_true(sv_to_u64(json_text(json_get(tree, "sequence")), UINT64_MAX, &sequence));
		assert_int_equal(sequence, i + 1);
		json_free(tree);
	}
}

static void an_event_too_long_is_cut_at_a_character_and_stays_json(void **state)
{
	(void)state;
	struct event monster = sample_monster(arena);
	struct sv json = encode_event(arena, &monster, SV("x"), EPOCH, 1);
	assert_true(json.n <= LIMIT_EVENT_BYTES);
	struct json_t *tree = parsed(json);
	const struct json_t *data = json_get(tree, "data");
	struct sv text = json_text(json_get(json_get(data, "statement"), "text"));
	assert_true(text.n >= 32 && sv_ends(text, SV("…")));
	assert_true(json_is_null(json_get(json_get(data, "document"), "url")));
	json_free(tree);
}

static void one_long_sentence_is_kept_whole(void **state)
{
	(void)state;
	char *bytes = arena_alloc(arena, LIMIT_SENTENCE_BYTES);
	memset(bytes, 'x', LIMIT_SENTENCE_BYTES);
	struct statement statement = { .text = { bytes, LIMIT_SENTENCE_BYTES } };
	struct edit edit = { .kind = CHANGE_ADDED, .new = &statement };
	struct event event = events[10];
	event.edit = &edit;
	struct json_t *tree = parsed(encode_event(arena, &event, SV("x"), EPOCH, 1));
	struct sv text = json_text(json_get(json_get(json_get(tree, "data"), "change"), "new"));
	assert_int_equal(text.n, LIMIT_SENTENCE_BYTES);
	json_free(tree);
}

static void a_fact_for_a_call_is_that_of_the_event_and_its_aliases(void **state)
{
	(void)state;
	struct json_t *fact = encode_fact(events[0].fact);
	assert_sv(json_text(json_get(fact, "id")), "us-mexico.security-personnel");
	assert_sv(json_text(json_at(json_get(fact, "aliases"), 0)), "southern deployment");
	assert_true(json_number(json_get(json_get(fact, "figure"), "value"), 0) > 27999);
	json_free(fact);
}

static void a_state_says_where_the_fact_stands_and_on_what(void **state)
{
	(void)state;
	assert_sv(encode_event(arena, &events[15], SV("policywatchd/test"), EPOCH, 42),
		"{\"specversion\":\"1.0\",\"id\":\"1122334455667788-42-us-mexico.security-personnel\","
		"\"source\":\"policywatchd/test\",\"type\":\"policywatch.fact.state.v1\","
		"\"subject\":\"us-mexico.security-personnel\","
		"\"time\":\"2021-10-08T12:00:00.000Z\",\"recordedtime\":\"2021-10-08T13:33:20.123Z\","
		"\"sequence\":\"00000000000000000042\",\"correlationid\":\"us-mexico.security-personnel\","
		"\"datacontenttype\":\"application/json\",\"data\":{"
		"\"fact\":{\"id\":\"us-mexico.security-personnel\",\"beat\":\"us-mexico\",\"kind\":\"figure\","
		"\"text\":\"Mexico has deployed more than 12,000 security personnel.\",\"parties\":[\"MX\"],"
		"\"status\":\"in-force\",\"as_of\":\"2021-10-08\","
		"\"figure\":{\"value\":28000,\"unit\":\"security personnel\",\"bound\":\"about\"}},"
		"\"statement\":{\"text\":\"Mexico has 28,000 troops \\\"on mission\\\" in the south.\","
		"\"speaker\":\"the secretary\"},"
		"\"document\":{\"source\":\"state-press\",\"url\":\"https://example.org/a?b=1&c=2\"},"
		"\"sightings\":3,\"severity\":\"info\",\"why\":[]}}");
	assert_sv(encode_topic(arena, &events[15]), "fact/us-mexico/security-personnel/state/");
}

static void a_prefix_of_topics_is_a_prefix_of_ids(void **state)
{
	(void)state;
	static const struct {
		const char *prefix, *id;
		bool is_possible, is_whole;
	} cases[] = {
		{ "", "", true, false },
		{ "fa", "", true, false },
		{ "fact/", "", true, false },
		{ "fact/us", "us", true, false },
		{ "fact/us/", "us.", true, false },
		{ "fact/us/a", "us.a", true, false },
		{ "fact/us/a/", "us.a", true, true },
		{ "fact/us/a/sta", "us.a", true, true },
		{ "fact/us/a/state/", "us.a", true, true },
		{ "fact/us/a/state/x", NULL, false, false },
		{ "fact/us/a/figure/", NULL, false, false },
		{ "fact/us/a/b/state/", NULL, false, false },
		{ "fact//a/", NULL, false, false },
		{ "fact/us//", NULL, false, false },
		{ "fact/u.s/a/", NULL, false, false },
		{ "fact/u.s", NULL, false, false },
		{ "fact/us/a.b/", NULL, false, false },
		{ "source/x/", NULL, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sv id;
		bool is_whole, is_possible = encode_topic_facts(arena, sv_of(cases[i].prefix), &id, &is_whole);
		assert_int_equal(is_possible, cases[i].is_possible);
		if (!is_possible)
			continue;
		assert_sv(id, cases[i].id);
		assert_int_equal(is_whole, cases[i].is_whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_of_a_figure_reads_as_designed),
		cmocka_unit_test(a_notice_of_a_source_holds_message_and_severity),
		cmocka_unit_test(values_are_written_by_their_kind),
		cmocka_unit_test(a_state_says_where_the_fact_stands_and_on_what),
		cmocka_unit_test(a_prefix_of_topics_is_a_prefix_of_ids),
		cmocka_unit_test(an_edit_names_both_texts_and_the_numbers_that_differ),
		cmocka_unit_test(a_removal_shows_the_statement_that_went),
		cmocka_unit_test(topics_are_levels_closed_by_a_slash),
		cmocka_unit_test(the_longest_names_fit_a_topic),
		cmocka_unit_test(every_sample_is_json_with_its_number),
		cmocka_unit_test(an_event_too_long_is_cut_at_a_character_and_stays_json),
		cmocka_unit_test(one_long_sentence_is_kept_whole),
		cmocka_unit_test(a_fact_for_a_call_is_that_of_the_event_and_its_aliases),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
