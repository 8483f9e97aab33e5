#include "say.h"

#include <stdio.h>
#include <string.h>

const char *say_count(int64_t n, char out[SAY_TEXT])
{
	char digits[24];
	(void)snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? 0 : n));
	size_t length = strlen(digits), to = 0;
	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
	return out;
}

const char *say_size(size_t bytes, char out[SAY_TEXT])
{
	static const struct {
		size_t bytes;
		const char *name;
	} units[] = { { 1u << 20, "MiB" }, { 1u << 10, "KiB" } };
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (bytes >= units[i].bytes && bytes % (units[i].bytes / 2) == 0) {
			(void)snprintf(out, SAY_TEXT, "%g %s", (double)bytes / (double)units[i].bytes, units[i].name);
			return out;
		}
	char count[SAY_TEXT];
	(void)snprintf(out, SAY_TEXT, "%.*s bytes", SAY_TEXT - 8, say_count((int64_t)bytes, count));
	return out;
}

const char *say_duration(int64_t ms, char out[SAY_TEXT])
{
	if (ms < 1000)
		(void)snprintf(out, SAY_TEXT, "%lld ms", (long long)ms);
	else
		(void)snprintf(out, SAY_TEXT, "%g s", (double)ms / 1000.0);
	return out;
}
