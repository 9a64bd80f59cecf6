// SPDX-License-Identifier: MIT
#include "names/trie.h"

#include "suite.h"

#include <stdint.h>
#include <string.h>

static struct addr address(const char *text)
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	return addr;
}

static int value_of(const struct trie *trie, const char *text)
{
	struct addr addr = address(text);
	const int *value = trie_find(trie, &addr);

	return value ? *value : 0;
}

static void put(struct trie *trie, const struct addr *addr, void *value)
{
	void **place = trie_insert(trie, addr);

	ck_assert_ptr_nonnull(place);
	*place = value;
}

/*
 * The twin: an unsorted array, everything by looking at every entry and every
 * bit. Slow, and too simple to be wrong.
 */
#define TWIN_MAX 4096

struct twin {
	size_t count;
	struct addr addrs[TWIN_MAX];
	void *values[TWIN_MAX];
};

static bool bit_at(const struct addr *addr, unsigned int i)
{
	return addr->bytes[i / 8] >> (7 - i % 8) & 1;
}

static bool under_prefix(const struct addr *addr, const struct addr *prefix,
			 unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		if (bit_at(addr, i) != bit_at(prefix, i))
			return false;
	return true;
}

static size_t twin_index(const struct twin *twin, const struct addr *addr)
{
	size_t i = 0;

	while (i < twin->count && !under_prefix(&twin->addrs[i], addr, 128))
		i++;
	return i;
}

static void *twin_find(const struct twin *twin, const struct addr *addr)
{
	size_t i = twin_index(twin, addr);

	return i < twin->count ? twin->values[i] : NULL;
}

static void twin_put(struct twin *twin, const struct addr *addr, void *value)
{
	size_t i = twin_index(twin, addr);

	ck_assert_uint_lt(i, TWIN_MAX);
	if (i == twin->count)
		twin->count++;
	twin->addrs[i] = *addr;
	twin->values[i] = value;
}

static void *twin_remove(struct twin *twin, const struct addr *addr)
{
	size_t i = twin_index(twin, addr);
	void *value;

	if (i == twin->count)
		return NULL;
	value = twin->values[i];
	twin->count--;
	twin->addrs[i] = twin->addrs[twin->count];
	twin->values[i] = twin->values[twin->count];
	return value;
}

/* A walk in progress, and what it should find. */
struct tour {
	const struct twin *twin;
	const struct addr *prefix;
	unsigned int bits;
	size_t seen;
	struct addr last;
};

static int tour_visit(const struct addr *addr, void *value, void *context)
{
	struct tour *tour = context;

	ck_assert(under_prefix(addr, tour->prefix, tour->bits));
	ck_assert_ptr_eq(twin_find(tour->twin, addr), value);
	if (tour->seen)
		ck_assert_int_lt(memcmp(&tour->last, addr, sizeof(*addr)), 0);
	tour->last = *addr;
	tour->seen++;
	return 0;
}

static void compare_walk(const struct trie *trie, const struct twin *twin,
			 const struct addr *prefix, unsigned int bits)
{
	struct tour tour = {.twin = twin, .prefix = prefix, .bits = bits};
	size_t expected = 0;

	for (size_t i = 0; i < twin->count; i++)
		expected += under_prefix(&twin->addrs[i], prefix, bits);
	ck_assert_int_eq(trie_walk(trie, prefix, bits, tour_visit, &tour), 0);
	ck_assert_uint_eq(tour.seen, expected);
}

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u +
		       1442695040888963407u;
	return (uint32_t)(random_state >> 33) % limit;
}

/*
 * An address that often shares a long prefix with others: one of a few bases,
 * changed below some bit, mostly in few bits.
 */
static struct addr random_addr(void)
{
	static const char *const bases[] = {
		"10.0.0.0",    "10.0.255.0",	   "198.51.100.7",
		"2001:db8::1", "2001:db8:0:1::",   "fe80::1234:5678:9abc:def0",
		"::",	       "ffff:ffff:ffff::", "::fffe:ffff:0",
	};
	struct addr addr = address(bases[random_below(9)]);
	unsigned int from = random_below(129);

	if (random_below(3) == 0) {
		for (unsigned int i = from; i < 128; i++)
			if (random_below(2))
				addr.bytes[i / 8] ^= (uint8_t)(128 >> i % 8);
	} else if (from < 128) {
		addr.bytes[from / 8] ^= (uint8_t)(128 >> from % 8);
		addr.bytes[15] ^= (uint8_t)random_below(16);
	}
	return addr;
}

START_TEST(finds_nothing_when_empty)
{
	struct trie *trie = trie_create();
	struct addr addr = address("192.0.2.1");

	ck_assert_ptr_null(trie_find(trie, &addr));
	ck_assert_ptr_null(trie_remove(trie, &addr));
	ck_assert_uint_eq(trie_count(trie), 0);
	for (unsigned int bits = 0; bits <= 128; bits++)
		ck_assert_int_eq(trie_walk(trie, &addr, bits, tour_visit, NULL),
				 0);
	trie_destroy(trie);
	trie_destroy(NULL);
}
END_TEST

START_TEST(keeps_families_apart_and_mapped_together)
{
	struct trie *trie = trie_create();
	int v4 = 4, v6 = 6;
	struct addr addr;

	addr = address("1.2.3.4");
	put(trie, &addr, &v4);
	addr = address("::1.2.3.4"); /* IPv4-compatible: another address */
	put(trie, &addr, &v6);
	ck_assert_int_eq(value_of(trie, "1.2.3.4"), 4);
	ck_assert_int_eq(value_of(trie, "::ffff:1.2.3.4"), 4);
	ck_assert_int_eq(value_of(trie, "::1.2.3.4"), 6);
	ck_assert_int_eq(value_of(trie, "1.2.3.5"), 0);
	trie_destroy(trie);
}
END_TEST

START_TEST(inserts_an_address_once)
{
	struct trie *trie = trie_create();
	struct addr addr = address("2001:db8::1");
	int value = 1;

	put(trie, &addr, &value);
	ck_assert_ptr_eq(*trie_insert(trie, &addr), &value);
	ck_assert_uint_eq(trie_count(trie), 1);
	ck_assert_ptr_eq(trie_remove(trie, &addr), &value);
	ck_assert_ptr_null(trie_remove(trie, &addr));
	ck_assert_ptr_null(*trie_insert(trie, &addr));
	trie_destroy(trie);
}
END_TEST

/* Every stride and every place in it, with all prefixes but the last equal. */
START_TEST(tells_addresses_apart_that_differ_in_one_bit)
{
	struct trie *trie = trie_create();
	struct twin *twin = calloc(1, sizeof(*twin));
	size_t baseline = trie_memory(trie);
	struct addr base = address("2001:db8:5555:aaaa:5555:aaaa:5555:aaaa");
	int values[129];
	struct addr addr;

	put(trie, &base, &values[128]);
	twin_put(twin, &base, &values[128]);
	for (unsigned int i = 0; i < 128; i++) {
		addr = base;
		addr.bytes[i / 8] ^= (uint8_t)(128 >> i % 8);
		ck_assert_ptr_null(trie_find(trie, &addr));
		put(trie, &addr, &values[i]);
		twin_put(twin, &addr, &values[i]);
	}
	for (unsigned int bits = 0; bits <= 128; bits++)
		compare_walk(trie, twin, &base, bits);
	for (unsigned int i = 0; i < 128; i++) {
		addr = base;
		addr.bytes[i / 8] ^= (uint8_t)(128 >> i % 8);
		compare_walk(trie, twin, &addr, i);
		compare_walk(trie, twin, &addr, i + 1);
		ck_assert_ptr_eq(trie_remove(trie, &addr), &values[i]);
		ck_assert_ptr_null(trie_find(trie, &addr));
		ck_assert_ptr_eq(trie_find(trie, &base), &values[128]);
		twin_remove(twin, &addr);
	}
	ck_assert_ptr_eq(trie_remove(trie, &base), &values[128]);
	ck_assert_uint_eq(trie_memory(trie), baseline);
	trie_destroy(trie);
	free(twin);
}
END_TEST

/* The deepest trie there is: each address shares one bit more with the last. */
START_TEST(holds_every_prefix_of_one_address)
{
	struct trie *trie = trie_create();
	struct twin *twin = calloc(1, sizeof(*twin));
	size_t baseline = trie_memory(trie);
	struct addr addr = {{0}};
	int values[129];

	for (unsigned int i = 0; i <= 128; i++) {
		put(trie, &addr, &values[i]);
		twin_put(twin, &addr, &values[i]);
		if (i < 128)
			addr.bytes[i / 8] |= (uint8_t)(128 >> i % 8);
	}
	for (unsigned int bits = 0; bits <= 128; bits++)
		compare_walk(trie, twin, &addr, bits);
	for (unsigned int i = 129; i-- > 0;) {
		ck_assert_ptr_eq(trie_remove(trie, &addr), &values[i]);
		if (i)
			addr.bytes[(i - 1) / 8] &= (uint8_t) ~(128 >>
							       (i - 1) % 8);
	}
	ck_assert_uint_eq(trie_memory(trie), baseline);
	trie_destroy(trie);
	free(twin);
}
END_TEST

/* Neighbours fill buckets and slots to the brim, up and down again. */
START_TEST(holds_dense_networks)
{
	static int values[65536];
	struct trie *trie = trie_create();
	size_t baseline = trie_memory(trie);
	struct addr addr = address("10.1.0.0");

	for (unsigned int i = 0; i < 65536; i++) {
		unsigned int scattered = i * 40503 & 0xffff;

		addr.bytes[14] = (uint8_t)(scattered >> 8);
		addr.bytes[15] = (uint8_t)scattered;
		put(trie, &addr, &values[scattered]);
	}
	ck_assert_uint_eq(trie_count(trie), 65536);
	ck_assert_uint_lt(trie_memory(trie), 65536 * 65);
	for (unsigned int i = 0; i < 65536; i++) {
		addr.bytes[14] = (uint8_t)(i >> 8);
		addr.bytes[15] = (uint8_t)i;
		ck_assert_ptr_eq(trie_find(trie, &addr), &values[i]);
	}
	for (unsigned int i = 0; i < 65536; i++) {
		addr.bytes[14] = (uint8_t)(i >> 8);
		addr.bytes[15] = (uint8_t)i;
		ck_assert_ptr_eq(trie_remove(trie, &addr), &values[i]);
	}
	ck_assert_uint_eq(trie_count(trie), 0);
	ck_assert_uint_eq(trie_memory(trie), baseline);
	trie_destroy(trie);
}
END_TEST

/* Of twenty thousand neighbours a hundred stay. */
START_TEST(gives_back_what_is_no_longer_needed)
{
	struct trie *trie = trie_create();
	size_t baseline = trie_memory(trie);
	struct addr addrs[20000];

	random_state = 1;
	for (unsigned int i = 0; i < 20000; i++) {
		uint32_t low[2] = {random_below(UINT32_MAX), i};

		addrs[i] = address("2001:db8::");
		memcpy(addrs[i].bytes + 8, low, sizeof(low));
		put(trie, &addrs[i], &addrs[i]);
	}
	for (unsigned int i = 100; i < 20000; i++)
		ck_assert_ptr_eq(trie_remove(trie, &addrs[i]), &addrs[i]);
	ck_assert_uint_lt(trie_memory(trie), baseline + 100 * 64 + 8192);
	for (unsigned int i = 0; i < 100; i++)
		ck_assert_ptr_eq(trie_remove(trie, &addrs[i]), &addrs[i]);
	ck_assert_uint_eq(trie_memory(trie), baseline);
	trie_destroy(trie);
}
END_TEST

static int stop_at_third(const struct addr *addr, void *value, void *context)
{
	int *visits = context;

	(void)addr;
	(void)value;
	return ++*visits == 3 ? -42 : 0;
}

START_TEST(ends_a_walk_when_the_visit_says_so)
{
	struct trie *trie = trie_create();
	struct addr addr = address("10.0.0.0");
	int visits = 0;

	for (unsigned int i = 0; i < 200; i++) {
		addr.bytes[15] = (uint8_t)i;
		put(trie, &addr, trie);
	}
	ck_assert_int_eq(trie_walk(trie, &addr, 96, stop_at_third, &visits),
			 -42);
	ck_assert_int_eq(visits, 3);
	trie_destroy(trie);
}
END_TEST

static void random_step(struct trie *trie, struct twin *twin, size_t ceiling)
{
	static char values[251];
	struct addr addr = random_addr();
	uint32_t dice = random_below(100);
	void *value;

	if (dice < 45 && twin->count < ceiling) {
		value = &values[random_below(sizeof(values))];
		put(trie, &addr, value);
		twin_put(twin, &addr, value);
	} else if (dice < 60 || twin->count >= ceiling) {
		if (twin->count && random_below(4))
			addr = twin->addrs[random_below((uint32_t)twin->count)];
		value = twin_remove(twin, &addr);
		ck_assert_ptr_eq(trie_remove(trie, &addr), value);
	} else if (dice < 95) {
		ck_assert_ptr_eq(trie_find(trie, &addr),
				 twin_find(twin, &addr));
	} else {
		compare_walk(trie, twin, &addr, random_below(129));
	}
	ck_assert_uint_eq(trie_count(trie), twin->count);
}

START_TEST(does_as_a_linear_scan_does)
{
	struct twin *twin = calloc(1, sizeof(*twin));
	struct trie *trie = trie_create();
	size_t baseline = trie_memory(trie);

	for (unsigned int seed = 1; seed <= 8; seed++) {
		size_t ceiling = seed % 3 ? 250 : 20;

		random_state = seed;
		for (int i = 0; i < 10000; i++)
			random_step(trie, twin, ceiling);
		for (size_t i = 0; i < twin->count; i++)
			ck_assert_ptr_eq(trie_find(trie, &twin->addrs[i]),
					 twin->values[i]);
		while (twin->count) {
			struct addr addr = twin->addrs[0];

			ck_assert_ptr_eq(trie_remove(trie, &addr),
					 twin_remove(twin, &addr));
		}
		ck_assert_uint_eq(trie_count(trie), 0);
		ck_assert_uint_eq(trie_memory(trie), baseline);
	}
	trie_destroy(trie);
	free(twin);
}
END_TEST

SUITE_MAIN("names/trie", finds_nothing_when_empty,
	   keeps_families_apart_and_mapped_together, inserts_an_address_once,
	   tells_addresses_apart_that_differ_in_one_bit,
	   holds_every_prefix_of_one_address, holds_dense_networks,
	   gives_back_what_is_no_longer_needed,
	   ends_a_walk_when_the_visit_says_so, does_as_a_linear_scan_does)
