/* SPDX-License-Identifier: MIT */
#ifndef FLOW_PLACES_H
#define FLOW_PLACES_H

#include "base/addr.h"
#include "base/hash.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Where a socket is in the network. Also what it is found by in a table: it is
 * hashed as bytes, and has no gaps.
 */
struct socket_place {
	uint32_t netns;	   /* inode number */
	uint32_t protocol; /* IPPROTO_… */
	struct endpoint local;
	struct endpoint remote;
};

/*
 * A bounded table of what is at places, one thing at each, in the order in
 * which they were put in. The things are the user's, each with a link in it.
 */
struct placed {
	struct socket_place place; /* as long as it is in a table */
	UT_hash_handle hh;
};

struct places {
	struct placed *first; /* the one that was put in longest ago */
	size_t most;
	uint64_t forgotten;
};

/* Empty, for at most so many (one at least). */
void places_init(struct places *places, size_t most);

/* What is there, or NULL. */
struct placed *places_find(const struct places *places,
			   const struct socket_place *place);

/*
 * If the table is full, what was put in longest ago is taken out, counted as
 * forgotten, and the caller's. Else NULL.
 */
struct placed *places_make_room(struct places *places);

/* Put in at its place, where there is nothing. 0, or -ENOMEM. */
int places_put(struct places *places, struct placed *placed);

void places_take(struct places *places, struct placed *placed);

static inline size_t places_count(const struct places *places)
{
	return HASH_COUNT(places->first);
}

#endif
