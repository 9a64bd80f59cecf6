/* SPDX-License-Identifier: MIT */
#ifndef ATTRIBUTION_STATE_H
#define ATTRIBUTION_STATE_H

#include "attribution/attribution.h"
#include "attribution/pending.h"
#include "dns/exchange.h"
#include "dns/message.h"
#include "flow/process.h"
#include "flow/socket.h"
#include "names/names.h"

/*
 * What the two sides of attribution share: attribution.c takes what the probes
 * tell, lookup.c what the wire tells.
 */
struct attribution {
	struct attribution_options options;
	struct processes *processes;
	struct sockets *sockets;
	struct exchanges *exchanges;
	struct names *names;
	struct assembly *assembly;
	struct pendings pendings;
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

/* Fill in what is known of a process. */
void attribution_describe(const struct process *process,
			  struct event_process *ret);

/* A message was seen: the packet's payload. context is the attribution. */
void lookup_message(const struct packet *packet, void *context);

/* Tell of questions that have waited long enough for an answer. */
void lookup_tick(struct attribution *attribution, uint64_t now_ns);

#endif
