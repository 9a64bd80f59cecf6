/* SPDX-License-Identifier: MIT */
#ifndef FLOW_PARTY_H
#define FLOW_PARTY_H

#include "flow/process_id.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Who resolves a name, or who connects, as far as nearness goes. Zero fields
 * are "not known".
 */
struct party {
	struct process_id process;
	uint64_t cgroup_id;
	uint32_t netns; /* inode number */
	uint32_t tid;	/* the thread */
};

/*
 * One in a process's line of ancestors. What it knew when it begot the next in
 * the line it can have handed down in its memory. UINT64_MAX: not known.
 */
struct ancestor {
	struct process_id process;
	uint64_t begot_ns;
};

/* Somebody, and where he comes from: his ancestors, the parent first. */
struct lineage {
	struct party party;
	const struct ancestor *ancestors;
	size_t ancestor_count;
};

#endif
