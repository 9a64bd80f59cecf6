/* SPDX-License-Identifier: MIT */
#ifndef PACKET_ASSEMBLY_H
#define PACKET_ASSEMBLY_H

#include "packet/fragments.h"
#include "packet/packet.h"
#include "packet/streams.h"

/*
 * From packets to what may be DNS messages: UDP payloads, and what is sent over
 * TCP, of packets that are whole and of fragments.
 */
struct assembly;

/*
 * fn takes each message to or from these ports (borrowed), as a packet whose
 * payload it is, with the time of the packet that completed it. NULL if memory
 * is short.
 */
struct assembly *assembly_create(const struct dns_ports *ports, packet_fn fn,
				 void *context);
void assembly_destroy(struct assembly *assembly);

/* Whether a packet may be (of) such a message. */
bool assembly_wants(const struct assembly *assembly,
		    const struct packet *packet);

/* A wanted packet was seen. Calls go forward in time, more or less. */
void assembly_add(struct assembly *assembly, const struct packet *packet);

/* No more packets come: hand on what there is of those that wait for others. */
void assembly_flush(struct assembly *assembly);

struct assembly_stats {
	struct fragments_stats fragments;
	struct streams_stats streams;
};

void assembly_get_stats(const struct assembly *assembly,
			struct assembly_stats *ret);

/* How often something was missing, or dropped, that may have been a message. */
uint64_t assembly_lost(const struct assembly_stats *stats);

#endif
