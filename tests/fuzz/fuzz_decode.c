/* Any bytes with any label give clean UTF-8 or an error. The first byte picks the label and where it stands. */
#include <assert.h>

#include "unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct charset_hints hints_of(uint8_t pick)
{
	static const char *const labels[] = { "", "utf-8", "iso-8859-1", "gbk", "shift_jis", "euc-kr", "utf-16", "big5",
		"iso-2022-jp", "koi8-r", "macintosh", "euc-jp", "iso-8859-8", "windows-1258", "utf-16be", "nonsense" };
	struct sv label = sv_of(labels[pick & 15]);
	switch (pick >> 4 & 3) {
	case 0: return (struct charset_hints){ .override = label };
	case 1: return (struct charset_hints){ .http = label };
	case 2: return (struct charset_hints){ .document = label };
	default: return (struct charset_hints){ .http = SV("utf-8"), .document = label };
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n == 0)
		return 0;
	CLEANUP(arena_freep) struct arena *arena = arena_new(1u << 30);
	struct charset_hints hints = hints_of(bytes[0]);
	struct sv text, charset;
	struct error err;
	if (text_decode(arena, (struct sv){ (const char *)bytes + 1, n - 1 }, &hints, &text, &charset, &err))
		return 0;
	assert(charset.n > 0);
	assert(text_is_utf8(text));
	assert(sv_find_char(text, 0) == SIZE_MAX);
	struct sv squeezed = text_squeeze(arena, text);
	assert(text_is_utf8(squeezed));
	assert(sv_eq(squeezed, text_squeeze(arena, squeezed)));
	assert(text_is_utf8(text_fold(arena, text)));
	return 0;
}
