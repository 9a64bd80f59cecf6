// SPDX-License-Identifier: MIT
/*
 * A branch stands at one byte of the address and has a slot for each of its
 * values; bytes in which all addresses below agree have no branch. A slot leads
 * to a further branch, or has a table of leaves, which are found in it by a
 * hash of the whole address.
 *
 * What costs time is the memory that is not in the cache. With thousands of
 * leaves to a table, branches are so few that they stay there, and a slot tells
 * all about what it leads to, which leaves one miss, for the leaf. Tables have
 * a bound: to grow one is soon done, a walk has little to sort, and addresses
 * that somebody made to have the same hash cannot be many.
 *
 * Bytes without a branch are not looked at on the way down: the leaf has the
 * whole address, and comparing settles it. Every branch but the root has at
 * least two slots in use.
 */
#include "names/trie.h"

#include "base/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ADDR_BYTES sizeof(struct addr)
#define FANOUT	   256

/* Leaves of a table: with more it becomes a branch, of these one again. */
#ifndef TABLE_MAX
#define TABLE_MAX 4096
#endif
#define TABLE_JOIN (TABLE_MAX / 2)

struct leaf {
	struct addr addr;
	void *value;
};

/* All zero: there is nothing. */
struct slot {
	union {
		struct slot *slots;  /* of a branch: FANOUT */
		struct leaf *places; /* of a table */
	};
	uint8_t at;	/* the byte at which the branch stands; 0: a table */
	uint8_t head;	/* the first byte of all addresses in a table */
	uint16_t room;	/* a table's places */
	uint16_t count; /* and how many have a leaf: never all */
};

/* The root stands at the first byte, whatever there is. */
struct trie {
	struct slot root[FANOUT];
	size_t count;
	size_t bytes; /* of branches and tables */
};

/* The first byte in which two addresses differ. */
static unsigned int first_difference(const struct addr *a, const struct addr *b)
{
	unsigned int at = 0;

	while (at < ADDR_BYTES && a->bytes[at] == b->bytes[at])
		at++;
	return at;
}

/* A free place has an address that begins with another byte. */
static inline bool is_free(const struct slot *table, const struct leaf *place)
{
	return place->addr.bytes[0] != table->head;
}

static void make_free(const struct slot *table, struct leaf *places,
		      size_t count)
{
	memset(places, (uint8_t)~table->head, count * sizeof(*places));
}

static inline struct leaf *next_place(const struct slot *table,
				      struct leaf *place)
{
	return ++place < table->places + table->room ? place : table->places;
}

/* An address is here, or behind this with no free place in between. */
static inline struct leaf *home_of(const struct slot *table,
				   const struct addr *addr)
{
	uint64_t hash = hash_bytes(addr, sizeof(*addr));

	return table->places + ((hash >> 32) * table->room >> 32);
}

/* The place that has an address, or the free one that it would get. */
static inline struct leaf *place_of(const struct slot *table,
				    const struct addr *addr)
{
	struct leaf *place = home_of(table, addr);

	while (memcmp(&place->addr, addr, sizeof(*addr)) != 0 &&
	       !is_free(table, place))
		place = next_place(table, place);
	return place;
}

static inline struct leaf *table_find(const struct slot *table,
				      const struct addr *addr)
{
	struct leaf *place;

	if (!table->room)
		return NULL;
	place = place_of(table, addr);
	return is_free(table, place) ? NULL : place;
}

void *trie_find(const struct trie *trie, const struct addr *addr)
{
	const struct slot *slot = &trie->root[addr->bytes[0]];
	const struct leaf *leaf;

	while (slot->at)
		slot = &slot->slots[addr->bytes[slot->at]];
	leaf = table_find(slot, addr);
	return leaf ? leaf->value : NULL;
}

struct trie *trie_create(void)
{
	return calloc(1, sizeof(struct trie));
}

/* At most one call deep for each byte. */
static void slot_clear(struct trie *trie, struct slot *slot)
{
	if (slot->at) {
		for (unsigned int i = 0; i < FANOUT; i++)
			slot_clear(trie, &slot->slots[i]);
		trie->bytes -= FANOUT * sizeof(*slot);
		free(slot->slots);
	} else {
		trie->bytes -= slot->room * sizeof(*slot->places);
		free(slot->places);
	}
	*slot = (struct slot){0};
}

void trie_destroy(struct trie *trie)
{
	if (!trie)
		return;
	for (unsigned int i = 0; i < FANOUT; i++)
		slot_clear(trie, &trie->root[i]);
	free(trie);
}

/* 0, or -ENOMEM, and the table is as it was. */
static int table_resize(struct trie *trie, struct slot *table, size_t room)
{
	struct slot old = *table;
	struct leaf *places = malloc(room * sizeof(*places));

	if (!places)
		return -ENOMEM;
	make_free(table, places, room);
	table->places = places;
	table->room = (uint16_t)room;
	for (size_t i = 0; i < old.room; i++)
		if (!is_free(&old, &old.places[i]))
			*place_of(table, &old.places[i].addr) = old.places[i];
	trie->bytes += room * sizeof(*places);
	trie->bytes -= old.room * sizeof(*places);
	free(old.places);
	return 0;
}

/* Put a new leaf into a table, or an empty slot. NULL: no memory. */
static struct leaf *table_put(struct trie *trie, struct slot *table,
			      struct leaf leaf)
{
	size_t count = table->count + 1u;
	struct leaf *place;

	if (count == 1)
		table->head = leaf.addr.bytes[0];
	/* At most two places of three are taken, after growing one of two. */
	if (count * 3 > table->room * 2u &&
	    table_resize(trie, table, count * 2))
		return NULL;
	place = place_of(table, &leaf.addr);
	*place = leaf;
	table->count++;
	return place;
}

/*
 * What is behind the hole moves into it, if else it was not found any more: its
 * home is not between them. (What begins again at the front is far away.)
 */
static void table_cut(struct slot *table, struct leaf *hole)
{
	struct leaf *place = next_place(table, hole);

	for (; !is_free(table, place); place = next_place(table, place)) {
		ptrdiff_t from_home = place - home_of(table, &place->addr);

		if ((size_t)from_home < (size_t)(place - hole))
			continue;
		*hole = *place;
		hole = place;
	}
	make_free(table, hole, 1);
	table->count--;
}

/* An empty branch. 0, or -ENOMEM. */
static int branch_create(struct trie *trie, unsigned int at, struct slot *ret)
{
	struct slot *slots = calloc(FANOUT, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	trie->bytes += FANOUT * sizeof(*slots);
	*ret = (struct slot){.at = (uint8_t)at};
	ret->slots = slots;
	return 0;
}

static struct slot *child_of(const struct slot *branch, const struct addr *addr)
{
	return &branch->slots[addr->bytes[branch->at]];
}

/* Put the leaves of a table into another, or below a branch. 0, or -ENOMEM. */
static int put_all(struct trie *trie, const struct slot *table, struct slot *to)
{
	for (size_t i = 0; i < table->room; i++) {
		struct leaf *leaf = &table->places[i];

		if (!is_free(table, leaf) &&
		    !table_put(trie, to->at ? child_of(to, &leaf->addr) : to,
			       *leaf))
			return -ENOMEM;
	}
	return 0;
}

/* Some leaf below a slot that is not empty. */
static const struct leaf *any_leaf(const struct slot *slot)
{
	const struct leaf *place;

	while (slot->at) {
		const struct slot *child = slot->slots;

		while (!child->room && !child->at)
			child++;
		slot = child;
	}
	place = slot->places;
	while (is_free(slot, place))
		place++;
	return place;
}

/* Make a full table a branch, so that there is room for one address more. */
static int burst(struct trie *trie, struct slot *table, const struct addr *addr)
{
	unsigned int first = ADDR_BYTES;
	struct slot branch;

	for (size_t i = 0; i < table->room; i++) {
		struct leaf *place = &table->places[i];
		unsigned int at = first_difference(&place->addr, addr);

		if (at < first && !is_free(table, place))
			first = at;
	}
	if (branch_create(trie, first, &branch))
		return -ENOMEM;
	if (put_all(trie, table, &branch)) {
		slot_clear(trie, &branch);
		return -ENOMEM;
	}
	slot_clear(trie, table);
	*table = branch;
	return 0;
}

/*
 * A new leaf differs from all that are below a slot, of which one is given, at
 * a byte before that of the slot's branch: put a branch there.
 */
static struct leaf *split(struct trie *trie, struct slot *slot, unsigned int at,
			  const struct leaf *below, struct leaf fresh)
{
	struct slot table = {0}, branch;
	struct leaf *leaf = table_put(trie, &table, fresh);

	if (!leaf)
		return NULL;
	if (branch_create(trie, at, &branch)) {
		slot_clear(trie, &table);
		return NULL;
	}
	*child_of(&branch, &below->addr) = *slot;
	*child_of(&branch, &fresh.addr) = table;
	*slot = branch;
	return leaf;
}

/* Put in a leaf that is not there yet. NULL: no memory. */
static struct leaf *add(struct trie *trie, struct leaf fresh)
{
	struct slot *slot = &trie->root[fresh.addr.bytes[0]];

	while (slot->at) {
		const struct leaf *below = any_leaf(slot);
		unsigned int at = first_difference(&below->addr, &fresh.addr);

		if (at < slot->at)
			return split(trie, slot, at, below, fresh);
		slot = child_of(slot, &fresh.addr);
	}
	if (slot->count == TABLE_MAX) {
		if (burst(trie, slot, &fresh.addr))
			return NULL;
		slot = child_of(slot, &fresh.addr);
	}
	return table_put(trie, slot, fresh);
}

void **trie_insert(struct trie *trie, const struct addr *addr)
{
	struct slot *slot = &trie->root[addr->bytes[0]];
	struct leaf *leaf;

	while (slot->at)
		slot = child_of(slot, addr);
	leaf = table_find(slot, addr);
	if (leaf)
		return &leaf->value;
	leaf = add(trie, (struct leaf){.addr = *addr});
	if (!leaf)
		return NULL;
	trie->count++;
	return &leaf->value;
}

/*
 * Undo a branch that has little left. That may take memory: without, it stays
 * as it is.
 */
static void join(struct trie *trie, struct slot *branch)
{
	struct slot joined = {0}, *child = NULL;
	size_t children = 0, leaves = 0;

	for (unsigned int i = 0; i < FANOUT; i++) {
		struct slot *slot = &branch->slots[i];

		if (!slot->room && !slot->at)
			continue;
		child = slot;
		children++;
		leaves += slot->at ? TABLE_MAX : slot->count;
	}
	if (children > 1 && leaves > TABLE_JOIN)
		return;
	if (children == 1) {
		joined = *child;
		*child = (struct slot){0};
	}
	for (unsigned int i = 0; i < FANOUT; i++) {
		if (put_all(trie, &branch->slots[i], &joined)) {
			slot_clear(trie, &joined);
			return;
		}
	}
	slot_clear(trie, branch);
	*branch = joined;
}

void *trie_remove(struct trie *trie, const struct addr *addr)
{
	struct slot *slot = &trie->root[addr->bytes[0]];
	struct slot *parent = NULL;
	struct leaf *leaf;
	void *value;

	while (slot->at) {
		parent = slot;
		slot = child_of(slot, addr);
	}
	leaf = table_find(slot, addr);
	if (!leaf)
		return NULL;
	value = leaf->value;
	table_cut(slot, leaf);
	trie->count--;
	if (slot->count * 5 >= slot->room * 2)
		return value;
	if (!slot->count)
		slot_clear(trie, slot);
	else if (table_resize(trie, slot, slot->count * 2u))
		return value;
	if (parent)
		join(trie, parent);
	return value;
}

/* What a walk calls for each address under its prefix, and with what. */
struct walker {
	struct addr prefix;
	struct addr mask; /* the bits of an address that matter */
	int (*visit)(const struct addr *addr, void *value, void *context);
	void *context;
};

static bool agrees_at(const struct walker *walker, unsigned int at,
		      unsigned int byte)
{
	return ((walker->prefix.bytes[at] ^ byte) & walker->mask.bytes[at]) ==
	       0;
}

/* Whether an address is under the prefix, as far as to a byte. */
static bool agrees(const struct walker *walker, const struct addr *addr,
		   unsigned int end)
{
	unsigned int at = 0;

	while (at < end && agrees_at(walker, at, addr->bytes[at]))
		at++;
	return at == end;
}

static int compare_leaves(const void *a, const void *b)
{
	const struct leaf *const *x = a, *const *y = b;

	return memcmp(&(*x)->addr, &(*y)->addr, sizeof(struct addr));
}

static int walk_table(const struct slot *table, const struct walker *walker)
{
	const struct leaf *leaves[TABLE_MAX];
	size_t count = 0;
	int result = 0;

	for (size_t i = 0; i < table->room; i++) {
		const struct leaf *place = &table->places[i];

		if (!is_free(table, place) &&
		    agrees(walker, &place->addr, ADDR_BYTES))
			leaves[count++] = place;
	}
	if (count > 1)
		qsort(leaves, count, sizeof(*leaves), compare_leaves);
	for (size_t i = 0; i < count && !result; i++)
		result = walker->visit(&leaves[i]->addr, leaves[i]->value,
				       walker->context);
	return result;
}

/* Walk the slots of a branch. */
static int walk_slots(const struct slot *slots, unsigned int at,
		      const struct walker *walker)
{
	int result = 0;

	for (unsigned int i = 0; i < FANOUT && !result; i++) {
		const struct slot *slot = &slots[i];

		if (!agrees_at(walker, at, i))
			continue;
		if (!slot->at)
			result = walk_table(slot, walker);
		else if (agrees(walker, &any_leaf(slot)->addr, slot->at))
			result = walk_slots(slot->slots, slot->at, walker);
	}
	return result;
}

int trie_walk(const struct trie *trie, const struct addr *prefix,
	      unsigned int bits,
	      int (*visit)(const struct addr *addr, void *value, void *context),
	      void *context)
{
	struct walker walker = {*prefix, {{0}}, visit, context};

	for (unsigned int bit = 0; bit < bits; bit++)
		walker.mask.bytes[bit / 8] |= (uint8_t)(128 >> bit % 8);
	return walk_slots(trie->root, 0, &walker);
}

size_t trie_count(const struct trie *trie)
{
	return trie->count;
}

size_t trie_memory(const struct trie *trie)
{
	return sizeof(*trie) + trie->bytes;
}
