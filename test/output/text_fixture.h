/* SPDX-License-Identifier: MIT */
#ifndef TEST_OUTPUT_TEXT_FIXTURE_H
#define TEST_OUTPUT_TEXT_FIXTURE_H

#include "output/samples.h"
#include "output/text.h"
#include "suite.h"

/* What the suites over text.h share: an event's line, and looks at it. */

/* Storage of the one message that a test needs. */
static struct dns_message message;
static struct writer writer;

static inline const char *line_of(const struct event *event, bool verbose)
{
	writer_deinit(&writer);
	text_format(&writer, event, SAMPLE_START_NS, verbose);
	writer_char(&writer, '\0');
	ck_assert(!writer_failed(&writer));
	return writer.text;
}

#define ck_assert_line(event, want) \
	ck_assert_str_eq(line_of(event, false), want "\n")
#define ck_assert_verbose(event, want) \
	ck_assert_str_eq(line_of(event, true), want "\n")
#define ck_assert_in_line(event, part) \
	ck_assert_ptr_nonnull(strstr(line_of(event, false), part))
#define ck_assert_not_in_line(event, part) \
	ck_assert_ptr_null(strstr(line_of(event, false), part))
#define ck_assert_starts(event, start) \
	ck_assert(!strncmp(line_of(event, false), start, strlen(start)))

#endif
