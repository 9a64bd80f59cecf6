// SPDX-License-Identifier: MIT
#include "snapshot.h"

#include "base/log.h"
#include "proc/connection.h"
#include "proc/process.h"

#include <string.h>

static void on_process(const struct proc_process *process, void *context)
{
	struct attribution_process copy = {
		.id = process->id,
		.parent = process->parent,
		.uid = process->uid,
		.comm = process->comm,
		.path = process->path,
		.args = process->args,
		.args_len = process->args_len,
	};

	attribution_process(context, &copy);
}

static void on_connection(const struct proc_connection *connection,
			  void *context)
{
	struct attribution_connection copy = {
		.netns = connection->netns,
		.local = connection->local,
		.remote = connection->remote,
		.inode = connection->inode,
		.process = connection->process,
	};

	attribution_connection(context, &copy);
}

void snapshot_take(struct attribution *attribution,
		   const struct dns_ports *ports)
{
	int err = proc_visit(on_process, attribution);

	if (err)
		log_debug("cannot list processes: %s", strerror(-err));
	err = proc_connections_visit(ports, on_connection, attribution);
	if (err)
		log_debug("cannot list connections: %s", strerror(-err));
}
