/* SPDX-License-Identifier: MIT */
#ifndef FLOW_TIMELINE_H
#define FLOW_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Things that happened, from several sources each out of step with the others,
 * put into order of time.
 *
 * Per-CPU buffers and packet rings are read one after the other, so what comes
 * out of them is sorted here, and what happened after the reading began waits
 * for the next round: its causes may still be in a buffer that was read first.
 */
struct timeline;

struct timeline *timeline_create(void);
void timeline_destroy(struct timeline *timeline);

/*
 * Room for an entry of len bytes (aligned for any type), to be filled in at
 * once. Entries of the same time keep the order of adding. NULL if memory is
 * short.
 */
void *timeline_add(struct timeline *timeline, uint64_t time_ns, size_t len);

/*
 * Take out, in order of time, every entry not later than until_ns. An entry is
 * borrowed for the call; fn must not add.
 */
void timeline_take(struct timeline *timeline, uint64_t until_ns,
		   void (*fn)(uint64_t time_ns, const void *entry,
			      void *context),
		   void *context);

/* Entries that wait, and the time of the earliest (UINT64_MAX: none). */
size_t timeline_count(const struct timeline *timeline);
uint64_t timeline_next(const struct timeline *timeline);

#endif
