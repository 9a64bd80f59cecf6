/* SPDX-License-Identifier: MIT */
#ifndef FLOW_PROCESS_H
#define FLOW_PROCESS_H

#include "flow/party.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The processes that had to do with any event: what they run, and who begot
 * them, remembered past their end, which nobody tells of. The table is bounded:
 * the ones not heard of for the longest time are forgotten first, and counted.
 * Those that are followed have a table of their own of the same size, so that
 * a command that waits is not forgotten over what the machine does meanwhile.
 */

#define PROCESS_COMM_LEN 16

/* What a process runs; shared by those that forked and did not exec. */
struct program {
	unsigned int references;
	bool args_cut;	 /* there were more arguments */
	size_t args_len; /* argv, each argument with its NUL */
	const char *path;
	const char *args;
	char text[]; /* path and args */
};

struct process {
	struct process_id id;
	struct process_id parent; /* the one that forked it; may be unknown */
	uint64_t born_ns;	  /* 0: not known */
	uint32_t uid;
	bool followed; /* process_follow() sets it */
	uint64_t cgroup_id;
	char comm[PROCESS_COMM_LEN];
	struct program *program; /* NULL: not known */
};

struct processes;

/* most: of each table. NULL if memory is short. */
struct processes *processes_create(size_t most);
void processes_destroy(struct processes *processes);

/*
 * The process, now as most recently heard of, or NULL. Good until a process is
 * added or followed.
 */
struct process *process_find(struct processes *processes, struct process_id id);

/*
 * The process, added if it is new, as most recently heard of. NULL if memory
 * is short.
 */
struct process *process_add(struct processes *processes, struct process_id id);

/*
 * A child was begotten, and this is the first in its line: it runs what its
 * parent runs, and is followed if that is. NULL as process_add().
 */
struct process *process_fork(struct processes *processes,
			     const struct ancestor *parent,
			     struct process_id child);

/* From now on it is followed, and so are its future children. NULL as above. */
struct process *process_follow(struct processes *processes,
			       struct process_id id);

/* It runs another program now. The texts are copied. 0, or -ENOMEM. */
int process_exec(struct process *process, const char *path, const char *args,
		 size_t args_len, bool args_cut);

/*
 * Write the process's ancestors, parent first, at most `most`; returns how
 * many. The chain ends where nothing is known.
 */
size_t process_ancestors(struct processes *processes, struct process_id id,
			 struct ancestor *ancestors, size_t most);

size_t processes_count(const struct processes *processes);

/* How many were forgotten, to stay in bounds. */
uint64_t processes_forgotten(const struct processes *processes);

#endif
