/* SPDX-License-Identifier: MIT */
#ifndef ATTRIBUTION_STATE_H
#define ATTRIBUTION_STATE_H

#include "attribution/attribution.h"
#include "attribution/pending.h"
#include "dns/exchange.h"
#include "dns/message.h"
#include "flow/flow.h"
#include "flow/opening.h"
#include "flow/process.h"
#include "flow/socket.h"
#include "names/names.h"

/*
 * What the two sides of attribution share: attribution.c takes what the probes
 * tell, flows.c of it what concerns open connections, calls.c what programs ask
 * of sockets, before.c what was there earlier, lookup.c what the wire tells.
 */
struct attribution {
	struct attribution_options options;
	struct processes *processes;
	struct sockets *sockets;
	struct flows *flows;
	struct openings *openings;
	struct exchanges *exchanges;
	struct names *names;
	struct assembly *assembly;
	struct pendings pendings;
	uint64_t lost_ns;	/* when something was lost, the last time */
	uint64_t complete_ns;	/* no answer has been missed since */
	uint64_t messages_lost; /* by assembly, at the last look */
	uint64_t connects_forgotten;
	uint64_t malformed;
	uint64_t no_memory;
	struct dns_message message; /* too large for the stack */
};

static inline void attribution_emit(struct attribution *attribution,
				    struct event *event)
{
	attribution->options.fn(event, attribution->options.context);
}

/* Who and where, as records have it. */
struct process_id attribution_task(const struct record_task *task);
struct endpoint attribution_local(const struct record_socket *socket);
struct endpoint attribution_remote(const struct record_socket *socket);

/*
 * An event about a connect, a datagram or a call, which is the caller's to
 * name; its kind is that of a connect or a datagram.
 */
void attribution_begin_event(struct attribution *attribution,
			     const struct record_connect *record,
			     struct event *event);

/* Fill in what is known of a process. */
void attribution_describe(const struct process *process,
			  struct event_process *ret);

/* The name of what is told besides the connect or the datagram itself. */
void attribution_look_name(struct attribution *attribution,
			   const struct record_connect *record,
			   struct names_choice *choice);

/* A connect has ended. */
void flows_connected(struct attribution *attribution,
		     const struct pending *pending,
		     const struct record_result *record);

/* A connection was there before the probes. */
void flows_found(struct attribution *attribution,
		 const struct socket_place *place,
		 const struct attribution_connection *connection);

void flows_arrived(struct attribution *attribution,
		   const struct record_arrival *record);
void flows_claimed(struct attribution *attribution,
		   const struct record_connect *record);
void flows_go_on(struct attribution *attribution,
		 const struct record_traffic *record);
void flows_ended(struct attribution *attribution,
		 const struct record_traffic *record);

/* Tell of those that are over and wait for somebody to say whose they were. */
void flows_tick(struct attribution *attribution, uint64_t now_ns);
uint64_t flows_next_tick(const struct attribution *attribution);

struct flow_traffic flows_traffic(const struct record_counts *counts);

/* A socket was connected for a name, or has sent for it. */
void calls_note_name(struct attribution *attribution,
		     const struct record_connect *record,
		     const struct names_choice *choice);

/* The name with which a socket was connected there. False: it is not known. */
bool calls_find_name(struct attribution *attribution, uint64_t socket_id,
		     const struct endpoint *remote, struct names_choice *ret);

void calls_returned(struct attribution *attribution,
		    const struct record_call *record);
void calls_closed(struct attribution *attribution,
		  const struct record_close *record);

/* A message was seen: the packet's payload. context is the attribution. */
void lookup_message(const struct packet *packet, void *context);

/* Tell of questions that have waited long enough for an answer. */
void lookup_tick(struct attribution *attribution, uint64_t now_ns);

#endif
