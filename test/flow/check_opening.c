// SPDX-License-Identifier: MIT
#include "flow/opening.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct openings *openings;

static void note_named(uint64_t socket, uint64_t made_ns, const char *name)
{
	struct opening opening = {
		.socket = socket, .made_ns = made_ns, .name = name};

	ck_assert_int_eq(opening_note(openings, &opening), 0);
}

/* When it was made; 0: it is not known. */
static uint64_t made(uint64_t socket)
{
	const struct opening *opening = opening_find(openings, socket);

	return opening ? opening->made_ns : 0;
}

START_TEST(a_socket_is_known_until_it_is_closed)
{
	openings = openings_create(10);
	note_named(1, 100, NULL);
	note_named(2, 200, NULL);
	ck_assert_uint_eq(made(1), 100);
	ck_assert_uint_eq(made(2), 200);
	ck_assert_uint_eq(made(3), 0);
	ck_assert_ptr_null(opening_find(openings, 1)->name);
	opening_forget(openings, 1);
	opening_forget(openings, 1);
	ck_assert_uint_eq(made(1), 0);
	ck_assert_uint_eq(openings_count(openings), 1);
	openings_destroy(openings);
	openings_destroy(NULL);
}
END_TEST

START_TEST(its_name_is_copied_and_may_change)
{
	char name[16] = "one.example";

	openings = openings_create(10);
	note_named(1, 100, NULL);
	note_named(1, 100, name);
	memset(name, 'x', sizeof(name) - 1);
	ck_assert_str_eq(opening_find(openings, 1)->name, "one.example");
	/* What is noted may be what is known. */
	note_named(1, 300, opening_find(openings, 1)->name);
	ck_assert_str_eq(opening_find(openings, 1)->name, "one.example");
	ck_assert_uint_eq(made(1), 300);
	note_named(1, 100, "another.example");
	ck_assert_str_eq(opening_find(openings, 1)->name, "another.example");
	ck_assert_uint_eq(openings_count(openings), 1);
	openings_destroy(openings);
}
END_TEST

START_TEST(the_first_heard_of_is_forgotten_first)
{
	openings = openings_create(3);
	for (uint64_t i = 1; i <= 3; i++)
		note_named(i, i, "name");
	note_named(1, 10, "name");
	note_named(4, 4, "name");
	ck_assert_uint_eq(made(2), 0);
	ck_assert_uint_eq(made(1), 10);
	for (uint64_t i = 5; i < 1000; i++)
		note_named(i, i, "name");
	ck_assert_uint_eq(openings_count(openings), 3);
	ck_assert_uint_eq(made(997), 997);
	openings_destroy(openings);
}
END_TEST

SUITE_MAIN("flow/opening", a_socket_is_known_until_it_is_closed,
	   its_name_is_copied_and_may_change,
	   the_first_heard_of_is_forgotten_first)
