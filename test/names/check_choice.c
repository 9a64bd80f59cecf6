// SPDX-License-Identifier: MIT
/*
 * The memory against its twin: every answer ever given, in an array. Choosing
 * compares all of them by the rules as names.h has them.
 */
#include "names_fixture.h"

#include <strings.h>

struct twin_answer {
	const char *name;
	int addr;
	struct party asker;
	uint64_t at_ns;
	uint32_t ttl_s;
};

#define TWIN_MAX 500

struct twin {
	size_t count;
	struct twin_answer answers[TWIN_MAX];
};

static int twin_rank(const struct party *asker, const struct party *party,
		     const struct process_id *ancestors, int count)
{
	bool netns = asker->netns && asker->netns == party->netns;
	bool cgroup = asker->cgroup_id && asker->cgroup_id == party->cgroup_id;

	if (asker->process.tgid &&
	    !memcmp(&asker->process, &party->process, sizeof(party->process)))
		return 0;
	for (int i = 0; asker->process.tgid && i < count; i++)
		if (!memcmp(&asker->process, &ancestors[i], sizeof(*ancestors)))
			return 1 + i;
	if (cgroup)
		return netns ? 100 : 101;
	return netns ? 102 : 103;
}

static const char *const twin_names[] = {"a.test", "B.test", "b.test",
					 "c.test", "d.test", "A.Test"};
static const char *const twin_addrs[] = {"192.0.2.1", "192.0.2.2",
					 "2001:db8::1"};

/* The best answer that names none of the count names already given. */
static const struct twin_answer *twin_best(const struct twin *twin, int addr,
					   const struct party *party,
					   const struct process_id *ancestors,
					   uint64_t begun_ns, int *rank_ret,
					   const char *const *given,
					   unsigned int count)
{
	const struct twin_answer *best = NULL;

	for (size_t i = 0; i < twin->count; i++) {
		const struct twin_answer *answer = &twin->answers[i];
		int rank = twin_rank(&answer->asker, party, ancestors, 2);
		bool is_given = false;

		for (unsigned int j = 0; j < count; j++)
			is_given |= !strcasecmp(given[j], answer->name);
		if (is_given || answer->addr != addr ||
		    answer->at_ns > begun_ns || rank > *rank_ret)
			continue;
		/* Times never decrease: of two in a rank, the later is it. */
		if (count && rank < *rank_ret)
			continue;
		best = answer;
		*rank_ret = rank;
	}
	return best;
}

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u +
		       1442695040888963407u;
	return (uint32_t)(random_state >> 33) % limit;
}

static struct party random_party(void)
{
	struct party party = {.process = {random_below(5), 7}};

	party.cgroup_id = random_below(3);
	party.netns = random_below(3);
	return party;
}

static void compare_choice(const struct twin *twin, uint64_t begun_ns)
{
	static const enum names_via vias[] = {NAMES_VIA_CGROUP,
					      NAMES_VIA_CGROUP, NAMES_VIA_NETNS,
					      NAMES_VIA_MACHINE};
	struct party party = random_party();
	struct process_id ancestors[] = {{random_below(5), 7},
					 {random_below(5), 7}};
	int addr = (int)random_below(3), rank = 1000;
	const char *given[8] = {NULL};
	unsigned int count = 0;
	struct names_choice choice = choose_for_child(twin_addrs[addr], party,
						      ancestors, 2, begun_ns);
	const struct twin_answer *answer, *next;

	answer = twin_best(twin, addr, &party, ancestors, begun_ns, &rank,
			   given, 0);
	if (!answer) {
		ck_choice(choice, NAMES_VIA_NONE, NULL);
		return;
	}
	ck_assert_int_eq(choice.via, rank == 0	  ? NAMES_VIA_PROCESS
				     : rank < 100 ? NAMES_VIA_ANCESTOR
						  : vias[rank - 100]);
	/* The spelling is that of the asker's last question. */
	ck_assert_int_eq(strcasecmp(choice.name, answer->name), 0);
	ck_assert_uint_eq(choice.answered_ns, answer->at_ns);
	ck_assert_int_eq(choice.stale,
			 begun_ns > answer->at_ns + answer->ttl_s * SECOND);
	for (next = answer; next;
	     next = twin_best(twin, addr, &party, ancestors, begun_ns, &rank,
			      given, count))
		given[count++] = next->name;
	ck_assert_uint_eq(choice.candidates, count > 1 ? count : 0);
	for (unsigned int i = 0; i < choice.candidates; i++)
		ck_assert_int_eq(strcasecmp(choice.candidate[i], given[i]), 0);
}

START_TEST(chooses_as_a_scan_of_all_answers_does)
{
	struct twin *twin = calloc(1, sizeof(*twin));

	ck_assert_ptr_nonnull(twin);
	for (unsigned int seed = 1; seed <= 2; seed++) {
		uint64_t now = 5;

		setup(100000);
		random_state = seed;
		for (twin->count = 0; twin->count < TWIN_MAX; now++) {
			struct twin_answer *answer =
				&twin->answers[twin->count++];

			*answer = (struct twin_answer){
				.name = twin_names[random_below(6)],
				.addr = (int)random_below(3),
				.asker = random_party(),
				.at_ns = now * SECOND,
				.ttl_s = random_below(5),
			};
			struct addr addr = address(twin_addrs[answer->addr]);

			names_learn(names, &addr, answer->name, &answer->asker,
				    answer->at_ns, answer->ttl_s);
			for (int i = 0; i < 8; i++)
				compare_choice(twin, (now - random_below(5)) *
							     SECOND);
		}
		ck_assert_uint_eq(stats().evicted, 0);
		names_destroy(names);
	}
	free(twin);
}
END_TEST

SUITE_MAIN("names/choice", chooses_as_a_scan_of_all_answers_does)
