/* SPDX-License-Identifier: MIT */
#ifndef TEST_NAMES_NAMES_FIXTURE_H
#define TEST_NAMES_NAMES_FIXTURE_H

#include "names/names.h"

#include "suite.h"

#include <string.h>

/* What the suites over names.h share: one memory, and short ways to ask it. */

#define SECOND UINT64_C(1000000000)

static struct names *names;

static inline void setup(size_t max_bindings)
{
	names = names_create(max_bindings);
	ck_assert_ptr_nonnull(names);
}

static inline struct addr address(const char *text)
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	return addr;
}

static inline struct process_id process(uint32_t tgid)
{
	return (struct process_id){tgid, tgid + 1000};
}

/* An ancestor of which nothing more is known. */
static inline struct ancestor ancestor(uint32_t tgid)
{
	return (struct ancestor){process(tgid), UINT64_MAX};
}

/* A process in a cgroup and network namespace that it shares with nobody. */
static inline struct party alone(uint32_t tgid)
{
	return (struct party){process(tgid), tgid + 2000, tgid + 3000, 0};
}

/* A thread of such a process. */
static inline struct party thread(uint32_t tgid, uint32_t tid)
{
	struct party party = alone(tgid);

	party.tid = tid;
	return party;
}

static inline void learn(const char *name, const char *addr_text,
			 struct party asker, uint64_t answered_ns)
{
	struct addr addr = address(addr_text);
	struct lineage who = {.party = asker};

	ck_assert_int_eq(names_learn(names, &addr, name, &who, answered_ns, 60),
			 0);
}

static inline struct names_choice choose(const char *addr_text,
					 struct party party, uint64_t begun_ns)
{
	struct addr addr = address(addr_text);
	struct lineage who = {.party = party};
	struct names_choice choice;

	memset(&choice, 0x5a, sizeof(choice));
	names_choose(names, &addr, &who, begun_ns, &choice);
	return choice;
}

static inline struct names_choice choose_for_child(
	const char *addr_text, struct party party,
	const struct ancestor *ancestors, size_t count, uint64_t begun_ns)
{
	struct addr addr = address(addr_text);
	struct lineage who = {party, ancestors, count};
	struct names_choice choice;

	names_choose(names, &addr, &who, begun_ns, &choice);
	return choice;
}

static inline struct names_stats stats(void)
{
	struct names_stats ret;

	names_get_stats(names, &ret);
	return ret;
}

/* How a choice was made, and what it is. */
#define ck_choice(choice, expected_via, expected_name)            \
	do {                                                      \
		struct names_choice ck_choice = (choice);         \
                                                                  \
		ck_assert_str_eq(names_via_text(ck_choice.via),   \
				 names_via_text(expected_via));   \
		ck_assert_pstr_eq(ck_choice.name, expected_name); \
	} while (0)

#endif
