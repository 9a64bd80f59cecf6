/* SPDX-License-Identifier: MIT */
#ifndef NAMES_NAMES_H
#define NAMES_NAMES_H

#include "base/addr.h"
#include "flow/party.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The memory of which names led to which address, and who asked.
 *
 * Each address has a bounded set of bindings, and there is a bound on all of
 * them; the least recently used go first, and are counted. Being learned,
 * renewed or chosen is use. A name is remembered after its TTL has run out,
 * since programs keep addresses longer than resolvers do: the choice is then
 * marked stale.
 */

/* How many of an asker's ancestors are remembered. */
#define NAMES_FOREBEARS 3

/* Bindings that one address may have; the least recently used goes first. */
#define NAMES_PER_ADDR 512

/* How far the asker was from the process that connects; nearest first. */
enum names_via {
	NAMES_VIA_NONE,
	NAMES_VIA_PROCESS,
	NAMES_VIA_ANCESTOR,
	NAMES_VIA_CGROUP,
	NAMES_VIA_NETNS,
	NAMES_VIA_MACHINE,
};

/* "process", "ancestor", …; "none" for NAMES_VIA_NONE. */
const char *names_via_text(enum names_via via);

#define NAMES_CANDIDATES 8

/* What is known about an address. The strings live until the next learn. */
struct names_choice {
	enum names_via via;
	const char *name; /* as asked for; NULL if nobody asked */
	bool stale;	  /* its TTL had run out */
	bool unsure;	  /* a newer answer may have been missed */
	uint64_t answered_ns;
	/*
	 * When askers equally near resolved several names to this address:
	 * those names, the newest answer first, name itself among them. At
	 * most NAMES_CANDIDATES are listed; candidates counts them all. A
	 * single name is no candidate: then candidates is 0.
	 */
	unsigned int candidates;
	const char *candidate[NAMES_CANDIDATES];
};

/* How many candidates are listed: none, where they are only counted. */
static inline unsigned int names_listed(const struct names_choice *choice)
{
	unsigned int listed = 0;

	while (listed < NAMES_CANDIDATES && listed < choice->candidates &&
	       choice->candidate[listed])
		listed++;
	return listed;
}

struct names;

/* At most max_bindings (at least one) are held. NULL if memory is short. */
struct names *names_create(size_t max_bindings);
void names_destroy(struct names *names);

/*
 * Remember that name (presentation form, the one asked for) has addr, by an
 * answer that arrived at answered_ns with the given time to live. The name is
 * copied. Unspecified and loopback addresses name nothing and are ignored.
 * The same asker resolving the same name to the same address again renews the
 * binding, and its earlier answers stay known: the first for good, so that a
 * connect from before the renewal still has a name, and the newest five, so
 * that "the newest before the connect" is exact for what is that late. Names
 * that differ in ASCII case are the same name. 0, or -ENOMEM.
 */
int names_learn(struct names *names, const struct addr *addr, const char *name,
		const struct lineage *asker, uint64_t answered_ns,
		uint32_t ttl_s);

/*
 * Choose the name for a connection to addr that began at begun_ns, made by who:
 * only answers at or before that time count; the nearest asker wins, and among
 * equals the newest answer. Within a cgroup, askers in the same netns are
 * nearer than others: one address may mean different machines in two of them.
 * Among those alike, a process that descends from the one who connects, or else
 * from its parent, and so on, is nearer: as in `nc $(dig +short name)`.
 *
 * Threads of one process each mean what they asked for themselves: an answer to
 * the thread that connects, at most ten seconds old and newer than any to it
 * that a connect was named by, is before all others of its process. A child's
 * thread likewise means what its parent's thread was told (names_inherit()); of
 * what else an ancestor asked for, answers from before the birth of the next in
 * line come before later ones.
 */
void names_choose(struct names *names, const struct addr *addr,
		  const struct lineage *who, uint64_t begun_ns,
		  struct names_choice *ret);

/*
 * The same choice, for what is told besides a connection: it names nothing, so
 * what a thread was told remains its own.
 */
void names_look(struct names *names, const struct addr *addr,
		const struct lineage *who, uint64_t begun_ns,
		struct names_choice *ret);

/*
 * The parent's thread tid has begotten a child, whose first thread knows what
 * that one was told in the ten seconds before. (Threads that fork at the same
 * time wait for each other.)
 */
void names_inherit(struct names *names, struct process_id parent, uint32_t tid,
		   struct process_id child, uint64_t born_ns);

struct names_stats {
	size_t bindings;  /* held now */
	size_t addrs;	  /* addresses held now */
	uint64_t learned; /* bindings ever made */
	uint64_t evicted; /* taken out to stay within bounds */
	size_t memory;	  /* bytes in use */
};

void names_get_stats(const struct names *names, struct names_stats *ret);

#endif
