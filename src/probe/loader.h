/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LOADER_H
#define PROBE_LOADER_H

#include "probe/hooks.h"
#include "probe/source.h"

/*
 * The process that compiles, loads and attaches, and then ends.
 *
 * It is a child of ours: what the compiler needs (libbcc, LLVM, BTF, their
 * memory, the working directory they change) goes with it, and so does what
 * goes wrong in there. What stays are descriptors, which it sends to us
 * (probe/message.h).
 */

/* libbcc takes long to load. */
enum loader_library {
	LIBRARY_IF_NEEDED, /* to compile */
	LIBRARY_ALWAYS,	   /* and tell of it */
	LIBRARY_ONLY,	   /* and then end */
};

struct loader_options {
	enum attach_mode attach;
	enum kernel_types types;
	struct dns_ports dns_ports;
	const struct filter *filter; /* as in source_assemble() */
	unsigned int parts; /* enum source_part: what is wanted besides */
	enum loader_library library;
};

/*
 * Run in the child: do all that, telling of it on socket, and exit. Does not
 * return.
 */
_Noreturn void loader_run(const struct loader_options *options, int socket);

#endif
