// SPDX-License-Identifier: MIT
#include "flow/timeline.h"

#include "suite.h"

#include <stdbool.h>
#include <string.h>

/* What came out, one letter an entry. */
struct letters {
	size_t len;
	char text[64];
};

static void add_letter(struct timeline *timeline, uint64_t time_ns, char letter)
{
	char *entry = timeline_add(timeline, time_ns, 1);

	ck_assert_ptr_nonnull(entry);
	*entry = letter;
}

static void note_letter(uint64_t time_ns, const void *entry, void *context)
{
	struct letters *letters = context;

	(void)time_ns;
	ck_assert_uint_lt(letters->len, sizeof(letters->text) - 1);
	letters->text[letters->len++] = *(const char *)entry;
}

static void expect_letters(struct timeline *timeline, uint64_t until_ns,
			   const char *expected)
{
	struct letters letters = {0};

	timeline_take(timeline, until_ns, note_letter, &letters);
	ck_assert_str_eq(letters.text, expected);
}

START_TEST(gives_nothing_when_empty)
{
	struct timeline *timeline = timeline_create();

	expect_letters(timeline, UINT64_MAX, "");
	ck_assert_uint_eq(timeline_count(timeline), 0);
	ck_assert_uint_eq(timeline_next(timeline), UINT64_MAX);
	timeline_destroy(timeline);
	timeline_destroy(NULL);
}
END_TEST

START_TEST(takes_in_order_of_time_up_to_the_limit)
{
	struct timeline *timeline = timeline_create();

	add_letter(timeline, 30, 'c');
	add_letter(timeline, 10, 'a');
	add_letter(timeline, 40, 'd');
	add_letter(timeline, 20, 'b');
	ck_assert_uint_eq(timeline_next(timeline), 10);
	expect_letters(timeline, 9, "");
	expect_letters(timeline, 30, "abc");
	ck_assert_uint_eq(timeline_count(timeline), 1);
	ck_assert_uint_eq(timeline_next(timeline), 40);
	expect_letters(timeline, UINT64_MAX, "d");
	expect_letters(timeline, UINT64_MAX, "");
	timeline_destroy(timeline);
}
END_TEST

/* Also when some of them were left over from an earlier round. */
START_TEST(keeps_the_order_of_adding_within_a_time)
{
	struct timeline *timeline = timeline_create();

	for (char letter = 'a'; letter <= 'e'; letter++) {
		add_letter(timeline, 50, letter);
		add_letter(timeline, 10, 'x');
	}
	expect_letters(timeline, 10, "xxxxx");
	add_letter(timeline, 49, 'y');
	for (char letter = 'f'; letter <= 'j'; letter++)
		add_letter(timeline, 50, letter);
	expect_letters(timeline, 50, "yabcdefghij");
	timeline_destroy(timeline);
}
END_TEST

static void note_time(uint64_t time_ns, const void *entry, void *context)
{
	uint64_t *last_ns = context;

	(void)entry;
	ck_assert_uint_ge(time_ns, *last_ns);
	*last_ns = time_ns;
}

START_TEST(aligns_entries_for_any_type)
{
	struct timeline *timeline = timeline_create();
	uint64_t last_ns = 0;

	for (size_t len = 0; len < 100; len++) {
		void *entry = timeline_add(timeline, 100 - len, len);

		ck_assert_ptr_nonnull(entry);
		ck_assert_uint_eq((uintptr_t)entry % _Alignof(max_align_t), 0);
	}
	timeline_take(timeline, UINT64_MAX, note_time, &last_ns);
	ck_assert_uint_eq(last_ns, 100);
	timeline_destroy(timeline);
}
END_TEST

START_TEST(has_room_for_entries_of_any_size)
{
	struct timeline *timeline = timeline_create();

	for (size_t len = 1; len < 1 << 22; len *= 8) {
		void *entry = timeline_add(timeline, len, len);

		ck_assert_ptr_nonnull(entry);
		memset(entry, 0x5a, len);
	}
	timeline_destroy(timeline);
}
END_TEST

/*
 * The twin: an unsorted array; the next entry is found by looking at all of
 * them. An entry's bytes follow from its number.
 */
#define TWIN_MAX 4096
#define LEN_MAX	 9000 /* more than the arena grows by itself */

struct twin_entry {
	uint64_t time_ns;
	uint32_t number;
	size_t len;
};

struct twin {
	size_t count;
	uint32_t added;
	uint64_t until_ns;
	struct twin_entry entries[TWIN_MAX]; /* in order of adding */
};

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static unsigned char byte_at(const struct twin_entry *entry, size_t i)
{
	return (unsigned char)(entry->number * 31 + i);
}

static bool holds(const unsigned char *bytes, const struct twin_entry *entry)
{
	if ((uintptr_t)bytes % _Alignof(max_align_t))
		return false;
	for (size_t i = 0; i < entry->len; i++)
		if (bytes[i] != byte_at(entry, i))
			return false;
	return true;
}

static void add_random(struct timeline *timeline, struct twin *twin)
{
	struct twin_entry *entry = &twin->entries[twin->count++];
	unsigned char *bytes;

	/* Some come late, from before what was taken already. */
	entry->time_ns = twin->until_ns + random_below(50) - 10;
	entry->number = twin->added++;
	entry->len = random_below(random_below(100) ? 40 : LEN_MAX);
	bytes = timeline_add(timeline, entry->time_ns, entry->len);
	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < entry->len; i++)
		bytes[i] = byte_at(entry, i);
}

static size_t twin_next(const struct twin *twin)
{
	size_t next = 0;

	for (size_t i = 1; i < twin->count; i++)
		if (twin->entries[i].time_ns < twin->entries[next].time_ns)
			next = i;
	return next;
}

static void compare(uint64_t time_ns, const void *bytes, void *context)
{
	struct twin *twin = context;
	size_t next = twin_next(twin);
	const struct twin_entry *entry = &twin->entries[next];

	if (!twin->count || time_ns != entry->time_ns ||
	    time_ns > twin->until_ns || !holds(bytes, entry))
		ck_abort_msg("a wrong entry at %lu", (unsigned long)time_ns);
	twin->count--;
	memmove(&twin->entries[next], &twin->entries[next + 1],
		(twin->count - next) * sizeof(*entry));
}

START_TEST(equals_a_naive_sort)
{
	struct timeline *timeline = timeline_create();
	static struct twin twin;

	random_state = 20;
	twin.until_ns = 100;
	for (int round = 0; round < 2000; round++) {
		/* Mostly a few entries, now and then a burst. */
		uint32_t adds = random_below(random_below(50) ? 12 : 300);

		while (adds-- && twin.count < TWIN_MAX)
			add_random(timeline, &twin);
		twin.until_ns += random_below(30);
		timeline_take(timeline, twin.until_ns, compare, &twin);
		ck_assert_uint_eq(timeline_count(timeline), twin.count);
		if (!twin.count)
			continue;
		ck_assert_uint_gt(timeline_next(timeline), twin.until_ns);
		ck_assert_uint_eq(timeline_next(timeline),
				  twin.entries[twin_next(&twin)].time_ns);
	}
	ck_assert_uint_gt(twin.added, 10000);
	timeline_destroy(timeline);
}
END_TEST

SUITE_MAIN("flow/timeline", gives_nothing_when_empty,
	   takes_in_order_of_time_up_to_the_limit,
	   keeps_the_order_of_adding_within_a_time, aligns_entries_for_any_type,
	   has_room_for_entries_of_any_size, equals_a_naive_sort)
