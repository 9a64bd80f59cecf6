// SPDX-License-Identifier: MIT
/*
 * Which of an address's names a connection is for.
 */
#include "names/state.h"

#define NS_PER_S UINT64_C(1000000000)

const char *names_via_text(enum names_via via)
{
	static const char *const texts[] = {
		[NAMES_VIA_NONE] = "none",
		[NAMES_VIA_PROCESS] = "process",
		[NAMES_VIA_ANCESTOR] = "ancestor",
		[NAMES_VIA_CGROUP] = "cgroup",
		[NAMES_VIA_NETNS] = "netns",
		[NAMES_VIA_MACHINE] = "machine",
	};

	return texts[via];
}

/* Who connects, and when. */
struct seeker {
	const struct lineage *who;
	uint64_t begun_ns;
	const struct told *told; /* what the thread was, or NULL */
};

/*
 * How near others are, after the process itself and its ancestors.
 *
 * Processes that share a cgroup but not a network namespace may mean different
 * machines by one address, and where nothing sorts processes into cgroups, all
 * of them share one: so the namespace counts within the cgroup, too.
 */
enum circle {
	CIRCLE_CGROUP_AND_NETNS,
	CIRCLE_CGROUP,
	CIRCLE_NETNS,
	CIRCLE_MACHINE,
	CIRCLES,
};

static enum circle circle_of(const struct party *asker,
			     const struct party *party)
{
	bool same_netns = asker->netns && asker->netns == party->netns;

	if (asker->cgroup_id && asker->cgroup_id == party->cgroup_id)
		return same_netns ? CIRCLE_CGROUP_AND_NETNS : CIRCLE_CGROUP;
	return same_netns ? CIRCLE_NETNS : CIRCLE_MACHINE;
}

static bool has_forebear(const struct binding *binding, struct process_id id)
{
	for (int i = 0; i < NAMES_FOREBEARS; i++)
		if (process_id_equal(binding->forebears[i], id))
			return true;
	return false;
}

/*
 * Whom the asker descends from: 0 the seeker, 1 its parent, and so on; most if
 * from none of the first so many. Everybody descends from init, which tells
 * nothing.
 */
static size_t kinship(const struct binding *binding,
		      const struct seeker *seeker, size_t most)
{
	struct process_id id = seeker->who->party.process;

	for (size_t i = 0; i < most; i++) {
		if (id.tgid > 1 && has_forebear(binding, id))
			return i;
		if (i < most - 1)
			id = seeker->who->ancestors[i].process;
	}
	return most;
}

/*
 * How near an asker is to the seeker, 0 the nearest: the process, each of its
 * ancestors, then the circles, and within each the nearest relatives first.
 * What is farther than limit is not looked at closely: its rank is then
 * another, but still higher than limit.
 */
static size_t rank_of(const struct binding *binding,
		      const struct seeker *seeker, size_t limit)
{
	const struct lineage *who = seeker->who;
	const struct party *asker = &binding->asker;
	size_t most = who->ancestor_count + 1, rank;

	if (process_id_known(asker->process)) {
		if (process_id_equal(asker->process, who->party.process))
			return 0;
		for (size_t i = 1; i < most && i <= limit; i++)
			if (process_id_equal(asker->process,
					     who->ancestors[i - 1].process))
				return i;
	}
	rank = most + circle_of(asker, &who->party) * (most + 1);
	return rank <= limit ? rank + kinship(binding, seeker, most) : rank;
}

static size_t rank_none(const struct seeker *seeker)
{
	size_t most = seeker->who->ancestor_count + 1;

	return most + CIRCLES * (most + 1);
}

static enum names_via via_of(size_t rank, const struct seeker *seeker)
{
	static const enum names_via vias[] = {
		[CIRCLE_CGROUP_AND_NETNS] = NAMES_VIA_CGROUP,
		[CIRCLE_CGROUP] = NAMES_VIA_CGROUP,
		[CIRCLE_NETNS] = NAMES_VIA_NETNS,
		[CIRCLE_MACHINE] = NAMES_VIA_MACHINE,
	};
	size_t most = seeker->who->ancestor_count + 1;

	if (rank == 0)
		return NAMES_VIA_PROCESS;
	if (rank < most)
		return NAMES_VIA_ANCESTOR;
	return vias[(rank - most) / (most + 1)];
}

/* What an answer is to the seeker, among those of one rank: the best is last. */
enum grade {
	GRADE_LATER, /* came to an ancestor when it had begotten the next */
	GRADE_PROCESS,
	GRADE_OWN, /* of the very thread */
};

struct entry {
	struct binding *binding;
	const struct answer *answer; /* NULL: none in time */
	uint64_t at_ns; /* older than it, if that was the thread's */
	enum grade grade;
};

/*
 * When the thread that connects was told of this name, 0: never, or so long ago
 * that another thread's news may as well be meant. What it has inherited is
 * its own for good.
 */
static uint64_t own_answer(const struct binding *binding,
			   const struct seeker *seeker, size_t rank)
{
	const struct told *told = seeker->told;

	for (int i = 0; told && i < TOLD_KEPT; i++) {
		if (told[i].name == binding->name->folded &&
		    process_id_equal(told[i].asker, binding->asker.process) &&
		    told[i].at_ns <= seeker->begun_ns &&
		    (rank || seeker->begun_ns - told[i].at_ns <= OWN_NS))
			return told[i].at_ns;
	}
	return 0;
}

/* The best answer of a binding: of equal ones, the newest. */
static struct entry best_answer(struct binding *binding,
				const struct seeker *seeker, size_t rank)
{
	const struct lineage *who = seeker->who;
	bool inherits = rank && rank <= who->ancestor_count;
	uint64_t until_ns = inherits ? who->ancestors[rank - 1].begot_ns
				     : UINT64_MAX;
	struct entry best = {binding, NULL, 0, GRADE_LATER};
	uint64_t own_ns = own_answer(binding, seeker, rank);

	for (unsigned int i = 0; i < binding->answer_count; i++) {
		const struct answer *answer = &binding->answers[i];

		if (answer->at_ns > seeker->begun_ns)
			continue;
		if (answer->at_ns <= until_ns)
			best.grade = GRADE_PROCESS;
		if (!best.answer || best.grade == GRADE_PROCESS)
			best.answer = answer;
		if (best.grade == GRADE_PROCESS)
			break;
	}
	if (best.answer)
		best.at_ns = best.answer->at_ns;
	if (best.answer && own_ns) {
		best.at_ns = own_ns;
		best.grade = GRADE_OWN;
	}
	return best;
}

/* The best answers of the best rank so far, one entry a name. */
struct shortlist {
	size_t rank;
	uint64_t mark; /* names counted have it */
	unsigned int names;
	unsigned int len;
	struct entry entries[NAMES_CANDIDATES];
};

/* Of answers at the same time, the one learned later is better. */
static bool is_better(const struct entry *a, const struct entry *b)
{
	if (a->grade != b->grade)
		return a->grade > b->grade;
	if (a->at_ns != b->at_ns)
		return a->at_ns > b->at_ns;
	return a->binding->learned > b->binding->learned;
}

static void shortlist_offer(struct shortlist *list, struct entry entry)
{
	struct interned *folded = entry.binding->name->folded;
	unsigned int at = 0; /* where the entry belongs */
	unsigned int end;    /* the place that is free, or is to be */

	if (folded->mark != list->mark) {
		folded->mark = list->mark;
		list->names++;
	}
	for (; at < list->len; at++) {
		if (is_better(&entry, &list->entries[at]))
			break;
		if (list->entries[at].binding->name->folded == folded)
			return;
	}
	if (at == NAMES_CANDIDATES)
		return;
	for (end = at; end < list->len; end++)
		if (list->entries[end].binding->name->folded == folded)
			break;
	if (end == NAMES_CANDIDATES)
		end--;
	else if (end == list->len)
		list->len++;
	memmove(&list->entries[at + 1], &list->entries[at],
		(end - at) * sizeof(entry));
	list->entries[at] = entry;
}

/* Bring the nearest askers' answers together, in one pass over the bindings. */
static void shortlist_fill(struct names *names, struct binding *binding,
			   const struct seeker *seeker, struct shortlist *list)
{
	*list = (struct shortlist){
		.rank = rank_none(seeker),
	};
	for (; binding; binding = binding->next) {
		size_t rank = rank_of(binding, seeker, list->rank);
		struct entry entry;

		if (rank > list->rank)
			continue;
		entry = best_answer(binding, seeker, rank);
		if (!entry.answer)
			continue;
		if (rank < list->rank) {
			list->rank = rank;
			list->len = 0;
			list->names = 0;
			list->mark = ++names->mark;
		}
		shortlist_offer(list, entry);
	}
}

/*
 * Where threads take over each other's work, as in Go, one is told and another
 * connects, and then the first one connects for what a third was told. So what
 * a connect was named by is nobody's own any more, nor what the same thread was
 * told before.
 */
static void serve(struct names *names, const struct lineage *who,
		  const struct entry *entry)
{
	struct told_thread thread = {who->party.process, who->party.tid};

	if (entry->grade != GRADE_OWN)
		thread.tid = entry->answer->tid;
	told_forget(names->told, &names->interned, thread, entry->at_ns);
}

/* The best answer, or, with answer NULL, none. */
static struct entry choose(struct names *names, const struct addr *addr,
			   const struct lineage *who, uint64_t begun_ns,
			   struct names_choice *ret)
{
	struct told_thread thread = {who->party.process, who->party.tid};
	struct seeker seeker = {who, begun_ns, told_find(names->told, thread)};
	struct binding *bindings = trie_find(names->addrs, addr);
	const struct entry *best;
	struct shortlist list;

	*ret = (struct names_choice){.via = NAMES_VIA_NONE};
	if (!bindings)
		return (struct entry){0};
	shortlist_fill(names, bindings, &seeker, &list);
	if (!list.len)
		return (struct entry){0};
	best = &list.entries[0];
	ret->via = via_of(list.rank, &seeker);
	ret->name = best->binding->name->text;
	ret->answered_ns = best->at_ns;
	ret->stale = begun_ns - best->at_ns > best->answer->ttl_s * NS_PER_S;
	if (list.names > 1) {
		ret->candidates = list.names;
		for (unsigned int i = 0; i < list.len; i++)
			ret->candidate[i] = list.entries[i].binding->name->text;
	}
	names_use(names, best->binding);
	return *best;
}

void names_choose(struct names *names, const struct addr *addr,
		  const struct lineage *who, uint64_t begun_ns,
		  struct names_choice *ret)
{
	struct entry best = choose(names, addr, who, begun_ns, ret);

	if (best.answer && ret->via == NAMES_VIA_PROCESS)
		serve(names, who, &best);
}

void names_look(struct names *names, const struct addr *addr,
		const struct lineage *who, uint64_t begun_ns,
		struct names_choice *ret)
{
	choose(names, addr, who, begun_ns, ret);
}
