// SPDX-License-Identifier: MIT
#include "base/cursor.h"
#include "suite.h"

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};

static struct cursor cursor_over(size_t len)
{
	struct cursor cursor;

	cursor_init(&cursor, bytes, len);
	return cursor;
}

START_TEST(reads_are_big_endian)
{
	struct cursor cursor = cursor_over(sizeof(bytes));

	ck_assert_uint_eq(cursor_u8(&cursor), 0x01);
	ck_assert_uint_eq(cursor_u16(&cursor), 0x0203);
	ck_assert_uint_eq(cursor_u32(&cursor), 0x04050607);
	ck_assert_uint_eq(cursor_left(&cursor), 0);
	ck_assert(!cursor_failed(&cursor));
}
END_TEST

START_TEST(reading_past_the_end_gives_zero_and_fails)
{
	struct cursor cursor = cursor_over(0);

	ck_assert_uint_eq(cursor_u8(&cursor), 0);
	ck_assert(cursor_failed(&cursor));

	cursor = cursor_over(1);
	ck_assert_uint_eq(cursor_u16(&cursor), 0);
	ck_assert(cursor_failed(&cursor));

	cursor = cursor_over(2);
	cursor_u32(&cursor);
	ck_assert(cursor_failed(&cursor));
}
END_TEST

START_TEST(first_failure_sticks)
{
	struct cursor cursor = cursor_over(3);

	cursor_skip(&cursor, 4);
	ck_assert(cursor_failed(&cursor));
	ck_assert_uint_eq(cursor_left(&cursor), 0);
	/* There are three bytes, but none for a cursor that has failed. */
	ck_assert_uint_eq(cursor_u8(&cursor), 0);
	ck_assert_ptr_null(cursor_take(&cursor, 1));
	cursor_seek(&cursor, 0);
	cursor_limit(&cursor, 0);
	ck_assert(cursor_failed(&cursor));
	ck_assert_uint_eq(cursor_offset(&cursor), 0);
}
END_TEST

START_TEST(take_borrows_the_bytes)
{
	struct cursor cursor = cursor_over(sizeof(bytes));

	cursor_skip(&cursor, 2);
	ck_assert_ptr_eq(cursor_take(&cursor, 5), bytes + 2);
	ck_assert_uint_eq(cursor_offset(&cursor), 7);
	ck_assert_ptr_nonnull(cursor_take(&cursor, 0));
	ck_assert(!cursor_failed(&cursor));
	ck_assert_ptr_null(cursor_take(&cursor, 1));
}
END_TEST

START_TEST(huge_lengths_do_not_wrap)
{
	struct cursor cursor = cursor_over(4);

	cursor_skip(&cursor, 2);
	ck_assert_ptr_null(cursor_take(&cursor, SIZE_MAX));
	ck_assert_uint_eq(cursor_offset(&cursor), 2);

	cursor = cursor_over(4);
	cursor_skip(&cursor, 2);
	cursor_limit(&cursor, SIZE_MAX - 1);
	ck_assert(cursor_failed(&cursor));

	cursor = cursor_over(4);
	cursor_seek(&cursor, SIZE_MAX);
	ck_assert(cursor_failed(&cursor));
}
END_TEST

START_TEST(seeks_to_the_end_but_not_past_it)
{
	struct cursor cursor = cursor_over(4);

	cursor_seek(&cursor, 4);
	ck_assert(!cursor_failed(&cursor));
	ck_assert_uint_eq(cursor_left(&cursor), 0);
	cursor_seek(&cursor, 1);
	ck_assert_uint_eq(cursor_u8(&cursor), 0x02);
	cursor_seek(&cursor, 5);
	ck_assert(cursor_failed(&cursor));
}
END_TEST

START_TEST(limit_hides_what_follows)
{
	struct cursor cursor = cursor_over(sizeof(bytes));

	cursor_skip(&cursor, 1);
	cursor_limit(&cursor, 2);
	ck_assert_uint_eq(cursor_left(&cursor), 2);
	ck_assert_uint_eq(cursor_u16(&cursor), 0x0203);
	ck_assert_uint_eq(cursor_u8(&cursor), 0);
	ck_assert(cursor_failed(&cursor));

	/* A limit cannot be widened again. */
	cursor = cursor_over(sizeof(bytes));
	cursor_limit(&cursor, 2);
	cursor_limit(&cursor, 3);
	ck_assert(cursor_failed(&cursor));
}
END_TEST

SUITE_MAIN("base/cursor", reads_are_big_endian,
	   reading_past_the_end_gives_zero_and_fails, first_failure_sticks,
	   take_borrows_the_bytes, huge_lengths_do_not_wrap,
	   seeks_to_the_end_but_not_past_it, limit_hides_what_follows)
