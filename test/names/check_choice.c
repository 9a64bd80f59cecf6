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
	bool spent; /* the thread has connected since */
};

#define TWIN_MAX 500

struct twin {
	size_t count;
	struct twin_answer answers[TWIN_MAX];
};

struct twin_seeker {
	struct party party;
	struct ancestor ancestors[2];
	uint64_t begun_ns;
};

/* The three ancestors of each process. */
static struct ancestor twin_forebears[5][3] = {{{{0, 7}}, {{0, 7}}, {{0, 7}}},
					       {{{3, 7}}, {{4, 7}}, {{2, 7}}},
					       {{{4, 7}}, {{1, 7}}, {{3, 7}}},
					       {{{1, 7}}, {{2, 7}}, {{0, 7}}},
					       {{{2, 7}}, {{0, 7}}, {{1, 7}}}};

static bool twin_descends(const struct party *asker, uint32_t tgid)
{
	for (int i = 0; i < 3; i++)
		if (twin_forebears[asker->process.tgid][i].process.tgid == tgid)
			return tgid > 1;
	return false;
}

/* 0 from the seeker, 1 or 2 from its ancestors, 3 from none of them. */
static int twin_kinship(const struct party *asker,
			const struct twin_seeker *seeker)
{
	if (twin_descends(asker, seeker->party.process.tgid))
		return 0;
	for (int i = 0; i < 2; i++)
		if (twin_descends(asker, seeker->ancestors[i].process.tgid))
			return 1 + i;
	return 3;
}

static int twin_rank(const struct party *asker,
		     const struct twin_seeker *seeker)
{
	int kinship = twin_kinship(asker, seeker);

	const struct party *party = &seeker->party;
	bool netns = asker->netns && asker->netns == party->netns;
	bool cgroup = asker->cgroup_id && asker->cgroup_id == party->cgroup_id;

	if (asker->process.tgid &&
	    !memcmp(&asker->process, &party->process, sizeof(party->process)))
		return 0;
	for (int i = 0; asker->process.tgid && i < 2; i++)
		if (!memcmp(&asker->process, &seeker->ancestors[i].process,
			    sizeof(party->process)))
			return 1 + i;
	if (cgroup)
		return (netns ? 100 : 110) + kinship;
	return (netns ? 120 : 130) + kinship;
}

/* Of one rank, those of a higher grade come first. */
static int twin_grade(const struct twin_answer *answer,
		      const struct twin_seeker *seeker, int rank)
{
	uint64_t until_ns = seeker->begun_ns;
	uint32_t tid = seeker->party.tid;

	if (rank > 2)
		return 1;
	if (rank) {
		tid = seeker->ancestors[rank - 1].tid;
		if (until_ns > seeker->ancestors[rank - 1].begot_ns)
			until_ns = seeker->ancestors[rank - 1].begot_ns;
	}
	if (answer->at_ns > until_ns)
		return 0;
	if (!tid || tid != answer->asker.tid || (!rank && answer->spent))
		return 1;
	return until_ns - answer->at_ns <= SECOND ? 2 : 1;
}

static const char *const twin_names[] = {"a.test", "B.test", "b.test",
					 "c.test", "d.test", "A.Test"};
static const char *const twin_addrs[] = {"192.0.2.1", "192.0.2.2",
					 "2001:db8::1"};

/* The best answer that names none of the count names already given. */
static const struct twin_answer *twin_best(const struct twin *twin, int addr,
					   const struct twin_seeker *seeker,
					   int *rank_ret,
					   const char *const *given,
					   unsigned int count)
{
	const struct twin_answer *best = NULL;
	int best_grade = 0;

	for (size_t i = 0; i < twin->count; i++) {
		const struct twin_answer *answer = &twin->answers[i];
		int rank = twin_rank(&answer->asker, seeker);
		int grade = twin_grade(answer, seeker, rank);
		bool is_given = false;

		for (unsigned int j = 0; j < count; j++)
			is_given |= !strcasecmp(given[j], answer->name);
		if (is_given || answer->addr != addr ||
		    answer->at_ns > seeker->begun_ns || rank > *rank_ret)
			continue;
		if (count && rank < *rank_ret)
			continue;
		/* Times never decrease: of two alike, the later is it. */
		if (best && rank == *rank_ret && grade < best_grade)
			continue;
		best = answer;
		best_grade = grade;
		*rank_ret = rank;
	}
	return best;
}

/* A thread connects: what it was told before is not its own any more. */
static void twin_spend(struct twin *twin, int addr,
		       const struct twin_seeker *seeker)
{
	for (size_t i = 0; i < twin->count; i++) {
		struct twin_answer *answer = &twin->answers[i];

		if (answer->addr == addr &&
		    answer->asker.tid == seeker->party.tid &&
		    answer->at_ns <= seeker->begun_ns &&
		    twin_rank(&answer->asker, seeker) == 0)
			answer->spent = true;
	}
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
	party.tid = random_below(3);
	return party;
}

#define STEP (SECOND / 2)

/* At most four steps before now_ns: so late everything is still known. */
static uint64_t random_past(uint64_t now_ns)
{
	return now_ns - random_below(5) * STEP;
}

static struct ancestor random_ancestor(uint64_t now_ns)
{
	return (struct ancestor){
		{random_below(5), 7}, random_below(3), random_past(now_ns)};
}

static void compare_choice(struct twin *twin, uint64_t now_ns)
{
	static const enum names_via vias[] = {NAMES_VIA_CGROUP,
					      NAMES_VIA_CGROUP, NAMES_VIA_NETNS,
					      NAMES_VIA_MACHINE};
	struct twin_seeker seeker = {
		random_party(),
		{random_ancestor(now_ns), random_ancestor(now_ns)},
		random_past(now_ns)};
	int addr = (int)random_below(3), rank = 1000;
	const char *given[8] = {NULL};
	unsigned int count = 0;
	struct names_choice choice = choose_for_child(
		twin_addrs[addr], seeker.party, seeker.ancestors, 2,
		seeker.begun_ns);
	const struct twin_answer *answer, *next;

	answer = twin_best(twin, addr, &seeker, &rank, given, 0);
	if (!answer) {
		ck_choice(choice, NAMES_VIA_NONE, NULL);
		return;
	}
	ck_assert_int_eq(choice.via, rank == 0	  ? NAMES_VIA_PROCESS
				     : rank < 100 ? NAMES_VIA_ANCESTOR
						  : vias[rank / 10 - 10]);
	/* The spelling is that of the asker's last question. */
	ck_assert_int_eq(strcasecmp(choice.name, answer->name), 0);
	ck_assert_uint_eq(choice.answered_ns, answer->at_ns);
	ck_assert_int_eq(choice.stale,
			 seeker.begun_ns >
				 answer->at_ns + answer->ttl_s * SECOND);
	for (next = answer; next;
	     next = twin_best(twin, addr, &seeker, &rank, given, count))
		given[count++] = next->name;
	ck_assert_uint_eq(choice.candidates, count > 1 ? count : 0);
	for (unsigned int i = 0; i < choice.candidates; i++)
		ck_assert_int_eq(strcasecmp(choice.candidate[i], given[i]), 0);
	if (choice.via == NAMES_VIA_PROCESS)
		twin_spend(twin, addr, &seeker);
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
				.at_ns = now * STEP,
				.ttl_s = random_below(5),
			};
			struct addr addr = address(twin_addrs[answer->addr]);
			struct lineage asker = {
				answer->asker,
				twin_forebears[answer->asker.process.tgid], 3};

			names_learn(names, &addr, answer->name, &asker,
				    answer->at_ns, answer->ttl_s);
			for (int i = 0; i < 8; i++)
				compare_choice(twin, now * STEP);
		}
		ck_assert_uint_eq(stats().evicted, 0);
		names_destroy(names);
	}
	free(twin);
}
END_TEST

SUITE_MAIN("names/choice", chooses_as_a_scan_of_all_answers_does)
