// SPDX-License-Identifier: MIT
#include "output/writer.h"
#include "base/utf8.h"

#include "output/json_checker.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define ck_assert_text(writer, want)                    \
	do {                                            \
		writer_char(writer, '\0');              \
		ck_assert(!writer_failed(writer));      \
		ck_assert_str_eq((writer)->text, want); \
		(writer)->len = 0;                      \
	} while (0)

/* From a block of exactly their size, so that ASan sees the byte past it. */
static void text_value(struct writer *writer, const char *bytes, size_t len)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	writer_text_value(writer, copy, len);
	free(copy);
}

static void json_value_of(struct writer *writer, const char *bytes, size_t len)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	writer_json_string(writer, copy, len);
	free(copy);
}

START_TEST(appends_past_every_growth)
{
	struct writer writer;

	writer_init(&writer);
	for (int i = 0; i < 100000; i++)
		writer_string(&writer, "0123456789");
	ck_assert(!writer_failed(&writer));
	ck_assert_uint_eq(writer.len, 1000000);
	for (size_t i = 0; i < writer.len; i++) {
		if (writer.text[i] != '0' + (char)(i % 10))
			ck_abort_msg("byte %zu", i);
	}
	writer_deinit(&writer);
}
END_TEST

START_TEST(nothing_is_appended_after_running_out_of_memory)
{
	struct writer writer;

	writer_init(&writer);
	writer_string(&writer, "kept");
	ck_assert_ptr_null(writer_reserve(&writer, SIZE_MAX / 2));
	ck_assert(writer_failed(&writer));
	writer_char(&writer, 'x');
	writer_u64(&writer, 1);
	writer_timestamp(&writer, 1);
	writer_text_value(&writer, "a b", 3);
	writer_json_string(&writer, "a", 1);
	ck_assert(writer_failed(&writer));
	ck_assert_uint_eq(writer.len, 4);
	ck_assert(!memcmp(writer.text, "kept", 4));
	writer_deinit(&writer);
	ck_assert(!writer_failed(&writer));
}
END_TEST

START_TEST(numbers_are_what_printf_writes)
{
	struct writer writer;
	uint64_t value = 0;

	writer_init(&writer);
	for (int i = 0; i < 20; i++) {
		for (int step = -1; step <= 1; step++) {
			uint64_t number = value + (uint64_t)step;
			char want[32];

			snprintf(want, sizeof(want), "%" PRIu64, number);
			writer_u64(&writer, number);
			ck_assert_text(&writer, want);
		}
		value = value ? value * 10 : 10;
	}
	writer_u64(&writer, UINT64_MAX);
	ck_assert_text(&writer, "18446744073709551615");
	writer_deinit(&writer);
}
END_TEST

START_TEST(milliseconds_have_three_decimals_rounded_down)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{0, "0.000"},
		{999, "0.000"},
		{1000, "0.001"},
		{532999, "0.532"},
		{1234567, "1.234"},
		{1000000, "1.000"},
		{60000000000, "60000.000"},
		{UINT64_MAX, "18446744073709.551"},
	};
	struct writer writer;

	writer_init(&writer);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		writer_milliseconds(&writer, cases[i].ns);
		ck_assert_text(&writer, cases[i].text);
	}
	writer_deinit(&writer);
}
END_TEST

START_TEST(timestamps_agree_with_gmtime)
{
	static const uint64_t seconds[] = {
		0,	    951782399,	 951782400,   951868800,  1709164800,
		1709251199, 1709251200,	 1735689599,  1735689600, 4107542399,
		4107542400, 13569465600, 18446744073,
	};
	struct writer writer;
	uint64_t random = 1;

	writer_init(&writer);
	for (size_t i = 0; i < 5000; i++) {
		size_t known = sizeof(seconds) / sizeof(*seconds);
		char date[64], want[128];
		uint64_t second;
		time_t clock;
		struct tm tm;

		random = random * 6364136223846793005ULL + 1;
		second = i < known ? seconds[i] : (random >> 20) % 18446744073;
		clock = (time_t)second;
		gmtime_r(&clock, &tm);
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(want, sizeof(want), "%s.%09uZ", date,
			 (unsigned int)(i * 131));
		writer_timestamp(&writer, second * 1000000000 + i * 131);
		ck_assert_text(&writer, want);
	}
	writer_deinit(&writer);
}
END_TEST

START_TEST(a_cached_second_keeps_its_date_and_not_its_fraction)
{
	struct writer writer;

	writer_init(&writer);
	writer_timestamp(&writer, 1700000000000000001);
	writer_timestamp(&writer, 1700000000999999999);
	writer_timestamp(&writer, 1700000001000000000);
	writer_timestamp(&writer, 1700000000000000002);
	ck_assert_text(&writer, "2023-11-14T22:13:20.000000001Z"
				"2023-11-14T22:13:20.999999999Z"
				"2023-11-14T22:13:21.000000000Z"
				"2023-11-14T22:13:20.000000002Z");
	writer_deinit(&writer);
}
END_TEST

START_TEST(text_values_are_quoted_only_when_they_must_be)
{
	static const char *const pairs[][2] = {
		{"", ""},
		{"facebook.com", "facebook.com"},
		{"a,b;c'd", "a,b;c'd"},
		{"c:\\temp", "c:\\temp"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"\xf0\x9f\x90\xa6", "\xf0\x9f\x90\xa6"},
		{"a b", "\"a b\""},
		{" ", "\" \""},
		{"a=b", "\"a=b\""},
		{"a\"b", "\"a\\\"b\""},
		{"a \\b", "\"a \\\\b\""},
		{"a\nb\rc\td", "\"a\\nb\\rc\\td\""},
		{"\x1b[31m", "\"\\x1b[31m\""},
		{"\x7f", "\"\\x7f\""},
		{"caf\xc3\xa9 \xc3", "\"caf\xc3\xa9 \\xc3\""},
		{"\xff\xfe", "\"\\xff\\xfe\""},
		{"\xc2\x9b"
		 "31m",
		 "\"\\xc2\\x9b31m\""},
		{"a\xe2\x80\xae"
		 "b",
		 "\"a\\xe2\\x80\\xaeb\""},
		{"a\xe2\x81\xa6", "\"a\\xe2\\x81\\xa6\""},
		{"a\xe2\x80\xa8", "\"a\\xe2\\x80\\xa8\""},
		{"a\xe2\x80\x83"
		 "pid=1",
		 "\"a\\xe2\\x80\\x83pid=1\""},
	};
	struct writer writer;

	writer_init(&writer);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		text_value(&writer, pairs[i][0], strlen(pairs[i][0]));
		ck_assert_text(&writer, pairs[i][1]);
	}
	writer_deinit(&writer);
}
END_TEST

/* Undo writer_text_value(); what it gives must be what went in. */
static size_t text_unquote(const char *text, size_t len, char *ret)
{
	size_t out = 0;

	if (!len || *text != '"') {
		memcpy(ret, text, len);
		return len;
	}
	for (size_t i = 1; i < len - 1; i++) {
		unsigned int byte;

		if (text[i] != '\\') {
			ret[out++] = text[i];
			continue;
		}
		i++;
		if (text[i] == 'x') {
			ck_assert_int_eq(sscanf(text + i + 1, "%2x", &byte), 1);
			ret[out++] = (char)byte;
			i += 2;
		} else {
			ret[out++] = text[i] == 'n'   ? '\n'
				     : text[i] == 'r' ? '\r'
				     : text[i] == 't' ? '\t'
						      : text[i];
		}
	}
	return out;
}

static void check_text_value(struct writer *writer, const char *bytes,
			     size_t len)
{
	char back[256];
	size_t back_len;

	writer->len = 0;
	text_value(writer, bytes, len);
	writer_char(writer, '\0');
	writer->len--;
	for (size_t i = 0; i < writer->len;) {
		size_t safe = utf8_safe_length(writer->text + i,
					       writer->len - i);

		if (!safe)
			ck_abort_msg("not printable: %.*s", (int)writer->len,
				     writer->text);
		i += safe;
	}
	back_len = text_unquote(writer->text, writer->len, back);
	if (back_len != len || memcmp(back, bytes, len))
		ck_abort_msg("%.*s", (int)writer->len, writer->text);
}

START_TEST(every_byte_and_pair_reads_back_from_text)
{
	struct writer writer;

	writer_init(&writer);
	for (unsigned int i = 0; i < 0x10000; i++) {
		char pair[2] = {(char)(i >> 8), (char)i};

		check_text_value(&writer, pair, 1);
		check_text_value(&writer, pair, 2);
	}
	writer_deinit(&writer);
}
END_TEST

START_TEST(text_is_quoted_in_place)
{
	struct writer writer;
	char wide[1000];

	writer_init(&writer);
	writer_string(&writer, "key=");
	writer_string(&writer, "plain");
	writer_text_value_since(&writer, 4);
	ck_assert_text(&writer, "key=plain");

	writer_string(&writer, "key=a b\x1b");
	writer_text_value_since(&writer, 4);
	ck_assert_text(&writer, "key=\"a b\\x1b\"");

	/* All that it can grow, from a writer that has no room left. */
	writer_deinit(&writer);
	memset(wide, '\x1b', sizeof(wide));
	writer_bytes(&writer, wide, sizeof(wide));
	writer_text_value_since(&writer, 0);
	ck_assert(!writer_failed(&writer));
	ck_assert_uint_eq(writer.len, sizeof(wide) * 4 + 2);
	ck_assert(!memcmp(writer.text, "\"\\x1b\\x1b", 9));
	ck_assert(!memcmp(writer.text + writer.len - 5, "\\x1b\"", 5));
	writer_deinit(&writer);
}
END_TEST

START_TEST(json_strings_escape_what_they_must)
{
	static const char *const pairs[][2] = {
		{"", "\"\""},
		{"plain text, 16b.", "\"plain text, 16b.\""},
		{"12345678\"", "\"12345678\\\"\""},
		{"1234567\"8\\", "\"1234567\\\"8\\\\\""},
		{"a\nb\x1b", "\"a\\u000ab\\u001b\""},
		{"\x7f", "\"\\u007f\""},
		{"caf\xc3\xa9", "\"caf\xc3\xa9\""},
		{"\xc2\x9b", "\"\\u009b\""},
		{"\xe2\x80\xae", "\"\\u202e\""},
		{"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
		{"\xf0\x9f\x90\xa6", "\"\xf0\x9f\x90\xa6\""},
		{"\xff", "\"\xef\xbf\xbd\""},
		{"a\xc3", "\"a\xef\xbf\xbd\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	struct writer writer;

	writer_init(&writer);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		json_value_of(&writer, pairs[i][0], strlen(pairs[i][0]));
		ck_assert_text(&writer, pairs[i][1]);
	}
	json_value_of(&writer, "a\0b", 3);
	ck_assert_text(&writer, "\"a\\u0000b\"");
	writer_deinit(&writer);
}
END_TEST

/* Whether a byte is copied as it is must not depend on where it stands. */
START_TEST(every_byte_at_every_place_gives_valid_json)
{
	struct writer writer;

	writer_init(&writer);
	for (unsigned int byte = 0; byte < 256; byte++) {
		bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' &&
			     byte != '\\';

		for (size_t place = 0; place < 20; place++) {
			char value[20];

			memset(value, 'a', sizeof(value));
			value[place] = (char)byte;
			json_value_of(&writer, value, sizeof(value));
			ck_assert_msg(json_is_valid(writer.text, writer.len),
				      "byte %02x at %zu", byte, place);
			ck_assert_int_eq(plain,
					 writer.len == sizeof(value) + 2);
			writer.len = 0;
		}
	}
	writer_deinit(&writer);
}
END_TEST

START_TEST(every_pair_of_bytes_gives_valid_json)
{
	struct writer writer;

	writer_init(&writer);
	for (unsigned int i = 0; i < 0x10000; i++) {
		char pair[2] = {(char)(i >> 8), (char)i};

		json_value_of(&writer, pair, sizeof(pair));
		if (!json_is_valid(writer.text, writer.len))
			ck_abort_msg("%04x", i);
		writer.len = 0;
	}
	writer_deinit(&writer);
}
END_TEST

SUITE_MAIN("output/writer", appends_past_every_growth,
	   nothing_is_appended_after_running_out_of_memory,
	   numbers_are_what_printf_writes,
	   milliseconds_have_three_decimals_rounded_down,
	   timestamps_agree_with_gmtime,
	   a_cached_second_keeps_its_date_and_not_its_fraction,
	   text_values_are_quoted_only_when_they_must_be,
	   every_byte_and_pair_reads_back_from_text, text_is_quoted_in_place,
	   json_strings_escape_what_they_must,
	   every_byte_at_every_place_gives_valid_json,
	   every_pair_of_bytes_gives_valid_json)
