/* SPDX-License-Identifier: MIT */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "flow/places.h"
#include "flow/process.h"
#include "flow/traffic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As it was then; what it runs is the process table's to know. */
struct flow_owner {
	struct process_id process; /* tgid 0: not known */
	uint32_t tid;		   /* the thread that had to do with it */
	uint32_t ppid;
	uint32_t uid;
	uint64_t cgroup_id;
	char comm[PROCESS_COMM_LEN];
};

/*
 * Connections that are open, and what datagram sockets have to do with others:
 * since when, whose each is, and the name that it was made for. What goes over
 * them the kernel counts. Of one that is over it may not be known yet whose it
 * was: it can be held until that is. Bounded; the one that was opened first is
 * forgotten first, and counted.
 */
struct flow {
	struct socket_place place;
	bool is_inbound;
	/* connect(), or, inbound, established; of datagrams, the first one */
	uint64_t begun_ns;
	/* Tells apart those that were there one after the other; 0: not known. */
	uint64_t socket;
	struct flow_owner owner;
	uint32_t via; /* enum names_via */
	bool is_stale;
	bool is_unsure;
	unsigned int candidates; /* as in struct names_choice */
	const char *name;	 /* as asked for; NULL: nobody did */
	uint64_t ended_ns;	 /* 0: it is open */
	int32_t error; /* errno by which it ended, positive; 0: none */
	struct flow_traffic traffic; /* of one that is over */
};

struct flows;

/* NULL if memory is short. */
struct flows *flows_create(size_t most);
void flows_destroy(struct flows *flows);

/*
 * A connection is open now; what was open at its place before is gone, and
 * counted as forgotten if nobody has told of its end. The name is copied. 0, or
 * -ENOMEM.
 */
int flow_open(struct flows *flows, const struct flow *flow);

/*
 * The one that is open there, or NULL. A datagram socket has one with each
 * place, whatever its own address: that, and the socket, tell which one it is.
 * Good until the next call.
 */
struct flow *flow_find(struct flows *flows, const struct socket_place *place,
		       uint64_t socket);

/* One that was found is over, and to be kept for now. */
void flow_hold(struct flows *flows, struct flow *flow);

/* The first that was held, or NULL. Good until the next call. */
struct flow *flow_first_held(struct flows *flows);

/* Forget one that was found. */
void flow_close(struct flows *flows, struct flow *flow);

size_t flows_count(const struct flows *flows);

/* How many were forgotten, to stay in bounds. */
uint64_t flows_forgotten(const struct flows *flows);

#endif
