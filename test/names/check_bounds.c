// SPDX-License-Identifier: MIT
/* That the memory has a ceiling, and what goes when it is reached. */
#include "names_fixture.h"

#include <stdio.h>

START_TEST(forgets_what_was_not_used_for_the_longest_time)
{
	setup(3);
	learn("a.test", "192.0.2.1", alone(1), 100);
	learn("b.test", "192.0.2.2", alone(1), 100);
	learn("c.test", "192.0.2.3", alone(1), 100);
	ck_assert_uint_eq(stats().evicted, 0);
	choose("192.0.2.1", alone(1), 200);
	learn("b.test", "192.0.2.2", alone(1), 200);

	learn("d.test", "192.0.2.4", alone(1), 100);
	ck_choice(choose("192.0.2.3", alone(1), 300), NAMES_VIA_NONE, NULL);
	learn("e.test", "192.0.2.5", alone(1), 100);
	ck_choice(choose("192.0.2.1", alone(1), 300), NAMES_VIA_NONE, NULL);
	ck_choice(choose("192.0.2.2", alone(1), 300), NAMES_VIA_PROCESS,
		  "b.test");
	ck_assert_uint_eq(stats().evicted, 2);
	ck_assert_uint_eq(stats().bindings, 3);
	ck_assert_uint_eq(stats().addrs, 3);
	ck_assert_uint_eq(stats().learned, 5);
	names_destroy(names);
}
END_TEST

START_TEST(holds_one_binding_at_least)
{
	setup(0);
	learn("a.test", "192.0.2.1", alone(1), 100);
	learn("b.test", "192.0.2.2", alone(1), 100);
	ck_choice(choose("192.0.2.1", alone(1), 300), NAMES_VIA_NONE, NULL);
	ck_choice(choose("192.0.2.2", alone(1), 300), NAMES_VIA_PROCESS,
		  "b.test");
	names_destroy(names);
}
END_TEST

/* One address that everybody asks for must not push out all the others. */
START_TEST(bounds_the_bindings_of_one_address)
{
	setup(NAMES_PER_ADDR * 4);
	learn("quiet.test", "192.0.2.2", alone(1), 100);
	for (uint32_t i = 1; i <= NAMES_PER_ADDR; i++)
		learn("busy.test", "192.0.2.1", alone(i), i);
	ck_assert_uint_eq(stats().evicted, 0);
	choose("192.0.2.1", alone(1), 10000);
	for (uint32_t i = 1; i < NAMES_PER_ADDR; i++)
		learn("busy.test", "192.0.2.1", alone(i + 10000), i + 10000);
	ck_assert_uint_eq(stats().evicted, NAMES_PER_ADDR - 1);
	ck_assert_uint_eq(stats().bindings, NAMES_PER_ADDR + 1);
	ck_choice(choose("192.0.2.1", alone(1), 90000), NAMES_VIA_PROCESS,
		  "busy.test");
	ck_choice(choose("192.0.2.1", alone(2), 90000), NAMES_VIA_MACHINE,
		  "busy.test");
	ck_choice(choose("192.0.2.2", alone(1), 90000), NAMES_VIA_PROCESS,
		  "quiet.test");
	names_destroy(names);
}
END_TEST

static void learn_numbered(uint32_t i)
{
	uint32_t scattered = i * 2654435761u | 0x01000000;
	struct addr addr = addr_from_v4(&scattered);
	struct lineage asker = {.party = alone(i)};
	char name[32];

	snprintf(name, sizeof(name), "%08u.%s", i, i % 2 ? "TEST" : "test");
	ck_assert_int_eq(names_learn(names, &addr, name, &asker, i, 60), 0);
}

START_TEST(stays_flat_however_many_names_go_by)
{
	size_t full;

	setup(4096);
	for (uint32_t i = 0; i < 20000; i++)
		learn_numbered(i);
	full = stats().memory;
	ck_assert_uint_lt(full, 4096 * 600);
	for (uint32_t i = 20000; i < 200000; i++) {
		learn_numbered(i);
		ck_assert_uint_le(stats().bindings, 4096);
		ck_assert_uint_le(stats().addrs, 4096);
	}
	ck_assert_uint_le(stats().memory, full + full / 10);
	ck_assert_uint_eq(stats().learned, stats().evicted + stats().bindings);
	names_destroy(names);
}
END_TEST

/* Learn a name for many addresses, and keep in use what one had before. */
static void spread_out(void)
{
	for (uint32_t i = 0; i < NAMES_PER_ADDR; i++) {
		char text[ADDR_TEXT];

		choose("192.0.2.1", alone(1), 90000);
		snprintf(text, sizeof(text), "198.51.%u.%u", i / 256, i % 256);
		learn("name.test", text, alone(1), i);
	}
}

/* An address that had many bindings keeps no room for them. */
START_TEST(gives_back_what_a_busy_address_needed)
{
	size_t used, fresh;

	setup(NAMES_PER_ADDR);
	learn("name.test", "192.0.2.1", alone(1), 1);
	for (uint32_t i = 2; i <= NAMES_PER_ADDR; i++)
		learn("name.test", "192.0.2.1", alone(i), i);
	spread_out();
	used = stats().memory;
	ck_assert_uint_eq(stats().bindings, NAMES_PER_ADDR);
	ck_choice(choose("192.0.2.1", alone(1), 90000), NAMES_VIA_PROCESS,
		  "name.test");
	names_destroy(names);

	setup(NAMES_PER_ADDR);
	learn("name.test", "192.0.2.1", alone(1), 1);
	spread_out();
	fresh = stats().memory;
	ck_assert_uint_le(used, fresh + 64);
	names_destroy(names);
}
END_TEST

SUITE_MAIN("names/bounds", forgets_what_was_not_used_for_the_longest_time,
	   holds_one_binding_at_least, bounds_the_bindings_of_one_address,
	   stays_flat_however_many_names_go_by,
	   gives_back_what_a_busy_address_needed)
