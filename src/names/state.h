/* SPDX-License-Identifier: MIT */
#ifndef NAMES_STATE_H
#define NAMES_STATE_H

#include "base/chains.h"
#include "names/intern.h"
#include "names/names.h"
#include "names/told.h"
#include "names/trie.h"

/*
 * What names.c, which remembers, and choice.c, which chooses, share.
 *
 * The trie leads from an address to the first of its bindings, of which it has
 * one for each asker and name; to learn one again, it is found by all of these.
 * All bindings hang in one list, too, the last used first; the end of it goes
 * when there are too many. A name lives while a binding has it.
 *
 * A connect is often looked at a little after answers that came later than it
 * began, so a binding knows more than its last answer: the newest few, and the
 * first. With them "the newest answer before the connect" is exact for any
 * connect that is at most ANSWERS_KEPT - 1 renewals late, and "was there an
 * answer before the connect" always is.
 */

#define ANSWERS_KEPT 6

/*
 * For how long what a thread was told is its own, rather than its process's, if
 * it neither connects nor forks: on a machine that has too much to do, more
 * than three seconds were seen to pass until it did.
 */
#define OWN_NS UINT64_C(10000000000)

struct answer {
	uint64_t at_ns;
	uint32_t ttl_s;
	uint32_t tid; /* the thread that was told */
};

struct binding {
	/* What learning it again looks at comes first, and is a line of cache. */
	struct chain_link link;
	struct addr addr;
	struct party asker;
	struct interned *name;
	/* Then what a choice does. */
	struct binding *next, *prev; /* of those of the same address */
	unsigned int count;	     /* of all those; the first's */
	unsigned int answer_count;
	struct process_id forebears[NAMES_FOREBEARS]; /* parent first */
	struct answer answers[ANSWERS_KEPT];	      /* newest first */
	uint64_t learned; /* ticks: which of two came later */
	uint64_t used;
	struct binding *newer; /* in order of use */
	struct binding *older;
};

struct names {
	struct trie *addrs;
	struct chains bindings;
	struct intern interned;
	struct interned *last; /* name that was learned */
	struct binding *newest;
	struct binding *oldest;
	size_t count;
	size_t max;
	uint64_t tick;
	uint64_t mark;
	uint64_t learned;
	uint64_t evicted;
	struct told_table *told;
};

/* It was used just now. */
void names_use(struct names *names, struct binding *binding);

#endif
