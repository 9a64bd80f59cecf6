// SPDX-License-Identifier: MIT
#include "names/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Threads of which is known what they were told last. */
#define THREADS_MAX 8192

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
				      const struct lineage *asker)
{
	unsigned int room = target->room ? target->room * 2 : 1;
	struct binding *binding;

	if (target->count == target->room && target_resize(names, target, room))
		return NULL;
	binding = calloc(1, sizeof(*binding));
	if (!binding)
		return NULL;
	binding->asker = asker->party;
	for (size_t i = 0; i < NAMES_FOREBEARS && i < asker->ancestor_count;
	     i++)
		binding->forebears[i] = asker->ancestors[i].process;
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
	names->told = told_create(THREADS_MAX);
	if (!names->targets || !names->told) {
		names_destroy(names);
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
	told_destroy(names->told, &names->interned);
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
		const struct lineage *asker, uint64_t answered_ns,
		uint32_t ttl_s)
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
	binding = binding_find(target, interned, &asker->party);
	if (binding) {
		intern_put(&names->interned, binding->name);
		binding->name = interned;
		names_use(names, binding);
	} else {
		if (target->count == NAMES_PER_ADDR)
			evict(names, least_used(target));
		binding = binding_create(names, target, interned, asker);
		if (!binding)
			goto fail;
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
fail:
	if (target)
		target_drop_if_empty(names, target);
	intern_put(&names->interned, interned);
	return -ENOMEM;
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
	size_t addrs = trie_count(names->targets);

	*ret = (struct names_stats){
		.bindings = names->count,
		.addrs = addrs,
		.learned = names->learned,
		.evicted = names->evicted,
		.memory = sizeof(*names) + told_memory(names->told) +
			  trie_memory(names->targets) +
			  intern_memory(&names->interned) +
			  names->count * sizeof(struct binding) +
			  addrs * sizeof(struct target) + names->array_bytes,
	};
}
