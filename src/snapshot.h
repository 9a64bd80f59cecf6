/* SPDX-License-Identifier: MIT */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "attribution/attribution.h"
#include "container/containers.h"

/* What the kernel can be asked for. What cannot be read is left out. */

/*
 * Tell attribution (and containers of the processes' cgroups) what was there before the probes: the processes, and their
 * connections, all of them or those to DNS at these ports. To be taken once the
 * probes are attached, so that nothing begins unseen in between.
 */
void snapshot_take(struct attribution *attribution,
		   struct containers *containers, const struct dns_ports *ports,
		   bool all_connections);

/*
 * Have it tell what went over the connections that are open; the last time also
 * of those that their programs have closed, whose end will not be seen.
 */
void snapshot_traffic(struct attribution *attribution, bool is_last);

#endif
