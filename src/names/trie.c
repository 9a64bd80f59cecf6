// SPDX-License-Identifier: MIT
/*
 * The key is 128 bits, looked at six at a time from the top: 21 strides and a
 * last one of two bits. A branch stands at one stride and has 64 slots. A slot
 * is empty, or leads to a further branch, or is a bucket of a few leaves that
 * agree so far. Bitmaps say which, and one block holds just what there is:
 * first the branches, then the leaves, both in order.
 *
 * What costs time is the memory that is not in the cache. A branch lies in its
 * parent's block, so a level is one line; strides in which all keys below
 * agree have no branch; and buckets make branches so few that they stay in the
 * cache, which leaves one miss, for the leaf. Skipped strides are not looked
 * at on the way down: the leaf has the whole key, and comparing settles it.
 *
 * The root stands at the first stride, whatever it has. Every other branch has
 * two branches, or one and a leaf, or more than BUCKET_JOIN leaves.
 */
#include "names/trie.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BITS    128
#define STRIDE_BITS 6
#define SLOT_MASK   63

/* Leaves a bucket may have: what COUNT_BITS bits can count. */
#define COUNT_BITS 3
#define BUCKET_MAX ((1u << COUNT_BITS) - 1)

typedef unsigned __int128 key128;

struct leaf {
	struct addr addr;
	void *value;
};

struct branch {
	uint64_t branches; /* slots that lead to a branch */
	/*
	 * How many leaves each slot has: bit s of counts[i] is bit i of slot
	 * s's count. So the leaves before a slot are a few population counts.
	 */
	uint64_t counts[COUNT_BITS];
	void *block;
	uint16_t leaf_count;
	uint8_t branch_count;
	/*
	 * The stride's lowest bit, counted from the key's lowest. The last
	 * stride is the two lowest bits, but reads six like all others: the
	 * four above are the same in all keys below, so they do no harm.
	 */
	uint8_t shift;
};

/*
 * A branch with so few leaves, and nothing else, becomes a bucket again. They
 * take no more room than it did: removing never needs memory.
 */
#define BUCKET_JOIN (sizeof(struct branch) / sizeof(struct leaf))

struct trie {
	struct branch root;
	size_t count;
	size_t block_bytes;
};

static inline key128 key_load(const struct addr *addr)
{
	uint64_t half[2];

	memcpy(half, addr->bytes, sizeof(half));
	return (key128)be64toh(half[0]) << 64 | be64toh(half[1]);
}

/* The lower halves first: IPv4 addresses all have the same upper one. */
static inline bool leaf_is(const struct leaf *leaf, const struct addr *addr)
{
	uint64_t a[2], b[2];

	memcpy(a, leaf->addr.bytes, sizeof(a));
	memcpy(b, addr->bytes, sizeof(b));
	return a[1] == b[1] && a[0] == b[0];
}

static inline uint64_t slot_bit(key128 key, unsigned int shift)
{
	return UINT64_C(1) << ((unsigned int)(key >> shift) & SLOT_MASK);
}

static inline unsigned int popcount(uint64_t set)
{
	return (unsigned int)__builtin_popcountll(set);
}

static inline struct branch *branches_of(const struct branch *branch)
{
	return branch->block;
}

static inline struct leaf *leaves_of(const struct branch *branch)
{
	return (struct leaf *)(branches_of(branch) + branch->branch_count);
}

static inline struct branch *branch_at(const struct branch *branch,
				       uint64_t bit)
{
	return branches_of(branch) + popcount(branch->branches & (bit - 1));
}

/* The first leaf of a slot's bucket, or where it would be. */
static inline struct leaf *bucket_at(const struct branch *branch, uint64_t bit)
{
	size_t before = 0;

	for (unsigned int i = 0; i < COUNT_BITS; i++)
		before += popcount(branch->counts[i] & (bit - 1)) << i;
	return leaves_of(branch) + before;
}

static inline unsigned int bucket_count(const struct branch *branch,
					uint64_t bit)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < COUNT_BITS; i++)
		count |= (branch->counts[i] & bit ? 1u : 0u) << i;
	return count;
}

static void bucket_set_count(struct branch *branch, uint64_t bit,
			     unsigned int count)
{
	for (unsigned int i = 0; i < COUNT_BITS; i++) {
		branch->counts[i] &= ~bit;
		if (count >> i & 1)
			branch->counts[i] |= bit;
	}
}

static inline struct leaf *bucket_find(const struct branch *branch,
				       uint64_t bit, const struct addr *addr)
{
	unsigned int count = bucket_count(branch, bit);
	struct leaf *leaf = bucket_at(branch, bit);

	/* The last leaf may be in another line: fetch both at once. */
	__builtin_prefetch(leaf + count);
	for (; count; count--, leaf++)
		if (leaf_is(leaf, addr))
			return leaf;
	return NULL;
}

/* The first stride, from the top, in which two different keys differ. */
static unsigned int first_difference(key128 a, key128 b)
{
	key128 difference = a ^ b;
	uint64_t high = (uint64_t)(difference >> 64);
	unsigned int zeros, end;

	zeros = high ? (unsigned int)__builtin_clzll(high)
		     : 64 + (unsigned int)__builtin_clzll((uint64_t)difference);
	end = (zeros / STRIDE_BITS + 1) * STRIDE_BITS;
	return end < KEY_BITS ? KEY_BITS - end : 0;
}

/* Some leaf below branch, or NULL if it has no children at all. */
static struct leaf *any_leaf(const struct branch *branch)
{
	while (!branch->leaf_count) {
		if (!branch->branch_count)
			return NULL;
		branch = branches_of(branch);
	}
	return leaves_of(branch);
}

struct trie *trie_create(void)
{
	struct trie *trie = calloc(1, sizeof(*trie));

	if (trie)
		trie->root.shift = KEY_BITS - STRIDE_BITS;
	return trie;
}

/* At most one call deep per stride. */
static void branch_free(const struct branch *branch)
{
	for (unsigned int i = 0; i < branch->branch_count; i++)
		branch_free(&branches_of(branch)[i]);
	free(branch->block);
}

void trie_destroy(struct trie *trie)
{
	if (!trie)
		return;
	branch_free(&trie->root);
	free(trie);
}

static size_t block_size(const struct branch *branch)
{
	return branch->branch_count * sizeof(struct branch) +
	       branch->leaf_count * sizeof(struct leaf);
}

/* Make a block larger before something is put into it. 0, or -ENOMEM. */
static int block_grow(struct trie *trie, struct branch *branch, size_t more)
{
	void *block = realloc(branch->block, block_size(branch) + more);

	if (!block)
		return -ENOMEM;
	branch->block = block;
	trie->block_bytes += more;
	return 0;
}

/*
 * Give back what a block no longer needs after something was taken out of it.
 * If realloc will not, the block just stays too large.
 */
static void block_shrink(struct trie *trie, struct branch *branch, size_t less)
{
	size_t size = block_size(branch);
	void *block;

	trie->block_bytes -= less;
	if (!size) {
		free(branch->block);
		branch->block = NULL;
		return;
	}
	block = realloc(branch->block, size);
	if (block)
		branch->block = block;
}

/* Open a gap of len bytes in the block, which has room for it. */
static void gap_open(struct branch *branch, void *at, size_t len)
{
	unsigned char *end = (unsigned char *)branch->block +
			     block_size(branch);

	memmove((unsigned char *)at + len, at,
		(size_t)(end - (unsigned char *)at));
}

static void gap_close(struct branch *branch, void *at, size_t len)
{
	unsigned char *end = (unsigned char *)branch->block +
			     block_size(branch);
	unsigned char *rest = (unsigned char *)at + len;

	memmove(at, rest, (size_t)(end - rest));
}

/* Put a leaf into a bucket, in order; the block has room for it. */
static struct leaf *put_leaf(struct branch *branch, struct leaf leaf)
{
	uint64_t bit = slot_bit(key_load(&leaf.addr), branch->shift);
	unsigned int count = bucket_count(branch, bit);
	struct leaf *place = bucket_at(branch, bit);

	for (unsigned int i = 0; i < count; i++, place++)
		if (memcmp(&place->addr, &leaf.addr, sizeof(leaf.addr)) > 0)
			break;
	gap_open(branch, place, sizeof(leaf));
	*place = leaf;
	bucket_set_count(branch, bit, count + 1);
	branch->leaf_count++;
	return place;
}

static void cut_leaf(struct branch *branch, struct leaf *place)
{
	uint64_t bit = slot_bit(key_load(&place->addr), branch->shift);

	gap_close(branch, place, sizeof(*place));
	bucket_set_count(branch, bit, bucket_count(branch, bit) - 1);
	branch->leaf_count--;
}

/* The block has room for the branch. */
static void put_branch(struct branch *parent, uint64_t bit,
		       struct branch branch)
{
	struct branch *place = branch_at(parent, bit);

	gap_open(parent, place, sizeof(branch));
	*place = branch;
	parent->branches |= bit;
	parent->branch_count++;
}

static void cut_branch(struct branch *parent, uint64_t bit)
{
	gap_close(parent, branch_at(parent, bit), sizeof(struct branch));
	parent->branches &= ~bit;
	parent->branch_count--;
}

/*
 * The new leaf differs from near, and so from all keys that near's branch has,
 * at a stride that was skipped on the way to it: put a branch there.
 */
static struct leaf *split(struct trie *trie, struct leaf fresh, key128 near)
{
	key128 key = key_load(&fresh.addr);
	struct branch middle = {.shift = (uint8_t)first_difference(key, near)};
	struct branch *place = &trie->root;

	do
		place = branch_at(place, slot_bit(key, place->shift));
	while (place->shift > middle.shift);
	if (block_grow(trie, &middle, sizeof(middle) + sizeof(fresh)))
		return NULL;
	put_branch(&middle, slot_bit(near, middle.shift), *place);
	*place = middle;
	return put_leaf(place, fresh);
}

/* Turn the full bucket that the new leaf belongs to into a branch. */
static struct leaf *burst(struct trie *trie, struct branch *parent,
			  struct leaf fresh)
{
	uint64_t bit = slot_bit(key_load(&fresh.addr), parent->shift);
	size_t child_size = (BUCKET_MAX + 1) * sizeof(struct leaf);
	struct branch child = {0};
	struct leaf *bucket;
	key128 differing = 0;

	if (block_grow(trie, &child, child_size))
		return NULL;
	if (block_grow(trie, parent, sizeof(child))) {
		trie->block_bytes -= child_size;
		free(child.block);
		return NULL;
	}
	bucket = bucket_at(parent, bit);
	for (unsigned int i = 0; i < BUCKET_MAX; i++)
		differing |= key_load(&bucket[i].addr) ^ key_load(&fresh.addr);
	child.shift = (uint8_t)first_difference(differing, 0);
	for (unsigned int i = 0; i < BUCKET_MAX; i++) {
		put_leaf(&child, *bucket);
		cut_leaf(parent, bucket);
	}
	put_branch(parent, bit, child);
	block_shrink(trie, parent, BUCKET_MAX * sizeof(struct leaf));
	return put_leaf(branch_at(parent, bit), fresh);
}

void **trie_insert(struct trie *trie, const struct addr *addr)
{
	key128 key = key_load(addr);
	struct leaf fresh = {.addr = *addr};
	struct branch *branch = &trie->root;
	uint64_t bit = slot_bit(key, branch->shift);
	struct leaf *leaf;
	key128 near;

	while (branch->branches & bit) {
		branch = branch_at(branch, bit);
		bit = slot_bit(key, branch->shift);
	}
	leaf = bucket_find(branch, bit, addr);
	if (leaf)
		return &leaf->value;
	leaf = any_leaf(branch);
	near = leaf ? key_load(&leaf->addr) : key;
	if (near != key && first_difference(key, near) > branch->shift)
		leaf = split(trie, fresh, near);
	else if (bucket_count(branch, bit) == BUCKET_MAX)
		leaf = burst(trie, branch, fresh);
	else if (!block_grow(trie, branch, sizeof(fresh)))
		leaf = put_leaf(branch, fresh);
	else
		leaf = NULL;
	if (!leaf)
		return NULL;
	trie->count++;
	return &leaf->value;
}

void *trie_find(const struct trie *trie, const struct addr *addr)
{
	key128 key = key_load(addr);
	const struct branch *branch = &trie->root;
	uint64_t bit = slot_bit(key, branch->shift);
	const struct leaf *leaf;

	while (branch->branches & bit) {
		branch = branch_at(branch, bit);
		bit = slot_bit(key, branch->shift);
	}
	leaf = bucket_find(branch, bit, addr);
	return leaf ? leaf->value : NULL;
}

/* Undo a branch that has become too small: the parent takes what it has. */
static void join(struct trie *trie, struct branch *parent, uint64_t bit)
{
	struct branch *place = branch_at(parent, bit);
	struct branch child = *place;
	size_t size = block_size(&child);

	if (child.branch_count) {
		*place = *branches_of(&child);
	} else {
		cut_branch(parent, bit);
		for (unsigned int i = 0; i < child.leaf_count; i++)
			put_leaf(parent, leaves_of(&child)[i]);
		block_shrink(trie, parent, sizeof(child) - size);
	}
	trie->block_bytes -= size;
	free(child.block);
}

void *trie_remove(struct trie *trie, const struct addr *addr)
{
	key128 key = key_load(addr);
	struct branch *parent = NULL;
	struct branch *branch = &trie->root;
	uint64_t bit = slot_bit(key, branch->shift);
	struct leaf *leaf;
	void *value;

	while (branch->branches & bit) {
		parent = branch;
		branch = branch_at(branch, bit);
		bit = slot_bit(key, branch->shift);
	}
	leaf = bucket_find(branch, bit, addr);
	if (!leaf)
		return NULL;
	value = leaf->value;
	cut_leaf(branch, leaf);
	block_shrink(trie, branch, sizeof(*leaf));
	trie->count--;
	if (parent &&
	    (branch->branch_count
		     ? branch->branch_count == 1 && !branch->leaf_count
		     : branch->leaf_count <= BUCKET_JOIN))
		join(trie, parent, slot_bit(key, parent->shift));
	return value;
}

/* What a walk calls for each address under its prefix, and with what. */
struct walker {
	key128 prefix;
	key128 mask;
	int (*visit)(const struct addr *addr, void *value, void *context);
	void *context;
};

static int walk_bucket(const struct branch *branch, uint64_t bit,
		       const struct walker *walker)
{
	unsigned int count = bucket_count(branch, bit);
	const struct leaf *leaf = bucket_at(branch, bit);
	int result = 0;

	for (; count && !result; count--, leaf++)
		if ((key_load(&leaf->addr) & walker->mask) == walker->prefix)
			result = walker->visit(&leaf->addr, leaf->value,
					       walker->context);
	return result;
}

/* Walk some of a branch's slots and all that is below them. */
static int walk_slots(const struct branch *branch, uint64_t slots,
		      const struct walker *walker)
{
	int result = 0;

	while (slots && !result) {
		uint64_t bit = slots & -slots;

		slots &= ~bit;
		if (branch->branches & bit)
			result = walk_slots(branch_at(branch, bit), UINT64_MAX,
					    walker);
		else
			result = walk_bucket(branch, bit, walker);
	}
	return result;
}

/* The slots of a branch that a prefix which ends in its stride allows. */
static uint64_t slots_under(const struct branch *branch,
			    const struct walker *walker)
{
	unsigned int fixed = (unsigned int)(walker->mask >> branch->shift) &
			     SLOT_MASK;
	unsigned int first = (unsigned int)(walker->prefix >> branch->shift) &
			     SLOT_MASK;

	return UINT64_MAX >> fixed << first;
}

int trie_walk(const struct trie *trie, const struct addr *prefix,
	      unsigned int bits,
	      int (*visit)(const struct addr *addr, void *value, void *context),
	      void *context)
{
	key128 mask = bits ? ~(key128)0 << (KEY_BITS - bits) : 0;
	struct walker walker = {key_load(prefix) & mask, mask, visit, context};
	const struct branch *branch = &trie->root;
	const struct leaf *leaf;
	uint64_t slots;

	while (branch->shift >= KEY_BITS - bits) {
		uint64_t bit = slot_bit(walker.prefix, branch->shift);

		if (!(branch->branches & bit))
			return walk_bucket(branch, bit, &walker);
		branch = branch_at(branch, bit);
	}
	/* All below agrees above this stride: one leaf speaks for the rest. */
	leaf = any_leaf(branch);
	if (!leaf)
		return 0;
	if (branch != &trie->root)
		mask &= ~(key128)0 << (branch->shift + STRIDE_BITS);
	else
		mask = 0;
	if ((key_load(&leaf->addr) ^ walker.prefix) & mask)
		return 0;
	slots = slots_under(branch, &walker);
	walker.mask = walker.prefix = 0; /* all that is left to see matches */
	return walk_slots(branch, slots, &walker);
}

size_t trie_count(const struct trie *trie)
{
	return trie->count;
}

size_t trie_memory(const struct trie *trie)
{
	return sizeof(*trie) + trie->block_bytes;
}
