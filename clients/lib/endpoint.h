/* Where the daemon is, when the caller does not say. */
#ifndef LIB_ENDPOINT_H
#define LIB_ENDPOINT_H

/* given, else the variable, else the daemon of the user if its socket is there, else that of the system. name:
 * "events" or "query". malloc'd; NULL: no memory. */
char *endpoint_choose(const char *given, const char *variable, const char *name);

#endif
