// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include "suite.h"

#include <string.h>

/* What utf8_decode() says of bytes copied to a block of exactly their size. */
static size_t decode(const char *bytes, size_t len, uint32_t *ret)
{
	char *copy = malloc(len ? len : 1);
	size_t used;

	memcpy(copy, bytes, len);
	used = utf8_decode(copy, len, ret);
	free(copy);
	return used;
}

/* By RFC 3629's table, apart from the code under test. */
static size_t encode(uint32_t code_point, char *at)
{
	if (code_point < 0x80) {
		at[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		at[0] = (char)(0xc0 | code_point >> 6);
		at[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point < 0x10000) {
		at[0] = (char)(0xe0 | code_point >> 12);
		at[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
		at[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	at[0] = (char)(0xf0 | code_point >> 18);
	at[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
	at[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
	at[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}

START_TEST(decodes_every_code_point_and_no_surrogate)
{
	for (uint32_t code_point = 0; code_point < 0x120000; code_point++) {
		bool valid = code_point <= 0x10ffff &&
			     (code_point < 0xd800 || code_point > 0xdfff);
		char bytes[5];
		size_t len = encode(code_point, bytes);
		uint32_t got = 0;

		bytes[len] = 'x';
		if (utf8_decode(bytes, len + 1, &got) != (valid ? len : 0) ||
		    (valid && got != code_point))
			ck_abort_msg("U+%04X", code_point);
	}
}
END_TEST

START_TEST(rejects_every_truncation)
{
	static const char *const whole[] = {"\xc3\xa9", "\xe2\x82\xac",
					    "\xf0\x9f\x90\xa6"};

	for (size_t i = 0; i < 3; i++) {
		for (size_t len = 0; len < strlen(whole[i]); len++) {
			uint32_t got;

			ck_assert_uint_eq(decode(whole[i], len, &got), 0);
		}
	}
}
END_TEST

START_TEST(rejects_overlong_forms_and_stray_bytes)
{
	static const char *const bad[] = {
		"\xc0\x80",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xff",
		"\xfe",
		"\x80",
		"\xbf",
		"\xc3(",
		"\xe2\x82(",
		"\xf0\x9f\x90(",
		"\xe2(\xac",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint32_t got;

		ck_assert_msg(decode(bad[i], strlen(bad[i]), &got) == 0,
			      "sequence %zu was taken", i);
	}
}
END_TEST

/* RFC 3629 4: what a byte may be, after what. */
START_TEST(takes_two_and_three_bytes_only_as_the_grammar_says)
{
	for (uint32_t i = 0x800000; i < 0x1000000; i++) {
		uint8_t a = (uint8_t)(i >> 16), b = (uint8_t)(i >> 8);
		uint8_t c = (uint8_t)i;
		char bytes[3] = {(char)a, (char)b, (char)c};
		size_t want = 0;
		uint32_t got;

		if (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf)
			want = 2;
		else if (a >= 0xe0 && a <= 0xef && c >= 0x80 && c <= 0xbf &&
			 b >= (a == 0xe0 ? 0xa0 : 0x80) &&
			 b <= (a == 0xed ? 0x9f : 0xbf))
			want = 3;
		if (utf8_decode(bytes, sizeof(bytes), &got) != want)
			ck_abort_msg("%06x", i);
	}
}
END_TEST

START_TEST(letters_and_symbols_are_safe)
{
	static const uint32_t safe[] = {
		' ',	'~',	0xa1,	0xe9,	0x416,	0x5d0,	 0x627,
		0x20ac, 0x2500, 0x4e2d, 0xac00, 0xfffd, 0x1f426, 0x20000,
	};

	for (size_t i = 0; i < sizeof(safe) / sizeof(*safe); i++)
		ck_assert_msg(utf8_is_safe(safe[i]), "U+%04X", safe[i]);
	for (uint32_t ascii = 0x20; ascii < 0x7f; ascii++)
		ck_assert(utf8_is_safe(ascii));
}
END_TEST

START_TEST(what_drives_or_deceives_a_terminal_is_unsafe)
{
	static const uint32_t ranges[][2] = {
		{0x00, 0x1f},	    {0x7f, 0xa0},	 {0xad, 0xad},
		{0x61c, 0x61c},	    {0x200b, 0x200f},	 {0x2028, 0x202e},
		{0x2060, 0x206f},   {0xe000, 0xf8ff},	 {0xfdd0, 0xfdef},
		{0xfeff, 0xfeff},   {0xfff9, 0xfffb},	 {0xfffe, 0xffff},
		{0x1fffe, 0x1ffff}, {0x3000, 0x3000},	 {0xe0001, 0xe007f},
		{0xe0100, 0xe01ef}, {0xf0000, 0x10ffff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		for (uint32_t c = ranges[i][0]; c <= ranges[i][1]; c++) {
			if (utf8_is_safe(c))
				ck_abort_msg("U+%04X", c);
		}
	}
}
END_TEST

START_TEST(safe_length_is_zero_for_unsafe_and_for_invalid)
{
	ck_assert_uint_eq(utf8_safe_length("a", 1), 1);
	ck_assert_uint_eq(utf8_safe_length("\xc3\xa9", 2), 2);
	ck_assert_uint_eq(utf8_safe_length("\xe2\x80\xae", 3), 0);
	ck_assert_uint_eq(utf8_safe_length("\xc2\x9b", 2), 0);
	ck_assert_uint_eq(utf8_safe_length("\xc3", 1), 0);
	ck_assert_uint_eq(utf8_safe_length("\x1b", 1), 0);
}
END_TEST

SUITE_MAIN("base/utf8", decodes_every_code_point_and_no_surrogate,
	   rejects_every_truncation, rejects_overlong_forms_and_stray_bytes,
	   takes_two_and_three_bytes_only_as_the_grammar_says,
	   letters_and_symbols_are_safe,
	   what_drives_or_deceives_a_terminal_is_unsafe,
	   safe_length_is_zero_for_unsafe_and_for_invalid)
