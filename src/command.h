/* SPDX-License-Identifier: MIT */
#ifndef COMMAND_H
#define COMMAND_H

#include "flow/process_id.h"

#include <stdbool.h>
#include <sys/types.h>

/* The program run by `egrets -- command args…`, held until it is let go. */
struct command {
	pid_t pid;
	int gate; /* closing it lets the command begin */
	struct process_id id;
	bool ended;
	int status; /* exit status as a shell tells it: 128 + n for signal n */
};

/*
 * Make a process that will be the command. 0, or a negative errno, logged.
 * It waits, and has run none of the command yet. It is run with the
 * given niceness.
 */
int command_prepare(char **argv, int niceness, struct command *ret);

/* Let it run. Exit status 127 or 126, with a message: it cannot be run. */
void command_begin(struct command *command);

/* Take its status if it has ended; call when a SIGCHLD came. */
void command_reap(struct command *command);

#endif
