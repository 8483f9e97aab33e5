#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status error_set(struct error *err, enum status code, const char *format, ...)
{
	va_list args;
	err->code = code;
	err->sys = 0;
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	return code;
}

enum status error_sys(struct error *err, enum status code, int sys, const char *format, ...)
{
	va_list args;
	char reason[96];
	err->code = code;
	err->sys = sys;
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	size_t n = strlen(err->text);
	(void)snprintf(err->text + n, sizeof err->text - n, ": %s", strerror_r(sys, reason, sizeof reason));
	return code;
}

enum status error_wrap(struct error *err, const char *format, ...)
{
	va_list args;
	char inner[sizeof err->text];
	memcpy(inner, err->text, sizeof inner);
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	size_t n = strlen(err->text);
	(void)snprintf(err->text + n, sizeof err->text - n, ": %s", inner);
	return err->code;
}

const char *status_name(enum status code)
{
	switch (code) {
	case OK: return "ok";
	case E_LIMIT: return "limit";
	case E_FORMAT: return "format";
	case E_ENCODING: return "encoding";
	case E_NETWORK: return "network";
	case E_TIMEOUT: return "timeout";
	case E_REFUSED: return "refused";
	case E_NOT_FOUND: return "not-found";
	case E_STORE: return "store";
	case E_CONFIG: return "config";
	case E_SYSTEM: return "system";
	}
	return "unknown";
}

bool status_is_transient(enum status code)
{
	return code == E_NETWORK || code == E_TIMEOUT || code == E_SYSTEM;
}
