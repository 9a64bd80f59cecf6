/* SPDX-License-Identifier: MIT */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include "attribution/attribution.h"
#include "probe/probe.h"

/*
 * The flows of datagram sockets: the probes tell when one begins, and count in
 * a table of the kernel's. Here the end of a socket becomes the end of each of
 * its flows, with what the table says of it, and is handed on with all of that.
 */
struct datagrams;

/* Both are borrowed. 0, or -ENOMEM. */
int datagrams_create(const struct probe *probe, struct attribution *attribution,
		     struct datagrams **ret);
void datagrams_destroy(struct datagrams *datagrams);

/* Hand a record on to attribution, or what it means. Forward in time. */
void datagrams_record(struct datagrams *datagrams,
		      const struct record_header *record);

/* Have attribution tell what has gone over those that go on. */
void datagrams_tell(struct datagrams *datagrams);

/* Flows that there was no room or memory for. */
uint64_t datagrams_left_out(const struct datagrams *datagrams);

#endif
