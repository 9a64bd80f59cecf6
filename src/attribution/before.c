// SPDX-License-Identifier: MIT
/*
 * What was there before the probes: from /proc and sock_diag.
 */
#include "attribution/state.h"

#include <netinet/in.h>
#include <string.h>

void attribution_process(struct attribution *attribution,
			 const struct attribution_process *from)
{
	struct process *process = process_find(attribution->processes,
					       from->id);

	/* What the probes have said of it is newer. */
	if (!process) {
		process = process_add(attribution->processes, from->id);
		if (!process) {
			attribution->no_memory++;
			return;
		}
		process->uid = from->uid;
		process->cgroup_id = from->cgroup_id;
		strncpy(process->comm, from->comm, sizeof(process->comm) - 1);
	}
	if (!process_id_known(process->parent))
		process->parent = from->parent;
	if (!process->program && from->path &&
	    process_exec(process, from->path, from->args, from->args_len,
			 false))
		attribution->no_memory++;
}

void attribution_connection(struct attribution *attribution,
			    const struct attribution_connection *from)
{
	struct socket_place place = {
		.netns = from->netns,
		.protocol = IPPROTO_TCP,
		.local = from->local,
		.remote = from->remote,
	};
	struct socket_owner owner = {
		.party = {.process = from->process, .netns = from->netns},
		.socket_id = from->inode,
	};

	/* What the probes have said of a newer one there counts. */
	if (dns_ports_have(&attribution->options.ports, from->remote.port) &&
	    process_id_known(from->process) &&
	    !socket_owner(attribution->sockets, &place) &&
	    socket_claim(attribution->sockets, &place, &owner))
		attribution->no_memory++;
	flows_found(attribution, &place, from);
}
