/* What tests/lint/abi cannot see, for it compares types and not names. */
#include <policywatch/policywatch.h>

#include "client_test.h"

static void options_stay_where_programs_of_before_put_them(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t have, want; /* in words */
	} fields[] = {
#define FIELD(name, want) { #name, offsetof(struct pw_options, name) / sizeof(void *), want }
		FIELD(size, 0), FIELD(events, 1), FIELD(query, 2), FIELD(topics, 3), FIELD(cursor_file, 4),
		FIELD(cursor_name, 5), FIELD(from_seq, 6), FIELD(from_time_ms, 7), FIELD(request_timeout_ms, 8),
		FIELD(key_file, 9), FIELD(server_key, 10)
#undef FIELD
	};
	if (sizeof(void *) != 8)
		skip();
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (fields[i].have != fields[i].want)
			fail_msg("%s is at word %zu, was at %zu", fields[i].name, fields[i].have, fields[i].want);
	}
}

static void numbers_keep_their_meaning(void **state)
{
	(void)state;
	static const enum pw_status statuses[] = { PW_OK, PW_TIMEOUT, PW_UNREACHABLE, PW_NOT_FOUND, PW_DENIED,
		PW_INVALID, PW_GONE, PW_EPOCH, PW_NOMEM, PW_SYSTEM, PW_FAILED };
	static const enum pw_state states[] = { PW_CONNECTING, PW_REPLAYING, PW_LIVE, PW_STALE, PW_HALTED, PW_REFUSED };
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		assert_int_equal(statuses[i], i);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		assert_int_equal(states[i], i);
	assert_true(PW_FROM_NOW == UINT64_MAX && PW_FROM_SNAPSHOT == UINT64_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stay_where_programs_of_before_put_them),
		cmocka_unit_test(numbers_keep_their_meaning),
	};
	return RUN(tests);
}
