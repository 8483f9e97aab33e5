#include "client_test.h"
#include "mail.h"
#include "value.h"

static char *mail_of(const char *json)
{
	static const char *const to[] = { "a@example.org", "b@example.org", NULL };
	struct out out = { 0 };
	struct pw_value *event = value_read(json, strlen(json));
	assert_non_null(event);
	mail_write(&out, event, "ops", "pw@example.org", to, 1633701720);
	value_free(event);
	char *mail = out_take(&out);
	assert_non_null(mail);
	return mail;
}

static void headers_name_the_event_and_thread_the_fact(void **state)
{
	(void)state;
	char *mail = mail_of("{\"id\":\"00aa-5\",\"type\":\"policywatch.fact.figure.v1\",\"correlationid\":\"us.x\","
			     "\"data\":{\"fact\":{\"beat\":\"us\",\"text\":\"Short.\"}}}");
	static const char *const wanted[] = { "Date: Fri, 08 Oct 2021 14:02:00 +0000\r\n",
		"From: policywatch <pw@example.org>\r\n", "To: a@example.org,\r\n b@example.org\r\n",
		"Subject: us figure: Short.\r\n", "Message-ID: <00aa-5.ops@example.org>\r\n",
		"In-Reply-To: <fact.us.x.ops@example.org>\r\n", "References: <fact.us.x.ops@example.org>\r\n",
		"List-Id: <ops.policywatch.example.org>\r\n", "Auto-Submitted: auto-generated\r\n",
		"X-Policywatch-Fact: us.x\r\n" };
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		if (!strstr(mail, wanted[i]))
			fail_msg("no '%s' in:\n%s", wanted[i], mail);
	}
	free(mail);
}

/* Every header that there is was meant to be there. */
static void an_event_can_not_write_headers(void **state)
{
	(void)state;
	char *mail = mail_of(
		"{\"id\":\"5\\r\\nBcc: x@example.org\",\"correlationid\":\"a\\nBcc: y\",\"type\":\"a\\r\\nB: c\","
		"\"data\":{\"fact\":{\"beat\":\"us\\r\\nBcc: z\",\"text\":\"t\\r\\n\\r\\nBcc: q\"},"
		"\"severity\":\"x\\r\\nBcc: s\"}}");
	char *end = strstr(mail, "\r\n\r\n");
	assert_non_null(end);
	assert_ptr_equal(strstr(end, "\r\nBcc"), NULL);
	*end = '\0';
	assert_null(strstr(mail, "\nBcc"));
	assert_null(strstr(mail, "\nB:"));
	free(mail);
}

static void long_and_foreign_subjects_are_encoded_in_short_lines(void **state)
{
	(void)state;
	char *mail = mail_of(
		"{\"id\":\"1\",\"type\":\"policywatch.fact.new.v1\",\"data\":{\"fact\":{\"beat\":\"us\",\"text\":"
		"\"M\xc3\xa9xico despleg\xc3\xb3 m\xc3\xa1s de 12,000 elementos en su frontera sur, dijo el "
		"secretario \xe2\x80\x94 y a\xc3\xban m\xc3\xa1s\"}}}");
	char *subject = strstr(mail, "Subject: =?UTF-8?B?");
	assert_non_null(subject);
	for (char *line = mail; *line; line = strchr(line, '\n') + 1)
		assert_true(strchr(line, '\n') - line <= 78);
	assert_non_null(strstr(mail, "=C3=A9xico"));
	free(mail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_name_the_event_and_thread_the_fact),
		cmocka_unit_test(an_event_can_not_write_headers),
		cmocka_unit_test(long_and_foreign_subjects_are_encoded_in_short_lines),
	};
	return RUN(tests);
}
