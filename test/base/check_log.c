// SPDX-License-Identifier: MIT
#include "base/log.h"

#include "suite.h"

#include <string.h>
#include <unistd.h>

/* Each test is a process of its own, so stderr can be taken away from it. */
static int catch_stderr(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	return ends[0];
}

static size_t caught(int fd, char *buf, size_t size)
{
	ssize_t len;

	close(STDERR_FILENO);
	len = read(fd, buf, size - 1);
	ck_assert_int_ge(len, 0);
	buf[len] = '\0';
	close(fd);
	return (size_t)len;
}

START_TEST(a_line_has_prefix_and_newline)
{
	char line[256];
	int fd = catch_stderr();

	log_error("cannot read %s: %s", "x.pcap", "no");
	caught(fd, line, sizeof(line));
	ck_assert_str_eq(line, "egrets: cannot read x.pcap: no\n");
}
END_TEST

START_TEST(levels_hide_what_is_below_them)
{
	char line[256];
	int fd = catch_stderr();

	ck_assert_int_eq(log_get_level(), LOG_LEVEL_INFO);
	log_debug("one");
	log_info("two");
	log_set_level(LOG_LEVEL_WARN);
	log_info("three");
	log_warn("four");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("five");
	caught(fd, line, sizeof(line));
	ck_assert_str_eq(line, "egrets: two\negrets: four\negrets: five\n");
}
END_TEST

START_TEST(unsafe_bytes_are_escaped_and_letters_are_not)
{
	char line[256];
	int fd = catch_stderr();

	log_info("%s", "a\x1b[31m\n\x7f \xc3\xa9 \xff \xc2\x9b \xe2\x80\xae "
		       "\xc0\xaf \xe2\x82");
	caught(fd, line, sizeof(line));
	ck_assert_str_eq(line, "egrets: a\\x1b[31m\\x0a\\x7f \xc3\xa9 \\xff "
			       "\\xc2\\x9b \\xe2\\x80\\xae \\xc0\\xaf "
			       "\\xe2\\x82\n");
}
END_TEST

START_TEST(a_long_hostile_line_is_cut_not_overrun)
{
	char text[4096], line[16384];
	int fd = catch_stderr();
	size_t len;

	memset(text, '\x1b', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	len = caught(fd, line, sizeof(line));
	ck_assert_uint_eq(len, strlen("egrets: ") + 2047 * 4 + 1);
	ck_assert_int_eq(line[len - 1], '\n');
}
END_TEST

SUITE_MAIN("base/log", a_line_has_prefix_and_newline,
	   levels_hide_what_is_below_them,
	   unsafe_bytes_are_escaped_and_letters_are_not,
	   a_long_hostile_line_is_cut_not_overrun)
