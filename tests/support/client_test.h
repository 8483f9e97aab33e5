/* What every test of the clients includes, first: they share no header with the daemon, so test.h is not for them. */
#ifndef SUPPORT_CLIENT_TEST_H
#define SUPPORT_CLIENT_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN(tests) cmocka_run_group_tests((tests), NULL, NULL)

#endif
