/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_GROUPS_H
#define CONTAINER_GROUPS_H

#include "container/cgroup.h"
#include "event.h"

#include <stdint.h>

/*
 * What the ids of cgroups in records stand for. Bounded: those not asked for
 * or heard of for the longest time are forgotten first; there are more than
 * the probes keep in mind to have told of.
 */
#define GROUPS_MAX 16384

struct group {
	const char *leaf; /* the last name on its path; "": the root */
	const char *unit; /* of systemd; "": none */
	struct container_name container; /* id "": none */
};

struct groups;

/* NULL if memory is short. */
struct groups *groups_create(size_t most);
void groups_destroy(struct groups *groups);

/*
 * A path in each tree, as the probes tell of it or as /proc/PID/cgroup has it;
 * for that an id is made up that is not one of theirs. A container that the v2
 * path leads into counts before one in v1, unless that one is within it: an
 * engine in a container may see only v1. NULL if memory is short. Good until the
 * next call that learns.
 */
const struct group *groups_learn(struct groups *groups,
				 const struct record_cgroup *record);
const struct group *groups_learn_text(struct groups *groups, const char *text,
				      uint64_t *id_ret);

/* NULL if it has not been told of. Good until the next call that learns. */
const struct group *group_find(struct groups *groups, uint64_t id);

#endif
