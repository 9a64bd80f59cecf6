// SPDX-License-Identifier: MIT
#include "names/state.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Threads of which is known what they were told last. */
#define THREADS_MAX 8192

/* Bindings in a chain, when all are there. */
#define CHAIN_LEN 2

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

void names_use(struct names *names, struct binding *binding)
{
	list_cut(names, binding);
	list_put(names, binding);
}

static bool party_equal(const struct party *a, const struct party *b)
{
	return process_id_equal(a->process, b->process) &&
	       a->cgroup_id == b->cgroup_id && a->netns == b->netns;
}

static uint32_t hash_of(const struct addr *addr, const struct interned *name,
			const struct party *asker)
{
	/* No gaps. */
	struct {
		struct addr addr;
		uint64_t name;
		struct process_id process;
		uint64_t cgroup_id;
		uint64_t netns;
	} key = {*addr, (uintptr_t)name->folded, asker->process,
		 asker->cgroup_id, asker->netns};

	return (uint32_t)hash_bytes(&key, sizeof(key));
}

static struct binding *binding_find(struct names *names, uint32_t hash,
				    const struct addr *addr,
				    const struct interned *name,
				    const struct party *asker)
{
	struct chain_link *link = chains_first(&names->bindings, hash);

	for (; link; link = chains_next(link)) {
		struct binding *binding = chain_entry(link, struct binding,
						      link);

		if (addr_equal(&binding->addr, addr) &&
		    binding->name->folded == name->folded &&
		    party_equal(&binding->asker, asker))
			return binding;
	}
	return NULL;
}

/* Make a binding the first one of its address. 0, or -ENOMEM. */
static int address_join(struct names *names, struct binding *binding)
{
	void **place = trie_insert(names->addrs, &binding->addr);
	struct binding *next;

	if (!place)
		return -ENOMEM;
	next = *place;
	*place = binding;
	binding->next = next;
	binding->count = 1;
	if (next) {
		next->prev = binding;
		binding->count += next->count;
	}
	return 0;
}

static void address_leave(struct names *names, struct binding *binding)
{
	struct binding *next = binding->next, *prev = binding->prev;
	void **place;

	if (!next && !prev) {
		trie_remove(names->addrs, &binding->addr);
		return;
	}
	/* It is there, so this takes no memory. */
	place = trie_insert(names->addrs, &binding->addr);
	if (next)
		next->prev = prev;
	if (prev) {
		prev->next = next;
	} else {
		next->count = binding->count;
		*place = next;
	}
	((struct binding *)*place)->count--;
}

/* A new binding, which takes over the reference to name. NULL: no memory. */
static struct binding *binding_create(struct names *names, uint32_t hash,
				      const struct addr *addr,
				      struct interned *name,
				      const struct lineage *asker)
{
	struct binding *binding = calloc(1, sizeof(*binding));

	if (!binding)
		return NULL;
	binding->addr = *addr;
	binding->name = name;
	binding->asker = asker->party;
	for (size_t i = 0; i < NAMES_FOREBEARS && i < asker->ancestor_count;
	     i++)
		binding->forebears[i] = asker->ancestors[i].process;
	if (address_join(names, binding)) {
		free(binding);
		return NULL;
	}
	chains_put(&names->bindings, &binding->link, hash);
	list_put(names, binding);
	names->count++;
	names->learned++;
	return binding;
}

static void evict(struct names *names, struct binding *binding)
{
	address_leave(names, binding);
	chains_cut(&names->bindings, &binding->link);
	list_cut(names, binding);
	intern_put(&names->interned, binding->name);
	free(binding);
	names->count--;
	names->evicted++;
}

/* Of some bindings, the one that was not used for the longest time. */
static struct binding *least_used(struct binding *binding)
{
	struct binding *least = binding;

	while ((binding = binding->next))
		if (binding->used < least->used)
			least = binding;
	return least;
}

struct names *names_create(size_t max_bindings)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->max = max_bindings ? max_bindings : 1;
	names->addrs = trie_create();
	names->told = told_create(THREADS_MAX);
	if (names->addrs && names->told &&
	    !intern_init(&names->interned, names->max) &&
	    !chains_init(&names->bindings, names->max / CHAIN_LEN))
		return names;
	names_destroy(names);
	return NULL;
}

void names_destroy(struct names *names)
{
	if (!names)
		return;
	while (names->oldest)
		evict(names, names->oldest);
	if (names->last)
		intern_put(&names->interned, names->last);
	told_destroy(names->told, &names->interned);
	intern_deinit(&names->interned);
	chains_deinit(&names->bindings);
	trie_destroy(names->addrs);
	free(names);
}

/* An answer mostly has several addresses: look its name up once. */
static struct interned *name_get(struct names *names, const char *text)
{
	struct interned *name;

	if (names->last && strcmp(names->last->text, text) == 0)
		return intern_hold(names->last);
	name = intern_get(&names->interned, text);
	if (!name)
		return NULL;
	if (names->last)
		intern_put(&names->interned, names->last);
	names->last = intern_hold(name);
	return name;
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
		const struct lineage *asker, uint64_t answered_ns,
		uint32_t ttl_s)
{
	struct interned *interned;
	struct binding *binding;
	uint32_t hash;

	if (addr_is_unspecified(addr) || addr_is_loopback(addr))
		return 0;
	interned = name_get(names, name);
	if (!interned)
		return -ENOMEM;
	hash = hash_of(addr, interned, &asker->party);
	binding = binding_find(names, hash, addr, interned, &asker->party);
	if (binding) {
		intern_put(&names->interned, binding->name);
		binding->name = interned;
		names_use(names, binding);
	} else {
		binding = binding_create(names, hash, addr, interned, asker);
		if (!binding) {
			intern_put(&names->interned, interned);
			return -ENOMEM;
		}
		if (binding->count > NAMES_PER_ADDR)
			evict(names, least_used(binding->next));
	}
	binding_answered(binding,
			 (struct answer){answered_ns, ttl_s, asker->party.tid});
	binding->learned = ++names->tick;
	told_add(names->told, &names->interned,
		 (struct told_thread){asker->party.process, asker->party.tid},
		 &(struct told){answered_ns, asker->party.process,
				interned->folded});
	while (names->count > names->max)
		evict(names, names->oldest);
	return 0;
}

void names_inherit(struct names *names, struct process_id parent, uint32_t tid,
		   struct process_id child, uint64_t born_ns)
{
	told_inherit(names->told, &names->interned,
		     (struct told_thread){parent, tid}, child,
		     born_ns > OWN_NS ? born_ns - OWN_NS : 0);
}

void names_get_stats(const struct names *names, struct names_stats *ret)
{
	*ret = (struct names_stats){
		.bindings = names->count,
		.addrs = trie_count(names->addrs),
		.learned = names->learned,
		.evicted = names->evicted,
		.memory = sizeof(*names) + told_memory(names->told) +
			  trie_memory(names->addrs) +
			  intern_memory(&names->interned) +
			  chains_memory(&names->bindings) +
			  names->count * sizeof(struct binding),
	};
}
