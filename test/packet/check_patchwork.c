// SPDX-License-Identifier: MIT
#include "packet/patchwork.h"
#include "suite.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ALPHABET "abcdefghijklmnopqrstuvwxyz"

static struct patchwork *patchwork;

/* In a block of its very size, so that ASan sees the byte after. */
static int put_bytes(uint32_t offset, const void *bytes, uint32_t len)
{
	uint8_t *block = malloc(len);
	int err;

	ck_assert_ptr_nonnull(block);
	memcpy(block, bytes, len);
	err = patchwork_put(&patchwork, offset, block, len);
	free(block);
	return err;
}

/* The part of the alphabet that belongs at an offset. */
static void put(uint32_t from, uint32_t to)
{
	ck_assert_int_eq(put_bytes(from, ALPHABET + from, to - from), 0);
}

static void teardown(void)
{
	free(patchwork);
	patchwork = NULL;
}

static void expect_have(const char *text)
{
	ck_assert_uint_eq(patchwork_have(patchwork), strlen(text));
	ck_assert_mem_eq(patchwork->bytes, text, strlen(text));
}

START_TEST(nothing_is_there_at_first)
{
	ck_assert_uint_eq(patchwork_have(NULL), 0);
	ck_assert_uint_eq(patchwork_size(NULL), 0);
	ck_assert_int_eq(patchwork_cover(NULL, 0, 1), PATCHWORK_FREE);
	patchwork_drop(&patchwork, 10);
	ck_assert_ptr_null(patchwork);
}
END_TEST

START_TEST(joins_pieces_in_any_order)
{
	put(4, 8);
	ck_assert_uint_eq(patchwork_have(patchwork), 0);
	put(12, 16);
	put(0, 2);
	expect_have("ab");
	ck_assert_uint_eq(patchwork->count, 3);
	put(2, 4);
	expect_have("abcdefgh");
	put(6, 14);
	expect_have("abcdefghijklmnop");
	ck_assert_uint_eq(patchwork->count, 1);
	ck_assert_uint_ge(patchwork_size(patchwork), sizeof(*patchwork) + 16);
	teardown();
}
END_TEST

START_TEST(a_piece_may_cover_several)
{
	put(2, 3);
	put(5, 6);
	put(8, 9);
	put(20, 21);
	put(1, 10);
	ck_assert_uint_eq(patchwork->count, 2);
	ck_assert_uint_eq(patchwork_have(patchwork), 0);
	put(0, 1);
	expect_have("abcdefghij");
	teardown();
}
END_TEST

START_TEST(tells_what_is_covered)
{
	put(4, 8);
	put(8, 10);
	put(12, 14);
	ck_assert_int_eq(patchwork_cover(patchwork, 0, 4), PATCHWORK_FREE);
	ck_assert_int_eq(patchwork_cover(patchwork, 10, 12), PATCHWORK_FREE);
	ck_assert_int_eq(patchwork_cover(patchwork, 14, 20), PATCHWORK_FREE);
	ck_assert_int_eq(patchwork_cover(patchwork, 4, 10), PATCHWORK_COVERED);
	ck_assert_int_eq(patchwork_cover(patchwork, 7, 9), PATCHWORK_COVERED);
	ck_assert_int_eq(patchwork_cover(patchwork, 12, 13), PATCHWORK_COVERED);
	ck_assert_int_eq(patchwork_cover(patchwork, 3, 5), PATCHWORK_PARTLY);
	ck_assert_int_eq(patchwork_cover(patchwork, 9, 11), PATCHWORK_PARTLY);
	ck_assert_int_eq(patchwork_cover(patchwork, 9, 13), PATCHWORK_PARTLY);
	ck_assert_int_eq(patchwork_cover(patchwork, 0, 20), PATCHWORK_PARTLY);
	teardown();
}
END_TEST

START_TEST(what_is_there_is_not_contradicted)
{
	put(4, 8);
	ck_assert_int_eq(put_bytes(6, "GHIJ", 4), -EBADMSG);
	ck_assert_int_eq(put_bytes(0, "abcdE", 5), -EBADMSG);
	ck_assert_int_eq(put_bytes(0, "abcdefghI", 9), 0);
	expect_have("abcdefghI");
	/* Nor by what goes far beyond it, which takes no more room either. */
	ck_assert_int_eq(put_bytes(8, "i", 1), -EBADMSG);
	expect_have("abcdefghI");
	teardown();
}
END_TEST

START_TEST(forgets_what_is_before)
{
	put(0, 4);
	put(6, 10);
	put(12, 14);
	patchwork_drop(&patchwork, 0);
	expect_have("abcd");
	patchwork_drop(&patchwork, 2);
	expect_have("cd");
	ck_assert_uint_eq(patchwork->count, 3);
	patchwork_drop(&patchwork, 2);
	ck_assert_uint_eq(patchwork_have(patchwork), 0);
	ck_assert_uint_eq(patchwork->count, 2);
	/* Into the middle of a run. */
	patchwork_drop(&patchwork, 4);
	expect_have("ij");
	ck_assert_int_eq(patchwork_cover(patchwork, 4, 6), PATCHWORK_COVERED);
	ck_assert_mem_eq(patchwork->bytes + 4, "mn", 2);
	patchwork_drop(&patchwork, 6);
	ck_assert_ptr_null(patchwork);

	put(3, 5);
	patchwork_drop(&patchwork, 100);
	ck_assert_ptr_null(patchwork);
}
END_TEST

START_TEST(the_number_of_runs_is_bounded)
{
	uint32_t i;

	for (i = 0; i < PATCHWORK_RUNS_MAX; i++)
		ck_assert_int_eq(put_bytes(2 * i + 1, "x", 1), 0);
	ck_assert_int_eq(put_bytes(2 * i + 1, "x", 1), -ENOSPC);
	ck_assert_uint_eq(patchwork->count, PATCHWORK_RUNS_MAX);
	/* One that joins two makes room. */
	ck_assert_int_eq(put_bytes(2, "x", 1), 0);
	ck_assert_uint_eq(patchwork->count, PATCHWORK_RUNS_MAX - 1);
	ck_assert_int_eq(put_bytes(2 * i + 1, "x", 1), 0);
	teardown();
}
END_TEST

/* The twin: a byte and a flag for each place. */
#define TWIN_LEN 400

static uint8_t twin_bytes[2 * TWIN_LEN];
static bool twin_there[2 * TWIN_LEN];
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static uint32_t twin_runs(void)
{
	uint32_t runs = 0;

	for (uint32_t i = 0; i < TWIN_LEN; i++)
		runs += twin_there[i] && (i == 0 || !twin_there[i - 1]);
	return runs;
}

static int twin_put(uint32_t offset, const uint8_t *bytes, uint32_t len)
{
	bool before[TWIN_LEN];

	for (uint32_t i = 0; i < len; i++)
		if (twin_there[offset + i] &&
		    twin_bytes[offset + i] != bytes[i])
			return -EBADMSG;
	memcpy(before, twin_there, sizeof(before));
	memset(twin_there + offset, true, len);
	if (twin_runs() > PATCHWORK_RUNS_MAX) {
		memcpy(twin_there, before, sizeof(before));
		return -ENOSPC;
	}
	memcpy(twin_bytes + offset, bytes, len);
	return 0;
}

static enum patchwork_cover twin_cover(uint32_t from, uint32_t to)
{
	uint32_t there = 0;

	for (uint32_t i = from; i < to; i++)
		there += twin_there[i];
	if (!there)
		return PATCHWORK_FREE;
	return there == to - from ? PATCHWORK_COVERED : PATCHWORK_PARTLY;
}

static void expect_like_twin(void)
{
	uint32_t have = 0, from = random_below(TWIN_LEN);
	uint32_t to = from + 1 + random_below(TWIN_LEN - from);

	while (have < TWIN_LEN && twin_there[have])
		have++;
	ck_assert_uint_eq(patchwork_have(patchwork), have);
	ck_assert_uint_eq(patchwork ? patchwork->count : 0, twin_runs());
	ck_assert_int_eq(patchwork_cover(patchwork, from, to),
			 twin_cover(from, to));
	for (uint32_t i = 0; i < TWIN_LEN; i++)
		if (twin_there[i] && patchwork->bytes[i] != twin_bytes[i])
			ck_abort_msg("they differ at %u", i);
}

START_TEST(equals_a_naive_twin)
{
	uint32_t refused = 0, full = 0;

	random_state = 5;
	for (int i = 0; i < 50000; i++) {
		uint32_t offset = random_below(TWIN_LEN - 1);
		uint32_t most = random_below(40) ? 1 : TWIN_LEN - offset;
		uint32_t len = 1 + random_below(most);
		uint8_t bytes[TWIN_LEN];
		int err;

		if (offset + len > TWIN_LEN)
			len = TWIN_LEN - offset;
		for (uint32_t j = 0; j < len; j++)
			bytes[j] = random_below(200) ? 7 : 8;
		err = put_bytes(offset, bytes, len);
		ck_assert_int_eq(err, twin_put(offset, bytes, len));
		refused += err == -EBADMSG;
		full += err == -ENOSPC;
		expect_like_twin();
		if (!random_below(100)) {
			patchwork_drop(&patchwork, offset);
			memmove(twin_there, twin_there + offset, TWIN_LEN);
			memmove(twin_bytes, twin_bytes + offset, TWIN_LEN);
			expect_like_twin();
		}
	}
	ck_assert_uint_gt(refused, 100);
	ck_assert_uint_gt(full, 0);
	teardown();
}
END_TEST

SUITE_MAIN("packet/patchwork", nothing_is_there_at_first,
	   joins_pieces_in_any_order, a_piece_may_cover_several,
	   tells_what_is_covered, what_is_there_is_not_contradicted,
	   forgets_what_is_before, the_number_of_runs_is_bounded,
	   equals_a_naive_twin)
