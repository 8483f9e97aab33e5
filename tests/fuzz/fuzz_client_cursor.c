/* The cursor file: what is read is written and read again as the same places; what is not is left alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct cursor cursor = { 0 }, again = { 0 };
	char text[CURSOR_TEXT];
	const void *file = bytes;
	if (cursor_parse(file, n, &cursor) != PW_OK)
		return 0;
	size_t printed = cursor_print(&cursor, text);
	if (cursor.n == 0 || printed > sizeof text || cursor_parse(text, printed, &again) != PW_OK ||
		memcmp(&cursor, &again, sizeof cursor) != 0)
		abort();
	struct place place = { .epoch = bytes[n - 1], .seq = n };
	cursor_set(&cursor, place);
	if (cursor.n > CURSOR_LOGS || cursor_find(&cursor, place.epoch) != &cursor.logs[0])
		abort();
	return 0;
}
