#include "test.h"

#include "charset_labels.h"
#include "icu.h"
#include "unicode.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 22);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void expect(struct sv bytes, struct charset_hints hints, const char *want, const char *charset)
{
	struct sv text, used;
	struct error err;
	assert_ok(text_decode(arena, bytes, &hints, &text, &used, &err), err);
	assert_sv(text, want);
	assert_sv(used, charset);
}

static void refuses(struct sv bytes, struct charset_hints hints)
{
	struct sv text = SV("untouched"), used;
	struct error err;
	assert_int_equal(text_decode(arena, bytes, &hints, &text, &used, &err), E_ENCODING);
	assert_sv(text, "untouched");
}

static void climbs_the_ladder(void **state)
{
	(void)state;
	struct sv latin = SV("ni\xF1o");
	expect(latin, (struct charset_hints){ .override = SV("iso-8859-2"), .http = SV("utf-8") }, "ni\u0144o",
		"iso-8859-2");
	expect(SV("\xFE\xFF\0n\0\xF1"), (struct charset_hints){ .http = SV("utf-8") }, "n\u00F1", "utf-16be");
	expect(latin, (struct charset_hints){ .http = SV("Latin1"), .document = SV("koi8-r") }, "ni\u00F1o",
		"windows-1252");
	expect(latin, (struct charset_hints){ .http = SV("nonsense"), .document = SV("latin1") }, "ni\u00F1o",
		"windows-1252");
	expect(SV("ni\u00F1o"), (struct charset_hints){ 0 }, "ni\u00F1o", "utf-8");
	expect(SV(""), (struct charset_hints){ 0 }, "", "utf-8");
}

static void reads_labels_as_the_web_does(void **state)
{
	(void)state;
	expect(SV("\x80 \x93x\x94"), (struct charset_hints){ .http = SV(" ISO-8859-1 ") }, "\u20AC \u201Cx\u201D",
		"windows-1252");
	expect(SV("\xC4\xE3"), (struct charset_hints){ .document = SV("gb2312") }, "\u4F60", "gb18030");
	expect(SV("\x93\xFA\x96\x7B"), (struct charset_hints){ .document = SV("Shift_JIS") }, "\u65E5\u672C",
		"shift_jis");
	expect(SV("\xC7\xD1\x8C\x63"), (struct charset_hints){ .document = SV("euc-kr") }, "\uD55C\uB620", "euc-kr");
	expect(SV("\xC3\xF1\xE9"), (struct charset_hints){ .override = SV("macintosh") }, "\u221A\u00D2\u00C8",
		"macintosh");
}

/* Every charset of the table has a converter in the ICU we run with. */
static void every_label_has_a_converter(void **state)
{
	(void)state;
	static const char *const names[] = { "utf-8", "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5",
		"iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15",
		"koi8-r", "koi8-u", "macintosh", "windows-874", "windows-1250", "windows-1251", "windows-1252",
		"windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258",
		"x-mac-cyrillic", "gb18030", "gbk", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "utf-16be",
		"utf-16le", "l1", "x-x-big5", "866", "utf-16" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct charset *charset = charset_find(sv_of(names[i]));
		struct sv text;
		assert_non_null(charset);
		assert_true(icu_convert(arena, SV("ab"), charset->converter, &text));
	}
	assert_null(charset_find(SV("utf-9")));
}

static void valid_utf8_wins_over_a_single_byte_label(void **state)
{
	(void)state;
	expect(SV("se\u00F1al \u2014 s\u00ED"), (struct charset_hints){ .http = SV("iso-8859-1") },
		"se\u00F1al \u2014 s\u00ED", "utf-8");
	expect(SV("plain"), (struct charset_hints){ .http = SV("iso-8859-1") }, "plain", "windows-1252");
	/* Two characters of GBK that are well-formed UTF-8 by chance stay what they claim to be. */
	expect(SV("\xC1\xAA\xCD\xA8"), (struct charset_hints){ .http = SV("gbk") }, "\u8054\u901A", "gb18030");
}

static void a_false_utf8_label_gives_way(void **state)
{
	(void)state;
	struct sv text = SV("La secretar\355a inform\363 que el despliegue a\372n contin\372a en la frontera sur "
			    "y que habr\341 m\341s elementos este a\361o.");
	expect(text, (struct charset_hints){ .http = SV("utf-8") },
		"La secretar\u00EDa inform\u00F3 que el despliegue a\u00FAn contin\u00FAa en la frontera sur y que "
		"habr\u00E1 "
		"m\u00E1s elementos este a\u00F1o.",
		"windows-1252");
	/* One broken character does not make it false. */
	expect(SV("se\u00F1al s\u00ED \xE2\x80 fin"), (struct charset_hints){ .http = SV("utf-8") },
		"se\u00F1al s\u00ED \uFFFD fin", "utf-8");
}

static void a_utf16_label_on_ascii_is_a_mistake(void **state)
{
	(void)state;
	expect(SV("<html>\u00F1"), (struct charset_hints){ .document = SV("utf-16") }, "<html>\u00F1", "utf-8");
	expect(SV("<\0h\0t\0m\0l\0>\0"), (struct charset_hints){ 0 }, "<html>", "utf-16le");
}

static void makes_text_clean(void **state)
{
	(void)state;
	expect(SV("\xEF\xBB\xBF"
		  "a\0b\uFFFEc\uFDD0"
		  "d and some more words to read"),
		(struct charset_hints){ 0 }, "abcd and some more words to read", "utf-8");
	expect(SV("Pen\u0303a \u212B e\u0301."), (struct charset_hints){ 0 }, "Pe\u00F1a \u00C5 \u00E9.", "utf-8");
}

static void refuses_binary_data_and_unknown_overrides(void **state)
{
	(void)state;
	refuses(SV("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0\\r\xA8"), (struct charset_hints){ 0 });
	refuses(SV("x"), (struct charset_hints){ .override = SV("no-such-charset") });
}

static void keeps_pairs_whole_across_converter_rounds(void **state)
{
	(void)state;
	enum { PAIRS = 9000 };
	char *bytes = arena_alloc(arena, 2 + PAIRS * 4);
	memcpy(bytes, "a\0", 2);
	for (size_t i = 0; i < PAIRS; i++)
		memcpy(bytes + 2 + i * 4, "\x3D\xD8\x00\xDE", 4);
	struct sv text;
	assert_true(icu_convert(arena, (struct sv){ bytes, 2 + PAIRS * 4 }, "UTF-16LE", &text));
	assert_int_equal(text.n, 1 + PAIRS * 4);
	assert_true(sv_find(text, SV("\uFFFD")) == SIZE_MAX);
}

static void tells_utf8_from_what_is_not(void **state)
{
	(void)state;
	static const struct sv good[] = { { "", 0 }, { "abcdefghijk\u00F1", 13 }, { "\uFFFD", 3 },
		{ "\U0010FFFF", 4 } };
	static const struct sv bad[] = { { "\xC0\x80", 2 }, { "\xED\xA0\x80", 3 }, { "\xF4\x90\x80\x80", 4 },
		{ "\x80", 1 }, { "12345678\xE2\x82", 10 }, { "\xF0\x9F\x98", 3 }, { "\xFF", 1 } };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(text_is_utf8(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(text_is_utf8(bad[i]));
}

static void walks_both_ways(void **state)
{
	(void)state;
	struct sv text = SV("a\u00F1\u20AC\U0001F600\xFFz");
	static const int32_t want[] = { 'a', 0xF1, 0x20AC, 0x1F600, 0xFFFD, 'z' };
	size_t at = 0;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(text_next(text, &at), want[i]);
	assert_int_equal(text_next(text, &at), -1);
	for (size_t i = 6; i-- > 0;)
		assert_int_equal(text_prev(text, &at), want[i]);
	assert_int_equal(text_prev(text, &at), -1);
}

static void writes_every_character_it_reads(void **state)
{
	(void)state;
	for (int32_t c = 0; c <= 0x10FFFF; c += 7) {
		char bytes[4];
		size_t n, at = 0;
		text_put(bytes, c, &n);
		bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
		assert_int_equal(text_next((struct sv){ bytes, n }, &at), is_surrogate ? 0xFFFD : c);
		assert_int_equal(at, n);
	}
}

static void squeezes(void **state)
{
	(void)state;
	assert_sv(text_squeeze(arena, SV(" \t12\u00A0000\u202F\n de\u00ADploy\u200Bed\x01  ")), "12 000 deployed");
	assert_sv(text_squeeze(arena, SV("Pen\u0303a")), "Pe\u00F1a");
	assert_sv(text_squeeze(arena,
			  SV("a\xFF"
			     "b")),
		"a\uFFFD"
		"b");
	assert_sv(text_squeeze(arena, SV(" \u3000 ")), "");
}

static void folds(void **state)
{
	(void)state;
	assert_sv(text_fold(arena, SV("SECRETAR\u00CDA de Pe\u00F1a")), "secretaria de pena");
	assert_sv(text_fold(arena, SV("\u201CIt\u2019s\u201D \u2014 \u00ABya\u00BB\u2026")), "\"it's\" - \"ya\"...");
	assert_sv(text_fold(arena, SV("Stra\u00DFe \u0141\u00F3d\u017A \u1EA4p n.\u00BA")), "strasse lodz ap n.o");
	assert_sv(text_fold(arena, SV("\u0391\u0384 \uD55C \u0419")), "\u03B1\u0384 \uD55C \u0438");
}

static void cuts_at_a_character(void **state)
{
	(void)state;
	assert_sv(text_cut(SV("a\u20ACb"), 3), "a");
	assert_sv(text_cut(SV("a\u20ACb"), 4), "a\u20AC");
	assert_sv(text_cut(SV("ab"), 9), "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(climbs_the_ladder),
		cmocka_unit_test(reads_labels_as_the_web_does),
		cmocka_unit_test(every_label_has_a_converter),
		cmocka_unit_test(valid_utf8_wins_over_a_single_byte_label),
		cmocka_unit_test(a_false_utf8_label_gives_way),
		cmocka_unit_test(a_utf16_label_on_ascii_is_a_mistake),
		cmocka_unit_test(makes_text_clean),
		cmocka_unit_test(refuses_binary_data_and_unknown_overrides),
		cmocka_unit_test(keeps_pairs_whole_across_converter_rounds),
		cmocka_unit_test(tells_utf8_from_what_is_not),
		cmocka_unit_test(walks_both_ways),
		cmocka_unit_test(writes_every_character_it_reads),
		cmocka_unit_test(squeezes),
		cmocka_unit_test(folds),
		cmocka_unit_test(cuts_at_a_character),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
