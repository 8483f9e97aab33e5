/* The little that has to be known about URLs here: which kind, which host, which file. */
#ifndef WATCH_LOCATION_H
#define WATCH_LOCATION_H

#include "arena.h"
#include "error.h"

/* ASCII only: what follows is protocol, not language. */
char location_lower(char c);
bool location_is_file(struct sv url);
/* The path of a file URL, decoded: "file:///a%20b" and "file://localhost/a%20b" give "/a b". */
enum status location_to_path(struct arena *arena, struct sv url, char **out, struct error *err);
struct sv location_of_path(struct arena *arena, const char *path);
/* "host:port" in lower case, without user and password; the port of the scheme when none is said. */
struct sv location_host(struct arena *arena, struct sv url);
/* The URL without user and password, which are nobody's business. */
struct sv location_without_secrets(struct arena *arena, struct sv url);

#endif
