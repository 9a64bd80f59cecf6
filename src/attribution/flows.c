// SPDX-License-Identifier: MIT
/*
 * Connections that are open, and flows of datagrams, until their end tells what
 * went over them.
 */
#include "attribution/state.h"

#include <netinet/in.h>
#include <string.h>

static struct socket_place place_of(const struct record_socket *socket)
{
	return (struct socket_place){
		.netns = socket->netns,
		.protocol = socket->protocol,
		.local = attribution_local(socket),
		.remote = attribution_remote(socket),
	};
}

static void take_owner(struct flow *flow, const struct record_task *task)
{
	struct flow_owner *owner = &flow->owner;

	owner->process = attribution_task(task);
	owner->tid = task->tid;
	owner->ppid = task->ppid;
	owner->uid = task->uid;
	owner->cgroup_id = task->cgroup_id;
	memcpy(owner->comm, task->comm, sizeof(owner->comm) - 1);
}

/* What the process table knows goes before what was known then. */
static void describe_owner(struct attribution *attribution,
			   const struct flow_owner *owner,
			   struct event_process *ret)
{
	const struct process *process = process_find(attribution->processes,
						     owner->process);

	if (!process_id_known(owner->process))
		return;
	ret->ppid = owner->ppid;
	ret->uid = owner->uid;
	ret->comm = owner->comm;
	ret->cgroup_id = owner->cgroup_id;
	if (process)
		attribution_describe(process, ret);
	ret->id = owner->process;
	ret->tid = owner->tid;
}

/* The event is the caller's to begin: when, and what went over it so far. */
static void tell(struct attribution *attribution, const struct flow *flow,
		 struct event *event)
{
	struct event_connection *connection = &event->connection;

	event->kind = EVENT_FLOW;
	event->netns = flow->place.netns;
	connection->local = flow->place.local;
	connection->remote = flow->place.remote;
	connection->protocol = (uint16_t)flow->place.protocol;
	connection->is_inbound = flow->is_inbound;
	connection->choice.via = (enum names_via)flow->via;
	connection->choice.name = flow->name;
	connection->choice.stale = flow->is_stale;
	connection->choice.unsure = flow->is_unsure;
	connection->choice.candidates = flow->candidates;
	connection->is_old = !flow->begun_ns;
	if (flow->begun_ns && event->time_ns > flow->begun_ns)
		connection->duration_ns = event->time_ns - flow->begun_ns;
	describe_owner(attribution, &flow->owner, &event->process);
	attribution_emit(attribution, event);
}

static void tell_end(struct attribution *attribution, const struct flow *flow)
{
	struct event event = {
		.time_ns = flow->ended_ns,
		.connection.result = flow->error ? EVENT_RESULT_FAILED
						 : EVENT_RESULT_CLOSED,
		.connection.error = flow->error,
		.connection.traffic = flow->traffic,
	};

	tell(attribution, flow, &event);
}

static void open_flow(struct attribution *attribution, const struct flow *flow)
{
	const struct flow *before = flow_find(attribution->flows, &flow->place,
					      flow->socket);

	if (before && before->ended_ns)
		tell_end(attribution, before);
	if (flow_open(attribution->flows, flow))
		attribution->no_memory++;
}

void flows_found(struct attribution *attribution,
		 const struct socket_place *place,
		 const struct attribution_connection *connection)
{
	const struct process *process = process_find(attribution->processes,
						     connection->process);
	struct flow flow = {
		.place = *place,
		.is_inbound = connection->is_inbound,
		.owner.process = connection->process,
	};

	if (process) {
		flow.owner.uid = process->uid;
		memcpy(flow.owner.comm, process->comm, sizeof(process->comm));
	}
	/* What the probes have said of it counts. */
	if (attribution->options.with_flows &&
	    !flow_find(attribution->flows, place, 0))
		open_flow(attribution, &flow);
}

void flows_connected(struct attribution *attribution,
		     const struct pending *pending,
		     const struct record_result *record)
{
	struct flow flow = {
		.place = place_of(&record->socket),
		.begun_ns = record->begun_ns,
		.via = pending->choice.via,
		.is_stale = pending->choice.stale,
		.is_unsure = pending->choice.unsure,
		.candidates = pending->choice.candidates,
		.name = pending->choice.name,
	};

	if (!attribution->options.with_flows || !record->established)
		return;
	take_owner(&flow, &pending->connect.task);
	open_flow(attribution, &flow);
}

void flows_arrived(struct attribution *attribution,
		   const struct record_arrival *record)
{
	struct flow flow = {
		.place = place_of(&record->socket),
		.is_inbound = true,
		.begun_ns = record->header.time_ns,
		.socket = record->socket.id,
	};

	open_flow(attribution, &flow);
}

/* The first datagram from a socket to a place. */
static void open_sent(struct attribution *attribution,
		      const struct record_connect *record)
{
	struct names_choice choice;
	struct flow flow = {
		.place = place_of(&record->socket),
		.begun_ns = record->begun_ns,
		.socket = record->socket.id,
	};

	if (!calls_find_name(attribution, record->socket.id, &flow.place.remote,
			     &choice))
		attribution_look_name(attribution, record, &choice);
	flow.via = choice.via;
	flow.is_stale = choice.stale;
	flow.is_unsure = choice.unsure;
	flow.candidates = choice.candidates;
	flow.name = choice.name;
	take_owner(&flow, &record->task);
	open_flow(attribution, &flow);
}

void flows_claimed(struct attribution *attribution,
		   const struct record_connect *record)
{
	struct socket_place place = place_of(&record->socket);
	struct flow *flow = flow_find(attribution->flows, &place,
				      record->socket.id);

	if (!flow && place.protocol == IPPROTO_UDP)
		open_sent(attribution, record);
	if (!flow || flow->socket != record->socket.id ||
	    process_id_known(flow->owner.process))
		return;
	take_owner(flow, &record->task);
	if (!flow->ended_ns)
		return;
	tell_end(attribution, flow);
	flow_close(attribution->flows, flow);
}

struct flow_traffic flows_traffic(const struct record_counts *counts)
{
	return (struct flow_traffic){
		.bytes_out = counts->bytes_out,
		.bytes_in = counts->bytes_in,
		.packets_out = counts->packets_out,
		.packets_in = counts->packets_in,
		.retransmits = counts->retransmits,
		.rtt_us = counts->rtt_us,
	};
}

void flows_go_on(struct attribution *attribution,
		 const struct record_traffic *record)
{
	struct socket_place place = place_of(&record->socket);
	const struct flow *flow = flow_find(attribution->flows, &place,
					    record->socket.id);
	struct event event = {
		.time_ns = record->header.time_ns,
		.connection.result = EVENT_RESULT_OPEN,
		.connection.traffic = flows_traffic(&record->counts),
	};

	if (flow)
		tell(attribution, flow, &event);
}

void flows_ended(struct attribution *attribution,
		 const struct record_traffic *record)
{
	struct flow unseen = {.place = place_of(&record->socket)};
	struct flow *flow = flow_find(attribution->flows, &unseen.place,
				      record->socket.id);

	if (!flow || (flow->socket && flow->socket != record->socket.id))
		flow = &unseen;
	flow->ended_ns = record->header.time_ns;
	flow->error = record->error;
	flow->traffic = flows_traffic(&record->counts);
	/* A program has yet to close it. */
	if (flow->socket && !process_id_known(flow->owner.process)) {
		flow_hold(attribution->flows, flow);
		return;
	}
	tell_end(attribution, flow);
	if (flow != &unseen)
		flow_close(attribution->flows, flow);
}

void flows_tick(struct attribution *attribution, uint64_t now_ns)
{
	struct flow *flow;

	while ((flow = flow_first_held(attribution->flows)) &&
	       flow->ended_ns + ATTRIBUTION_OWNER_NS <= now_ns) {
		tell_end(attribution, flow);
		flow_close(attribution->flows, flow);
	}
}

uint64_t flows_next_tick(const struct attribution *attribution)
{
	const struct flow *flow = flow_first_held(attribution->flows);

	return flow ? flow->ended_ns + ATTRIBUTION_OWNER_NS : UINT64_MAX;
}

void attribution_traffic(struct attribution *attribution,
			 const struct attribution_connection *connection)
{
	struct socket_place place = {
		.netns = connection->netns,
		.protocol = IPPROTO_TCP,
		.local = connection->local,
		.remote = connection->remote,
	};
	struct flow *flow = flow_find(attribution->flows, &place, 0);
	struct event event = {
		.time_ns = connection->time_ns,
		.connection.result = EVENT_RESULT_OPEN,
		.connection.traffic = connection->traffic,
	};

	if (!flow || flow->ended_ns)
		return;
	/* Only the kernel still has to do with it. */
	if (!connection->inode)
		event.connection.result = EVENT_RESULT_CLOSED;
	tell(attribution, flow, &event);
	if (!connection->inode)
		flow_close(attribution->flows, flow);
}
