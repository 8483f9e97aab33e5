#include "test.h"

#include "read_support.h"

#define RSS(items) "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Desk</title>" items "</channel></rss>"

static void rss_item_gives_all_fields(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		RSS("<item><title>Envoys &amp;amp; ministers</title><link>/a/1</link><guid "
		    "isPermaLink=\"false\">x-1</guid>"
		    "<pubDate>Tue, 08 Jun 2021 14:00:00 GMT</pubDate><dc:creator>Ana Ruiz</dc:creator>"
		    "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two&amp;nbsp;more.&lt;/p&gt;</description></item>"));
	assert_int_equal(reading.format, FORMAT_RSS);
	assert_sv(reading.title, "Desk");
	assert_int_equal(reading.documents.n, 1);
	const struct document *d = &reading.documents.items[0];
	char time[WALL_TEXT];
	assert_sv(d->title, "Envoys & ministers");
	assert_sv(d->key, "x-1");
	assert_sv(d->url, "https://news.example/a/1");
	assert_sv(d->author, "Ana Ruiz");
	assert_sv(d->text, "One.\n\nTwo more.");
	assert_string_equal(wall_format(d->published, time), "2021-06-08T14:00:00.000Z");
	assert_int_equal(reading.warnings.n, 0);
}

static void full_content_wins_over_the_description(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		RSS("<item><guid>1</guid><description>Short.</description><content:encoded><![CDATA[<p>The <b>long</b> "
		    "one.</p>]]></content:encoded></item>"));
	assert_sv(reading.documents.items[0].text, "The long one.");
}

static void atom_entry_gives_all_fields(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		"<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"http://h.example/d/\"><title>T</title>"
		"<entry xml:lang=\"es\"><title type=\"html\">Un &lt;i&gt;acuerdo&lt;/i&gt;</title><id>tag:1</id>"
		"<link rel=\"self\" href=\"no\"/><link href=\"e/1\"/><updated>2021-06-09T10:00:00Z</updated>"
		"<published>2021-06-08T10:00:00Z</published><author><name>Eva</name></author>"
		"<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Uno.</p><p>Dos de la "
		"tarde.</p></div>"
		"</content></entry></feed>");
	const struct document *d = &reading.documents.items[0];
	char time[WALL_TEXT];
	assert_int_equal(reading.format, FORMAT_ATOM);
	assert_sv(d->title, "Un acuerdo");
	assert_sv(d->key, "tag:1");
	assert_sv(d->url, "http://h.example/d/e/1");
	assert_sv(d->author, "Eva");
	assert_sv(d->lang, "es");
	assert_sv(d->text, "Uno.\n\nDos de la tarde.");
	assert_string_equal(wall_format(d->published, time), "2021-06-08T10:00:00.000Z");
	assert_string_equal(wall_format(d->updated, time), "2021-06-09T10:00:00.000Z");
}

static void rdf_items_beside_the_channel_are_found(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" "
		"xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel "
		"rdf:about=\"c\"><title>C</title><items><rdf:Seq>"
		"<rdf:li resource=\"u\"/></rdf:Seq></items></channel><item "
		"rdf:about=\"http://x.example/u\"><title>I</title>"
		"<link>http://x.example/u</link><dc:date>2020-02-03</dc:date></item></rdf:RDF>");
	assert_int_equal(reading.format, FORMAT_RDF);
	assert_sv(reading.title, "C");
	assert_int_equal(reading.documents.n, 1);
	assert_sv(reading.documents.items[0].key, "http://x.example/u");
	assert_int_equal(date_from_wall(reading.documents.items[0].published).year, 2020);
}

static void json_feed_is_read(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		"{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"J\",\"language\":\"en\","
		"\"authors\":[{\"name\":\"Kim\"}],\"items\":[{\"id\":7,\"url\":\"https://j.example/7\","
		"\"content_html\":\"<p>Hi<br>there.</p>\",\"date_published\":\"2024-01-02T03:04:05Z\"},"
		"{\"id\":\"8\",\"content_text\":\"A.\\n\\nB.\"}]}");
	assert_int_equal(reading.format, FORMAT_JSON_FEED);
	assert_int_equal(reading.documents.n, 2);
	assert_sv(reading.documents.items[0].key, "7");
	assert_sv(reading.documents.items[0].author, "Kim");
	assert_sv(reading.documents.items[0].text, "Hi there.");
	assert_sv(reading.documents.items[1].text, "A.\n\nB.");
}

static void cut_off_feed_keeps_whole_items_and_warns(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		"<rss><channel><item><guid>1</guid><title>A</title></item><item><guid>2</guid><title>B</title></item>"
		"<item><guid>3</guid><title>C is cu");
	assert_int_equal(reading.documents.n, 2);
	assert_int_equal(reading.warnings.n, 1);
	assert_sv(reading.warnings.items[0], "truncated after item 2");
}

static void page_where_a_feed_is_expected_names_the_feed_it_announces(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	struct reading reading = { 0 };
	struct error err = { 0 };
	enum status st = read_as(arena, SOURCE_FEED,
		"<!doctype html><html><head><link rel=alternate type=\"application/rss+xml\" href=\"/feed\"></head>"
		"<body><p>Hello</p></body></html>",
		&reading, &err);
	assert_int_equal(st, E_FORMAT);
	assert_string_equal(err.text, "is an HTML page, not a feed; it announces one at https://news.example/feed");
}

static void what_is_no_feed_is_refused_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "", "is empty" },
		{ " \n\t ", "is empty" },
		{ "%PDF-1.4 x", "is a PDF, not text" },
		{ "Just words.", "is plain text, not a feed" },
		{ "<p>Just words.</p>", "is an HTML page, not a feed" },
		{ "{\"a\":1}", "is JSON, but not a JSON feed: it has no list 'items'" },
	};
	CLEANUP(arena_freep) struct arena *arena = test_arena();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reading reading = { 0 };
		struct error err = { 0 };
		assert_int_equal(read_as(arena, SOURCE_FEED, cases[i].bytes, &reading, &err), E_FORMAT);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void malformed_xml_is_still_read(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		"\nWarning: mysql is away\n<?xml version=\"1.0\" encoding=\"utf-16\"?><!DOCTYPE rss [<!ENTITY x "
		"\"y\">]>"
		"<rss><channel><item><guid>1</guid><title>A &nbsp;b &eacute; Q&A 1 < 2 \001 &x;</title></item>"
		"<item><guid>2</guid><title>B</titel></item><item><guid>3</guid><title>C</title></item></channel></"
		"rss>");
	assert_int_equal(reading.documents.n, 3);
	assert_sv(reading.documents.items[0].title, "A b \303\251 Q&A 1 < 2 &x;");
	assert_sv(reading.documents.items[2].title, "C");
}

static void items_that_share_an_id_stay_apart(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		RSS("<item><guid>1</guid><title>A</title></item><item><guid>1</guid><title>B</title></item>"
		    "<item><guid>1</guid><title>B</title><description>C</description></item>"));
	const struct document *d = reading.documents.items;
	assert_int_equal(reading.documents.n, 3);
	assert_false(sv_eq(d[0].key, d[1].key));
	assert_false(sv_eq(d[1].key, d[2].key));
	assert_sv(d[0].key, "1");
}

static void item_without_id_and_link_is_named_and_kept(void **state)
{
	(void)state;
	READ(SOURCE_FEED, RSS("<item><title>A</title><pubDate>2020-01-01</pubDate></item>"));
	assert_sv(reading.documents.items[0].key, "A 2020-01-01");
	assert_sv(reading.warnings.items[0], "item 1 has neither id nor link");
}

static void charset_of_the_declaration_is_used(void **state)
{
	(void)state;
	READ(SOURCE_FEED,
		"<?xml version=\"1.0\" "
		"encoding=\"iso-8859-1\"?><rss><channel><item><guid>1</guid><title>M\351xico</title>"
		"</item></channel></rss>");
	assert_sv(reading.documents.items[0].title, "M\303\251xico");
}

static void more_items_than_the_limit_are_left_out_aloud(void **state)
{
	(void)state;
	CLEANUP(arena_freep) struct arena *text_arena = arena_new(LIMIT_READ_ARENA);
	static const char item[] = "<item><link>http://e.example/%05zu</link></item>";
	char *bytes = arena_alloc(text_arena, (LIMIT_FEED_ITEMS + 2) * sizeof item + 64);
	size_t at = (size_t)sprintf(bytes, "<rss><channel>");
	for (size_t i = 0; i <= LIMIT_FEED_ITEMS; i++)
		at += (size_t)sprintf(bytes + at, "<item><link>http://e.example/%05zu</link></item>", i);
	(void)sprintf(bytes + at, "</channel></rss>");
	READ(SOURCE_FEED, bytes);
	assert_int_equal(reading.documents.n, LIMIT_FEED_ITEMS);
	assert_int_equal(reading.warnings.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_item_gives_all_fields),
		cmocka_unit_test(full_content_wins_over_the_description),
		cmocka_unit_test(atom_entry_gives_all_fields),
		cmocka_unit_test(rdf_items_beside_the_channel_are_found),
		cmocka_unit_test(json_feed_is_read),
		cmocka_unit_test(cut_off_feed_keeps_whole_items_and_warns),
		cmocka_unit_test(page_where_a_feed_is_expected_names_the_feed_it_announces),
		cmocka_unit_test(what_is_no_feed_is_refused_by_name),
		cmocka_unit_test(malformed_xml_is_still_read),
		cmocka_unit_test(items_that_share_an_id_stay_apart),
		cmocka_unit_test(item_without_id_and_link_is_named_and_kept),
		cmocka_unit_test(charset_of_the_declaration_is_used),
		cmocka_unit_test(more_items_than_the_limit_are_left_out_aloud),
	};
	return RUN(tests);
}
