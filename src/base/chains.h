/* SPDX-License-Identifier: MIT */
#ifndef BASE_CHAINS_H
#define BASE_CHAINS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * A hash table for a number of things that is known beforehand. They are the
 * caller's, with a link in each: putting one in takes no memory.
 */
struct chain_link {
	struct chain_link *next;
	uint32_t hash;
};

struct chains {
	struct chain_link **heads;
	size_t mask;
};

/* So many chains, at least. 0, or -ENOMEM. */
static inline int chains_init(struct chains *chains, size_t count)
{
	size_t heads = 1;

	while (heads < count)
		heads *= 2;
	chains->heads = calloc(heads, sizeof(struct chain_link *));
	chains->mask = heads - 1;
	return chains->heads ? 0 : -ENOMEM;
}

static inline void chains_deinit(struct chains *chains)
{
	free(chains->heads);
}

static inline size_t chains_memory(const struct chains *chains)
{
	return (chains->mask + 1) * sizeof(struct chain_link *);
}

/* From a link on, the next that has a hash; NULL: there is none. */
static inline struct chain_link *chain_find(struct chain_link *link,
					    uint32_t hash)
{
	while (link && link->hash != hash)
		link = link->next;
	return link;
}

/* The first that has a hash, which was put in last, and the one before. */
static inline struct chain_link *chains_first(const struct chains *chains,
					      uint32_t hash)
{
	return chain_find(chains->heads[hash & chains->mask], hash);
}

static inline struct chain_link *chains_next(const struct chain_link *link)
{
	return chain_find(link->next, link->hash);
}

static inline void chains_put(struct chains *chains, struct chain_link *link,
			      uint32_t hash)
{
	struct chain_link **head = &chains->heads[hash & chains->mask];

	link->hash = hash;
	link->next = *head;
	*head = link;
}

static inline void chains_cut(struct chains *chains,
			      const struct chain_link *link)
{
	struct chain_link **at = &chains->heads[link->hash & chains->mask];

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
}

/* What a link is in. */
#define chain_entry(link, type, member) \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

#endif
