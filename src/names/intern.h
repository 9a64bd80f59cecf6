/* SPDX-License-Identifier: MIT */
#ifndef NAMES_INTERN_H
#define NAMES_INTERN_H

#include "base/chains.h"

#include <stddef.h>
#include <stdint.h>

/*
 * One copy of each name, counted, since one name has many addresses and many
 * askers. Spellings are kept apart, because what is printed is what was asked
 * for; those that differ only in ASCII case (RFC 4343) share their folded.
 */
struct interned {
	struct chain_link link;
	struct interned *folded; /* itself, if there are no capitals */
	uint64_t mark;		 /* the holder's, to count each name once */
	size_t references;
	size_t len;
	char text[];
};

struct intern {
	struct chains chains;
	size_t bytes;
};

/* For about so many names. 0, or -ENOMEM. */
int intern_init(struct intern *intern, size_t names);
/* All names have been given back. */
void intern_deinit(struct intern *intern);

/* The copy of a name, to be given back to intern_put(). NULL: no memory. */
struct interned *intern_get(struct intern *intern, const char *text);
void intern_put(struct intern *intern, struct interned *name);

/* One more reference, to be given back as well. */
static inline struct interned *intern_hold(struct interned *name)
{
	name->references++;
	return name;
}

/* Bytes in use for the names and their table. */
static inline size_t intern_memory(const struct intern *intern)
{
	return intern->bytes + chains_memory(&intern->chains);
}

#endif
