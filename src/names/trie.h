/* SPDX-License-Identifier: MIT */
#ifndef NAMES_TRIE_H
#define NAMES_TRIE_H

#include "base/addr.h"

#include <stddef.h>

/*
 * A map from addresses to pointers: a path-compressed trie over their bytes,
 * with hash tables for leaves. Built for many look-ups over up to millions of
 * addresses, and for asking by prefix. The values are the caller's; the trie
 * never looks at them.
 */
struct trie;

struct trie *trie_create(void);
/* Frees the nodes, not the values. Accepts NULL. */
void trie_destroy(struct trie *trie);

/*
 * The place where the value for addr is kept, made (as NULL) if it is new.
 * NULL if memory is short. The place is good until the next insert or remove.
 */
void **trie_insert(struct trie *trie, const struct addr *addr);

/* The value for addr, or NULL. */
void *trie_find(const struct trie *trie, const struct addr *addr);

/* Take addr out; returns its value, or NULL if it was not there. */
void *trie_remove(struct trie *trie, const struct addr *addr);

/*
 * Call visit for each value under prefix/bits (0 to 128 bits of the 16-byte
 * form; an IPv4 prefix of n bits is 96 + n), in order of address. A visit that
 * returns non-zero ends the walk with that result; the trie must not be
 * changed meanwhile.
 */
int trie_walk(const struct trie *trie, const struct addr *prefix,
	      unsigned int bits,
	      int (*visit)(const struct addr *addr, void *value, void *context),
	      void *context);

/* Addresses held, and bytes of memory in use for the nodes. */
size_t trie_count(const struct trie *trie);
size_t trie_memory(const struct trie *trie);

#endif
