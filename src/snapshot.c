// SPDX-License-Identifier: MIT
#include "snapshot.h"

#include "base/log.h"
#include "clocks.h"
#include "proc/connection.h"
#include "proc/process.h"

#include <errno.h>
#include <string.h>

struct listeners {
	struct attribution *attribution;
	struct containers *containers;
};

static void on_process(const struct proc_process *process, void *context)
{
	struct listeners *listeners = context;
	struct attribution_process copy = {
		.id = process->id,
		.parent = process->parent,
		.uid = process->uid,
		.comm = process->comm,
		.path = process->path,
		.args = process->args,
		.args_len = process->args_len,
	};

	containers_learn_text(listeners->containers, process->cgroups,
			      clocks_now(), &copy.cgroup_id);
	attribution_process(listeners->attribution, &copy);
}

static struct attribution_connection copy_of(
	const struct proc_connection *connection)
{
	return (struct attribution_connection){
		.time_ns = clocks_now(),
		.netns = connection->netns,
		.local = connection->local,
		.remote = connection->remote,
		.inode = connection->inode,
		.process = connection->process,
		.is_inbound = connection->is_inbound,
		.traffic =
			{
				.bytes_out = connection->bytes_out,
				.bytes_in = connection->bytes_in,
				.packets_out = connection->packets_out,
				.packets_in = connection->packets_in,
				.retransmits = connection->retransmits,
				.rtt_us = connection->rtt_us,
			},
	};
}

static void on_connection(const struct proc_connection *connection,
			  void *context)
{
	struct attribution_connection copy = copy_of(connection);

	attribution_connection(context, &copy);
}

static void on_traffic(const struct proc_connection *connection, void *context)
{
	struct attribution_connection copy = copy_of(connection);

	attribution_traffic(context, &copy);
}

static void visit(const struct proc_connection_wish *wish,
		  void (*fn)(const struct proc_connection *connection,
			     void *context),
		  struct attribution *attribution)
{
	static bool has_warned;
	int err = proc_connections_visit(wish, fn, attribution);

	if (!err || has_warned)
		return;
	has_warned = true;
	if (wish->ports)
		log_debug("cannot list connections: %s", strerror(-err));
	else
		log_warn("not all flows from before, or still open, are shown: "
			 "%s",
			 err == -ENOENT ? "this kernel has no inet_diag"
					: strerror(-err));
}

void snapshot_take(struct attribution *attribution,
		   struct containers *containers, const struct dns_ports *ports,
		   bool all_connections)
{
	struct proc_connection_wish wish = {
		.ports = all_connections ? NULL : ports,
		.with_owners = true,
	};
	struct listeners listeners = {attribution, containers};
	int err = proc_visit(on_process, &listeners);

	if (err)
		log_debug("cannot list processes: %s", strerror(-err));
	visit(&wish, on_connection, attribution);
}

static void on_open_connection(const struct proc_connection *connection,
			       void *context)
{
	/* Of what its program has closed, the probes will tell the end. */
	if (connection->inode)
		on_traffic(connection, context);
}

void snapshot_traffic(struct attribution *attribution, bool is_last)
{
	struct proc_connection_wish wish = {.ports = NULL};

	visit(&wish, is_last ? on_traffic : on_open_connection, attribution);
}
