/* SPDX-License-Identifier: MIT */
#ifndef TEST_OUTPUT_JSON_FIXTURE_H
#define TEST_OUTPUT_JSON_FIXTURE_H

#include "output/json.h"

#include "output/json_checker.h"
#include "output/samples.h"
#include "suite.h"

/* Storage of the one message that a test needs. */
static struct dns_message message;
static struct writer writer;

/* The event's line, checked; NUL-terminated. */
static const char *line_of(const struct event *event)
{
	writer_deinit(&writer);
	json_format(&writer, event, SAMPLE_WALL_OFFSET_NS);
	ck_assert(!writer_failed(&writer));
	ck_assert_msg(json_is_line(writer.text, writer.len), "%.*s",
		      (int)writer.len, writer.text);
	writer_char(&writer, '\0');
	return writer.text;
}

#define ck_assert_line(event, want) ck_assert_str_eq(line_of(event), want "\n")
#define ck_assert_in_line(event, part) \
	ck_assert_ptr_nonnull(strstr(line_of(event), part))
#define ck_assert_not_in_line(event, part) \
	ck_assert_ptr_null(strstr(line_of(event), part))

#define LINE_START(action, type)                                    \
	"{\"@timestamp\":\"2023-11-14T22:13:20.500000000Z\","       \
	"\"ecs\":{\"version\":\"8.11.0\"},"                         \
	"\"event\":{\"kind\":\"event\",\"category\":[\"network\"]," \
	"\"dataset\":\"egrets\",\"action\":\"" action "\",\"type\":[" type "]"
#define DNS_PROTOCOL "\"connection\",\"protocol\""
#endif
