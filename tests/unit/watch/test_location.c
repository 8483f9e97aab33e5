#include "test.h"

#include "answer.h"
#include "file.h"
#include "location.h"
#include "say.h"

static void paths_and_file_urls_are_inverse(void **state)
{
	static const char *const paths[] = { "/a/b.html", "/a b/%20#?", "/año/ñ", "/tmp/;=@&,", "/" };
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 16);
	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct error err;
		char *path = NULL;
		struct sv url = location_of_path(arena, paths[i]);
		assert_true(location_is_file(url));
		assert_ok(location_to_path(arena, url, &path, &err), err);
		assert_string_equal(path, paths[i]);
	}
}

static void file_urls_name_files_of_this_machine_only(void **state)
{
	static const struct {
		struct sv url;
		const char *path; /* NULL: refused */
	} cases[] = {
		{ { "file://localhost/a%20b", 22 }, "/a b" },
		{ { "FILE:/a", 7 }, "/a" },
		{ { "file://other/a", 14 }, NULL },
		{ { "file://", 7 }, NULL },
		{ { "file:a", 6 }, NULL },
		{ { "file:///a%0", 11 }, NULL },
		{ { "file:///a%zz", 12 }, NULL },
		{ { "file:///a%00b", 13 }, NULL },
	};
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 16);
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct error err;
		char *path = NULL;
		enum status st = location_to_path(arena, cases[i].url, &path, &err);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
		else
			assert_int_equal(st, E_FORMAT);
	}
}

static void hosts_are_named_with_their_port_and_without_secrets(void **state)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 16);
	(void)state;
	assert_sv(location_host(arena, SV("http://Example.ORG/x")), "example.org:80");
	assert_sv(location_host(arena, SV("https://example.org?x=1:2")), "example.org:443");
	assert_sv(location_host(arena, SV("https://u:p@example.org:8443/@x")), "example.org:8443");
	assert_sv(location_host(arena, SV("http://[2001:db8::1]/")), "[2001:db8::1]:80");
	assert_sv(location_host(arena, SV("http://[2001:db8::1]:81/")), "[2001:db8::1]:81");
	assert_sv(location_host(arena, SV("nonsense")), "nonsense");
	assert_sv(location_without_secrets(arena, SV("https://u:p@h/a@b")), "https://h/a@b");
	assert_sv(location_without_secrets(arena, SV("https://h/a@b")), "https://h/a@b");
}

static void numbers_read_as_people_write_them(void **state)
{
	char text[SAY_TEXT];
	(void)state;
	assert_string_equal(say_count(7, text), "7");
	assert_string_equal(say_count(999, text), "999");
	assert_string_equal(say_count(1000, text), "1,000");
	assert_string_equal(say_count(INT64_MAX, text), "9,223,372,036,854,775,807");
	assert_string_equal(say_size(8 << 20, text), "8 MiB");
	assert_string_equal(say_size(3 << 19, text), "1.5 MiB");
	assert_string_equal(say_size(64 << 10, text), "64 KiB");
	assert_string_equal(say_size(12345, text), "12,345 bytes");
	assert_string_equal(say_duration(30000, text), "30 s");
	assert_string_equal(say_duration(1500, text), "1.5 s");
	assert_string_equal(say_duration(250, text), "250 ms");
}

static void media_types_are_split_from_their_charset(void **state)
{
	static const struct {
		const char *header, *media_type, *charset;
	} cases[] = {
		{ "text/html", "text/html", "" },
		{ " Text/HTML ;charset=UTF-8", "text/html", "utf-8" },
		{ "application/xml; version=1; CharSet = \"iso-8859-1\" ; x=y", "application/xml", "iso-8859-1" },
		{ "text/html; charset=", "text/html", "" },
		{ "text/html; charset=\"", "text/html", "\"" },
		{ "", "", "" },
	};
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 16);
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sv media_type, charset;
		answer_media_type(arena, sv_of(cases[i].header), &media_type, &charset);
		assert_sv(media_type, cases[i].media_type);
		assert_sv(charset, cases[i].charset);
	}
	assert_sv(file_media_type("/a/b.HTML"), "text/html");
	assert_sv(file_media_type("feed.atom"), "application/atom+xml");
	assert_sv(file_media_type("/a.html/b"), "");
}

static void a_304_is_an_answer_only_to_a_condition(void **state)
{
	struct watch_failure failure = { 0 };
	struct answer answer = { .http_status = 304, .was_conditional = true };
	(void)state;
	assert_int_equal(answer_judge(&answer, &failure), OK);
	answer.was_conditional = false;
	assert_int_equal(answer_judge(&answer, &failure), E_REFUSED);
	assert_string_equal(failure.error.text, "HTTP 304");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_and_file_urls_are_inverse),
		cmocka_unit_test(file_urls_name_files_of_this_machine_only),
		cmocka_unit_test(hosts_are_named_with_their_port_and_without_secrets),
		cmocka_unit_test(numbers_read_as_people_write_them),
		cmocka_unit_test(media_types_are_split_from_their_charset),
		cmocka_unit_test(a_304_is_an_answer_only_to_a_condition),
	};
	return RUN(tests);
}
