/* SPDX-License-Identifier: MIT */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "attribution/attribution.h"

/*
 * Tell attribution what was there before the probes: the processes, and their
 * connections to DNS at these ports. To be taken once the probes are attached,
 * so that nothing begins unseen in between. What cannot be read is left out.
 */
void snapshot_take(struct attribution *attribution,
		   const struct dns_ports *ports);

#endif
