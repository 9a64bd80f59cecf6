/* SPDX-License-Identifier: MIT */
#ifndef PROBE_MESSAGE_H
#define PROBE_MESSAGE_H

#include "probe/hooks.h"

#include <stdint.h>

/*
 * What the process that loads the probes tells us, over a SOCK_SEQPACKET
 * socket: one struct loader_message a packet, with up to FORM_ATTACHMENTS
 * descriptors.
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
	LOADER_WARNING, /* text */
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

/* As many descriptors as the message says. 0, or a negative errno. */
int message_send(int socket, const struct loader_message *message,
		 const int *fds);

/*
 * The next message and its descriptors (now ours). 0, -EPIPE if there is nobody
 * left who could send one, or -EMFILE.
 */
int message_receive(int socket, struct loader_message *ret, int *fds);

#endif
