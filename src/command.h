/* SPDX-License-Identifier: MIT */
#ifndef COMMAND_H
#define COMMAND_H

#include "flow/process_id.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What egrets changes for itself and a command gets back. */
struct command_setting {
	int niceness;
	struct rlimit files;
};

/* The program run by `egrets -- command args…`, held until it is let go. */
struct command {
	pid_t pid;
	int gate; /* a byte lets the command begin */
	struct process_id id;
	bool ended;
	int status; /* exit status as a shell tells it: 128 + n for signal n */
};

/*
 * Make a process that will be the command. 0, or a negative errno, logged.
 * It waits, and has run none of the command yet. It is run with the
 * given setting.
 */
int command_prepare(char **argv, const struct command_setting *setting,
		    struct command *ret);

/* Let it run. Exit status 127 or 126, with a message: it cannot be run. */
void command_begin(struct command *command);

/* Take its status if it has ended; call when a SIGCHLD came. */
void command_reap(struct command *command);

#endif
