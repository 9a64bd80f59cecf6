// SPDX-License-Identifier: MIT
/*
 * The address trie beside two hash tables of the same addresses: one of ours
 * that is as plain as can be, open addressing with keys and values in its
 * slots, which is the floor, and one of uthash. Nanoseconds a successful
 * look-up and bytes an entry, at 1.2 million addresses (or as many as the first
 * argument says), half IPv4, half IPv6.
 *
 * Look-ups go in an order of their own, from a copy of the keys that is read
 * front to back, so the time is the map's. "chained" makes each look-up wait
 * for the one before, as in a program that does something in between; the
 * goals are for the plain loop. All maps miss the cache, so the time of one
 * load that does is printed with them: it says how busy the machine is. Exit
 * status 1: a goal is missed.
 */
#include "base/addr.h"
#include "base/hash.h"
#include "names/trie.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS	       5
#define FINDS_AT_LEAST 1000000
#define GOAL_NS	       150.0
#define GOAL_TO_FLOOR  2.0
#define GOAL_BYTES     64.0

struct entry {
	struct addr addr;
	void *value;
	UT_hash_handle hh;
};

/* A value of NULL: the slot is free. */
struct slot {
	struct addr addr;
	void *value;
};

struct floor {
	struct slot *slots;
	size_t mask;
};

struct maps {
	struct trie *trie;
	struct floor floor;
	struct entry *table;
};

typedef void *find_fn(const struct maps *maps, const struct addr *addr);

static uint64_t random_state = 88172645463325252;

static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * UINT64_C(0x2545f4914f6cdd1d);
}

/*
 * IPv6 as it is given out: few /32s of 2000::/3, random networks, and an
 * interface number that is small in one address out of four.
 */
static struct addr clustered_addr(size_t i)
{
	uint64_t bits = random_u64();
	struct addr addr = {{0x20, (uint8_t)(bits & 0x1f), 0x0d,
			     (uint8_t)(bits >> 8 & 0x3f)}};

	if (i % 2)
		return addr_from_v4(&bits);
	memcpy(addr.bytes + 4, (uint8_t *)&bits + 2, 4);
	if (bits >> 62) {
		bits = random_u64();
		memcpy(addr.bytes + 8, &bits, 8);
	} else {
		addr.bytes[15] = (uint8_t)(bits >> 48);
	}
	return addr;
}

static struct addr uniform_addr(size_t i)
{
	uint64_t bits[2] = {random_u64(), random_u64()};

	return i % 2 ? addr_from_v4(bits) : addr_from_v6(bits);
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static size_t heap_used(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void *find_in_trie(const struct maps *maps, const struct addr *addr)
{
	return trie_find(maps->trie, addr);
}

/* Linear probing, at most 7 slots in 10 taken. */
static struct slot *floor_slot(const struct floor *floor,
			       const struct addr *addr)
{
	uint64_t half[2], hash;
	struct slot *slot;

	memcpy(half, addr->bytes, sizeof(half));
	hash = (half[0] ^ half[1] * UINT64_C(0x9e3779b97f4a7c15)) *
	       UINT64_C(0xbf58476d1ce4e5b9);
	hash ^= hash >> 32;
	do
		slot = &floor->slots[hash++ & floor->mask];
	while (slot->value && memcmp(slot->addr.bytes, half, sizeof(half)));
	return slot;
}

static void *find_in_floor(const struct maps *maps, const struct addr *addr)
{
	return floor_slot(&maps->floor, addr)->value;
}

static void *find_in_table(const struct maps *maps, const struct addr *addr)
{
	struct entry *entry;

	HASH_FIND(hh, maps->table, addr, sizeof(*addr), entry);
	return entry ? entry->value : NULL;
}

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bench_trie: %s\n", what);
	exit(1);
}

/* How many of the keys are found. */
static size_t find_all(find_fn *find, const struct maps *maps,
		       const struct addr *keys, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += find(maps, &keys[i]) != NULL;
	return found;
}

/* The same, but where to find a key is known only when the last was found. */
static size_t find_all_chained(find_fn *find, const struct maps *maps,
			       const struct addr *keys, size_t count)
{
	uintptr_t carry = 0;
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		void *value = find(maps, &keys[i + carry]);

		found += value != NULL;
		carry = (uintptr_t)value & 1; /* values are even: always 0 */
	}
	return found;
}

/* Nanoseconds a look-up. */
static double time_finds(find_fn *find, const struct maps *maps,
			 const struct addr *keys, size_t count, int chained)
{
	size_t passes = 1 + FINDS_AT_LEAST / count;
	size_t found = 0;
	double start = now_ns();

	for (size_t n = 0; n < passes; n++)
		found += chained ? find_all_chained(find, maps, keys, count)
				 : find_all(find, maps, keys, count);
	must(found == passes * count, "a key was not found");
	return (now_ns() - start) / (double)(passes * count);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void shuffle(struct addr *keys, size_t count)
{
	for (size_t i = count - 1; i > 0; i--) {
		size_t j = random_u64() % (i + 1);
		struct addr addr = keys[i];

		keys[i] = keys[j];
		keys[j] = addr;
	}
}

static void fill_trie(struct maps *maps, struct addr *keys, size_t count)
{
	size_t before = heap_used();
	double start = now_ns();
	size_t held;

	maps->trie = trie_create();
	for (size_t i = 0; i < count; i++) {
		void **place = trie_insert(maps->trie, &keys[i]);

		must(place != NULL, "out of memory");
		*place = (void *)((uintptr_t)(i + 1) * 2);
	}
	held = trie_count(maps->trie);
	printf("trie    %5.1f B an entry (%.1f with malloc's own), "
	       "%.0f ns an insert\n",
	       (double)trie_memory(maps->trie) / (double)held,
	       (double)(heap_used() - before) / (double)held,
	       (now_ns() - start) / (double)count);
}

static void fill_floor(struct maps *maps, struct addr *keys, size_t count)
{
	struct floor *floor = &maps->floor;
	size_t held = trie_count(maps->trie), size = 1;
	double start = now_ns();

	while (size * 7 < held * 10)
		size *= 2;
	floor->mask = size - 1;
	floor->slots = calloc(size, sizeof(*floor->slots));
	must(floor->slots != NULL, "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = floor_slot(floor, &keys[i]);

		slot->addr = keys[i];
		slot->value = slot;
	}
	printf("floor   %5.1f B an entry, %.0f ns an insert\n",
	       (double)(size * sizeof(*floor->slots)) / (double)held,
	       (now_ns() - start) / (double)count);
}

static void fill_table(struct maps *maps, struct addr *keys, size_t count)
{
	size_t before = heap_used();
	double start = now_ns();

	maps->table = NULL;
	for (size_t i = 0; i < count; i++) {
		struct entry *entry;

		HASH_FIND(hh, maps->table, &keys[i], sizeof(*keys), entry);
		if (entry)
			continue;
		entry = calloc(1, sizeof(*entry));
		must(entry != NULL, "out of memory");
		entry->addr = keys[i];
		entry->value = entry;
		HASH_ADD(hh, maps->table, addr, sizeof(entry->addr), entry);
	}
	printf("uthash  %5.1f B an entry with malloc's own, "
	       "%.0f ns an insert\n",
	       (double)(heap_used() - before) / (double)HASH_COUNT(maps->table),
	       (now_ns() - start) / (double)count);
}

/* Nanoseconds a load that depends on the last one, scattered over 64 MiB. */
static double time_loads(void)
{
	size_t count = (size_t)1 << 20, at = 0;
	size_t(*lines)[8] = calloc(count, sizeof(*lines));
	double start;

	must(lines != NULL, "out of memory");
	/* A full period: the multiplier is 1 modulo 4, the addend odd. */
	for (size_t i = 0; i < count; i++)
		lines[i][0] = (i * 1664525 + 1013904223) % count;
	start = now_ns();
	for (size_t i = 0; i < count; i++)
		at = lines[at][0];
	must(at == 0, "the loads went astray");
	start = (now_ns() - start) / (double)count;
	free(lines);
	return start;
}

static double median(double *times)
{
	qsort(times, ROUNDS, sizeof(*times), compare_doubles);
	return times[ROUNDS / 2];
}

static int run(const char *what, struct addr (*make)(size_t), size_t count)
{
	static const struct {
		const char *name;
		find_fn *find;
	} maps_of[] = {{"trie", find_in_trie},
		       {"floor", find_in_floor},
		       {"uthash", find_in_table}};
	struct addr *keys = malloc((count + 1) * sizeof(*keys));
	double times[6][ROUNDS], plain[3], bytes;
	struct entry *entry, *next;
	struct maps maps;

	must(keys != NULL, "out of memory");
	for (size_t i = 0; i < count; i++)
		keys[i] = make(i);
	keys[count] = keys[0];
	printf("%s, %zu addresses\n", what, count);
	fill_trie(&maps, keys, count);
	fill_floor(&maps, keys, count);
	fill_table(&maps, keys, count);
	must(trie_count(maps.trie) == HASH_COUNT(maps.table), "counts differ");
	shuffle(keys, count);
	/* In turns, so that a busy moment is everybody's. */
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < 6; i++)
			times[i][round] = time_finds(maps_of[i % 3].find, &maps,
						     keys, count, i / 3);
	for (int i = 0; i < 3; i++) {
		plain[i] = median(times[i]);
		printf("%-6s %5.0f ns a look-up, %.2f of the floor, "
		       "%.0f chained\n",
		       maps_of[i].name, plain[i], plain[i] / median(times[1]),
		       median(times[i + 3]));
	}
	bytes = (double)trie_memory(maps.trie) / (double)trie_count(maps.trie);
	trie_destroy(maps.trie);
	free(maps.floor.slots);
	HASH_ITER(hh, maps.table, entry, next) {
		HASH_DEL(maps.table, entry);
		free(entry);
	}
	free(keys);
	return bytes > GOAL_BYTES || plain[0] > GOAL_NS ||
	       plain[0] > GOAL_TO_FLOOR * plain[1];
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1200000;
	int missed;

	must(count > 0, "usage: bench_trie [addresses]");
	printf("memory  %5.0f ns a load\n", time_loads());
	missed = run("uniform", uniform_addr, count);
	missed |= run("clustered", clustered_addr, count);
	printf("goals %s\n", missed ? "MISSED" : "met");
	return missed;
}
