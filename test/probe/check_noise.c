// SPDX-License-Identifier: MIT
#include "probe/noise.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Check forks for each test: its standard error may be lost. */
struct told {
	size_t count;
	char first[NOISE_LINE];
	char last[NOISE_LINE];
};

static void on_line(const char *line, void *context)
{
	struct told *told = context;

	if (!told->count++)
		snprintf(told->first, sizeof(told->first), "%s", line);
	snprintf(told->last, sizeof(told->last), "%s", line);
}

static struct told tell(int noise)
{
	struct told told = {0};

	noise_tell(noise, on_line, &told);
	return told;
}

START_TEST(catches_what_is_written_in_any_way)
{
	int noise = noise_catch();
	struct told told;

	ck_assert_int_ge(noise, 0);
	fprintf(stderr, "by the C library\n");
	ck_assert_int_eq(write(STDERR_FILENO, "by a call\n", 10), 10);
	told = tell(noise);
	ck_assert_uint_eq(told.count, 2);
	ck_assert_str_eq(told.first, "by the C library");
	ck_assert_str_eq(told.last, "by a call");
}
END_TEST

/* After ftruncate() alone the next writer would leave a hole of NULs. */
START_TEST(is_told_once)
{
	int noise = noise_catch();
	struct told told;

	fprintf(stderr, "first\n");
	ck_assert_uint_eq(tell(noise).count, 1);
	fprintf(stderr, "second\n");
	told = tell(noise);
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_eq(told.first, "second");
	ck_assert_uint_eq(tell(noise).count, 0);
}
END_TEST

START_TEST(keeps_whole_lines_of_the_end)
{
	int noise = noise_catch();
	struct told told;

	for (int i = 0; i < 1000; i++)
		fprintf(stderr, "line %04d\n", i);
	told = tell(noise);
	ck_assert_str_eq(told.last, "line 0999");
	/* Ten bytes each; the one that was cut is left out. */
	ck_assert_uint_eq(told.count, NOISE_BYTES / 10);
	ck_assert_uint_eq(strlen(told.first), 9);
}
END_TEST

START_TEST(one_line_without_end_is_told_as_far_as_it_is_kept)
{
	int noise = noise_catch();

	for (int i = 0; i < NOISE_BYTES + 1; i++)
		fputc('x', stderr);
	ck_assert_uint_eq(tell(noise).count, 1);
}
END_TEST

START_TEST(finds_the_first_line_and_leaves_it)
{
	int noise = noise_catch();
	char line[NOISE_LINE] = "not written";

	ck_assert(!noise_find(noise, "error:", line));
	ck_assert_str_eq(line, "not written");
	fprintf(stderr, "a warning: of no matter\nan error: one\n"
			"an error: two\n");
	ck_assert(!noise_find(noise, "fatal:", line));
	ck_assert(noise_find(noise, "error:", line));
	ck_assert_str_eq(line, "an error: one");
	ck_assert_uint_eq(tell(noise).count, 3);
}
END_TEST

START_TEST(cuts_a_line_that_is_found)
{
	int noise = noise_catch();
	char line[NOISE_LINE];

	fprintf(stderr, "%0*d error: far\n", NOISE_LINE * 2, 0);
	ck_assert(noise_find(noise, "error:", line));
	ck_assert_uint_eq(strlen(line), NOISE_LINE - 1);
}
END_TEST

SUITE_MAIN("probe/noise", catches_what_is_written_in_any_way, is_told_once,
	   keeps_whole_lines_of_the_end,
	   one_line_without_end_is_told_as_far_as_it_is_kept,
	   finds_the_first_line_and_leaves_it, cuts_a_line_that_is_found)
