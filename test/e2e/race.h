/* SPDX-License-Identifier: MIT */
#ifndef RACE_H
#define RACE_H

#include "race_lookup.h"
#include "race_truth.h"

#include <stddef.h>
#include <stdint.h>

/* What the race workload is to do; flags are as getopt_long() sets them. */

#define RACE_PROCS_MAX	 1000
#define RACE_THREADS_MAX 64

struct race {
	struct lookup_server server;
	const char *truth_path;
	const char *prefix; /* names are PREFIX-000.lab and so on */
	unsigned int port;  /* to connect to */
	unsigned int procs;
	unsigned int threads; /* of each process */
	unsigned int connects;
	unsigned int names;
	unsigned int also; /* 0, or how far the name asked for before is */
	unsigned int each; /* connects for one answer, pause_ms apart */
	unsigned int pause_ms;
	unsigned int seed;
	int use_own;	/* each thread asks for one name only */
	int use_udp;	/* send a datagram instead of connecting */
	int use_fork;	/* a child of the one who asked connects */
	int use_helper; /* a child asks for the one who connects */

	/* In memory that children share; those with an asker are used. */
	struct truth *truth;
	size_t truth_count;
	int start_fd; /* ends when all are to begin */
};

/* Fork the processes, let them go together, wait. 0 if all went well. */
int race_run(struct race *race);

#endif
