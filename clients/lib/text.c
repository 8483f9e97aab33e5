/* Names of the public enums. */
#include <policywatch/policywatch.h>
#include <stddef.h>

static const char *const status_texts[] = {
	[PW_OK] = "ok",
	[PW_TIMEOUT] = "nothing came in time",
	[PW_UNREACHABLE] = "no daemon answers",
	[PW_NOT_FOUND] = "not found",
	[PW_DENIED] = "denied",
	[PW_INVALID] = "not valid",
	[PW_GONE] = "events after the cursor are gone",
	[PW_EPOCH] = "the log is another one now",
	[PW_NOMEM] = "no memory",
	[PW_SYSTEM] = "system error",
	[PW_FAILED] = "the daemon could not do it",
};

static const char *const state_texts[] = {
	[PW_CONNECTING] = "connecting",
	[PW_REPLAYING] = "replaying",
	[PW_LIVE] = "live",
	[PW_STALE] = "stale",
	[PW_HALTED] = "halted",
	[PW_REFUSED] = "refused",
};

const char *pw_status_text(enum pw_status status)
{
	size_t i = (size_t)status;
	return i < sizeof status_texts / sizeof *status_texts ? status_texts[i] : "unknown status";
}

const char *pw_state_text(enum pw_state state)
{
	size_t i = (size_t)state;
	return i < sizeof state_texts / sizeof *state_texts ? state_texts[i] : "unknown state";
}

const char *pw_version(void)
{
	return PW_VERSION;
}
