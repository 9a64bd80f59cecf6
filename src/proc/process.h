/* SPDX-License-Identifier: MIT */
#ifndef PROC_PROCESS_H
#define PROC_PROCESS_H

#include "flow/process_id.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The processes that exist, read from /proc.
 */
struct proc_process {
	struct process_id id;
	struct process_id parent; /* tgid 0: none */
	uint32_t uid;
	const char *cgroups; /* the text of /proc/PID/cgroup; "" if unread */
	const char *comm;
	const char *path; /* of the executable, NULL if there is none */
	const char *args; /* argv, each argument with its NUL */
	size_t args_len;
};

/*
 * Call fn for each process; what it is given is borrowed. One that ends
 * meanwhile is passed over. 0, or a negative errno if there is no /proc.
 */
int proc_visit(void (*fn)(const struct proc_process *process, void *context),
	       void *context);

/* The identity of one process. 0, or a negative errno: -ESRCH, … */
int proc_identify(uint32_t tgid, struct process_id *ret);

#endif
