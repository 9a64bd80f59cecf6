// SPDX-License-Identifier: MIT
#include "names/told.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct told_table *table;
static struct intern intern;

static void setup(void)
{
	table = told_create(3);
	ck_assert_ptr_nonnull(table);
	ck_assert_int_eq(intern_init(&intern, 100), 0);
}

static void teardown(void)
{
	told_destroy(table, &intern);
	told_destroy(NULL, &intern);
	/* All names were given back. */
	ck_assert_uint_eq(intern.bytes, 0);
	intern_deinit(&intern);
}

static struct told_thread thread(uint32_t tgid, uint32_t tid)
{
	return (struct told_thread){{tgid, 7}, tid};
}

static void tell(struct told_thread to, const char *text, uint64_t at_ns)
{
	struct interned *name = intern_get(&intern, text);

	ck_assert_ptr_nonnull(name);
	told_add(table, &intern, to,
		 &(struct told){at_ns, to.process, name->folded});
	intern_put(&intern, name);
}

static void inherit(struct told_thread from, uint32_t child, uint64_t from_ns)
{
	told_inherit(table, &intern, from, thread(child, child).process,
		     from_ns);
}

static void forget(struct told_thread who, uint64_t until_ns)
{
	told_forget(table, &intern, who, until_ns);
}

/* What a thread was told, as "NAME@TIME NAME@TIME". */
static const char *told(struct told_thread who)
{
	static char text[256];
	const struct told *found = told_find(table, who);
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; found && i < TOLD_KEPT && found[i].name; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%s@%d", i ? " " : "",
			found[i].name->text, (int)found[i].at_ns);
	return text;
}

START_TEST(keeps_the_last_names_of_each_thread)
{
	char name[] = "0";

	setup();
	ck_assert_str_eq(told(thread(1, 1)), "");
	tell(thread(1, 2), "B", 5);
	for (; name[0] < '6'; name[0]++)
		tell(thread(1, 1), name, (uint64_t)(name[0] - '0'));
	ck_assert_str_eq(told(thread(1, 1)), "5@5 4@4 3@3 2@2");
	ck_assert_str_eq(told(thread(1, 2)), "b@5");
	/* Nobody's thread. */
	tell(thread(0, 0), "a", 1);
	ck_assert_ptr_null(told_find(table, thread(0, 0)));
	teardown();
}
END_TEST

START_TEST(counts_an_answer_with_many_addresses_once)
{
	setup();
	tell(thread(1, 1), "a", 1);
	for (int i = 0; i < 10; i++)
		tell(thread(1, 1), "b", 2);
	tell(thread(1, 1), "b", 3);
	ck_assert_str_eq(told(thread(1, 1)), "b@3 b@2 a@1");
	teardown();
}
END_TEST

START_TEST(forgets_who_was_told_longest_ago)
{
	setup();
	for (uint32_t tid = 1; tid < 4; tid++)
		tell(thread(1, tid), "a", tid);
	tell(thread(1, 1), "b", 4);
	tell(thread(1, 4), "c", 5);
	ck_assert_str_eq(told(thread(1, 1)), "b@4 a@1");
	ck_assert_str_eq(told(thread(1, 2)), "");
	ck_assert_str_eq(told(thread(1, 3)), "a@3");
	/* A heir takes the place of whom it inherits from. */
	inherit(thread(1, 3), 10, 0);
	ck_assert_str_eq(told(thread(1, 3)), "");
	ck_assert_str_eq(told(thread(10, 10)), "a@3");
	teardown();
}
END_TEST

START_TEST(tells_threads_apart_that_had_the_same_number)
{
	setup();
	tell(thread(1, 5), "a", 1);
	tell(thread(2, 5), "b", 2);
	ck_assert_str_eq(told(thread(1, 5)), "a@1");
	forget(thread(2, 5), 9);
	ck_assert_str_eq(told(thread(1, 5)), "a@1");
	ck_assert_str_eq(told(thread(2, 5)), "");
	teardown();
}
END_TEST

START_TEST(forgets_up_to_a_time)
{
	setup();
	for (uint64_t at_ns = 1; at_ns < 5; at_ns++)
		tell(thread(1, 1), "a", at_ns);
	forget(thread(1, 1), 2);
	ck_assert_str_eq(told(thread(1, 1)), "a@4 a@3");
	tell(thread(1, 1), "b", 5);
	ck_assert_str_eq(told(thread(1, 1)), "b@5 a@4 a@3");
	forget(thread(1, 1), 5);
	ck_assert_str_eq(told(thread(1, 1)), "");
	teardown();
}
END_TEST

START_TEST(a_child_begins_with_what_its_parents_thread_knows)
{
	setup();
	tell(thread(1, 2), "old", 1);
	tell(thread(1, 2), "a", 2);
	tell(thread(1, 2), "b", 3);
	tell(thread(1, 3), "other", 4);
	inherit(thread(1, 2), 10, 2);
	ck_assert_str_eq(told(thread(10, 10)), "b@3 a@2");
	ck_assert_uint_eq(told_find(table, thread(10, 10))->asker.tgid, 1);
	ck_assert_str_eq(told(thread(1, 2)), "b@3 a@2 old@1");
	/* That is not forgotten when it connects for what it asked itself. */
	tell(thread(10, 10), "own", 5);
	forget(thread(10, 10), 5);
	ck_assert_str_eq(told(thread(10, 10)), "b@3 a@2");
	/* Another has got its number, in the same moment. */
	inherit(thread(1, 3), 10, 2);
	ck_assert_str_eq(told(thread(10, 10)), "other@4");
	teardown();
}
END_TEST

START_TEST(a_child_of_one_who_knows_nothing_new_inherits_nothing)
{
	setup();
	tell(thread(1, 1), "old", 1);
	tell(thread(1, 2), "old", 1);
	tell(thread(1, 3), "old", 1);
	inherit(thread(1, 2), 10, 2);
	inherit(thread(1, 4), 10, 0);
	ck_assert_ptr_null(told_find(table, thread(10, 10)));
	ck_assert_str_eq(told(thread(1, 1)), "old@1");
	teardown();
}
END_TEST

START_TEST(counts_its_memory)
{
	size_t empty;

	setup();
	empty = told_memory(table);
	tell(thread(1, 1), "a", 1);
	ck_assert_uint_gt(told_memory(table), empty + 4 * sizeof(struct told));
	teardown();
}
END_TEST

SUITE_MAIN("names/told", keeps_the_last_names_of_each_thread,
	   counts_an_answer_with_many_addresses_once,
	   forgets_who_was_told_longest_ago,
	   tells_threads_apart_that_had_the_same_number, forgets_up_to_a_time,
	   a_child_begins_with_what_its_parents_thread_knows,
	   a_child_of_one_who_knows_nothing_new_inherits_nothing,
	   counts_its_memory)
