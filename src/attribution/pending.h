/* SPDX-License-Identifier: MIT */
#ifndef ATTRIBUTION_PENDING_H
#define ATTRIBUTION_PENDING_H

#include "base/hash.h"
#include "event.h"
#include "output/event.h"

/*
 * Connects whose outcome is not known yet, with the name that was chosen when
 * they began.
 */

/* Hashed as bytes: no gaps. */
struct pending_key {
	uint64_t socket_id;
	uint64_t begun_ns;
};

struct pending {
	struct pending_key key;
	struct record_connect connect;
	struct names_choice choice; /* its strings are in text */
	bool told; /* as pending; the outcome is still to come */
	struct pending *previous, *next; /* not told, by begun_ns */
	UT_hash_handle hh;
	char text[];
};

struct pendings {
	struct pending *all;	      /* the head came first */
	struct pending *first, *last; /* not told */
	size_t most;
};

/*
 * Keep a connect, and copies of the choice's strings. At most `most` are kept:
 * *evicted is one that has to go for it, taken out, or NULL. NULL if memory is
 * short.
 */
struct pending *pending_add(struct pendings *pendings,
			    const struct record_connect *connect,
			    const struct names_choice *choice,
			    struct pending **evicted);

struct pending *pending_find(struct pendings *pendings,
			     const struct record_result *result);

/* It has been told of as pending. */
void pending_mark_told(struct pendings *pendings, struct pending *pending);

/* Take out; the caller frees it with free(). */
void pending_remove(struct pendings *pendings, struct pending *pending);

#endif
