/* uthash, with our way of running out of memory: stop, and be restarted. */
#ifndef CONFIG_UTHASH_ABORT_H
#define CONFIG_UTHASH_ABORT_H

#include <stdlib.h>

#define uthash_fatal(message) abort()
#include <uthash.h>

#endif
