/* SPDX-License-Identifier: MIT */
#ifndef RACE_TRUTH_H
#define RACE_TRUTH_H

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What one connect of the race workload really was, as told by the process
 * that made it. One line of a truth file each, fields in this order with tabs
 * between them. Times are CLOCK_MONOTONIC nanoseconds.
 */

#define TRUTH_NAME_LEN 64
#define TRUTH_ADDR_LEN INET6_ADDRSTRLEN

struct truth {
	int pid; /* of the process that connected */
	unsigned int local_port;
	char remote[TRUTH_ADDR_LEN];
	char name[TRUTH_NAME_LEN]; /* asked for just before */
	uint64_t answered_ns;	   /* when the answer came to this machine */
	uint64_t begun_ns;
	uint64_t ended_ns;
	unsigned int retries; /* questions asked again */
	int error;	      /* errno of the lookup or the connect, or 0 */
};

#define TRUTH_PRINT "%d\t%u\t%s\t%s\t%ju\t%ju\t%ju\t%u\t%d\n"
#define TRUTH_SCAN  "%d %u %45s %63s %ju %ju %ju %u %d"

#endif
