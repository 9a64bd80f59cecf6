/* SPDX-License-Identifier: MIT */
#ifndef FLOW_PARTY_H
#define FLOW_PARTY_H

#include "flow/process_id.h"

#include <stdint.h>

/*
 * Who resolves a name, or who connects, as far as nearness goes. Zero fields
 * are "not known".
 */
struct party {
	struct process_id process;
	uint64_t cgroup_id;
	uint32_t netns; /* inode number */
};

#endif
