/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CONTAINERS_H
#define CONTAINER_CONTAINERS_H

#include "container/engines.h"
#include "container/groups.h"
#include "output/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whose each cgroup is: what its path says, completed with what engines say of
 * the container. They are asked when a container is made and when its cgroup is
 * first heard of; its first events may be held for the answer, but no longer
 * than they have to be told by. Bounded, as groups.h; what engines say is
 * remembered past the container's end.
 */
#define CONTAINERS_MAX 4096

struct containers;

struct containers_options {
	uint64_t wait_ns; /* the longest that an event is held */
	/* As in engines.h; nothing is asked if watch is NULL. */
	const char *const *sockets;
	size_t socket_count;
	void (*watch)(int fd, int what, void *loop_context);
	void (*timer)(long after_ms, void *loop_context);
	void *loop_context;
	/* What events are held for may have come, or a container be renamed. */
	void (*changed)(void *context);
	void *context;
};

/* 0, or -ENOMEM. */
int containers_create(const struct containers_options *options,
		      struct containers **ret);
void containers_destroy(struct containers *containers);

/* As in engines.h. */
void containers_look(struct containers *containers, uint64_t now_ns);
void containers_ready(struct containers *containers, int fd, int what);
void containers_expire(struct containers *containers);

/* A cgroup has been told of, or was read from /proc: then *id_ret is its id. */
void containers_learn(struct containers *containers,
		      const struct record_cgroup *record, uint64_t now_ns);
void containers_learn_text(struct containers *containers, const char *text,
			   uint64_t now_ns, uint64_t *id_ret);

/*
 * There is something to be told of a process that is in a cgroup, which may yet
 * be told of.
 */
void containers_need(struct containers *containers, uint64_t cgroup_id,
		     uint64_t time_ns);

/*
 * From when on what happened is to be held, and until when at most; false: from
 * no time on.
 */
bool containers_hold(struct containers *containers, uint64_t now_ns,
		     uint64_t *from_ns_ret, uint64_t *until_ns_ret);

/*
 * Whether all is known of whose a cgroup is, until somebody is renamed; and how
 * often that may have happened.
 */
bool containers_are_sure(struct containers *containers, uint64_t cgroup_id);
unsigned int containers_renamed(const struct containers *containers);

/*
 * Fill in the names of an event's cgroup and all of its container. What it then
 * points to is good until the next call to anything here.
 */
void containers_describe(struct containers *containers, struct event *event);

#endif
