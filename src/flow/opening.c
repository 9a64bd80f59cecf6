// SPDX-License-Identifier: MIT
#include "flow/opening.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct opening opening;
	UT_hash_handle hh;
	char name[]; /* the opening's, if it has one */
};

struct openings {
	struct entry *all; /* the head was heard of first */
	size_t most;
	uint64_t forgotten;
};

struct openings *openings_create(size_t most)
{
	struct openings *openings = calloc(1, sizeof(*openings));

	if (openings)
		openings->most = most ? most : 1;
	return openings;
}

static void drop(struct openings *openings, struct entry *entry)
{
	HASH_DEL(openings->all, entry);
	free(entry);
}

void openings_destroy(struct openings *openings)
{
	if (!openings)
		return;
	while (openings->all)
		drop(openings, openings->all);
	free(openings);
}

static struct entry *find(const struct openings *openings, uint64_t socket)
{
	struct entry *entry;

	HASH_FIND(hh, openings->all, &socket, sizeof(socket), entry);
	return entry;
}

static struct entry *make(const struct opening *opening)
{
	size_t name_size = opening->name ? strlen(opening->name) + 1 : 0;
	struct entry *entry = calloc(1, sizeof(*entry) + name_size);

	if (!entry)
		return NULL;
	entry->opening = *opening;
	if (opening->name) {
		memcpy(entry->name, opening->name, name_size);
		entry->opening.name = entry->name;
	}
	return entry;
}

int opening_note(struct openings *openings, const struct opening *opening)
{
	struct entry *before = find(openings, opening->socket);
	struct entry *entry = make(opening);

	if (before)
		drop(openings, before);
	if (!entry)
		return -ENOMEM;
	if (HASH_COUNT(openings->all) >= openings->most) {
		drop(openings, openings->all);
		openings->forgotten++;
	}
	HASH_ADD(hh, openings->all, opening.socket,
		 sizeof(entry->opening.socket), entry);
	if (entry->hh.tbl)
		return 0;
	free(entry);
	return -ENOMEM;
}

const struct opening *opening_find(const struct openings *openings,
				   uint64_t socket)
{
	const struct entry *entry = find(openings, socket);

	return entry ? &entry->opening : NULL;
}

void opening_forget(struct openings *openings, uint64_t socket)
{
	struct entry *entry = find(openings, socket);

	if (entry)
		drop(openings, entry);
}

size_t openings_count(const struct openings *openings)
{
	return HASH_COUNT(openings->all);
}

uint64_t openings_forgotten(const struct openings *openings)
{
	return openings->forgotten;
}
