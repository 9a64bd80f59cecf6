// SPDX-License-Identifier: MIT
#include "packet/patchwork.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The first run that ends at an offset or after it. */
static uint32_t first_at(const struct patchwork *patchwork, uint32_t offset)
{
	uint32_t i = 0;

	while (i < patchwork->count && patchwork->run[i].to < offset)
		i++;
	return i;
}

enum patchwork_cover patchwork_cover(const struct patchwork *patchwork,
				     uint32_t from, uint32_t to)
{
	if (!patchwork)
		return PATCHWORK_FREE;
	for (uint32_t i = first_at(patchwork, from); i < patchwork->count;
	     i++) {
		const struct patchwork_run *run = &patchwork->run[i];

		if (run->from <= from && to <= run->to)
			return PATCHWORK_COVERED;
		if (run->from < to && from < run->to)
			return PATCHWORK_PARTLY;
	}
	return PATCHWORK_FREE;
}

/* Whether what is there agrees with the bytes; holes agree with anything. */
static bool agrees(const struct patchwork *patchwork, uint32_t from,
		   const uint8_t *bytes, uint32_t len)
{
	uint32_t to = from + len;

	for (uint32_t i = first_at(patchwork, from); i < patchwork->count;
	     i++) {
		struct patchwork_run both = patchwork->run[i];

		if (both.from < from)
			both.from = from;
		if (both.to > to)
			both.to = to;
		if (both.from < both.to && memcmp(patchwork->bytes + both.from,
						  bytes + (both.from - from),
						  both.to - both.from) != 0)
			return false;
	}
	return true;
}

/* Runs that touch the new one become one with it. */
static int add_run(struct patchwork *patchwork, uint32_t from, uint32_t to)
{
	struct patchwork_run *run = patchwork->run;
	uint32_t first = first_at(patchwork, from), after = first;

	while (after < patchwork->count && run[after].from <= to)
		after++;
	if (first == after && patchwork->count == PATCHWORK_RUNS_MAX)
		return -ENOSPC;
	if (first < after) {
		if (run[first].from < from)
			from = run[first].from;
		if (run[after - 1].to > to)
			to = run[after - 1].to;
	}
	memmove(&run[first + 1], &run[after],
		(patchwork->count - after) * sizeof(*run));
	patchwork->count += 1 - (after - first);
	run[first] = (struct patchwork_run){from, to};
	return 0;
}

static int make_room(struct patchwork **patchwork, uint32_t room)
{
	struct patchwork *old = *patchwork, *larger;
	size_t size;

	if (old && old->room >= room)
		return 0;
	/* In small pieces it would be copied again and again. */
	if (old && room < old->room * 2)
		room = old->room * 2;
	size = sizeof(*larger) + room;
	larger = realloc(old, size);
	if (!larger)
		return -ENOMEM;
	if (!old)
		larger->count = 0;
	larger->room = room;
	*patchwork = larger;
	return 0;
}

int patchwork_put(struct patchwork **patchwork, uint32_t offset,
		  const uint8_t *bytes, uint32_t len)
{
	int err;

	if (*patchwork && !agrees(*patchwork, offset, bytes, len))
		return -EBADMSG;
	err = make_room(patchwork, offset + len);
	if (!err)
		err = add_run(*patchwork, offset, offset + len);
	if (!err)
		memcpy((*patchwork)->bytes + offset, bytes, len);
	return err;
}

uint32_t patchwork_have(const struct patchwork *patchwork)
{
	if (!patchwork || !patchwork->count || patchwork->run[0].from)
		return 0;
	return patchwork->run[0].to;
}

void patchwork_drop(struct patchwork **patchwork, uint32_t len)
{
	struct patchwork *rest = *patchwork;
	uint32_t first, kept = 0;

	if (!rest)
		return;
	/* Of the run that ends just there nothing is left. */
	first = first_at(rest, len + 1);
	if (first == rest->count) {
		free(rest);
		*patchwork = NULL;
		return;
	}
	memmove(rest->bytes, rest->bytes + len,
		rest->run[rest->count - 1].to - len);
	for (uint32_t i = first; i < rest->count; i++) {
		struct patchwork_run run = rest->run[i];

		rest->run[kept++] = (struct patchwork_run){
			run.from > len ? run.from - len : 0, run.to - len};
	}
	rest->count = kept;
}

size_t patchwork_size(const struct patchwork *patchwork)
{
	return patchwork ? sizeof(*patchwork) + patchwork->room : 0;
}
