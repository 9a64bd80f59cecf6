/* SPDX-License-Identifier: MIT */
#ifndef PROC_CONNECTION_H
#define PROC_CONNECTION_H

#include "base/addr.h"
#include "dns/ports.h"
#include "flow/process_id.h"

#include <stdint.h>

/*
 * The TCP connections that exist, as the kernel tells of them in every network
 * namespace (sock_diag(7)), and who has them, from /proc.
 */
struct proc_connection {
	uint32_t netns;
	struct endpoint local;
	struct endpoint remote;
	uint64_t inode; /* of the socket */
	struct process_id process;
};

/*
 * Call fn for each connection to one of these ports that some process has open;
 * if several have, for the first in /proc. A kernel with modules may load its
 * inet_diag and tcp_diag for that, as for ss(8). Namespaces that cannot be entered,
 * and processes whose descriptors cannot be read, are passed over. 0, or a
 * negative errno: a kernel without sock_diag (-ENOENT), no memory.
 */
int proc_connections_visit(const struct dns_ports *ports,
			   void (*fn)(const struct proc_connection *connection,
				      void *context),
			   void *context);

#endif
