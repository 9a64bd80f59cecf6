/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LOADER_H
#define PROBE_LOADER_H

#include "probe/hooks.h"
#include "probe/source.h"

#include <stdint.h>

/*
 * The process that compiles, loads and attaches, and then ends.
 *
 * It is a child of ours: what the compiler needs (libbcc, LLVM, BTF, their
 * memory, the working directory they change) goes with it, and so does what
 * goes wrong in there. What stays are descriptors, which it sends to us over a
 * SOCK_SEQPACKET socket, one struct loader_message a packet.
 */

enum loader_message_kind {
	LOADER_STAGE,	/* text: a stage of the start; value: its ns */
	LOADER_LIBRARY, /* text: the versions of libbcc and LLVM */
	LOADER_TYPES, /* value: enum kernel_types, as taken; text: a warning */
	LOADER_TABLE, /* text: its name; one descriptor */
	/*
	 * hook, form; a descriptor each attachment; text: what is left out, and
	 * why; value: a bit for each of those
	 */
	LOADER_ATTACHED,
	LOADER_MISSING, /* hook; text: why */
	LOADER_NOISE,	/* text: a line of what libraries had to say */
	LOADER_FAILED,	/* text: why, and what to do; the last message */
	LOADER_DONE,	/* the last message */
};

struct loader_message {
	uint32_t kind;
	uint32_t hook;
	uint32_t form;
	uint32_t fd_count;
	uint64_t value;
	char text[1024];
};

struct loader_options {
	enum attach_mode attach;
	enum kernel_types types;
	struct dns_ports dns_ports;
	unsigned int parts; /* enum source_part: what is wanted besides */
	bool library_only;  /* load the library, and end */
};

/*
 * Run in the child: do all that, telling of it on socket, and exit. Does not
 * return.
 */
_Noreturn void loader_run(const struct loader_options *options, int socket);

/*
 * Run in the parent: take the next message and up to FORM_ATTACHMENTS
 * descriptors (now ours). 0, -EPIPE if the child is gone, or -EMFILE.
 */
int loader_receive(int socket, struct loader_message *ret, int *fds);

#endif
