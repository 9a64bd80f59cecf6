/* SPDX-License-Identifier: MIT */
#ifndef NAMES_INTERN_H
#define NAMES_INTERN_H

#include "base/hash.h"

#include <stddef.h>
#include <stdint.h>

/*
 * One copy of each name, counted, since one name has many addresses and many
 * askers. Spellings are kept apart, because what is printed is what was asked
 * for; those that differ only in ASCII case (RFC 4343) share their folded.
 */
struct interned {
	struct interned *folded; /* itself, if there are no capitals */
	uint64_t mark;		 /* the holder's, to count each name once */
	size_t references;
	size_t len;
	UT_hash_handle hh;
	char text[];
};

/* Zeroed is empty. Once all names are given back, nothing is allocated. */
struct intern {
	struct interned *table;
	size_t text_bytes;
};

/* The copy of a name, to be given back to intern_put(). NULL: no memory. */
struct interned *intern_get(struct intern *intern, const char *text);
void intern_put(struct intern *intern, struct interned *name);

/* One more reference, to be given back as well. */
static inline void intern_hold(struct interned *name)
{
	name->references++;
}

/* Bytes in use for the names and their table. */
size_t intern_memory(const struct intern *intern);

#endif
