#include "test.h"

#include "page.h"
#include "page_words.h"
#include "read_support.h"

#define PROSE                                                                                                    \
	"<p>The ministers met on Monday and agreed that the border posts will stay open through the summer.</p>" \
	"<p>They said, in a statement, that the number of officers would rise to 500 before the end of the year.</p>"

static struct sv read_page(struct arena *arena, const char *html)
{
	struct reading reading = { 0 };
	struct error err = { 0 };
	assert_ok(read_as(arena, SOURCE_PAGE, html, &reading, &err), err);
	assert_int_equal(reading.documents.n, 1);
	return reading.documents.items[0].text;
}

static bool holds(struct sv text, const char *part)
{
	return sv_find(text, sv_of(part)) != SIZE_MAX;
}

static void main_text_is_kept_and_navigation_dropped(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct sv text = read_page(arena,
		"<html><body><nav><a href=1>Home</a></nav><div class=menu><ul><li><a href=2>World</a></ul></div>"
		"<div id=content><h1>Ministers meet</h1>" PROSE
		"<div class=\"share-tools\">Share this with friends.</div>"
		"<h2>What is next</h2><ul><li>A second round of talks follows in March, as both sides "
		"said.</li></ul></div>"
		"<aside><p>Our newsletter tells you everything that you need to know, every morning.</p></aside>"
		"<footer><p>Copyright by the publishing house, all rights are reserved for all of it.</p></footer>");
	assert_true(
		sv_starts(text, SV("Ministers meet\n\nThe ministers met")) || sv_starts(text, SV("The ministers met")));
	assert_true(holds(text, "What is next\n\nA second round"));
	assert_false(holds(text, "Home"));
	assert_false(holds(text, "World"));
	assert_false(holds(text, "Share"));
	assert_false(holds(text, "newsletter"));
	assert_false(holds(text, "Copyright"));
}

static void class_words_do_not_drop_what_holds_the_text(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct sv text = read_page(arena, "<body class=\"has-sidebar\"><div class=\"comments-open\">" PROSE "</div>");
	assert_true(holds(text, "The ministers met"));
	assert_true(holds(text, "500"));
}

static void comments_below_the_text_are_dropped(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct sv text = read_page(arena,
		"<body><article>" PROSE PROSE "</article><section id=comments><p>What a load of nonsense, I never read "
		"such a thing before.</p></section>");
	assert_false(holds(text, "nonsense"));
}

static void cells_of_a_table_are_joined_by_row(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct sv text = read_page(arena,
		"<main>" PROSE
		"<table><tr><th>State</th><th>Officers</th></tr><tr><td>Chiapas</td><td>8,700</td></tr></table>" PROSE
		"</main>");
	assert_true(holds(text, "\n\nState | Officers\n\nChiapas | 8,700\n\n"));
}

static void two_line_breaks_part_paragraphs_and_one_does_not(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct sv text = read_page(arena,
		"<div>A first line that is long enough to count,<br>and its end.<br><br>A second paragraph, which is "
		"as "
		"long.</div>");
	assert_sv(text,
		"A first line that is long enough to count, and its end.\n\nA second paragraph, which is as long.");
}

static void metadata_comes_from_the_best_place(void **state)
{
	(void)state;
	READ(SOURCE_PAGE,
		"<html lang=\"es-MX\"><head><title>Acuerdo - El Diario</title><meta property=\"og:title\" content=\"El "
		"acuerdo de "
		"la frontera\"><meta name=author content=\"Luz P\303\251rez\"><meta "
		"property=\"article:published_time\" "
		"content=\"2022-03-04T05:06:07Z\"><script "
		"type=\"application/ld+json\">{\"@graph\":[{\"@type\":\"NewsArticle\","
		"\"datePublished\":\"2022-03-04T06:00:00Z\"}]}</script></head><body>" PROSE);
	const struct document *d = &reading.documents.items[0];
	char time[WALL_TEXT];
	assert_sv(d->title, "El acuerdo de la frontera");
	assert_sv(d->author, "Luz P\303\251rez");
	assert_string_equal(wall_format(d->published, time), "2022-03-04T06:00:00.000Z");
	assert_sv(d->key, "https://news.example/section/");
}

static void title_element_loses_the_name_of_the_site(void **state)
{
	(void)state;
	READ(SOURCE_PAGE, "<html><head><title>Talks go on in spring | The Paper</title></head><body>" PROSE);
	assert_sv(reading.documents.items[0].title, "Talks go on in spring");
}

static enum status read_selected(struct arena *arena, const char *selector, struct sv *out, struct error *err)
{
	struct snapshot snapshot = { .body = SV("<html><body><div id=a class=\"x y\"><p>One <b>two</b></p></div>"
						"<div class=y><p class=z>Three</p></div></body></html>") };
	struct read_options options = { .kind = SOURCE_PAGE, .selector = sv_of(selector) };
	struct reading reading = { 0 };
	enum status st = read_snapshot(arena, &snapshot, &options, &reading, err);
	if (!st)
		*out = reading.documents.items[0].text;
	return st;
}

static void selectors_name_the_text(void **state)
{
	(void)state;
	static const struct {
		const char *selector, *text;
	} cases[] = {
		{ "#a", "One two" },
		{ "div.y", "One two\n\nThree" },
		{ ".y p.z", "Three" },
		{ "body .x b", "two" },
		{ ".z, #a", "One two\n\nThree" },
		{ "//div[@id='a']/p", "One two" },
		{ "(//p)[2]", "Three" },
		{ "//p/text()", "One\n\nThree" },
	};
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sv text = { 0 };
		struct error err = { 0 };
		assert_ok(read_selected(arena, cases[i].selector, &text, &err), err);
		assert_sv(text, cases[i].text);
	}
}

static void selectors_that_fail_say_why(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct sv text = { 0 };
	struct error err = { 0 };
	assert_int_equal(read_selected(arena, "#nothing", &text, &err), E_NOT_FOUND);
	assert_string_equal(err.text, "selector '#nothing' matches nothing");
	assert_int_equal(read_selected(arena, "//p[", &text, &err), E_CONFIG);
	assert_int_equal(read_selected(arena, "p > b", &text, &err), E_CONFIG);
	assert_int_equal(read_selected(arena, "count(//p)", &text, &err), E_CONFIG);
	assert_int_equal(read_selected(arena, "//p/@class", &text, &err), E_NOT_FOUND);
}

static char *repeat(struct arena *arena, const char *start, const char *part, size_t times)
{
	size_t n = strlen(part), at = strlen(start);
	char *text = arena_alloc(arena, at + n * times + 1);
	memcpy(text, start, at);
	for (size_t i = 0; i < times; i++, at += n)
		memcpy(text + at, part, n);
	return text;
}

static void a_hundred_thousand_nested_tags_are_read_as_text(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *bytes = arena_new(LIMIT_READ_ARENA);
	char *html = repeat(bytes, "<html><body>", "<div>word ", 100000);
	READ(SOURCE_PAGE, html);
	assert_int_equal(reading.warnings.n, 1);
	assert_true(reading.documents.items[0].text.n > 400000);
}

static void tag_with_a_hundred_thousand_attributes_is_cut(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *bytes = arena_new(LIMIT_READ_ARENA);
	char *html = repeat(bytes, "<html><body><p ", "ab='c' ", 100000);
	(void)strcpy(html + strlen(html) - 1, ">");
	READ(SOURCE_PAGE, html);
	assert_sv(reading.documents.items[0].text, "");
}

static void words_in_class_names_are_found_whole_only(void **state)
{
	(void)state;
	assert_int_equal(page_sense(SV("top-nav")), SENSE_BOILERPLATE);
	assert_int_equal(page_sense(SV("leftSidebar")), SENSE_BOILERPLATE);
	assert_int_equal(page_sense(SV("navy download")), SENSE_NONE);
	assert_int_equal(page_sense(SV("hJpAdRP")), SENSE_NONE);
	assert_int_equal(page_sense(SV("entry-content has-sidebar")), SENSE_BODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_text_is_kept_and_navigation_dropped),
		cmocka_unit_test(class_words_do_not_drop_what_holds_the_text),
		cmocka_unit_test(comments_below_the_text_are_dropped),
		cmocka_unit_test(cells_of_a_table_are_joined_by_row),
		cmocka_unit_test(two_line_breaks_part_paragraphs_and_one_does_not),
		cmocka_unit_test(metadata_comes_from_the_best_place),
		cmocka_unit_test(title_element_loses_the_name_of_the_site),
		cmocka_unit_test(selectors_name_the_text),
		cmocka_unit_test(selectors_that_fail_say_why),
		cmocka_unit_test(a_hundred_thousand_nested_tags_are_read_as_text),
		cmocka_unit_test(tag_with_a_hundred_thousand_attributes_is_cut),
		cmocka_unit_test(words_in_class_names_are_found_whole_only),
	};
	return RUN(tests);
}
