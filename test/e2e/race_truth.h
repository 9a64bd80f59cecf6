/* SPDX-License-Identifier: MIT */
#ifndef RACE_TRUTH_H
#define RACE_TRUTH_H

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What one connect of the race workload really was, as told by the process
 * that made it, and which answer it was for. One line of a truth file each,
 * fields in this order with tabs between them. Times are CLOCK_MONOTONIC
 * nanoseconds. A line whose begun_ns is 0 is an answer that no connect was for.
 */

#define TRUTH_NAME_LEN 64
#define TRUTH_ADDR_LEN INET6_ADDRSTRLEN

struct truth {
	int asker; /* the process that received the answer */
	int pid;   /* the process that connected */
	unsigned int local_port;
	char remote[TRUTH_ADDR_LEN];
	char name[TRUTH_NAME_LEN]; /* asked for just before */
	uint64_t answered_ns;	   /* when the answer came to this machine */
	uint64_t begun_ns;
	uint64_t ended_ns;
	unsigned int retries; /* questions asked again */
	int error;	      /* errno of the lookup or the connect, or 0 */
};

#define TRUTH_PRINT "%d\t%d\t%u\t%s\t%s\t%ju\t%ju\t%ju\t%u\t%d\n"
#define TRUTH_SCAN  "%d %d %u %45s %63s %ju %ju %ju %u %d"

#endif
