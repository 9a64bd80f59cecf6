/* SPDX-License-Identifier: MIT */
#ifndef TEST_SUITE_H
#define TEST_SUITE_H

#include <check.h>
#include <stdlib.h>

/*
 * Every suite is one program. A suite file defines its START_TEST functions
 * and ends with:
 *
 *	SUITE_MAIN("base/cursor", test_one, test_two)
 */
#define SUITE_MAIN(name, ...)                                               \
	int main(void)                                                      \
	{                                                                   \
		const TTest *tests[] = {__VA_ARGS__};                       \
		Suite *suite = suite_create(name);                          \
		TCase *tcase = tcase_create("all");                         \
		SRunner *runner;                                            \
		int failed;                                                 \
                                                                            \
		tcase_set_timeout(tcase, 280);                              \
		for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) \
			tcase_add_test(tcase, tests[i]);                    \
		suite_add_tcase(suite, tcase);                              \
		runner = srunner_create(suite);                             \
		srunner_run_all(runner, CK_ENV);                            \
		failed = srunner_ntests_failed(runner);                     \
		srunner_free(runner);                                       \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                \
	}

#endif
