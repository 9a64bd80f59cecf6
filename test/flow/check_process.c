// SPDX-License-Identifier: MIT
#include "flow/process.h"

#include "suite.h"

#include <string.h>

static struct processes *processes;

static void setup(size_t most)
{
	processes = processes_create(most);
	ck_assert_ptr_nonnull(processes);
}

static void teardown(void)
{
	processes_destroy(processes);
}

static struct process_id id(uint32_t tgid)
{
	return (struct process_id){tgid, tgid + 1000};
}

static struct process *add(uint32_t tgid)
{
	struct process *process = process_add(processes, id(tgid));

	ck_assert_ptr_nonnull(process);
	ck_assert(process_id_equal(process->id, id(tgid)));
	return process;
}

static struct process *fork_of(uint32_t parent, uint32_t child)
{
	struct process *process = process_fork(
		processes, &(struct ancestor){id(parent), parent + 500},
		id(child));

	ck_assert_ptr_nonnull(process);
	ck_assert(process_id_equal(process->parent, id(parent)));
	return process;
}

static bool knows(uint32_t tgid)
{
	return process_find(processes, id(tgid)) != NULL;
}

#define EXEC(process, path, args) \
	ck_assert_int_eq(         \
		process_exec(process, path, args, sizeof(args), false), 0)

START_TEST(keeps_what_is_told_of_a_process)
{
	struct process *process;

	setup(10);
	process = add(1);
	process->uid = 7;
	strcpy(process->comm, "init");
	ck_assert_ptr_eq(add(1), process);
	ck_assert_ptr_eq(process_find(processes, id(1)), process);
	ck_assert_uint_eq(process->uid, 7);
	ck_assert_str_eq(process->comm, "init");
	ck_assert_uint_eq(processes_count(processes), 1);
	teardown();
	processes_destroy(NULL);
}
END_TEST

START_TEST(tells_users_of_one_number_apart)
{
	struct process_id later = {1, id(1).start_ticks + 1};

	setup(10);
	EXEC(add(1), "/bin/first", "first");
	ck_assert_ptr_null(process_find(processes, later));
	ck_assert_ptr_null(process_add(processes, later)->program);
	ck_assert_str_eq(process_find(processes, id(1))->program->path,
			 "/bin/first");
	ck_assert_uint_eq(processes_count(processes), 2);
	teardown();
}
END_TEST

START_TEST(copies_path_and_arguments)
{
	char path[] = "/bin/cat", args[] = "cat\0-n";
	const struct program *program;
	struct process *process;

	setup(10);
	process = add(1);
	ck_assert_int_eq(process_exec(process, path, args, sizeof(args), true),
			 0);
	memset(path, 'x', sizeof(path) - 1);
	memset(args, 'x', sizeof(args));
	program = process->program;
	ck_assert_str_eq(program->path, "/bin/cat");
	ck_assert_uint_eq(program->args_len, 7);
	ck_assert_mem_eq(program->args, "cat\0-n", 7);
	ck_assert(program->args_cut);
	teardown();
}
END_TEST

START_TEST(replaces_the_program_at_each_exec)
{
	struct process *process;

	setup(10);
	process = add(1);
	EXEC(process, "/bin/sh", "sh");
	ck_assert_int_eq(process_exec(process, "/bin/cat", NULL, 0, false), 0);
	ck_assert_str_eq(process->program->path, "/bin/cat");
	ck_assert_uint_eq(process->program->args_len, 0);
	teardown();
}
END_TEST

START_TEST(children_run_what_their_parent_runs)
{
	struct process *parent, *child;

	setup(10);
	parent = add(1);
	EXEC(parent, "/bin/sh", "sh");
	parent->uid = 7;
	parent->cgroup_id = 77;
	strcpy(parent->comm, "sh");
	child = fork_of(1, 2);
	ck_assert_uint_eq(child->uid, 7);
	ck_assert_uint_eq(child->cgroup_id, 77);
	ck_assert_str_eq(child->comm, "sh");
	ck_assert_str_eq(child->program->path, "/bin/sh");
	ck_assert(!child->followed);
	/* What one of them runs next is its own. */
	EXEC(parent, "/bin/true", "true");
	ck_assert_str_eq(child->program->path, "/bin/sh");
	teardown();
}
END_TEST

START_TEST(a_program_lasts_as_long_as_one_that_runs_it)
{
	setup(1);
	EXEC(add(1), "/bin/sh", "sh");
	/* The parent has to go for its child: there is room for one. */
	ck_assert_ptr_null(fork_of(1, 2)->program);
	ck_assert(!knows(1));
	teardown();

	setup(2);
	EXEC(add(1), "/bin/sh", "sh");
	fork_of(1, 2);
	add(3);
	add(2);
	add(4);
	ck_assert(!knows(1));
	ck_assert_str_eq(process_find(processes, id(2))->program->path,
			 "/bin/sh");
	teardown();
}
END_TEST

START_TEST(a_fork_keeps_what_is_known_of_the_child)
{
	setup(10);
	EXEC(add(1), "/bin/sh", "sh");
	EXEC(add(2), "/bin/cat", "cat");
	ck_assert_str_eq(fork_of(1, 2)->program->path, "/bin/cat");
	teardown();
}
END_TEST

START_TEST(a_child_of_an_unknown_parent_is_known)
{
	setup(10);
	ck_assert_ptr_null(fork_of(1, 2)->program);
	ck_assert(!knows(1));
	ck_assert(knows(2));
	teardown();
}
END_TEST

START_TEST(lists_ancestors_parent_first)
{
	struct ancestor ancestors[8];

	setup(10);
	for (uint32_t tgid = 2; tgid < 6; tgid++)
		fork_of(tgid - 1, tgid);
	ck_assert_uint_eq(process_ancestors(processes, id(5), ancestors, 8), 4);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert(process_id_equal(ancestors[i].process, id(4 - i)));
		ck_assert_uint_eq(ancestors[i].begot_ns, 504 - i);
	}
	ck_assert_uint_eq(process_ancestors(processes, id(5), ancestors, 2), 2);
	ck_assert(process_id_equal(ancestors[1].process, id(3)));
	ck_assert_uint_eq(process_ancestors(processes, id(5), NULL, 0), 0);
	ck_assert_uint_eq(process_ancestors(processes, id(9), ancestors, 8), 0);
	/* Nobody told of its birth. */
	add(6)->parent = id(5);
	ck_assert_uint_eq(process_ancestors(processes, id(6), ancestors, 1), 1);
	ck_assert(process_id_equal(ancestors[0].process, id(5)));
	ck_assert_uint_eq(ancestors[0].begot_ns, UINT64_MAX);
	teardown();
}
END_TEST

START_TEST(forgets_the_longest_unheard_and_counts_it)
{
	setup(3);
	add(1);
	add(2);
	add(3);
	ck_assert_uint_eq(processes_forgotten(processes), 0);
	add(1);
	add(4);
	ck_assert(!knows(2));
	ck_assert(knows(3));
	add(5);
	ck_assert(!knows(1));
	ck_assert(knows(4));
	ck_assert_uint_eq(processes_count(processes), 3);
	ck_assert_uint_eq(processes_forgotten(processes), 2);
	teardown();
}
END_TEST

/*
 * A shell that did nothing but beget others was forgotten: what it begot then
 * ran nothing that anybody knew.
 */
START_TEST(a_parent_is_heard_of_when_it_forks)
{
	setup(4);
	EXEC(add(1), "/bin/sh", "sh");
	for (uint32_t tgid = 2; tgid < 40; tgid++)
		ck_assert_str_eq(fork_of(1, tgid)->program->path, "/bin/sh");
	teardown();
}
END_TEST

START_TEST(an_ancestor_is_heard_of_when_its_descendant_is)
{
	struct ancestor ancestors[4];

	setup(4);
	fork_of(1, 2);
	fork_of(2, 3);
	for (uint32_t tgid = 10; tgid < 20; tgid++) {
		add(tgid);
		ck_assert_uint_eq(
			process_ancestors(processes, id(3), ancestors, 4), 2);
	}
	teardown();
}
END_TEST

START_TEST(follows_descendants)
{
	setup(10);
	fork_of(1, 2);
	ck_assert(process_follow(processes, id(1))->followed);
	ck_assert(process_follow(processes, id(1))->followed);
	ck_assert_uint_eq(processes_count(processes), 2);
	ck_assert(fork_of(1, 3)->followed);
	ck_assert(fork_of(3, 4)->followed);
	/* It was there before. */
	ck_assert(!fork_of(2, 5)->followed);
	teardown();
}
END_TEST

/*
 * `egrets -- sh -c 'sleep 60; curl …'`: while the shell waits, the machine goes
 * on begetting processes.
 */
START_TEST(does_not_forget_the_followed_over_others)
{
	setup(4);
	process_follow(processes, id(1));
	for (uint32_t tgid = 10; tgid < 30; tgid++)
		add(tgid);
	ck_assert(fork_of(1, 2)->followed);
	/* Among themselves they have a bound, too. */
	for (uint32_t tgid = 50; tgid < 70; tgid++)
		ck_assert(fork_of(1, tgid)->followed);
	ck_assert(!knows(2));
	ck_assert(knows(1));
	ck_assert_uint_eq(processes_count(processes), 8);
	teardown();
}
END_TEST

SUITE_MAIN("flow/process", keeps_what_is_told_of_a_process,
	   tells_users_of_one_number_apart, copies_path_and_arguments,
	   replaces_the_program_at_each_exec,
	   children_run_what_their_parent_runs,
	   a_program_lasts_as_long_as_one_that_runs_it,
	   a_fork_keeps_what_is_known_of_the_child,
	   a_child_of_an_unknown_parent_is_known, lists_ancestors_parent_first,
	   forgets_the_longest_unheard_and_counts_it,
	   a_parent_is_heard_of_when_it_forks,
	   an_ancestor_is_heard_of_when_its_descendant_is, follows_descendants,
	   does_not_forget_the_followed_over_others)
