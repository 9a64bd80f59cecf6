// SPDX-License-Identifier: MIT
/*
 * A sort over one round's entries: they are gathered in an arena and sorted
 * when they are taken. What is left over is moved to the front, and is little.
 */
#include "flow/timeline.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	uint64_t time_ns;
	size_t offset; /* in the arena; grows with the order of adding */
	size_t len;
};

struct timeline {
	struct slot *slots;
	size_t count, slots_size;
	char *arena;
	size_t used, arena_size;
};

struct timeline *timeline_create(void)
{
	return calloc(1, sizeof(struct timeline));
}

void timeline_destroy(struct timeline *timeline)
{
	if (!timeline)
		return;
	free(timeline->slots);
	free(timeline->arena);
	free(timeline);
}

/* At least one unit: entries are told apart by where they are. */
static size_t aligned(size_t len)
{
	const size_t to = _Alignof(max_align_t);

	return len ? (len + to - 1) / to * to : to;
}

void *timeline_add(struct timeline *timeline, uint64_t time_ns, size_t len)
{
	struct slot *slot;

	if (timeline->count == timeline->slots_size) {
		size_t size = timeline->slots_size * 2 + 64;
		void *slots = realloc(timeline->slots,
				      size * sizeof(*timeline->slots));

		if (!slots)
			return NULL;
		timeline->slots = slots;
		timeline->slots_size = size;
	}
	if (timeline->arena_size - timeline->used < aligned(len)) {
		size_t size = timeline->arena_size * 2 + aligned(len) + 4096;
		void *arena = realloc(timeline->arena, size);

		if (!arena)
			return NULL;
		timeline->arena = arena;
		timeline->arena_size = size;
	}
	slot = &timeline->slots[timeline->count++];
	slot->time_ns = time_ns;
	slot->offset = timeline->used;
	slot->len = len;
	timeline->used += aligned(len);
	return timeline->arena + slot->offset;
}

static int earlier(const void *a, const void *b)
{
	const struct slot *left = a, *right = b;

	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

static int added_earlier(const void *a, const void *b)
{
	const struct slot *left = a, *right = b;

	return (left->offset > right->offset) - (left->offset < right->offset);
}

/* Close the gaps that the first `taken` slots left in the arena. */
static void compact(struct timeline *timeline, size_t taken)
{
	size_t left = timeline->count - taken;

	memmove(timeline->slots, timeline->slots + taken,
		left * sizeof(*timeline->slots));
	timeline->count = left;
	timeline->used = 0;
	qsort(timeline->slots, left, sizeof(*timeline->slots), added_earlier);
	for (size_t i = 0; i < left; i++) {
		struct slot *slot = &timeline->slots[i];

		memmove(timeline->arena + timeline->used,
			timeline->arena + slot->offset, slot->len);
		slot->offset = timeline->used;
		timeline->used += aligned(slot->len);
	}
}

void timeline_take(struct timeline *timeline, uint64_t until_ns,
		   void (*fn)(uint64_t time_ns, const void *entry,
			      void *context),
		   void *context)
{
	size_t taken = 0;

	/* There may be no array yet to sort. */
	if (!timeline->count)
		return;
	qsort(timeline->slots, timeline->count, sizeof(*timeline->slots),
	      earlier);
	while (taken < timeline->count &&
	       timeline->slots[taken].time_ns <= until_ns) {
		const struct slot *slot = &timeline->slots[taken++];

		fn(slot->time_ns, timeline->arena + slot->offset, context);
	}
	compact(timeline, taken);
}

size_t timeline_count(const struct timeline *timeline)
{
	return timeline->count;
}

uint64_t timeline_next(const struct timeline *timeline)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < timeline->count; i++)
		if (timeline->slots[i].time_ns < next)
			next = timeline->slots[i].time_ns;
	return next;
}
