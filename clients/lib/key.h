/* Key files read from disk: who this client is, and which daemon it trusts. */
#ifndef LIB_KEY_H
#define LIB_KEY_H

#include <policywatch/keyfile.h>
#include <policywatch/policywatch.h>

#define KEY_WHY_BYTES 240

/* The client's own key, from a file with a secret key that not everybody may read. PW_INVALID, PW_SYSTEM: why says what
 * is wrong, with the file and, if it is in a line, that. */
enum pw_status key_read_own(const char *path, struct pw_keyfile *out, char why[KEY_WHY_BYTES]);
/* The public key of a daemon: `given` is the path of a file or, where there is none, the 40 characters themselves. */
enum pw_status key_read_server(const char *given, char out[PW_KEY_CHARS + 1], char why[KEY_WHY_BYTES]);

#endif
