/* SPDX-License-Identifier: MIT */
#ifndef PACKET_FRAGMENTS_H
#define PACKET_FRAGMENTS_H

#include "packet/packet.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Datagrams put together from IP fragments (RFC 791 3.2, RFC 8200 4.5), of UDP
 * and TCP, if they may be DNS: that is known when the first part has come.
 *
 * What a program on Linux gets to see is what counts. So a part that is there
 * already is passed over, whatever it says; parts that overlap otherwise,
 * contradict each other about the end, or lead beyond 65,535 bytes spoil the
 * datagram (RFC 5722, which Linux follows for IPv4 as well), and so does a
 * checksum that is not right (RFC 4963).
 *
 * A datagram of which parts never come is handed on after a while as one that
 * was cut, if its start is there: captures are made that have nothing else.
 *
 * Bounded; the oldest goes first.
 */

/* From the first part seen to giving up. */
#define FRAGMENTS_TIMEOUT_NS (30ull * 1000000000)

/* What is over is remembered, for parts seen once more on another interface. */
#define FRAGMENTS_OVER_NS 1000000000ull

#define FRAGMENTS_MAX	    1024
#define FRAGMENTS_BYTES_MAX (4u << 20)

struct fragments;

/* For DNS at these ports, borrowed. NULL if memory is short. */
struct fragments *fragments_create(const struct dns_ports *ports);
void fragments_destroy(struct fragments *fragments);

/*
 * A fragment was seen: hand on what it completes, and what has waited for too
 * long. fn's packets are UDP or TCP, with the time, interface and direction of
 * the fragment that completed them (or, if cut, of the first part).
 */
void fragments_add(struct fragments *fragments, const struct packet *fragment,
		   packet_fn fn, void *context);

/* No more fragments come: hand on what there is of those that wait. */
void fragments_flush(struct fragments *fragments, packet_fn fn, void *context);

struct fragments_stats {
	uint64_t whole;	  /* datagrams put together */
	uint64_t cut;	  /* given up after a while */
	uint64_t spoiled; /* parts or checksum contradict each other */
	uint64_t lost;	  /* given up to stay in bounds, or memory was short */
	size_t bytes;	  /* held now */
};

void fragments_get_stats(const struct fragments *fragments,
			 struct fragments_stats *ret);

#endif
