/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_ENGINES_H
#define CONTAINER_ENGINES_H

#include "container/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Docker and Podman, asked over their sockets: those of the machine, of users
 * whose engine runs, of DOCKER_HOST, and others that are named. Nothing here
 * waits: an engine may be away, or slow, or anything but an engine; then it is
 * told of once, left alone, and looked for again later.
 *
 * It all goes on in the caller's loop, which watches descriptors and time.
 */
struct engines;

enum engines_watch {
	ENGINES_WATCH_NOTHING = 0,
	ENGINES_WATCH_IN = 1,
	ENGINES_WATCH_OUT = 2,
};

struct engines_options {
	const char *const *sockets; /* paths of others, borrowed */
	size_t socket_count;

	/* Watch a descriptor from now on for these, enum engines_watch. */
	void (*watch)(int fd, int what, void *loop_context);
	/* Call engines_expire() after so many ms; negative: not any more. */
	void (*timer)(long after_ms, void *loop_context);
	void *loop_context;

	/* An engine answers: what has been asked in vain may be asked again. */
	void (*here)(void *context);
	/* One does not: what it was asked has been answered with nothing. */
	void (*gone)(void *context);
	/* It has a container: one that is new, or not what it was. */
	void (*news)(const char *id, void *context);
	/* The same, with its name and image, which may be taken. */
	void (*named)(const char *id, unsigned int rank,
		      struct container_facts *facts, void *context);
	/* In a network it has these addresses, with commas; "": none. */
	void (*placed)(const char *id, unsigned int rank, const char *addresses,
		       void *context);
	/*
	 * What an engine says of a container, with its place in the order of
	 * trust, 0 first; or NULL: nothing. What *facts holds may be taken.
	 */
	void (*answer)(const char *id, unsigned int rank,
		       struct container_facts *facts, void *context);
	void *context;
};

/* 0, or -ENOMEM. */
int engines_create(const struct engines_options *options, struct engines **ret);
void engines_destroy(struct engines *engines);

/*
 * Look for those that are away, and give up those that do not answer: to be
 * called once a second.
 */
void engines_look(struct engines *engines, uint64_t now_ns);

/* A watched descriptor is ready; the time has come. */
void engines_ready(struct engines *engines, int fd, int what);
void engines_expire(struct engines *engines);

/*
 * Ask every engine that is there about a container. As many answers come, each
 * within seconds; 0: there is nobody to ask.
 */
unsigned int engines_ask(struct engines *engines, const char *id,
			 uint64_t now_ns);

/* Whether one of them has not answered something that was asked before. */
bool engines_are_slow(const struct engines *engines, uint64_t before_ns);

/*
 * Whether one is being tried that has not disappointed yet: soon it may be asked
 * what others do not know.
 */
bool engines_are_coming(const struct engines *engines);

#endif
