/* SPDX-License-Identifier: MIT */
#ifndef PROC_CONNECTION_H
#define PROC_CONNECTION_H

#include "base/addr.h"
#include "dns/ports.h"
#include "flow/process_id.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The TCP connections that exist, as the kernel tells of them in every network
 * namespace (sock_diag(7)), and who has them, from /proc.
 */
struct proc_connection {
	uint32_t netns;
	struct endpoint local;
	struct endpoint remote;
	uint64_t inode; /* of the socket; 0: the program has closed it */
	/* tgid 0: not known. Of several that have it, the first in /proc. */
	struct process_id process;
	bool is_inbound;    /* somebody listens at its local end */
	uint64_t bytes_out; /* of the stream, since it was opened */
	uint64_t bytes_in;
	uint32_t packets_out;
	uint32_t packets_in;
	uint32_t retransmits;
	uint32_t rtt_us; /* smoothed */
};

/* Which ones, and what of them. */
struct proc_connection_wish {
	const struct dns_ports *ports; /* to these; NULL: to any */
	bool with_owners;	       /* takes a look at every descriptor */
};

/*
 * Call fn for each connection. A kernel with modules may load its inet_diag and
 * tcp_diag for that, as for ss(8). Namespaces that cannot be entered, and
 * processes whose descriptors cannot be read, are passed over. 0, or a negative
 * errno: a kernel without sock_diag (-ENOENT), no memory.
 */
int proc_connections_visit(const struct proc_connection_wish *wish,
			   void (*fn)(const struct proc_connection *connection,
				      void *context),
			   void *context);

#endif
