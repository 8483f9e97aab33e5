/* What every unit test includes, alone: cmocka needs its four headers first and in this order. */
#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "error.h"
#include "sv.h"

/* Compares views as text, so that a failure shows both. */
#define assert_sv(got, want)                                            \
	do {                                                            \
		char got_[2048], want_[2048];                           \
		(void)snprintf(got_, sizeof got_, "%.*s", SV_ARG(got)); \
		(void)snprintf(want_, sizeof want_, "%s", (want));      \
		assert_string_equal(got_, want_);                       \
	} while (0)
/* st is OK, or the test stops with the error's text. */
#define assert_ok(st, err)                                                \
	do {                                                              \
		enum status st_ = (st);                                   \
		if (st_)                                                  \
			fail_msg("%s: %s", status_name(st_), (err).text); \
	} while (0)

#define RUN(tests) cmocka_run_group_tests((tests), NULL, NULL)

#endif
