/* SPDX-License-Identifier: MIT */
#ifndef FLOW_TRAFFIC_H
#define FLOW_TRAFFIC_H

#include <stdint.h>

/* What went over a connection, as its program sees it. */
struct flow_traffic {
	uint64_t bytes_out; /* of the stream: each once, no headers */
	uint64_t bytes_in;
	uint32_t packets_out; /* with all that the protocol adds */
	uint32_t packets_in;
	uint32_t retransmits; /* packets */
	uint32_t rtt_us;      /* smoothed round-trip time; 0: not known */
};

#endif
