// SPDX-License-Identifier: MIT
/*
 * The trie leads from an address to its target, which has the bindings: one
 * for each asker and name. All bindings hang in one list, the last used first;
 * the end of it goes when there are too many. A target lives while it has
 * bindings, a name while a binding has it.
 *
 * A connect is often looked at a little after answers that came later than it
 * began, so a binding knows more than its last answer: the newest few, and the
 * first. With them "the newest answer before the connect" is exact for any
 * connect that is at most ANSWERS_KEPT - 1 renewals late, and "was there an
 * answer before the connect" always is.
 */
#include "names/names.h"

#include "names/intern.h"
#include "names/trie.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERS_KEPT 6
#define NS_PER_S     UINT64_C(1000000000)

/* For how long what a thread was told is rather its own than its process's. */
#define OWN_NS NS_PER_S

struct answer {
	uint64_t at_ns;
	uint32_t ttl_s;
	uint32_t tid : 31;  /* who was told; less than 2^22 (PID_MAX_LIMIT) */
	uint32_t spent : 1; /* and has connected since */
};

struct binding {
	/* What a choice looks at comes first, to be in one line of cache. */
	struct party asker;
	struct interned *name;
	struct answer answers[ANSWERS_KEPT]; /* newest first */
	unsigned int answer_count;
	unsigned int index; /* in the target */
	uint64_t learned;   /* ticks: which of two came later */
	uint64_t used;
	struct target *target;
	struct binding *newer; /* in order of use */
	struct binding *older;
};

struct target {
	struct addr addr;
	unsigned int count;
	unsigned int room;
	struct binding **bindings;
};

struct names {
	struct trie *targets;
	struct intern interned;
	struct binding *newest;
	struct binding *oldest;
	size_t count;
	size_t max;
	uint64_t tick;
	uint64_t mark;
	uint64_t learned;
	uint64_t evicted;
	size_t array_bytes; /* all targets' bindings[] */
};

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

static void list_cut(struct names *names, struct binding *binding)
{
	*(binding->newer ? &binding->newer->older
			 : &names->newest) = binding->older;
	*(binding->older ? &binding->older->newer
			 : &names->oldest) = binding->newer;
}

static void list_put(struct names *names, struct binding *binding)
{
	binding->used = ++names->tick;
	binding->newer = NULL;
	binding->older = names->newest;
	*(names->newest ? &names->newest->newer : &names->oldest) = binding;
	names->newest = binding;
}

static void use(struct names *names, struct binding *binding)
{
	list_cut(names, binding);
	list_put(names, binding);
}

/* Give bindings[] room for so many. 0, or -ENOMEM. */
static int target_resize(struct names *names, struct target *target,
			 unsigned int room)
{
	struct binding **bindings = realloc(target->bindings,
					    room * sizeof(struct binding *));

	if (!bindings)
		return -ENOMEM;
	names->array_bytes += room * sizeof(*bindings);
	names->array_bytes -= target->room * sizeof(*bindings);
	target->bindings = bindings;
	target->room = room;
	return 0;
}

/* The target of an address, made if there is none. NULL: no memory. */
static struct target *target_get(struct names *names, const struct addr *addr)
{
	void **place = trie_insert(names->targets, addr);
	struct target *target;

	if (!place)
		return NULL;
	if (*place)
		return *place;
	target = calloc(1, sizeof(*target));
	if (!target) {
		trie_remove(names->targets, addr);
		return NULL;
	}
	target->addr = *addr;
	*place = target;
	return target;
}

static void target_drop_if_empty(struct names *names, struct target *target)
{
	if (target->count)
		return;
	trie_remove(names->targets, &target->addr);
	names->array_bytes -= target->room * sizeof(*target->bindings);
	free(target->bindings);
	free(target);
}

static bool party_equal(const struct party *a, const struct party *b)
{
	return process_id_equal(a->process, b->process) &&
	       a->cgroup_id == b->cgroup_id && a->netns == b->netns;
}

static struct binding *binding_find(const struct target *target,
				    const struct interned *name,
				    const struct party *asker)
{
	for (unsigned int i = 0; i < target->count; i++) {
		struct binding *binding = target->bindings[i];

		if (party_equal(&binding->asker, asker) &&
		    binding->name->folded == name->folded)
			return binding;
	}
	return NULL;
}

/* A new binding, which takes over the reference to name. NULL: no memory. */
static struct binding *binding_create(struct names *names,
				      struct target *target,
				      struct interned *name,
				      const struct party *asker)
{
	unsigned int room = target->room ? target->room * 2 : 1;
	struct binding *binding;

	if (target->count == target->room && target_resize(names, target, room))
		return NULL;
	binding = calloc(1, sizeof(*binding));
	if (!binding)
		return NULL;
	binding->asker = *asker;
	binding->name = name;
	binding->target = target;
	binding->index = target->count;
	target->bindings[target->count++] = binding;
	list_put(names, binding);
	names->count++;
	names->learned++;
	return binding;
}

static void binding_destroy(struct names *names, struct binding *binding)
{
	struct target *target = binding->target;
	struct binding *last = target->bindings[--target->count];

	target->bindings[binding->index] = last;
	last->index = binding->index;
	/* If it cannot be made smaller, it stays as it is. */
	if (target->count && target->count <= target->room / 4)
		target_resize(names, target, target->room / 2);
	list_cut(names, binding);
	names->count--;
	intern_put(&names->interned, binding->name);
	free(binding);
}

static void evict(struct names *names, struct binding *binding)
{
	struct target *target = binding->target;

	binding_destroy(names, binding);
	target_drop_if_empty(names, target);
	names->evicted++;
}

/* The binding of a target that was not used for the longest time. */
static struct binding *least_used(const struct target *target)
{
	struct binding *least = target->bindings[0];

	for (unsigned int i = 1; i < target->count; i++)
		if (target->bindings[i]->used < least->used)
			least = target->bindings[i];
	return least;
}

struct names *names_create(size_t max_bindings)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->max = max_bindings ? max_bindings : 1;
	names->targets = trie_create();
	if (!names->targets) {
		free(names);
		return NULL;
	}
	return names;
}

void names_destroy(struct names *names)
{
	if (!names)
		return;
	while (names->oldest)
		evict(names, names->oldest);
	trie_destroy(names->targets);
	free(names);
}

/*
 * Answers mostly come in order of time, but need not. When there are too many,
 * the oldest but the first goes.
 */
static void binding_answered(struct binding *binding, struct answer answer)
{
	struct answer *answers = binding->answers;
	unsigned int i = 0;

	while (i < binding->answer_count && answers[i].at_ns > answer.at_ns)
		i++;
	if (i < binding->answer_count && answers[i].at_ns == answer.at_ns) {
		answers[i] = answer;
		return;
	}
	if (binding->answer_count == ANSWERS_KEPT) {
		struct answer *first = &answers[ANSWERS_KEPT - 1];

		if (i == ANSWERS_KEPT)
			*first = answer;
		if (i >= ANSWERS_KEPT - 1)
			return;
		binding->answer_count--;
		first[-1] = *first;
	}
	memmove(answers + i + 1, answers + i,
		(binding->answer_count - i) * sizeof(answer));
	answers[i] = answer;
	binding->answer_count++;
}

int names_learn(struct names *names, const struct addr *addr, const char *name,
		const struct party *asker, uint64_t answered_ns, uint32_t ttl_s)
{
	struct interned *interned;
	struct target *target = NULL;
	struct binding *binding;

	if (addr_is_unspecified(addr) || addr_is_loopback(addr))
		return 0;
	interned = intern_get(&names->interned, name);
	if (!interned)
		return -ENOMEM;
	target = target_get(names, addr);
	if (!target)
		goto fail;
	binding = binding_find(target, interned, asker);
	if (binding) {
		intern_put(&names->interned, binding->name);
		binding->name = interned;
		use(names, binding);
	} else {
		if (target->count == NAMES_PER_ADDR)
			evict(names, least_used(target));
		binding = binding_create(names, target, interned, asker);
		if (!binding)
			goto fail;
	}
	binding_answered(binding, (struct answer){answered_ns, ttl_s,
						  asker->tid & INT32_MAX});
	binding->learned = ++names->tick;
	while (names->count > names->max)
		evict(names, names->oldest);
	return 0;
fail:
	if (target)
		target_drop_if_empty(names, target);
	intern_put(&names->interned, interned);
	return -ENOMEM;
}

/* Who connects. */
struct seeker {
	const struct party *party;
	const struct ancestor *ancestors;
	size_t ancestor_count;
	uint64_t begun_ns;
};

/*
 * How near asker is to the seeker, 0 the nearest: the process, each of its
 * ancestors, and then the ranks below, counted from the last ancestor. Looking
 * for an ancestor farther than limit is left out: the rank is then too high,
 * but still higher than limit.
 *
 * Processes that share a cgroup but not a network namespace may mean different
 * machines by one address, and where nothing sorts processes into cgroups, all
 * of them share one: so the namespace counts within the cgroup, too.
 */
enum {
	RANK_CGROUP_AND_NETNS = 1,
	RANK_CGROUP,
	RANK_NETNS,
	RANK_MACHINE,
	RANK_NONE,
};

static size_t rank_of(const struct party *asker, const struct seeker *seeker,
		      size_t limit)
{
	const struct party *party = seeker->party;
	size_t last = seeker->ancestor_count;
	bool same_netns = asker->netns && asker->netns == party->netns;

	if (process_id_known(asker->process)) {
		if (process_id_equal(asker->process, party->process))
			return 0;
		for (size_t i = 0; i < last && i < limit; i++)
			if (process_id_equal(asker->process,
					     seeker->ancestors[i].process))
				return i + 1;
	}
	if (asker->cgroup_id && asker->cgroup_id == party->cgroup_id)
		return last +
		       (same_netns ? RANK_CGROUP_AND_NETNS : RANK_CGROUP);
	return last + (same_netns ? RANK_NETNS : RANK_MACHINE);
}

static enum names_via via_of(size_t rank, const struct seeker *seeker)
{
	if (rank == 0)
		return NAMES_VIA_PROCESS;
	if (rank <= seeker->ancestor_count)
		return NAMES_VIA_ANCESTOR;
	switch (rank - seeker->ancestor_count) {
	case RANK_CGROUP_AND_NETNS:
	case RANK_CGROUP:
		return NAMES_VIA_CGROUP;
	case RANK_NETNS:
		return NAMES_VIA_NETNS;
	default:
		return NAMES_VIA_MACHINE;
	}
}

/* What an answer is to the seeker, among those of one rank: the best is last. */
enum grade {
	GRADE_LATER, /* came to an ancestor when it had begotten the next */
	GRADE_PROCESS,
	GRADE_OWN, /* of the very thread, a moment before */
};

struct entry {
	struct binding *binding;
	const struct answer *answer; /* NULL: none in time */
	enum grade grade;
};

/* The best answer of a binding: of equal ones, the newest. */
static struct entry best_answer(struct binding *binding,
				const struct seeker *seeker, size_t rank)
{
	struct entry best = {binding, NULL, GRADE_LATER};
	uint64_t until_ns = seeker->begun_ns;
	uint32_t tid = rank ? 0 : seeker->party->tid;

	if (rank && rank <= seeker->ancestor_count) {
		const struct ancestor *by = &seeker->ancestors[rank - 1];

		tid = by->tid;
		if (by->begot_ns < until_ns)
			until_ns = by->begot_ns;
	}
	for (unsigned int i = 0; i < binding->answer_count; i++) {
		const struct answer *answer = &binding->answers[i];
		enum grade grade = GRADE_PROCESS;

		if (answer->at_ns > seeker->begun_ns)
			continue;
		if (answer->at_ns > until_ns)
			grade = GRADE_LATER;
		else if (tid && answer->tid == tid &&
			 (rank || !answer->spent) &&
			 until_ns - answer->at_ns <= OWN_NS)
			grade = GRADE_OWN;
		if (!best.answer || grade > best.grade)
			best = (struct entry){binding, answer, grade};
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
	if (a->answer->at_ns != b->answer->at_ns)
		return a->answer->at_ns > b->answer->at_ns;
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

/* Bring the nearest askers' answers together, in one pass over the target. */
static void shortlist_fill(struct names *names, const struct target *target,
			   const struct seeker *seeker, struct shortlist *list)
{
	*list = (struct shortlist){
		.rank = seeker->ancestor_count + RANK_NONE,
	};
	for (unsigned int i = 0; i < target->count; i++) {
		struct binding *binding = target->bindings[i];
		size_t rank = rank_of(&binding->asker, seeker, list->rank);
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
 * The thread has connected to this address: what it was told before is its
 * own no longer. (Where threads take over each other's work, as in Go, the next
 * connect may be for what another was told since.)
 */
static void spend_own(const struct target *target, const struct seeker *seeker)
{
	const struct party *party = seeker->party;

	for (unsigned int i = 0; i < target->count; i++) {
		struct binding *binding = target->bindings[i];

		if (!process_id_equal(binding->asker.process, party->process))
			continue;
		for (unsigned int j = 0; j < binding->answer_count; j++) {
			struct answer *answer = &binding->answers[j];

			if (answer->tid == party->tid &&
			    answer->at_ns <= seeker->begun_ns)
				answer->spent = 1;
		}
	}
}

void names_choose(struct names *names, const struct addr *addr,
		  const struct party *party, const struct ancestor *ancestors,
		  size_t ancestor_count, uint64_t begun_ns,
		  struct names_choice *ret)
{
	struct seeker seeker = {party, ancestors, ancestor_count, begun_ns};
	const struct target *target = trie_find(names->targets, addr);
	const struct answer *answer;
	struct shortlist list;

	*ret = (struct names_choice){.via = NAMES_VIA_NONE};
	if (!target)
		return;
	shortlist_fill(names, target, &seeker, &list);
	if (!list.len)
		return;
	answer = list.entries[0].answer;
	ret->via = via_of(list.rank, &seeker);
	ret->name = list.entries[0].binding->name->text;
	ret->answered_ns = answer->at_ns;
	ret->stale = begun_ns - answer->at_ns > answer->ttl_s * NS_PER_S;
	if (list.names > 1) {
		ret->candidates = list.names;
		for (unsigned int i = 0; i < list.len; i++)
			ret->candidate[i] = list.entries[i].binding->name->text;
	}
	use(names, list.entries[0].binding);
	if (ret->via == NAMES_VIA_PROCESS)
		spend_own(target, &seeker);
}

void names_get_stats(const struct names *names, struct names_stats *ret)
{
	size_t addrs = trie_count(names->targets);

	*ret = (struct names_stats){
		.bindings = names->count,
		.addrs = addrs,
		.learned = names->learned,
		.evicted = names->evicted,
		.memory = sizeof(*names) + trie_memory(names->targets) +
			  intern_memory(&names->interned) +
			  names->count * sizeof(struct binding) +
			  addrs * sizeof(struct target) + names->array_bytes,
	};
}
