/* SPDX-License-Identifier: MIT */
#ifndef CHECK_H
#define CHECK_H

#include "options.h"

/*
 * --check: print what this machine has of what egrets builds on, attach every
 * hook and print in which form, and go. Returns EXIT_AS_ASKED if egrets can
 * run here, else EXIT_CANNOT_RUN.
 */
int check_run(const struct options *options);

/* Whether egrets can run at all; if not, why and what to do is logged. */
bool check_machine(void);

#endif
