/* SPDX-License-Identifier: MIT */
#ifndef ATTRIBUTION_ATTRIBUTION_H
#define ATTRIBUTION_ATTRIBUTION_H

#include "dns/ports.h"
#include "event.h"
#include "output/event.h"
#include "packet/assembly.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where what the kernel tells of sockets and processes meets what the wire
 * tells of names, in order of time, and becomes events.
 *
 * A connect is named when its turn comes, by the answers from before it. Its
 * event waits for the outcome, but no longer than ATTRIBUTION_HOLD_NS: then it
 * is told as pending, and once more when the outcome is known.
 */
#define ATTRIBUTION_HOLD_NS 1000000000ull

/*
 * A connection from elsewhere that is over before anybody has read from it is
 * told of when a program closes it, but no later than this: then it was nobody's.
 */
#define ATTRIBUTION_OWNER_NS 5000000000ull

/* Bindings of names to addresses that are remembered, unless told otherwise. */
#define ATTRIBUTION_NAMES_MAX 262144

struct attribution;

/*
 * Takes each event, in the order in which things became known. What the event
 * points to is borrowed; what its cgroup is called, and its container, are the
 * receiver's to fill in.
 */
typedef void (*attribution_event_fn)(struct event *event, void *context);

struct attribution_options {
	size_t max_names;	/* bindings remembered */
	bool with_flows;	/* connections are followed to their end */
	bool with_programs;	/* those that are started are told */
	bool with_calls;	/* what is asked of sockets is told */
	bool with_closes;	/* and when they are closed */
	struct dns_ports ports; /* at which DNS is spoken */
	attribution_event_fn fn;
	void *context;
};

/* 0, or -ENOMEM. */
int attribution_create(const struct attribution_options *options,
		       struct attribution **ret);
void attribution_destroy(struct attribution *attribution);

/* A record from the probes. Calls go forward in time. */
void attribution_record(struct attribution *attribution,
			const struct record_header *record);

/* Whether a packet may be (of) DNS. */
bool attribution_wants(const struct attribution *attribution,
		       const struct packet *packet);

/*
 * A wanted packet was seen in a namespace (0: in a file). What it says may have
 * to wait for others (assembly.h).
 */
void attribution_packet(struct attribution *attribution, uint64_t time_ns,
			uint32_t netns, const struct packet *packet);

/*
 * Records or packets were lost until now_ns. A name from before may have been
 * followed by another one, in an answer among them, or in one whose question is
 * among them: it is told as unsure.
 */
void attribution_incomplete(struct attribution *attribution, uint64_t now_ns);

/* Tell of connects and questions that have waited long enough. */
void attribution_tick(struct attribution *attribution, uint64_t now_ns);

/* When that is next due, or UINT64_MAX. */
uint64_t attribution_next_tick(const struct attribution *attribution);

/* Tell of everything that still waits: egrets ends. */
void attribution_finish(struct attribution *attribution);

/* A process that was there before the probes: from /proc. Texts are copied. */
struct attribution_process {
	struct process_id id;
	struct process_id parent;
	uint32_t uid;
	uint64_t cgroup_id; /* as in records, or one that stands for its path */
	const char *comm;
	const char *path; /* NULL: not known (a kernel thread) */
	const char *args;
	size_t args_len;
};

void attribution_process(struct attribution *attribution,
			 const struct attribution_process *process);

/* A TCP connection, as the kernel knows it without the probes. */
struct attribution_connection {
	uint64_t time_ns; /* when that was */
	uint32_t netns;
	struct endpoint local;
	struct endpoint remote;
	uint64_t inode; /* of the socket; 0: the program has closed it */
	struct process_id process; /* may be unknown */
	bool is_inbound;
	struct flow_traffic traffic;
};

/* It was there before the probes. */
void attribution_connection(struct attribution *attribution,
			    const struct attribution_connection *connection);

/*
 * It is open: an event tells what went over it so far, if it is followed. If
 * the program has closed it already (inode 0), it is told as over, with what had
 * gone over it by then: when egrets ends, nobody waits for the last packets.
 */
void attribution_traffic(struct attribution *attribution,
			 const struct attribution_connection *connection);

/* From now on this process and its descendants are followed. */
void attribution_follow(struct attribution *attribution, struct process_id id);
bool attribution_follows(struct attribution *attribution, struct process_id id);

struct attribution_stats {
	struct names_stats names;
	uint64_t asked, answered, unsolicited; /* see exchange.h */
	uint64_t unanswered;		       /* in time */
	uint64_t open;			       /* not answered yet */
	uint64_t questions_forgotten;	       /* to stay in bounds */
	uint64_t connects_forgotten; /* outcome untold, to stay in bounds */
	uint64_t flows_forgotten;    /* end untold, to stay in bounds */
	uint64_t malformed;	     /* messages that are not DNS */
	struct assembly_stats assembly;
	uint64_t no_memory; /* things left out for want of memory */
	/* What is not heard of any more goes first: mostly what has ended. */
	uint64_t processes_forgotten;
	uint64_t sockets_forgotten;
};

void attribution_get_stats(const struct attribution *attribution,
			   struct attribution_stats *ret);

#endif
