/* SPDX-License-Identifier: MIT */
#ifndef FLOW_PROCESS_ID_H
#define FLOW_PROCESS_ID_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A process, for good: numbers are used again, so a pid alone names nobody.
 * start_ticks is the time the group leader was started, in clock ticks (10 ms)
 * since boot, as in /proc/PID/stat. A tgid of 0 means "not known".
 */
struct process_id {
	uint32_t tgid;
	uint32_t start_ticks;
};

static inline bool process_id_equal(struct process_id a, struct process_id b)
{
	return a.tgid == b.tgid && a.start_ticks == b.start_ticks;
}

static inline bool process_id_known(struct process_id id)
{
	return id.tgid != 0;
}

#endif
