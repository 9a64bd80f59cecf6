/* SPDX-License-Identifier: MIT */
#ifndef FLOW_OPENING_H
#define FLOW_OPENING_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How each socket that is open came to be: since when, by which side it was
 * connected, where to, and for which name. Bounded: the one that was heard of
 * first is forgotten first, and counted.
 */
struct opening {
	uint64_t socket;  /* which one: the number of its inode */
	uint64_t made_ns; /* 0: before egrets */
	bool is_inbound;  /* accepted */
	/* What it was connected to, or has sent to, at last. */
	struct endpoint remote;
	uint32_t via; /* enum names_via */
	bool is_stale;
	bool is_unsure;
	unsigned int candidates; /* as in struct names_choice */
	const char *name;	 /* connected for it; NULL: for none */
};

struct openings;

/* NULL if memory is short. */
struct openings *openings_create(size_t most);
void openings_destroy(struct openings *openings);

/*
 * Remember this, instead of what was known of the same socket, which may be
 * what opening points to. The name is copied. 0, or -ENOMEM.
 */
int opening_note(struct openings *openings, const struct opening *opening);

/* What is known of a socket, or NULL. Good until the next call. */
const struct opening *opening_find(const struct openings *openings,
				   uint64_t socket);

/* It is closed. */
void opening_forget(struct openings *openings, uint64_t socket);

size_t openings_count(const struct openings *openings);

/* How many were forgotten, to stay in bounds. */
uint64_t openings_forgotten(const struct openings *openings);

#endif
