/* Errors: one must-check status and a message owned by the caller.
 *
 * A function that can fail returns enum status and takes `struct error *err` last. On failure it has
 * written err (never NULL) and left its outputs alone. Callers add their context with error_wrap(), so
 * that a message reads from the outside in: "source 'x': feed: line 12: unexpected end". */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#define NODISCARD [[nodiscard]]
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum NODISCARD status {
	OK = 0,
	E_LIMIT,     /* a size, count or time limit of ours was reached */
	E_FORMAT,    /* the bytes are not what they claim to be */
	E_ENCODING,  /* not decodable to UTF-8 */
	E_NETWORK,   /* could not connect, name not found, cut off */
	E_TIMEOUT,   /* the other side took too long */
	E_REFUSED,   /* the other side, or a rule of ours, said no */
	E_NOT_FOUND, /* no such thing */
	E_STORE,     /* the database failed */
	E_CONFIG,    /* the configuration is wrong */
	E_SYSTEM,    /* a system call failed */
};

struct error {
	enum status code;
	int sys; /* errno, 0 when there is none */
	char text[240];
};

/* Fills err and returns code. */
enum status error_set(struct error *err, enum status code, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same with ": " and the text of errno value `sys` appended. */
enum status error_sys(struct error *err, enum status code, int sys, const char *format, ...) PRINTF_LIKE(4, 5);
/* Puts "context: " before the message and returns err->code. */
enum status error_wrap(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

const char *status_name(enum status code);
/* Worth trying again later without any change: network, timeout, system. */
bool status_is_transient(enum status code);

#endif
