#include "test.h"

#include "endpoint.h"

static void only_numeric_addresses_of_this_host_are_loopback(void **state)
{
	static const struct {
		const char *endpoint;
		bool is_loopback;
	} cases[] = {
		{ "tcp://127.0.0.1:5560", true },
		{ "tcp://127.9.9.9:*", true },
		{ "tcp://[::1]:5560", true },
		{ "tcp://0.0.0.0:5560", false },
		{ "tcp://*:5560", false },
		{ "tcp://[::]:5560", false },
		{ "tcp://192.0.2.1:5560", false },
		{ "tcp://[2001:db8::1]:5560", false },
		{ "tcp://127.evil.example:5560", false },
		{ "tcp://localhost:5560", false },
		{ "tcp://eth0:5560", false },
		{ "tcp://127.0.0.1", false },
		{ "tcp://:5560", false },
		{ "tcp://", false },
		{ "ipc:///run/x", false },
		{ "", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (endpoint_is_loopback(sv_of(cases[i].endpoint)) != cases[i].is_loopback)
			fail_msg("%s", cases[i].endpoint);
}

static void what_is_encrypted_is_a_matter_of_the_setting(void **state)
{
	(void)state;
	struct sv local = SV("tcp://127.0.0.1:1"), open = SV("tcp://*:1"), file = SV("ipc:///run/x");
	assert_true(endpoint_is_encrypted(open, PLAIN_TCP_LOOPBACK));
	assert_false(endpoint_is_encrypted(local, PLAIN_TCP_LOOPBACK));
	assert_true(endpoint_is_encrypted(open, PLAIN_TCP_NEVER));
	assert_true(endpoint_is_encrypted(local, PLAIN_TCP_NEVER));
	assert_false(endpoint_is_encrypted(open, PLAIN_TCP_ANYWHERE));
	assert_false(endpoint_is_encrypted(local, PLAIN_TCP_ANYWHERE));
	assert_false(endpoint_is_encrypted(file, PLAIN_TCP_NEVER));
}

static void the_setting_has_three_names(void **state)
{
	enum plain_tcp got = PLAIN_TCP_LOOPBACK;
	(void)state;
	assert_true(plain_tcp_parse(SV("never"), &got));
	assert_int_equal(got, PLAIN_TCP_NEVER);
	assert_true(plain_tcp_parse(SV("anywhere"), &got));
	assert_int_equal(got, PLAIN_TCP_ANYWHERE);
	assert_true(plain_tcp_parse(SV("loopback"), &got));
	assert_int_equal(got, PLAIN_TCP_LOOPBACK);
	assert_false(plain_tcp_parse(SV("always"), &got));
	assert_int_equal(got, PLAIN_TCP_LOOPBACK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_numeric_addresses_of_this_host_are_loopback),
		cmocka_unit_test(what_is_encrypted_is_a_matter_of_the_setting),
		cmocka_unit_test(the_setting_has_three_names),
	};
	return RUN(tests);
}
