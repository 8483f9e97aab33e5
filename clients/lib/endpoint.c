#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SYSTEM_ENDPOINT "ipc:///run/policywatchd/%s"

static char *of_user(const char *name)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	static const char scheme[] = "ipc://";
	struct stat about;
	char *endpoint = NULL;
	if (!folder || folder[0] != '/' || asprintf(&endpoint, "%s%s/policywatch/%s", scheme, folder, name) < 0)
		return NULL;
	if (stat(endpoint + sizeof scheme - 1, &about) == 0 && S_ISSOCK(about.st_mode))
		return endpoint;
	free(endpoint);
	return NULL;
}

char *endpoint_choose(const char *given, const char *variable, const char *name)
{
	const char *set = given ? given : getenv(variable);
	if (set && set[0])
		return strdup(set);
	char *endpoint = of_user(name);
	if (!endpoint && asprintf(&endpoint, SYSTEM_ENDPOINT, name) < 0)
		return NULL;
	return endpoint;
}
