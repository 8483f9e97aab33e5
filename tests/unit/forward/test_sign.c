#include "client_test.h"
#include "sign.h"

static void is_signed(const char *secrets, const char *id, const char *time, const char *body, const char *want)
{
	char out[SIGN_HEADER_BYTES];
	assert_true(sign_webhook(secrets, id, time, body, strlen(body), out));
	assert_string_equal(out, want);
}

static void the_signature_is_that_of_standard_webhooks(void **state)
{
	(void)state;
	is_signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
		"{\"test\": 2432232314}", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	is_signed("plain", "a", "1", "b", "v1,mPN10NFgs0H6WYyvpo+tuNzWrhWhIagROKoWel7JPg8=");
}

static void two_keys_make_two_signatures(void **state)
{
	(void)state;
	is_signed("plain\n\nwhsec_cGxhaW4=\n", "a", "1", "b",
		"v1,mPN10NFgs0H6WYyvpo+tuNzWrhWhIagROKoWel7JPg8= v1,mPN10NFgs0H6WYyvpo+tuNzWrhWhIagROKoWel7JPg8=");
}

static void secrets_that_can_not_sign_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "\n", "whsec_***", "whsec_=", "whsk_MfKQ9r8GKYqrTwjU", "a\nb\nc\nd\ne" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char out[SIGN_HEADER_BYTES];
		assert_false(sign_webhook(bad[i], "a", "1", "b", 1, out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_signature_is_that_of_standard_webhooks),
		cmocka_unit_test(two_keys_make_two_signatures),
		cmocka_unit_test(secrets_that_can_not_sign_are_refused),
	};
	return RUN(tests);
}
