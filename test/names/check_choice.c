// SPDX-License-Identifier: MIT
/*
 * The memory against its twin: every answer ever given, in an array. Choosing
 * compares all of them by the rules as names.h has them.
 */
#include "names_fixture.h"

#include "names/told.h"

#include <strings.h>

struct twin_answer {
	const char *name;
	int addr;
	struct party asker;
	uint64_t at_ns;
	uint32_t ttl_s;
};

/* What a thread knows to be its own, until it is gone. */
struct twin_told {
	struct party who; /* its process and tid */
	const char *name;
	struct process_id asker;
	uint64_t at_ns;
	bool gone;
};

#define TWIN_MAX  500
#define STEPS_MAX (2 * TWIN_MAX)

struct twin {
	size_t count, told_count;
	struct twin_answer answers[TWIN_MAX];
	struct twin_told told[STEPS_MAX * TOLD_KEPT];
};

static bool twin_same(const struct party *a, const struct party *b)
{
	return a->tid == b->tid && process_id_equal(a->process, b->process);
}

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
	    process_id_equal(asker->process, party->process))
		return 0;
	for (int i = 0; asker->process.tgid && i < 2; i++)
		if (process_id_equal(asker->process,
				     seeker->ancestors[i].process))
			return 1 + i;
	if (cgroup)
		return (netns ? 100 : 110) + kinship;
	return (netns ? 120 : 130) + kinship;
}

/* An answer as the seeker sees it: of the best rank, grade, and time. */
struct twin_choice {
	const struct twin_answer *answer;
	int rank, grade;
	uint64_t at_ns;
};

static struct twin_choice twin_look(const struct twin *twin,
				    const struct twin_answer *answer,
				    const struct twin_seeker *seeker)
{
	struct twin_choice look = {answer, twin_rank(&answer->asker, seeker), 1,
				   answer->at_ns};

	if ((look.rank == 1 || look.rank == 2) &&
	    answer->at_ns > seeker->ancestors[look.rank - 1].begot_ns)
		look.grade = 0;
	for (size_t i = 0; i < twin->told_count; i++) {
		const struct twin_told *told = &twin->told[i];

		if (told->gone || !twin_same(&told->who, &seeker->party) ||
		    !process_id_equal(told->asker, answer->asker.process) ||
		    strcasecmp(told->name, answer->name) ||
		    told->at_ns > seeker->begun_ns ||
		    (!look.rank &&
		     seeker->begun_ns - told->at_ns > 10 * SECOND))
			continue;
		look.grade = 2;
		look.at_ns = told->at_ns;
	}
	return look;
}

static bool twin_is_better(const struct twin_choice *a,
			   const struct twin_choice *b)
{
	if (!b->answer || a->rank != b->rank)
		return !b->answer || a->rank < b->rank;
	if (a->grade != b->grade)
		return a->grade > b->grade;
	/* Times never decrease: of two alike, the later is it. */
	return a->at_ns >= b->at_ns;
}

/* The best choice that is none of the count names already given. */
static struct twin_choice twin_best(const struct twin *twin, int addr,
				    const struct twin_seeker *seeker,
				    const char *const *given,
				    unsigned int count)
{
	struct twin_choice best = {0};

	for (size_t i = 0; i < twin->count; i++) {
		const struct twin_answer *answer = &twin->answers[i];
		struct twin_choice look = twin_look(twin, answer, seeker);
		bool is_given = false;

		for (unsigned int j = 0; j < count; j++)
			is_given |= !strcasecmp(given[j], answer->name);
		if (!is_given && answer->addr == addr &&
		    answer->at_ns <= seeker->begun_ns &&
		    twin_is_better(&look, &best))
			best = look;
	}
	return best;
}

/* Of what a thread was told, the last four are kept. */
static void twin_tell(struct twin *twin, struct twin_told told)
{
	int kept = 0;

	if (!told.who.tid)
		return;
	twin->told[twin->told_count++] = told;
	for (size_t i = twin->told_count; i--;) {
		if (twin_same(&twin->told[i].who, &told.who) &&
		    !twin->told[i].gone)
			twin->told[i].gone = ++kept > TOLD_KEPT;
	}
}

/* A connect was named so: the thread's next one is for something else. */
static void twin_serve(struct twin *twin, const struct party *who,
		       uint64_t until_ns)
{
	for (size_t i = 0; i < twin->told_count; i++) {
		struct twin_told *told = &twin->told[i];

		if (twin_same(&told->who, who) && told->at_ns <= until_ns &&
		    process_id_equal(told->asker, who->process))
			told->gone = true;
	}
}

/* If it was told something in the last ten seconds, the child knows that. */
static void twin_inherit(struct twin *twin, struct party parent,
			 struct party child, uint64_t born_ns)
{
	uint64_t from_ns = born_ns > 10 * SECOND ? born_ns - 10 * SECOND : 0;
	size_t count = twin->told_count;
	bool knows = false;

	if (twin_same(&parent, &child))
		return;
	for (size_t i = 0; i < count; i++)
		knows |= twin_same(&twin->told[i].who, &parent) &&
			 !twin->told[i].gone && twin->told[i].at_ns >= from_ns;
	for (size_t i = 0; knows && i < count; i++)
		if (twin_same(&twin->told[i].who, &child))
			twin->told[i].gone = true;
	for (size_t i = 0; knows && i < count; i++) {
		struct twin_told told = twin->told[i];

		if (!twin_same(&told.who, &parent) || told.gone ||
		    told.at_ns < from_ns)
			continue;
		told.who = child;
		twin_tell(twin, told);
	}
}

static const char *const twin_names[] = {"a.test", "B.test", "b.test",
					 "c.test", "d.test", "A.Test"};
static const char *const twin_addrs[] = {"192.0.2.1", "192.0.2.2",
					 "2001:db8::1"};

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
	uint32_t thread = random_below(4);

	party.cgroup_id = random_below(3);
	party.netns = random_below(3);
	/* Its first thread has its number, the others have nobody else's. */
	if (thread < 3 && party.process.tgid)
		party.tid = party.process.tgid + 5 * thread;
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
	return (struct ancestor){{random_below(5), 7}, random_past(now_ns)};
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
	int addr = (int)random_below(3);
	const char *given[8] = {NULL};
	unsigned int count = 0;
	struct names_choice choice = choose_for_child(
		twin_addrs[addr], seeker.party, seeker.ancestors, 2,
		seeker.begun_ns);
	struct twin_choice best, next;

	best = twin_best(twin, addr, &seeker, given, 0);
	if (!best.answer) {
		ck_choice(choice, NAMES_VIA_NONE, NULL);
		return;
	}
	ck_assert_int_eq(choice.via, best.rank == 0 ? NAMES_VIA_PROCESS
				     : best.rank < 100
					     ? NAMES_VIA_ANCESTOR
					     : vias[best.rank / 10 - 10]);
	/* The spelling is that of the asker's last question. */
	ck_assert_int_eq(strcasecmp(choice.name, best.answer->name), 0);
	ck_assert_uint_eq(choice.answered_ns, best.at_ns);
	if (best.grade < 2)
		ck_assert_int_eq(choice.stale,
				 seeker.begun_ns >
					 best.at_ns +
						 best.answer->ttl_s * SECOND);
	for (next = best; next.answer && next.rank == best.rank;
	     next = twin_best(twin, addr, &seeker, given, count))
		given[count++] = next.answer->name;
	ck_assert_uint_eq(choice.candidates, count > 1 ? count : 0);
	for (unsigned int i = 0; i < choice.candidates; i++)
		ck_assert_int_eq(strcasecmp(choice.candidate[i], given[i]), 0);
	if (choice.via != NAMES_VIA_PROCESS)
		return;
	if (best.grade < 2)
		seeker.party.tid = best.answer->asker.tid;
	twin_serve(twin, &seeker.party, best.at_ns);
}

static void twin_learn(struct twin *twin, uint64_t now_ns)
{
	struct twin_answer *answer = &twin->answers[twin->count++];
	struct lineage asker = {.ancestor_count = 3};
	struct addr addr;

	*answer = (struct twin_answer){
		.name = twin_names[random_below(6)],
		.addr = (int)random_below(3),
		.asker = random_party(),
		.at_ns = now_ns,
		.ttl_s = random_below(5),
	};
	asker.party = answer->asker;
	asker.ancestors = twin_forebears[answer->asker.process.tgid];
	addr = address(twin_addrs[answer->addr]);
	ck_assert_int_eq(names_learn(names, &addr, answer->name, &asker, now_ns,
				     answer->ttl_s),
			 0);
	twin_tell(twin, (struct twin_told){answer->asker, answer->name,
					   answer->asker.process, now_ns});
}

START_TEST(chooses_as_a_scan_of_all_answers_does)
{
	struct twin *twin = malloc(sizeof(*twin));

	ck_assert_ptr_nonnull(twin);
	for (unsigned int seed = 1; seed <= 2; seed++) {
		setup(100000);
		random_state = seed;
		memset(twin, 0, sizeof(*twin));
		for (uint64_t now = 5; twin->count < TWIN_MAX; now++) {
			if (random_below(10) == 0) {
				struct party parent = random_party();
				struct party child = random_party();

				child.tid = child.process.tgid;
				names_inherit(names, parent.process, parent.tid,
					      child.process, now * STEP);
				twin_inherit(twin, parent, child, now * STEP);
			}
			twin_learn(twin, now * STEP);
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
