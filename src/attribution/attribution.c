// SPDX-License-Identifier: MIT
/*
 * The kernel's side: processes, sockets and connects.
 */
#include "attribution/state.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/*
 * Bounds of the tables: some 35 MiB if all of them are full of what is usual,
 * twice that with the longest names and arguments.
 */
#define PROCESSES_MAX 8192
#define SOCKETS_MAX   32768
#define FLOWS_MAX     65536
#define EXCHANGES_MAX 16384
#define PENDINGS_MAX  16384
#define OPENINGS_MAX  32768

#define ANCESTORS_MAX 64

/* /proc counts in ticks of 1/100 s (USER_HZ), on every architecture we know. */
#define NS_PER_TICK 10000000u

/* The inode number of the root (kernfs_create_root). */
#define ROOT_CGROUP_ID 1

int attribution_create(const struct attribution_options *options,
		       struct attribution **ret)
{
	struct attribution *attribution = calloc(1, sizeof(*attribution));

	if (!attribution)
		return -ENOMEM;
	attribution->options = *options;
	attribution->pendings.most = PENDINGS_MAX;
	attribution->processes = processes_create(PROCESSES_MAX);
	attribution->sockets = sockets_create(SOCKETS_MAX);
	attribution->flows = flows_create(FLOWS_MAX);
	attribution->openings = openings_create(OPENINGS_MAX);
	attribution->exchanges = exchanges_create(EXCHANGES_MAX);
	attribution->names = names_create(options->max_names);
	attribution->assembly = assembly_create(&attribution->options.ports,
						lookup_message, attribution);
	if (!attribution->processes || !attribution->sockets ||
	    !attribution->flows || !attribution->openings ||
	    !attribution->exchanges || !attribution->names ||
	    !attribution->assembly) {
		attribution_destroy(attribution);
		return -ENOMEM;
	}
	*ret = attribution;
	return 0;
}

void attribution_destroy(struct attribution *attribution)
{
	struct pending *pending;

	if (!attribution)
		return;
	while ((pending = attribution->pendings.all)) {
		pending_remove(&attribution->pendings, pending);
		free(pending);
	}
	processes_destroy(attribution->processes);
	sockets_destroy(attribution->sockets);
	flows_destroy(attribution->flows);
	openings_destroy(attribution->openings);
	exchanges_destroy(attribution->exchanges);
	names_destroy(attribution->names);
	assembly_destroy(attribution->assembly);
	free(attribution);
}

static struct process_id make_id(uint32_t tgid, uint64_t start_ns)
{
	return (struct process_id){tgid, (uint32_t)(start_ns / NS_PER_TICK)};
}

struct process_id attribution_task(const struct record_task *task)
{
	return make_id(task->tgid, task->start_ns);
}

/* Nobody told of its birth: it is followed all the same. */
static struct process *adopt(struct attribution *attribution,
			     struct process *process,
			     struct process_id parent_id)
{
	const struct process *parent = process_find(attribution->processes,
						    parent_id);

	process->parent = parent_id;
	if (!parent || !parent->followed)
		return process;
	return process_follow(attribution->processes, process->id);
}

/* The process of a record, brought up to date with it. */
static struct process *update_process(struct attribution *attribution,
				      const struct record_task *task)
{
	struct process *process = process_add(attribution->processes,
					      attribution_task(task));

	/* Orphans get another parent: the first one begot them. */
	if (process && !process_id_known(process->parent))
		process = adopt(attribution, process,
				make_id(task->ppid, task->parent_start_ns));
	if (!process) {
		attribution->no_memory++;
		return NULL;
	}
	process->uid = task->uid;
	process->cgroup_id = task->cgroup_id;
	memcpy(process->comm, task->comm, sizeof(process->comm) - 1);
	return process;
}

void attribution_describe(const struct process *process,
			  struct event_process *ret)
{
	ret->id = process->id;
	ret->ppid = process->parent.tgid;
	ret->uid = process->uid;
	ret->comm = process->comm;
	ret->cgroup_id = process->cgroup_id;
	if (!process->program)
		return;
	ret->executable = process->program->path;
	ret->args = process->program->args;
	ret->args_len = process->program->args_len;
	ret->args_cut = process->program->args_cut;
}

/* Being together in the root of the cgroup trees means nothing: 0. */
static uint64_t cgroup_of(const struct record_task *task)
{
	return task->cgroup_id == ROOT_CGROUP_ID ? 0 : task->cgroup_id;
}

static struct party party_of(const struct record_connect *record)
{
	return (struct party){
		.process = attribution_task(&record->task),
		.cgroup_id = cgroup_of(&record->task),
		.netns = record->socket.netns,
		.tid = record->task.tid,
	};
}

struct endpoint attribution_local(const struct record_socket *socket)
{
	return (struct endpoint){addr_from_v6(socket->local),
				 socket->local_port};
}

struct endpoint attribution_remote(const struct record_socket *socket)
{
	return (struct endpoint){addr_from_v6(socket->remote),
				 socket->remote_port};
}

typedef void (*choose_fn)(struct names *names, const struct addr *addr,
			  const struct lineage *who, uint64_t begun_ns,
			  struct names_choice *ret);

static void choose_name(struct attribution *attribution,
			const struct record_connect *record, choose_fn choose,
			struct names_choice *choice)
{
	struct ancestor ancestors[ANCESTORS_MAX];
	struct lineage who = {party_of(record), ancestors, 0};
	struct addr remote = addr_from_v6(record->socket.remote);

	who.ancestor_count = process_ancestors(attribution->processes,
					       who.party.process, ancestors,
					       ANCESTORS_MAX);
	choose(attribution->names, &remote, &who, record->begun_ns, choice);
	choice->unsure = choice->name &&
			 choice->answered_ns < attribution->complete_ns;
}

void attribution_look_name(struct attribution *attribution,
			   const struct record_connect *record,
			   struct names_choice *choice)
{
	choose_name(attribution, record, names_look, choice);
}

/* Whoever makes his own headers may make pings, too; the rest is raw. */
static enum event_kind kind_of(const struct record_socket *socket)
{
	struct addr remote = addr_from_v6(socket->remote);
	bool is_v4 = addr_is_v4(&remote);

	switch (socket->protocol) {
	case IPPROTO_ICMP:
		return EVENT_PROCESS_ICMP_V4;
	case IPPROTO_ICMPV6:
		return EVENT_PROCESS_ICMP_V6;
	}
	if (socket->is_raw)
		return EVENT_PROCESS_RAW;
	switch (socket->protocol) {
	case IPPROTO_TCP:
		return is_v4 ? EVENT_PROCESS_TCP_V4 : EVENT_PROCESS_TCP_V6;
	case IPPROTO_SCTP:
		return EVENT_PROCESS_SCTP;
	default:
		return is_v4 ? EVENT_PROCESS_UDP_V4 : EVENT_PROCESS_UDP_V6;
	}
}

/* What the record knows goes before what is known of the process. */
static void describe_task(struct attribution *attribution,
			  const struct record_task *task,
			  struct event_process *ret)
{
	const struct process *process = process_find(attribution->processes,
						     attribution_task(task));

	if (process)
		attribution_describe(process, ret);
	ret->id = attribution_task(task);
	ret->tid = task->tid;
	ret->uid = task->uid;
	ret->ppid = task->ppid;
	ret->comm = task->comm;
	ret->cgroup_id = task->cgroup_id;
}

void attribution_begin_event(struct attribution *attribution,
			     const struct record_connect *record,
			     struct event *event)
{
	memset(event, 0, sizeof(*event));
	event->time_ns = record->begun_ns;
	event->netns = record->socket.netns;
	describe_task(attribution, &record->task, &event->process);
	event->connection.local = attribution_local(&record->socket);
	event->connection.remote = attribution_remote(&record->socket);
	event->connection.protocol = record->socket.protocol;
	event->kind = kind_of(&record->socket);
}

/* Tell of a connect; result NULL: it is still pending. */
static void emit_connect(struct attribution *attribution,
			 const struct pending *pending,
			 const struct record_result *result)
{
	struct event event;
	struct event_connection *connection = &event.connection;

	attribution_begin_event(attribution, &pending->connect, &event);
	connection->choice = pending->choice;
	connection->result = EVENT_RESULT_PENDING;
	if (result) {
		connection->duration_ns = result->ended_ns - result->begun_ns;
		connection->error = result->error;
		if (result->established)
			connection->result = EVENT_RESULT_ESTABLISHED;
		else if (result->error)
			connection->result = EVENT_RESULT_FAILED;
		else
			connection->result = EVENT_RESULT_ABORTED;
		if (result->socket.local_port)
			connection->local = attribution_local(&result->socket);
	}
	attribution_emit(attribution, &event);
}

static void on_connect(struct attribution *attribution,
		       const struct record_connect *record)
{
	struct names_choice choice;
	struct pending *evicted;

	update_process(attribution, &record->task);
	choose_name(attribution, record, names_choose, &choice);
	calls_note_name(attribution, record, &choice);
	if (!pending_add(&attribution->pendings, record, &choice, &evicted))
		attribution->no_memory++;
	if (!evicted)
		return;
	attribution->connects_forgotten++;
	if (!evicted->told)
		emit_connect(attribution, evicted, NULL);
	free(evicted);
}

/* The socket of a record is whose connect or send it was. */
static void claim_socket(struct attribution *attribution,
			 const struct record_connect *record,
			 const struct record_socket *socket, uint64_t time_ns)
{
	struct socket_place place = {
		.netns = socket->netns,
		.protocol = socket->protocol,
		.local = attribution_local(socket),
		.remote = attribution_remote(socket),
	};
	struct socket_owner owner = {
		.party = party_of(record),
		.socket_id = record->socket.id,
		.claimed_ns = time_ns,
	};

	if (socket_claim(attribution->sockets, &place, &owner))
		attribution->no_memory++;
}

/* A connection for questions: they are of who made it. */
static void claim_connection(struct attribution *attribution,
			     const struct record_connect *connect,
			     const struct record_result *record)
{
	if (record->established && dns_ports_have(&attribution->options.ports,
						  record->socket.remote_port))
		claim_socket(attribution, connect, &record->socket,
			     record->header.time_ns);
}

static void on_result(struct attribution *attribution,
		      const struct record_result *record)
{
	struct pending *pending = pending_find(&attribution->pendings, record);

	if (!pending)
		return;
	claim_connection(attribution, &pending->connect, record);
	flows_connected(attribution, pending, record);
	emit_connect(attribution, pending, record);
	pending_remove(&attribution->pendings, pending);
	free(pending);
}

static void on_send(struct attribution *attribution,
		    const struct record_connect *record)
{
	struct event event;

	update_process(attribution, &record->task);
	if (record->socket.protocol == IPPROTO_UDP && !record->socket.is_raw)
		claim_socket(attribution, record, &record->socket,
			     record->header.time_ns);
	attribution_begin_event(attribution, record, &event);
	choose_name(attribution, record, names_choose,
		    &event.connection.choice);
	calls_note_name(attribution, record, &event.connection.choice);
	attribution_emit(attribution, &event);
}

static void on_frame(struct attribution *attribution,
		     const struct record_frame *record)
{
	struct event event = {
		.kind = EVENT_PROCESS_PACKET,
		.time_ns = record->header.time_ns,
		.netns = record->netns,
		.frame.ifindex = record->ifindex,
		.frame.protocol = (uint16_t)record->protocol,
	};

	update_process(attribution, &record->task);
	describe_task(attribution, &record->task, &event.process);
	if (record->interface[0])
		event.frame.interface = record->interface;
	attribution_emit(attribution, &event);
}

static void on_exec(struct attribution *attribution,
		    const struct record_exec *record)
{
	struct process *process = update_process(attribution, &record->task);
	struct event event = {
		.kind = EVENT_PROCESS_EXEC,
		.time_ns = record->header.time_ns,
	};
	size_t len = record->args_len;

	if (len > record->header.size - offsetof(struct record_exec, args))
		len = 0;
	if (process && record->path_len &&
	    process_exec(process, record->path, record->args, len,
			 record->args_cut))
		attribution->no_memory++;
	if (!attribution->options.with_programs)
		return;
	describe_task(attribution, &record->task, &event.process);
	attribution_emit(attribution, &event);
}

static void on_exit_of(struct attribution *attribution,
		       const struct record_exit *record)
{
	struct event event = {
		.kind = EVENT_PROCESS_EXIT,
		.time_ns = record->header.time_ns,
		/* wait(2) */
		.exit.signal = record->status & 0x7f,
		.exit.code = record->status >> 8 & 0xff,
		.exit.lived_ns = record->lived_ns,
	};

	update_process(attribution, &record->task);
	describe_task(attribution, &record->task, &event.process);
	attribution_emit(attribution, &event);
}

static void on_fork(struct attribution *attribution,
		    const struct record_fork *record)
{
	struct ancestor parent = {
		.process = make_id(record->parent_tgid,
				   record->parent_start_ns),
		.begot_ns = record->header.time_ns,
	};
	struct process_id child = make_id(record->child_tgid,
					  record->child_start_ns);

	if (!process_fork(attribution->processes, &parent, child))
		attribution->no_memory++;
	names_inherit(attribution->names, parent.process, record->parent_tid,
		      child, record->header.time_ns);
}

/* Of a record that begins as that of a connect does. */
static void update_owner(struct attribution *attribution,
			 const struct record_connect *record)
{
	update_process(attribution, &record->task);
}

void attribution_record(struct attribution *attribution,
			const struct record_header *record)
{
	const void *bytes = record;

	switch (record->kind) {
	case RECORD_EXEC:
		on_exec(attribution, bytes);
		break;
	case RECORD_EXIT:
		on_exit_of(attribution, bytes);
		break;
	case RECORD_FORK:
		on_fork(attribution, bytes);
		break;
	case RECORD_TCP_CONNECT:
		on_connect(attribution, bytes);
		break;
	case RECORD_TCP_RESULT:
		on_result(attribution, bytes);
		break;
	case RECORD_SEND:
		on_send(attribution, bytes);
		break;
	case RECORD_FRAME:
		on_frame(attribution, bytes);
		break;
	case RECORD_SOCKET_CALL:
		update_owner(attribution, bytes);
		calls_returned(attribution, bytes);
		break;
	case RECORD_SOCKET_CLOSE:
		update_owner(attribution, bytes);
		calls_closed(attribution, bytes);
		break;
	case RECORD_FLOW_BEGIN:
		flows_arrived(attribution, bytes);
		break;
	case RECORD_FLOW_OWNER:
		update_owner(attribution, bytes);
		flows_claimed(attribution, bytes);
		break;
	case RECORD_FLOW_TRAFFIC:
		flows_go_on(attribution, bytes);
		break;
	case RECORD_FLOW_END:
		flows_ended(attribution, bytes);
		break;
	default:
		break;
	}
}

static void tell_pending(struct attribution *attribution, uint64_t now_ns)
{
	struct pending *pending;

	while ((pending = attribution->pendings.first) &&
	       pending->key.begun_ns + ATTRIBUTION_HOLD_NS <= now_ns) {
		emit_connect(attribution, pending, NULL);
		pending_mark_told(&attribution->pendings, pending);
	}
}

void attribution_tick(struct attribution *attribution, uint64_t now_ns)
{
	tell_pending(attribution, now_ns);
	flows_tick(attribution, now_ns);
	lookup_tick(attribution, now_ns);
}

uint64_t attribution_next_tick(const struct attribution *attribution)
{
	const struct pending *pending = attribution->pendings.first;
	uint64_t due = exchange_next_overdue(attribution->exchanges);
	uint64_t flow_due = flows_next_tick(attribution);

	if (flow_due < due)
		due = flow_due;
	if (pending && pending->key.begun_ns + ATTRIBUTION_HOLD_NS < due)
		return pending->key.begun_ns + ATTRIBUTION_HOLD_NS;
	return due;
}

void attribution_finish(struct attribution *attribution)
{
	assembly_flush(attribution->assembly);
	tell_pending(attribution, UINT64_MAX);
	flows_tick(attribution, UINT64_MAX);
}

void attribution_follow(struct attribution *attribution, struct process_id id)
{
	if (!process_follow(attribution->processes, id))
		attribution->no_memory++;
}

bool attribution_follows(struct attribution *attribution, struct process_id id)
{
	const struct process *process = process_find(attribution->processes,
						     id);

	return process && process->followed;
}

void attribution_get_stats(const struct attribution *attribution,
			   struct attribution_stats *ret)
{
	struct exchange_stats exchanges;

	exchanges_get_stats(attribution->exchanges, &exchanges);
	names_get_stats(attribution->names, &ret->names);
	ret->asked = exchanges.asked;
	ret->answered = exchanges.answered;
	ret->unanswered = exchanges.overdue;
	ret->open = exchanges.open;
	ret->unsolicited = exchanges.unsolicited;
	ret->questions_forgotten = exchanges.forgotten;
	ret->connects_forgotten = attribution->connects_forgotten;
	ret->flows_forgotten = flows_forgotten(attribution->flows);
	if (attribution->options.with_closes)
		ret->flows_forgotten += openings_forgotten(
			attribution->openings);
	ret->malformed = attribution->malformed;
	ret->no_memory = attribution->no_memory;
	assembly_get_stats(attribution->assembly, &ret->assembly);
	ret->processes_forgotten = processes_forgotten(attribution->processes);
	ret->sockets_forgotten = sockets_forgotten(attribution->sockets);
}
