// SPDX-License-Identifier: MIT
#include "names_fixture.h"

#include <stdio.h>

static const struct party nobody;

START_TEST(knows_nothing_at_first)
{
	struct names_choice choice;

	setup(10);
	choice = choose("192.0.2.1", alone(1), 100);
	ck_choice(choice, NAMES_VIA_NONE, NULL);
	ck_assert_uint_eq(choice.candidates, 0);
	ck_assert(!choice.stale);
	ck_assert_str_eq(names_via_text(NAMES_VIA_NONE), "none");
	ck_assert_str_eq(names_via_text(NAMES_VIA_MACHINE), "machine");
	names_destroy(names);
	names_destroy(NULL);
}
END_TEST

START_TEST(prefers_the_process_itself_to_newer_answers_of_others)
{
	setup(10);
	learn("mine.test", "192.0.2.1", alone(1), 100);
	learn("other.test", "192.0.2.1", alone(2), 200);
	ck_choice(choose("192.0.2.1", alone(1), 300), NAMES_VIA_PROCESS,
		  "mine.test");
	ck_choice(choose("192.0.2.1", alone(2), 300), NAMES_VIA_PROCESS,
		  "other.test");
	ck_choice(choose("192.0.2.2", alone(1), 300), NAMES_VIA_NONE, NULL);
	names_destroy(names);
}
END_TEST

/* It may have moved to another namespace or cgroup since it asked. */
START_TEST(knows_a_process_wherever_it_went)
{
	struct party moved = alone(1);

	setup(10);
	learn("mine.test", "192.0.2.1", moved, 100);
	moved.cgroup_id = 7;
	moved.netns = 8;
	ck_choice(choose("192.0.2.1", moved, 300), NAMES_VIA_PROCESS,
		  "mine.test");
	names_destroy(names);
}
END_TEST

/* Process numbers are used again: the start time tells who it was. */
START_TEST(takes_a_reused_pid_for_another_process)
{
	struct party later = alone(1);
	struct ancestor ancestors[] = {ancestor(1)};

	setup(10);
	learn("first.test", "192.0.2.1", alone(1), 100);
	later.process.start_ticks += 50;
	later.cgroup_id = 0;
	later.netns = 0;
	ck_choice(choose("192.0.2.1", later, 300), NAMES_VIA_MACHINE,
		  "first.test");
	learn("second.test", "192.0.2.1", later, 200);
	ck_choice(choose("192.0.2.1", later, 300), NAMES_VIA_PROCESS,
		  "second.test");
	ck_choice(choose("192.0.2.1", alone(1), 300), NAMES_VIA_PROCESS,
		  "first.test");
	ancestors[0].process.start_ticks++;
	ck_choice(choose_for_child("192.0.2.1", alone(9), ancestors, 1, 300),
		  NAMES_VIA_MACHINE, "second.test");
	names_destroy(names);
}
END_TEST

START_TEST(ignores_answers_that_came_after_the_connect)
{
	setup(10);
	learn("name.test", "192.0.2.1", alone(1), 100);
	ck_choice(choose("192.0.2.1", alone(1), 99), NAMES_VIA_NONE, NULL);
	ck_choice(choose("192.0.2.1", alone(2), 99), NAMES_VIA_NONE, NULL);
	ck_choice(choose("192.0.2.1", alone(1), 100), NAMES_VIA_PROCESS,
		  "name.test");

	/* The process's own answer came too late, another's did not. */
	learn("other.test", "192.0.2.1", alone(2), 50);
	ck_choice(choose("192.0.2.1", alone(1), 99), NAMES_VIA_MACHINE,
		  "other.test");
	names_destroy(names);
}
END_TEST

START_TEST(never_learns_loopback_or_unspecified_addresses)
{
	static const char *const texts[] = {"127.0.0.1", "127.255.3.4", "::1",
					    "0.0.0.0", "::"};

	setup(10);
	for (size_t i = 0; i < 5; i++) {
		learn("name.test", texts[i], alone(1), 100);
		ck_choice(choose(texts[i], alone(1), 200), NAMES_VIA_NONE,
			  NULL);
	}
	ck_assert_uint_eq(stats().bindings, 0);
	ck_assert_uint_eq(stats().learned, 0);
	names_destroy(names);
}
END_TEST

START_TEST(asks_the_parent_before_the_grandparent)
{
	struct ancestor ancestors[] = {ancestor(2), ancestor(1), {{0, 0}}};

	setup(10);
	learn("stranger.test", "192.0.2.1", alone(9), 250);
	learn("grandparent.test", "192.0.2.1", alone(1), 200);
	ck_choice(choose_for_child("192.0.2.1", alone(3), ancestors, 3, 300),
		  NAMES_VIA_ANCESTOR, "grandparent.test");
	learn("parent.test", "192.0.2.1", alone(2), 100);
	ck_choice(choose_for_child("192.0.2.1", alone(3), ancestors, 3, 300),
		  NAMES_VIA_ANCESTOR, "parent.test");
	learn("own.test", "192.0.2.1", alone(3), 50);
	ck_choice(choose_for_child("192.0.2.1", alone(3), ancestors, 3, 300),
		  NAMES_VIA_PROCESS, "own.test");
	names_destroy(names);
}
END_TEST

/* An answer to nobody known is not one to an ancestor that is not known. */
START_TEST(matches_unknown_parties_with_nobody)
{
	struct ancestor ancestors[] = {{{0, 0}}};

	setup(10);
	learn("name.test", "192.0.2.1", nobody, 100);
	ck_choice(choose_for_child("192.0.2.1", nobody, ancestors, 1, 300),
		  NAMES_VIA_MACHINE, "name.test");
	names_destroy(names);
}
END_TEST

/* A server resolves, then forks a worker that connects, then resolves anew. */
START_TEST(names_a_fork_after_the_lookup)
{
	struct ancestor ancestors[] = {ancestor(1)};

	setup(10);
	learn("before.test", "192.0.2.1", alone(1), 100);
	learn("after.test", "192.0.2.1", alone(1), 200);
	ck_choice(choose_for_child("192.0.2.1", alone(2), ancestors, 1, 150),
		  NAMES_VIA_ANCESTOR, "before.test");
	names_destroy(names);
}
END_TEST

/*
 * The parent goes on while its child is about to connect: what it asks for then
 * is for the next child.
 */
START_TEST(names_a_child_by_what_was_known_when_it_was_born)
{
	struct ancestor ancestors[] = {{process(1), 300}};

	setup(10);
	learn("later.test", "192.0.2.1", alone(1), 310);
	ck_choice(choose_for_child("192.0.2.1", alone(2), ancestors, 1, 400),
		  NAMES_VIA_ANCESTOR, "later.test");
	learn("first.test", "192.0.2.1", alone(1), 280);
	learn("second.test", "192.0.2.1", alone(1), 290);
	ck_choice(choose_for_child("192.0.2.1", alone(2), ancestors, 1, 400),
		  NAMES_VIA_ANCESTOR, "second.test");
	names_destroy(names);
}
END_TEST

/* Of a parent's threads, the one that forks counts, however often. */
START_TEST(names_a_child_by_what_its_parents_thread_was_told)
{
	struct ancestor ancestors[] = {{process(1), 300}};

	setup(10);
	learn("older.test", "192.0.2.1", thread(1, 6), 270);
	learn("own.test", "192.0.2.1", thread(1, 6), 280);
	learn("other.test", "192.0.2.1", thread(1, 5), 290);
	names_inherit(names, process(1), 6, process(20), 300);
	for (uint64_t i = 0; i < 10; i++) {
		learn("later.test", "192.0.2.1", thread(1, 6), 310 + i);
		learn("own.test", "192.0.2.1", thread(1, 7), 310 + i);
	}
	for (int i = 0; i < 2; i++)
		ck_choice(choose_for_child("192.0.2.1", thread(20, 20),
					   ancestors, 1, 100 * SECOND),
			  NAMES_VIA_ANCESTOR, "own.test");
	/* The child's child has it, too, and not what others have of it. */
	names_inherit(names, process(20), 20, process(30), 350);
	ck_choice(choose_for_child("192.0.2.1", thread(30, 30), ancestors, 1,
				   400),
		  NAMES_VIA_ANCESTOR, "own.test");
	ck_choice(choose_for_child("192.0.2.1", thread(30, 31), ancestors, 1,
				   400),
		  NAMES_VIA_ANCESTOR, "other.test");
	names_destroy(names);
}
END_TEST

/* A connect is looked at late: what its thread was told since is not for it. */
START_TEST(names_a_child_by_what_came_before_its_connect)
{
	struct ancestor ancestors[] = {{process(1), 300}};

	setup(10);
	learn("a.test", "192.0.2.1", thread(1, 6), 100);
	learn("b.test", "192.0.2.1", thread(1, 6), 110);
	learn("a.test", "192.0.2.1", thread(1, 6), 290);
	names_inherit(names, process(1), 6, process(20), 300);
	ck_choice(choose_for_child("192.0.2.1", thread(20, 20), ancestors, 1,
				   200),
		  NAMES_VIA_ANCESTOR, "b.test");
	names_destroy(names);
}
END_TEST

/* Threads wait for each other to fork, but not for ever. */
START_TEST(a_child_inherits_what_is_new)
{
	struct ancestor ancestors[] = {{process(1), 100 + 10 * SECOND}};

	for (uint64_t late = 0; late < 2; late++) {
		setup(10);
		learn("own.test", "192.0.2.1", thread(1, 6), 100);
		learn("other.test", "192.0.2.1", thread(1, 5), 200);
		names_inherit(names, process(1), 6, process(20),
			      100 + 10 * SECOND + late);
		ck_choice(choose_for_child("192.0.2.1", thread(20, 20),
					   ancestors, 1, 11 * SECOND),
			  NAMES_VIA_ANCESTOR, late ? "other.test" : "own.test");
		names_destroy(names);
	}
}
END_TEST

/* A pool of threads, each with a name of its own at one address. */
START_TEST(names_a_thread_by_what_it_was_told_itself)

{
	setup(10);
	learn("five.test", "192.0.2.1", thread(1, 5), 100);
	learn("six.test", "192.0.2.1", thread(1, 6), 110);
	learn("seven.test", "192.0.2.1", thread(1, 7), 120);
	ck_choice(choose("192.0.2.1", thread(1, 6), 200), NAMES_VIA_PROCESS,
		  "six.test");
	ck_choice(choose("192.0.2.1", thread(1, 5), 200), NAMES_VIA_PROCESS,
		  "five.test");
	/* One that did not ask goes by what the process heard last. */
	ck_choice(choose("192.0.2.1", thread(1, 8), 200), NAMES_VIA_PROCESS,
		  "seven.test");
	names_destroy(names);
}
END_TEST

/*
 * Go resolves in one thread and connects in another. So the last answer counts
 * once the thread's own is old, or there was a connect for it, to whichever of
 * its addresses, from whatever thread.
 */
START_TEST(names_a_thread_by_its_own_answer_only_at_first)
{
	static const char *const addrs[] = {"192.0.2.1", "192.0.2.2"};

	for (uint32_t first = 5; first < 8; first++) {
		setup(10);
		learn("older.test", addrs[0], thread(1, 5), 90);
		for (int i = 0; i < 2; i++)
			learn("five.test", addrs[i], thread(1, 5), 100);
		ck_choice(choose(addrs[0], thread(1, first), 105),
			  NAMES_VIA_PROCESS, "five.test");
		learn("six.test", addrs[0], thread(1, 6), 110);
		learn("seven.test", addrs[1], thread(1, 7), 120);
		ck_choice(choose(addrs[0], thread(1, 5), 200),
			  NAMES_VIA_PROCESS, "six.test");
		ck_choice(choose(addrs[1], thread(1, 5), 200),
			  NAMES_VIA_PROCESS, "seven.test");
		names_destroy(names);
	}
	setup(10);
	learn("five.test", addrs[0], thread(1, 5), 100);
	learn("six.test", addrs[0], thread(1, 6), 110);
	ck_choice(choose(addrs[0], thread(1, 5), 101 + 10 * SECOND),
		  NAMES_VIA_PROCESS, "six.test");
	ck_choice(choose(addrs[0], thread(1, 5), 100 + 10 * SECOND),
		  NAMES_VIA_PROCESS, "five.test");
	names_destroy(names);
}
END_TEST

START_TEST(ranks_cgroup_before_netns_before_machine)
{
	struct party party = {process(1), 10, 20};

	setup(10);
	learn("machine.test", "192.0.2.1", (struct party){process(2), 11, 21},
	      400);
	ck_choice(choose("192.0.2.1", party, 500), NAMES_VIA_MACHINE,
		  "machine.test");
	learn("netns.test", "192.0.2.1", (struct party){process(3), 11, 20},
	      300);
	ck_choice(choose("192.0.2.1", party, 500), NAMES_VIA_NETNS,
		  "netns.test");
	learn("cgroup.test", "192.0.2.1", (struct party){process(4), 10, 21},
	      200);
	ck_choice(choose("192.0.2.1", party, 500), NAMES_VIA_CGROUP,
		  "cgroup.test");
	names_destroy(names);
}
END_TEST

static void learn_from_child(const char *name, struct party asker,
			     const struct ancestor *ancestors,
			     uint64_t answered_ns)
{
	struct addr addr = address("192.0.2.1");
	struct lineage who = {asker, ancestors, 3};

	ck_assert_int_eq(names_learn(names, &addr, name, &who, answered_ns, 60),
			 0);
}

/*
 * A script: nc `dig name | head -n 1`, or host=$(dig name). Others in the same
 * cgroup and namespace have asked since, for other names of that address.
 */
START_TEST(prefers_the_nearest_relative_in_a_cgroup)
{
	struct ancestor script[] = {ancestor(9), ancestor(1)};
	struct ancestor nc[] = {ancestor(10), ancestor(9), ancestor(1)};
	struct ancestor dig[] = {ancestor(15), ancestor(14), ancestor(10)};
	struct ancestor daemon[] = {ancestor(7), ancestor(6), ancestor(1)};
	struct party party = {process(20), 1, 2};

	setup(10);
	learn_from_child("script.test", (struct party){process(16), 1, 2}, dig,
			 100);
	dig[2] = ancestor(9);
	learn_from_child("cousin.test", (struct party){process(17), 1, 2}, dig,
			 200);
	learn_from_child("other.test", (struct party){process(18), 1, 2},
			 daemon, 300);
	learn("stranger.test", "192.0.2.1", (struct party){process(19), 1, 2},
	      350);
	ck_choice(choose_for_child("192.0.2.1", party, nc, 3, 400),
		  NAMES_VIA_CGROUP, "script.test");
	party.process = process(10);
	ck_choice(choose_for_child("192.0.2.1", party, script, 2, 400),
		  NAMES_VIA_CGROUP, "script.test");
	/* That init is their ancestor makes nobody relatives. */
	party.process = process(30);
	ck_choice(choose_for_child("192.0.2.1", party, &script[1], 1, 400),
		  NAMES_VIA_CGROUP, "stranger.test");
	names_destroy(names);
}
END_TEST

/* Two networks with the same private addresses, everything in one cgroup. */
START_TEST(keeps_namespaces_apart_that_share_addresses_and_a_cgroup)
{
	struct party here = {process(1), 1, 20};
	struct party there = {process(2), 1, 21};

	setup(10);
	learn("here.test", "10.0.0.1", (struct party){process(3), 1, 20}, 100);
	learn("there.test", "10.0.0.1", (struct party){process(4), 1, 21}, 200);
	ck_choice(choose("10.0.0.1", here, 300), NAMES_VIA_CGROUP, "here.test");
	ck_choice(choose("10.0.0.1", there, 300), NAMES_VIA_CGROUP,
		  "there.test");
	names_destroy(names);

	setup(10);
	learn("here.test", "10.0.0.1", (struct party){process(3), 0, 20}, 100);
	learn("there.test", "10.0.0.1", (struct party){process(4), 0, 21}, 200);
	ck_choice(choose("10.0.0.1", here, 300), NAMES_VIA_NETNS, "here.test");
	ck_choice(choose("10.0.0.1", there, 300), NAMES_VIA_NETNS,
		  "there.test");
	names_destroy(names);
}
END_TEST

START_TEST(prefers_the_newest_answer_before_the_connect)
{
	setup(10);
	learn("a.test", "192.0.2.1", alone(1), 100);
	learn("b.test", "192.0.2.1", alone(1), 200);
	learn("a.test", "192.0.2.1", alone(1), 300);
	learn("b.test", "192.0.2.1", alone(1), 400);
	ck_choice(choose("192.0.2.1", alone(1), 150), NAMES_VIA_PROCESS,
		  "a.test");
	ck_choice(choose("192.0.2.1", alone(1), 250), NAMES_VIA_PROCESS,
		  "b.test");
	ck_choice(choose("192.0.2.1", alone(1), 350), NAMES_VIA_PROCESS,
		  "a.test");
	ck_choice(choose("192.0.2.1", alone(1), 450), NAMES_VIA_PROCESS,
		  "b.test");
	names_destroy(names);
}
END_TEST

START_TEST(takes_the_later_learned_of_two_answers_at_the_same_time)
{
	setup(10);
	learn("a.test", "192.0.2.1", alone(1), 100);
	learn("b.test", "192.0.2.1", alone(1), 100);
	ck_choice(choose("192.0.2.1", alone(1), 100), NAMES_VIA_PROCESS,
		  "b.test");
	ck_choice(choose("192.0.2.1", alone(1), 100), NAMES_VIA_PROCESS,
		  "b.test");
	learn("a.test", "192.0.2.1", alone(1), 100);
	ck_choice(choose("192.0.2.1", alone(1), 100), NAMES_VIA_PROCESS,
		  "a.test");
	names_destroy(names);
}
END_TEST

/* However often it is renewed, a late connect finds the first answer. */
START_TEST(keeps_earlier_answers_when_a_name_is_renewed)
{
	struct names_choice choice;

	setup(10);
	for (uint64_t i = 1; i <= 1000; i++) {
		learn("name.test", "192.0.2.1", alone(1), i * 100);
		choice = choose("192.0.2.1", alone(1), 150);
		ck_choice(choice, NAMES_VIA_PROCESS, "name.test");
		ck_assert_uint_eq(choice.answered_ns, 100);
		ck_choice(choose("192.0.2.1", alone(1), 99), NAMES_VIA_NONE,
			  NULL);
		for (uint64_t back = 0; back < 5 && back < i; back++) {
			choice = choose("192.0.2.1", alone(1),
					(i - back) * 100 + 50);
			ck_assert_uint_eq(choice.answered_ns, (i - back) * 100);
		}
	}
	ck_assert_uint_eq(stats().bindings, 1);
	ck_assert_uint_eq(stats().learned, 1);
	names_destroy(names);
}
END_TEST

START_TEST(takes_answers_in_any_order_of_time)
{
	static const uint64_t times[] = {500, 300, 900, 100, 700, 50, 800, 20};
	struct names_choice choice;

	setup(10);
	for (size_t i = 0; i < 8; i++)
		learn("name.test", "192.0.2.1", alone(1), times[i]);
	ck_choice(choose("192.0.2.1", alone(1), 19), NAMES_VIA_NONE, NULL);
	choice = choose("192.0.2.1", alone(1), 40);
	ck_assert_uint_eq(choice.answered_ns, 20);
	for (size_t i = 0; i < 8; i++) {
		choice = choose("192.0.2.1", alone(1), times[i]);
		if (times[i] >= 300)
			ck_assert_uint_eq(choice.answered_ns, times[i]);
	}
	names_destroy(names);
}
END_TEST

START_TEST(marks_answers_stale_when_their_ttl_ran_out)
{
	struct addr addr = address("192.0.2.1");
	struct party asker = alone(1);
	struct lineage who = {.party = asker};
	uint64_t start = 5 * SECOND;

	setup(10);
	names_learn(names, &addr, "name.test", &who, start, 10);
	ck_assert(!choose("192.0.2.1", asker, start + 10 * SECOND).stale);
	ck_assert(choose("192.0.2.1", asker, start + 10 * SECOND + 1).stale);
	names_learn(names, &addr, "name.test", &who, start + 20 * SECOND, 5);
	ck_assert(choose("192.0.2.1", asker, start + 20 * SECOND - 1).stale);
	ck_assert(!choose("192.0.2.1", asker, start + 25 * SECOND).stale);
	ck_assert(choose("192.0.2.1", asker, start + 26 * SECOND).stale);
	names_destroy(names);

	setup(10);
	names_learn(names, &addr, "name.test", &who, start, UINT32_MAX);
	ck_assert(!choose("192.0.2.1", asker, start + 3600 * SECOND).stale);
	names_learn(names, &addr, "name.test", &who, UINT64_MAX - 5, 1);
	ck_assert(!choose("192.0.2.1", asker, UINT64_MAX).stale);
	names_destroy(names);
}
END_TEST

START_TEST(lists_names_of_equally_near_askers_newest_first)
{
	struct names_choice choice;

	setup(100);
	learn("stranger.test", "192.0.2.1", alone(2), 900);
	learn("a.test", "192.0.2.1", alone(1), 100);
	choice = choose("192.0.2.1", alone(1), 500);
	ck_assert_uint_eq(choice.candidates, 0);

	learn("b.test", "192.0.2.1", alone(1), 200);
	learn("future.test", "192.0.2.1", alone(1), 600);
	choice = choose("192.0.2.1", alone(1), 500);
	ck_choice(choice, NAMES_VIA_PROCESS, "b.test");
	ck_assert_uint_eq(choice.candidates, 2);
	ck_assert_str_eq(choice.candidate[0], "b.test");
	ck_assert_str_eq(choice.candidate[1], "a.test");
	ck_assert_ptr_null(choice.candidate[2]);

	learn("a.test", "192.0.2.1", alone(1), 300);
	choice = choose("192.0.2.1", alone(1), 500);
	ck_choice(choice, NAMES_VIA_PROCESS, "a.test");
	ck_assert_uint_eq(choice.candidates, 2);
	ck_assert_str_eq(choice.candidate[1], "b.test");
	names_destroy(names);
}
END_TEST

START_TEST(counts_a_name_once_whoever_asked_and_however_it_is_spelled)
{
	struct names_choice choice;

	setup(100);
	learn("Name.Test", "192.0.2.1", alone(1), 100);
	learn("name.test", "192.0.2.1", alone(2), 200);
	learn("NAME.test", "192.0.2.1", alone(3), 300);
	choice = choose("192.0.2.1", alone(9), 500);
	ck_choice(choice, NAMES_VIA_MACHINE, "NAME.test");
	ck_assert_uint_eq(choice.candidates, 0);
	ck_choice(choose("192.0.2.1", alone(1), 500), NAMES_VIA_PROCESS,
		  "Name.Test");

	/* The same asker in another spelling: renewed, as it asked last. */
	learn("nAmE.test", "192.0.2.1", alone(1), 400);
	ck_choice(choose("192.0.2.1", alone(1), 500), NAMES_VIA_PROCESS,
		  "nAmE.test");
	ck_assert_uint_eq(stats().bindings, 3);

	learn("name.tesT\\255", "192.0.2.1", alone(4), 50);
	ck_assert_uint_eq(choose("192.0.2.1", alone(9), 500).candidates, 2);
	names_destroy(names);
}
END_TEST

START_TEST(lists_no_more_candidates_than_fit_but_counts_them)
{
	struct names_choice choice;
	char name[32];

	setup(100);
	for (unsigned int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%u.test", i * 7 % 20);
		learn(name, "192.0.2.1", alone(i), 100 + i * 7 % 20);
	}
	choice = choose("192.0.2.1", alone(50), 500);
	ck_assert_uint_eq(choice.candidates, 20);
	for (unsigned int i = 0; i < NAMES_CANDIDATES; i++) {
		snprintf(name, sizeof(name), "n%u.test", 19 - i);
		ck_assert_str_eq(choice.candidate[i], name);
	}
	names_destroy(names);
}
END_TEST

SUITE_MAIN("names/names", knows_nothing_at_first,
	   prefers_the_process_itself_to_newer_answers_of_others,
	   knows_a_process_wherever_it_went,
	   takes_a_reused_pid_for_another_process,
	   ignores_answers_that_came_after_the_connect,
	   never_learns_loopback_or_unspecified_addresses,
	   asks_the_parent_before_the_grandparent,
	   matches_unknown_parties_with_nobody, names_a_fork_after_the_lookup,
	   names_a_child_by_what_was_known_when_it_was_born,
	   names_a_child_by_what_its_parents_thread_was_told,
	   names_a_child_by_what_came_before_its_connect,
	   a_child_inherits_what_is_new,
	   names_a_thread_by_what_it_was_told_itself,
	   names_a_thread_by_its_own_answer_only_at_first,
	   ranks_cgroup_before_netns_before_machine,
	   prefers_the_nearest_relative_in_a_cgroup,
	   keeps_namespaces_apart_that_share_addresses_and_a_cgroup,
	   prefers_the_newest_answer_before_the_connect,
	   takes_the_later_learned_of_two_answers_at_the_same_time,
	   keeps_earlier_answers_when_a_name_is_renewed,
	   takes_answers_in_any_order_of_time,
	   marks_answers_stale_when_their_ttl_ran_out,
	   lists_names_of_equally_near_askers_newest_first,
	   counts_a_name_once_whoever_asked_and_however_it_is_spelled,
	   lists_no_more_candidates_than_fit_but_counts_them)
