#include "topic.h"

#include <stdio.h>
#include <string.h>

bool topic_expand(const char *text, char out[TOPIC_BYTES])
{
	static const char *const families[] = { "fact", "document", "source", "daemon" };
	size_t first = strcspn(text, "/");
	bool is_whole = text[0] == '\0';
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		is_whole = is_whole || (strlen(families[i]) == first && strncmp(text, families[i], first) == 0);
	int n = snprintf(out, TOPIC_BYTES, "%s%s", is_whole ? "" : "fact/", text);
	char *dot = is_whole ? NULL : strchr(out, '.');
	if (dot)
		*dot = '/';
	return n >= 0 && n < TOPIC_BYTES;
}
