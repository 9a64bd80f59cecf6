// SPDX-License-Identifier: MIT
/*
 * A day in an hour: 50 million answers (or as many as the first argument says)
 * about 10 million names go through the memory of names, with connects in
 * between. Prints at intervals what it holds, what the process has resident,
 * and the time for an answer. Exit status 1: resident memory went on growing
 * after the bound was reached.
 *
 * Half of the answers are about one name in a thousand, and mostly renew what
 * is known; the other half are about any name, mostly long forgotten, if it was
 * asked for before. A name has one to three addresses, half of them shared with
 * others, and askers of its own; processes end and others begin.
 */
#include "attribution/attribution.h"
#include "names/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWERS	  50000000
#define NAMES	  10000000
#define POPULAR	  (NAMES / 1000)
#define SHARED	  100000
#define PROCESSES 300
#define LIFETIME  100000 /* of a process, in answers */
#define INTERVALS 20
#define BATCH	  1000
#define TTL_S	  60
#define GAP_NS	  (UINT64_C(86400) * 1000000000 / ANSWERS)

/* What resident memory may grow by from the bound on. */
#define FLAT 1.02

struct answer {
	char name[64];
	struct lineage asker;
	size_t count;
	struct addr addrs[3];
};

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bench_memory: %s\n", what);
	exit(2);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double resident_mib(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages;

	must(file && fscanf(file, "%*d %ld", &pages) == 1, "no /proc");
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static struct addr addr_of(uint64_t number)
{
	struct addr addr = {{0x20, 0x01, 0x0d, 0xb8}};

	number = mix(number % 2 ? number : number % SHARED);
	if (number >> 62)
		return addr_from_v4((uint8_t[]){
			(uint8_t)(20 + number % 80), (uint8_t)(number >> 8),
			(uint8_t)(number >> 16), (uint8_t)(number >> 24)});
	memcpy(addr.bytes + 8, &number, sizeof(number));
	return addr;
}

/* One of the three that ask for a name, as it is now. */
static struct party asker_of(uint64_t number, uint64_t i)
{
	uint32_t slot = (uint32_t)(mix(number) + mix(i) % 3) % PROCESSES;
	uint64_t born = (i + slot * (LIFETIME / PROCESSES)) / LIFETIME;

	return (struct party){
		.process = {1000 + slot, (uint32_t)born},
		.cgroup_id = 1 + slot % 20,
		.netns = 1 + slot % 4,
		.tid = 1000 + slot,
	};
}

/* The i-th answer. */
static void make(uint64_t i, struct answer *ret)
{
	static const char labels[] = "a-label-that-some-names-have";
	uint64_t dice = mix(i);
	uint64_t number = dice >> 8;

	number %= dice % 2 ? NAMES : POPULAR;
	snprintf(ret->name, sizeof(ret->name), "%.*s%u.test",
		 (int)(mix(number) % sizeof(labels)), labels,
		 (unsigned int)number);
	ret->asker = (struct lineage){.party = asker_of(number, i)};
	ret->count = 1 + mix(number) % 3;
	for (size_t j = 0; j < ret->count; j++)
		ret->addrs[j] = addr_of(number * 3 + j);
}

/* From the i-th on. Returns seconds. */
static double replay(struct names *names, uint64_t i)
{
	static struct answer answers[BATCH];
	struct names_choice choice;
	double begun;

	for (size_t j = 0; j < BATCH; j++)
		make(i + j, &answers[j]);
	begun = now_s();
	for (size_t j = 0; j < BATCH; j++) {
		const struct answer *answer = &answers[j];
		uint64_t at_ns = (i + j) * GAP_NS;

		for (size_t k = 0; k < answer->count; k++)
			must(!names_learn(names, &answer->addrs[k],
					  answer->name, &answer->asker, at_ns,
					  TTL_S),
			     "out of memory");
		if (j % 16)
			continue;
		names_choose(names, &answer->addrs[0], &answer->asker, at_ns,
			     &choice);
		must(choice.via == NAMES_VIA_PROCESS, "a wrong name");
	}
	return now_s() - begun;
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : ANSWERS;
	struct names *names = names_create(ATTRIBUTION_NAMES_MAX);
	double bound_mib = 0, most_mib = 0, seconds = 0;
	uint64_t interval = count / INTERVALS;

	must(names != NULL && interval >= BATCH,
	     "usage: bench_memory [ANSWERS]");
	printf("%10s %10s %10s %12s %12s %10s\n", "answers", "bindings",
	       "addresses", "counted", "resident", "ns/answer");
	for (uint64_t i = 0; i < count; i += BATCH) {
		struct names_stats stats;

		seconds += replay(names, i);
		if ((i + BATCH) % interval >= BATCH)
			continue;
		names_get_stats(names, &stats);
		most_mib = resident_mib();
		if (!bound_mib && stats.evicted)
			bound_mib = most_mib;
		printf("%10llu %10zu %10zu %8.1f MiB %8.1f MiB %10.0f\n",
		       (unsigned long long)i + BATCH, stats.bindings,
		       stats.addrs, (double)stats.memory / (1 << 20), most_mib,
		       seconds * 1e9 / (double)interval);
		fflush(stdout);
		seconds = 0;
	}
	names_destroy(names);
	must(bound_mib > 0, "the bound was not reached");
	printf("resident memory %s: %.3f of what it was at the bound\n",
	       most_mib <= FLAT * bound_mib ? "is flat" : "GROWS",
	       most_mib / bound_mib);
	return most_mib > FLAT * bound_mib;
}
